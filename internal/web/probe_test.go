package web

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestProbe(t *testing.T) {
	const help = "# HELP probe_success Whether the probe brought all readings and found the target well.\n"
	tests := map[string]struct {
		query string
		want  []string
	}{
		"configured, well":          {"kind=lamps&target=desk", []string{`lamp_on{device="desk"} 1` + "\n", "probe_success 1\n", "probe_duration_seconds 0.02\n", help, "!door", "!home_exporter"}},
		"configured, down":          {"kind=doors&target=gate", []string{`door_open{door="gate",side="front"} 0`, "probe_success 0\n"}},
		"configured, partial":       {"kind=doors&target=barn", []string{`door_open{door="barn",side="back"} 1`, "probe_success 0\n"}},
		"configured, failed":        {"kind=lamps&target=dark", []string{"probe_success 0\n", "probe_duration_seconds 0\n", "!lamp_on"}},
		"allowed address":           {"kind=doors&target=10.1.2.3", []string{`door_open{door="10.1.2.3",side="front"} 1`, "probe_success 1\n", "probe_duration_seconds 0.25\n"}},
		"address in IPv6":           {"kind=doors&target=[::ffff:10.1.2.3]:80", []string{"probe_success 1\n"}},
		"allowed name":              {"kind=doors&target=tcp://gate.lan:80", []string{"probe_success 1\n"}},
		"name of allowed address":   {"kind=doors&target=inside.example", []string{"probe_success 1\n"}},
		"one of two addresses":      {"kind=doors&target=both.example", []string{"probe_success 1\n"}},
		"one of two, and then shut": {"kind=doors&target=both.example&answer=shut", []string{"probe_success 0\n", "door_open"}},
		"target down":               {"kind=doors&target=10.1.2.3&answer=shut", []string{`side="front"} 0`, "probe_success 0\n"}},
		"target partial":            {"kind=doors&target=10.1.2.3&answer=half", []string{`side="back"} 1`, "probe_success 0\n"}},
		"target failed":             {"kind=doors&target=10.1.2.3&answer=dark", []string{"probe_success 0\n", "!door_open"}},
		"target panics":             {"kind=doors&target=10.1.2.3&answer=panic", []string{"probe_success 0\n", "!door_open"}},
		"target hangs":              {"kind=doors&target=10.1.2.3&answer=hang", []string{"probe_success 0\n", "probe_duration_seconds 5\n"}},
		"no DNS":                    {"kind=doors&target=unknown.lan", []string{"probe_success 0\n"}},
	}
	synctest.Test(t, func(t *testing.T) {
		// Without a schedule, none of them was asked a moment ago.
		h := newHouse(t, nil, onScrape(spec("lamps", "desk", shine)), onScrape(spec("lamps", "dark", dark)),
			onScrape(spec("doors", "gate", shut)), onScrape(spec("doors", "barn", half)))
		for name, tt := range tests {
			time.Sleep(5 * time.Second) // past what counts as fresh
			page := h.get("/probe?" + tt.query)
			contains(t, name, page, tt.want...)
			parseText(t, name, page)
		}
		checkProbeOpenMetrics(t, h)
	})
}

func checkProbeOpenMetrics(t *testing.T, h *house) {
	w := h.do("GET", "/probe?kind=doors&target=10.1.2.3", "Accept: application/openmetrics-text", "Accept-Encoding: gzip")
	page := decompress(t, "gzip", w.Body)
	contains(t, "OpenMetrics", page, "# UNIT probe_duration_seconds seconds\n", "\nprobe_success 1\n# EOF\n")
	if strings.Count(page, "# EOF") != 1 {
		t.Errorf("more than one EOF:\n%s", page)
	}
}

func TestProbeRefused(t *testing.T) {
	tests := map[string]struct {
		query  string
		status int
		want   []string
	}{
		"nothing":              {"", 400, []string{"the parameter kind is missing; known kinds: lamps, doors\n"}},
		"no kind":              {"target=desk", 400, []string{"kind is missing", "lamps, doors"}},
		"unknown kind":         {"kind=windows&target=x", 400, []string{`kind "windows" is not known; known: lamps, doors`}},
		"no target":            {"kind=lamps", 400, []string{"the parameter target is missing; configured devices of kind lamps: desk\n"}},
		"no target, no device": {"kind=doors", 400, []string{"configured devices of kind doors: none\n"}},
		"two kinds":            {"kind=lamps&kind=doors&target=x", 400, []string{"kind may stand only once"}},
		"two targets":          {"kind=lamps&target=x&target=y", 400, []string{"target may stand only once"}},
		"debug of what":        {"kind=lamps&target=desk&debug=perhaps", 400, []string{"debug=perhaps is neither true nor false"}},
		"bad query":            {"kind=%", 400, []string{"cannot be read"}},
		"configured only":      {"kind=lamps&target=10.1.2.3", 403, []string{"kind lamps asks only the devices that the configuration names: desk\n"}},
		"address":              {"kind=doors&target=203.0.113.9", 403, []string{"/probe may not ask 203.0.113.9: 203.0.113.9 is outside of 10.0.0.0/8", "probe.allow"}},
		"address with a port":  {"kind=doors&target=tcp://203.0.113.9:22", 403, []string{"/probe may not ask tcp://203.0.113.9:22: 203.0.113.9 is outside"}},
		"address as IPv6":      {"kind=doors&target=" + escape("[::ffff:203.0.113.9]"), 403, []string{"203.0.113.9 is outside"}},
		"address with a zone":  {"kind=doors&target=" + escape("[fe80::1%eth0]:80"), 403, []string{"fe80::1 is outside"}},
		"name of an address":   {"kind=doors&target=outside.example", 403, []string{"/probe may not ask outside.example: 203.0.113.7 is outside"}},
		"two hosts":            {"kind=doors&target=" + escape("tcp://203.0.113.9@gate.lan"), 400, []string{"is not understood: write host"}},
		"path":                 {"kind=doors&target=" + escape("gate.lan/../../run/x.sock"), 400, []string{"is not understood"}},
		"kind knows better":    {"kind=doors&target=nonsense.lan", 400, []string{`the target "nonsense.lan" is not one of kind doors: there is no such door`}},
	}
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, spec("lamps", "desk", shine))
		for name, tt := range tests {
			for _, method := range []string{"GET", "HEAD"} {
				w := h.do(method, "/probe?"+tt.query)
				if method == "HEAD" && name == "name of an address" {
					continue // what it stands for shows only when it is asked
				}
				if w.Code != tt.status {
					t.Errorf("%s: %s = %d, want %d", name, method, w.Code, tt.status)
				}
				contains(t, name, w.Body.String(), tt.want...)
			}
		}
	})
}

func TestProbeWithoutPermit(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Permit = nil })
	w := h.do("GET", "/probe?kind=doors&target=10.1.2.3")
	if w.Code != http.StatusForbidden || len(h.probed) > 0 {
		t.Errorf("status %d, probed %v; want 403 and nothing", w.Code, h.probed)
	}
}

// The kind gets the other parameters and always a guard, which an address has to pass
// even if the name was allowed: a kind that cannot ask for one can refuse.
func TestProbeTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		h.get("/probe?kind=doors&target=gate.lan&answer=shut&a=1&a=2&debug=true")
		if len(h.probed) != 1 {
			t.Fatalf("probed %v, want one", h.probed)
		}
		got := h.probed[0]
		if got.Address != "gate.lan" || got.Permit == nil {
			t.Errorf("target %q, with a guard: %t", got.Address, got.Permit != nil)
		}
		if diff := cmp.Diff(map[string][]string{"answer": {"shut"}, "a": {"1", "2"}}, map[string][]string(got.Params)); diff != "" {
			t.Errorf("parameters (-want +got):\n%s", diff)
		}
	})
}

// A device that gave readings a moment ago and fails now has nothing to show: a probe
// tells of now.
func TestProbeShowsNoOldReadings(t *testing.T) {
	for name, failure := range map[string]struct {
		toy  toy
		took string
	}{"hangs": {hang, "2.5"}, "fails": {dark, "0"}} {
		synctest.Test(t, func(t *testing.T) {
			now := toy(shine)
			h := newHouse(t, nil, onScrape(spec("lamps", "desk", func(ctx context.Context, out *batch) error {
				return now(ctx, out)
			})))
			contains(t, "scrape", h.get("/metrics"), "lamp_on 1\n")
			time.Sleep(5 * time.Second)
			now = failure.toy
			page := h.get("/probe?kind=lamps&target=desk", "X-Prometheus-Scrape-Timeout-Seconds: 3")
			contains(t, name, page, "!lamp_on", "probe_success 0\n", "probe_duration_seconds "+failure.took+"\n")
			contains(t, "scrape", h.get("/metrics"), "lamp_on 1\n")
		})
	}
}

// Probes of one device at the same time ask it once.
func TestProbeSingleFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		h := newHouse(t, nil, onScrape(spec("lamps", "desk", func(ctx context.Context, out *batch) error {
			asked++
			return shine(ctx, out)
		})))
		pages := make(chan string)
		for range 5 {
			go func() { pages <- h.get("/probe?kind=lamps&target=desk") }()
		}
		for range 5 {
			contains(t, "page", <-pages, "lamp_on 1\n", "probe_success 1\n")
		}
		if asked != 1 {
			t.Errorf("asked %d times, want once", asked)
		}
	})
}

func TestProbeDebug(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, onScrape(spec("lamps", "desk", shine)))
		tests := map[string][]string{
			"kind=doors&target=inside.example": {
				"probe of doors inside.example\n\n   0.000s  look up inside.example\n   0.000s  connect to 10.0.0.5\n\nresult  ok, after 0.250 s\n\n# HELP",
				"probe_success 1\n", "!reason"},
			"kind=doors&target=10.0.0.1&answer=dark": {
				"result  failed, after 0.250 s\nreason  auth\nerror   log in: wrong password\nhint    set the password\n", "probe_success 0\n"},
			"kind=doors&target=10.0.0.1&answer=shut": {
				"result  down, after 0.250 s\nreason  refused\nerror   the door is shut\n", `door_open{door="10.0.0.1",side="front"} 0`, "!hint"},
			"kind=doors&target=10.0.0.1&answer=half": {"result  partial, after 0.250 s\nreason  protocol\nerror   the front does not answer\n"},
			"kind=lamps&target=desk":                 {"home_exporter poll lamps \"desk\" --trace", "result  ok, after 0.020 s\n", "lamp_on 1\n"},
		}
		for query, parts := range tests {
			w := h.do("GET", "/probe?debug=true&"+query, "Accept: "+prometheus3)
			if got, want := w.Header().Get("Content-Type"), "text/plain; charset=utf-8"; w.Code != 200 || got != want {
				t.Errorf("%s = %d as %q, want 200 as %q", query, w.Code, got, want)
			}
			contains(t, query, w.Body.String(), append(parts, "!# EOF")...)
		}
		contains(t, "debug=false", h.get("/probe?debug=false&kind=doors&target=10.0.0.1"), "!result")
	})
}

func TestTraceIsBounded(t *testing.T) {
	steps := newTrace()
	for range maxSteps + 5 {
		steps.add("%s\x1b\n", strings.Repeat("x", maxStepText+100))
	}
	text := steps.String()
	if n, most := strings.Count(text, "\n"), maxSteps+1; n != most {
		t.Errorf("%d lines, want %d", n, most)
	}
	if most := (maxSteps + 1) * (maxStepText + 50); len(text) > most {
		t.Errorf("%d bytes, want at most %d", len(text), most)
	}
	contains(t, "trace", text[len(text)-100:], "and 5 more steps", "!\x1b")
}

func TestProbeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(o *Options) { o.MaxProbes = 1 })
		code := make(chan int)
		go func() { code <- h.do("GET", "/probe?kind=doors&target=10.0.0.1&answer=hang").Code }()
		synctest.Wait()
		w := h.do("GET", "/probe?kind=doors&target=10.0.0.2")
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("second probe = %d, want 503 with Retry-After", w.Code)
		}
		contains(t, "scrape", h.get("/metrics"), "home_exporter_scrapes_rejected_total 1")
		if got := <-code; got != http.StatusOK {
			t.Errorf("first probe = %d, want 200", got)
		}
	})
}

// A client that leaves ends its probe.
func TestProbeOfClientThatLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		start := time.Now()
		r, _ := http.NewRequestWithContext(ctx, "GET", "/probe?kind=doors&target=10.0.0.1&answer=hang", nil)
		h.ServeHTTP(discard{}, r)
		if took := time.Since(start); took != time.Second {
			t.Errorf("took %v, want 1s", took)
		}
	})
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

// TestProbeByPlace asks a configured device that must be spared by its address: it is
// the same one, asked within its own session.
func TestProbeByPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		configured := onScrape(spec("doors", "vault", shut))
		configured.Place, configured.Budgets = fragileHost, fragileBudget
		h := newHouse(t, nil, configured)
		page := h.get("/probe?kind=doors&target=" + fragileHost)
		contains(t, "by its address", page, `door_open{door="vault",side="front"} 0`, "probe_success 0\n")
		page = h.get("/probe?kind=doors&debug=true&target=" + fragileHost)
		contains(t, "debug", page, "configured device", `home_exporter poll doors "vault" --trace`)
	})
}
