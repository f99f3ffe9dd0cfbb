package web

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device"
)

// A document is what the API answers, read without our own types.
type document struct {
	States  map[string]int
	Total   int
	Devices []map[string]any
}

func (h *house) devices(query string) document {
	h.t.Helper()
	var d document
	decode(h.t, query, h.get("/api/v1/devices"+query), &d)
	return d
}

// names returns the names of devices, in order.
func (d document) names() []string {
	names := []string{}
	for _, one := range d.Devices {
		names = append(names, one["name"].(string))
	}
	return names
}

// Everything that is known of a device, field by field, is in the document.
func TestDevices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		attic := spec("lamps", "attic", nil)
		attic.Budgets = []device.Budget{{Name: "log in", Requests: 5, Per: time.Hour}}
		attic.Open = func(env device.Env) (device.Device, error) {
			return toy(func(ctx context.Context, out *batch) error {
				if n++; n == 1 {
					return errors.Join(env.Spend("log in"), shine(ctx, out))
				}
				return dark(ctx, out)
			}), nil
		}
		h := newHouse(t, nil, attic, onScrape(spec("lamps", "cellar", shine)))
		time.Sleep(time.Minute)
		for i, want := range []map[string]any{
			{
				"kind": "lamps", "name": "attic", "state": "failed", "since": "T",
				"reason": "auth", "error": "log in: wrong password", "hint": "set the password",
				"last_poll": "T", "last_success": "T", "age_seconds": "N", "duration_seconds": 0.0,
				"interval_seconds": 30.0, "configured_interval_seconds": 30.0, "readings_until": "T", "series": 6.0,
				"budgets": []any{map[string]any{"name": "log in", "left": 4.0, "limit": 5.0, "per_seconds": 3600.0}},
				"good":    []any{map[string]any{"start": "T", "duration_seconds": 0.02}},
				"bad": []any{map[string]any{"start": "T", "duration_seconds": 0.0,
					"reason": "auth", "error": "log in: wrong password", "hint": "set the password"}},
			},
			{"kind": "lamps", "name": "cellar", "state": "new", "on_scrape": true, "series": 0.0},
		} {
			got := h.devices("").Devices[i]
			checkMoments(t, got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("device %d (-want +got):\n%s", i, diff)
			}
		}
	})
}

// checkMoments checks all times of a device for their order, and replaces them by T,
// and its age by N.
func checkMoments(t *testing.T, d map[string]any) {
	t.Helper()
	moment := func(m map[string]any, key string) (at time.Time) {
		text, ok := m[key].(string)
		if !ok {
			return at
		}
		m[key] = "T"
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Errorf("%s: %v", key, err)
		}
		return at
	}
	last, good, until := moment(d, "last_poll"), moment(d, "last_success"), moment(d, "readings_until")
	if since := moment(d, "since"); since.After(last) {
		t.Errorf("in this state since %v, but last asked at %v", since, last)
	}
	if !last.IsZero() && !(good.Before(last) && last.Before(until)) {
		t.Errorf("last success %v, last poll %v, readings until %v: not in this order", good, last, until)
	}
	if age, ok := d["age_seconds"]; ok {
		d["age_seconds"] = "N"
		if want := seconds(time.Since(good)); age != want {
			t.Errorf("age %v, want %v", age, want)
		}
	}
	for _, key := range []string{"good", "bad"} {
		polls, _ := d[key].([]any)
		for _, p := range polls {
			moment(p.(map[string]any), "start")
		}
	}
}

func TestDevicesFilters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, spec("lamps", "a", shine), spec("lamps", "b", dark), spec("lamps", "c", shine),
			spec("doors", "d", shut), spec("doors", "e", open))
		time.Sleep(20 * time.Second)
		tests := map[string]struct {
			names []string
			total int
		}{
			"":                                    {[]string{"a", "b", "c", "d", "e"}, 5},
			"?kind=doors":                         {[]string{"d", "e"}, 2},
			"?device=c&device=d":                  {[]string{"c", "d"}, 2},
			"?state=ok":                           {[]string{"a", "c", "e"}, 3},
			"?state=ok&state=down":                {[]string{"a", "c", "d", "e"}, 4},
			"?state=ok&kind=lamps&limit=1":        {[]string{"a"}, 2},
			"?state=ok&offset=1&limit=1":          {[]string{"c"}, 3},
			"?offset=4":                           {[]string{"e"}, 5},
			"?offset=5":                           {[]string{}, 5},
			"?offset=999999999999":                {[]string{}, 5},
			"?limit=0":                            {[]string{}, 5},
			"?limit=9223372036854775807&offset=1": {[]string{"b", "c", "d", "e"}, 5},
			"?state=new":                          {[]string{}, 0},
			"?limit=":                             {[]string{"a", "b", "c", "d", "e"}, 5},
		}
		for query, want := range tests {
			got := h.devices(query)
			if diff := cmp.Diff(want.names, got.names()); diff != "" || got.Total != want.total {
				t.Errorf("%s: total %d, want %d; names (-want +got):\n%s", query, got.Total, want.total, diff)
			}
		}
		got := h.devices("?kind=lamps&state=ok").States
		want := map[string]int{"new": 0, "ok": 2, "down": 0, "partial": 0, "failed": 0, "stale": 1}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("states of the lamps (-want +got):\n%s", diff)
		}
	})
}

func TestDevicesBadQueries(t *testing.T) {
	h := newHouse(t, nil)
	for query, want := range map[string]string{
		"?kind=x":                      `kind "x" is not known; known: lamps, doors`,
		"?device=x":                    `device "x" is not known; known: none`,
		"?state=broken":                `state "broken" is not known; known: new, ok, down, partial, failed, stale`,
		"?limit=-1":                    "limit=-1 is no whole number from 0",
		"?limit=1e3":                   "limit=1e3 is no whole number",
		"?offset=x":                    "offset=x is no whole number",
		"?offset=99999999999999999999": "is no whole number",
		"?offset=1&offset=2":           "offset may stand only once",
		"?%":                           "cannot be read",
	} {
		w := h.do("GET", "/api/v1/devices"+query)
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s = %d, want 400", query, w.Code)
		}
		contains(t, query, w.Body.String(), want)
	}
}

// Finders and what they find are told apart.
func TestDevicesFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, withScout(spec("doors", "gate", open)))
		time.Sleep(time.Minute)
		d := h.devices("").Devices
		if len(d) != 2 || d[0]["found_by"] != "scout" || d[0]["finder"] != nil || d[1]["finder"] != true {
			t.Errorf("got %v, want gate found by the finder scout", d)
		}
	})
}

// Very many devices are written one by one, and read back all.
func TestManyDevices(t *testing.T) {
	const n = 10_000
	synctest.Test(t, func(t *testing.T) {
		specs := make([]device.Spec, n)
		for i := range specs {
			specs[i] = onScrape(spec("doors", "door"+strconv.Itoa(n+i), open))
		}
		h := newHouse(t, nil, specs...)
		if got := len(h.devices("").Devices); got != n {
			t.Errorf("the API has %d devices, want %d", got, n)
		}
		var groups []targetGroup
		decode(t, "/sd", h.get("/sd"), &groups)
		if len(groups) != n {
			t.Errorf("/sd has %d targets, want %d", len(groups), n)
		}
		if size := len(h.get("/")); size > 1<<20 {
			t.Errorf("the page has %d bytes", size)
		}
	})
}

func TestStatesAreAllCounted(t *testing.T) {
	got := slices.Sorted(maps.Keys(countStates(nil)))
	if want := slices.Sorted(slices.Values(stateNames())); !slices.Equal(got, want) {
		t.Errorf("states %v, want %v", got, want)
	}
}
