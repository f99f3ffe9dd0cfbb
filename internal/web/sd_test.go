package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device"
)

// A scout is a finder that finds what it is given.
type scout struct {
	found []device.Spec
	told  bool
}

func (*scout) Poll(context.Context, *batch) error { return nil }
func (*scout) Close() error                       { return nil }

func (s *scout) Found() ([]device.Spec, bool) {
	changed := !s.told
	s.told = true
	return s.found, changed
}

func withScout(found ...device.Spec) device.Spec {
	s := spec("doors", "scout", nil)
	s.Open = func(device.Env) (device.Device, error) { return &scout{found: found}, nil }
	return s
}

func TestSD(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, spec("lamps", "desk \"1\"", shine), withScout(spec("doors", "gate", open)))
		time.Sleep(time.Minute)
		lamp := targetGroup{[]string{`desk "1"`}, map[string]string{"__meta_home_exporter_kind": "lamps", "__meta_home_exporter_name": `desk "1"`}}
		door := targetGroup{[]string{"gate"}, map[string]string{"__meta_home_exporter_kind": "doors", "__meta_home_exporter_name": "gate",
			"__meta_home_exporter_found_by": "scout", "__meta_home_exporter_label_door": "gate"}}
		tests := map[string][]targetGroup{
			"/sd":                       {lamp, door},
			"/sd?kind=doors":            {door},
			"/sd?kind=lamps&kind=doors": {lamp, door},
			"/sd?device=gate":           {door},
			"/sd?device=scout":          {},
		}
		for path, want := range tests {
			var got []targetGroup
			decode(t, path, h.get(path), &got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		}
		if got := h.do("GET", "/sd").Header().Get("Content-Type"); got != "application/json; charset=utf-8" {
			t.Errorf("Content-Type %q", got)
		}
		if w := h.do("GET", "/sd?kind=x"); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "known: lamps, doors") {
			t.Errorf("unknown kind = %d %s, want 400 with the known ones", w.Code, w.Body)
		}
	})
}

// Prometheus wants a list even when it is empty.
func TestSDEmpty(t *testing.T) {
	if got := newHouse(t, nil).get("/sd"); got != "[]\n" {
		t.Errorf("got %q, want []", got)
	}
}

// Every target that /sd names can be probed as it stands.
func TestSDTargetsCanBeProbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, spec("lamps", "a&b=c #1", shine), spec("lamps", "ö/../", shine), withScout(spec("doors", "gate", open)))
		time.Sleep(time.Minute)
		var groups []targetGroup
		decode(t, "/sd", h.get("/sd"), &groups)
		if len(groups) != 3 {
			t.Fatalf("%d targets, want 3", len(groups))
		}
		for _, g := range groups {
			query := url.Values{"kind": {g.Labels["__meta_home_exporter_kind"]}, "target": g.Targets}
			contains(t, g.Targets[0], h.get("/probe?"+query.Encode()), "probe_success 1\n")
		}
	})
}
