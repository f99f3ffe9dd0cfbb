package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// Everything that a scrape can ask for gives the same readings.
func TestScrapeFormats(t *testing.T) {
	accepts := map[string]string{
		"":           "text/plain; version=0.0.4; charset=utf-8",
		"*/*":        "text/plain; version=0.0.4; charset=utf-8",
		"image/png":  "text/plain; version=0.0.4; charset=utf-8",
		"text/plain": "text/plain; version=0.0.4; charset=utf-8",
		prometheus3:  "application/openmetrics-text; version=1.0.0; charset=utf-8",
		"application/openmetrics-text;version=0.0.1": "application/openmetrics-text; version=0.0.1; charset=utf-8",
	}
	encodings := map[string]string{
		"": "", "identity": "", "gzip": "gzip", "zstd": "zstd", "gzip, zstd": "zstd",
		"gzip;q=1, zstd;q=0.5": "gzip", "br": "",
	}
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, spec("lamps", "desk", shine), spec("lamps", "hall", shine), spec("doors", "gate", shut))
		h.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "own_total", Help: "Our \"own\"\nmetric."}, func() float64 { return 7 }))
		time.Sleep(time.Minute)
		for accept, contentType := range accepts {
			for encoding, coding := range encodings {
				w := h.do("GET", "/metrics", "Accept: "+accept, "Accept-Encoding: "+encoding)
				what := "Accept " + accept + ", Accept-Encoding " + encoding
				if got := w.Header().Get("Content-Type"); got != contentType {
					t.Errorf("%s: Content-Type %q, want %q", what, got, contentType)
				}
				if got := w.Header().Get("Content-Encoding"); got != coding {
					t.Errorf("%s: Content-Encoding %q, want %q", what, got, coding)
				}
				if got, want := w.Header().Values("Vary"), []string{"Accept", "Accept-Encoding"}; !slices.Equal(got, want) {
					t.Errorf("%s: Vary %q, want %q", what, got, want)
				}
				page := decompress(t, coding, w.Body)
				if strings.HasPrefix(contentType, "text/plain") {
					checkText(t, what, page)
				} else {
					checkOpenMetrics(t, what, page)
				}
			}
		}
	})
}

// prometheus3 is the header of Prometheus 3.
const prometheus3 = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6," +
	"application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4," +
	"text/plain;version=0.0.4;q=0.3,*/*;q=0.2"

func decompress(t *testing.T, coding string, r io.Reader) string {
	t.Helper()
	switch coding {
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	case "zstd":
		z, err := zstd.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		defer z.Close()
		r = z
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("%s: %v", coding, err)
	}
	return string(b)
}

// checkText reads a page of the toys with Prometheus' library.
func checkText(t *testing.T, what, page string) {
	t.Helper()
	families := parseText(t, what, page)
	want := map[string]int{"lamp_on": 2, "lamp_energy_joules_total": 2, "lamp_info": 2, "lamp_color": 4,
		"lamp_delay_seconds": 2, "door_open": 1, "own_total": 1, "home_exporter_device_up": 3}
	got := make(map[string]int)
	for name := range want {
		got[name] = families[name]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: series (-want +got):\n%s", what, diff)
	}
}

// parseText returns the number of series of each family.
func parseText(t *testing.T, what, page string) map[string]int {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(page))
	if err != nil {
		t.Fatalf("%s does not parse: %v\n%s", what, err, page)
	}
	n := make(map[string]int)
	for name, family := range families {
		n[name] = len(family.Metric)
	}
	return n
}

var (
	openMetricsMeta   = regexp.MustCompile(`^# (TYPE|HELP|UNIT) ([a-z_:0-9]+) (.+)$`)
	openMetricsSample = regexp.MustCompile(`^([a-z_:0-9]+)(?:\{[^}]*\})? [-+0-9.eInfNa]+( [0-9.e+]+)?( # .*)?$`)
	suffixes          = map[string][]string{
		"counter": {"_total", "_created"}, "histogram": {"_bucket", "_sum", "_count", "_created"},
		"info": {"_info"}, "gauge": {""}, "stateset": {""}, "unknown": {""},
		"summary": {"", "_sum", "_count", "_created"},
	}
)

// checkOpenMetrics checks what OpenMetrics asks of the order of lines: each family
// once, its samples with the suffixes of its type right behind, EOF once and last.
func checkOpenMetrics(t *testing.T, what, page string) {
	t.Helper()
	body, ok := strings.CutSuffix(page, "\n# EOF\n")
	if !ok || strings.Contains(body, "# EOF") {
		t.Errorf("%s: not exactly one EOF at the end:\n%s", what, page)
	}
	family, typ := "", ""
	seen := make(map[string]bool)
	for line := range strings.SplitSeq(body, "\n") {
		if m := openMetricsMeta.FindStringSubmatch(line); m != nil {
			if m[2] != family {
				if seen[m[2]] {
					t.Errorf("%s: family %s comes twice", what, m[2])
				}
				family = m[2]
				seen[family] = true
			}
			if m[1] == "TYPE" {
				typ = m[3]
			}
			continue
		}
		m := openMetricsSample.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("%s: line %q is no sample", what, line)
			continue
		}
		if !slices.ContainsFunc(suffixes[typ], func(s string) bool { return m[1] == family+s }) {
			t.Errorf("%s: sample %q under the %s %s", what, line, typ, family)
		}
	}
	for _, name := range []string{"lamp_on", "lamp_energy_joules", "lamp", "lamp_color", "lamp_delay_seconds", "door_open", "own"} {
		if !seen[name] {
			t.Errorf("%s: no family %s", what, name)
		}
	}
}

func TestScrapeFilters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, spec("lamps", "desk", shine), spec("lamps", "hall", shine), spec("doors", "gate", open), spec("doors", "hall", open))
		time.Sleep(time.Minute)
		tests := map[string][]string{
			"":                                    {`lamp_on{device="desk"}`, `lamp_on{device="hall"}`, `door_open{door="gate",side="front"}`, "home_exporter_polls_in_flight", "home_exporter_http_requests_total"},
			"?kind=lamps":                         {`lamp_on{device="desk"}`, `lamp_on{device="hall"}`, "!door_open", "!polls_in_flight", "!http_requests"},
			"?kind=lamps&kind=doors":              {`lamp_on{device="desk"}`, `door_open{door="gate"`, "!http_requests"},
			"?device=hall":                        {`lamp_on{device="hall"}`, `door_open{door="hall"`, "!desk", "!gate"},
			"?device=hall&kind=doors":             {`door_open{door="hall"`, "!lamp_on", "!gate"},
			"?device=hall&device=gate&kind=doors": {`door_open{door="hall"`, `door_open{door="gate"`, "!lamp_on"},
			"?unknown=parameter":                  {`lamp_on{device="desk"}`, "home_exporter_http_requests_total"},
		}
		for query, parts := range tests {
			contains(t, "/metrics"+query, h.get("/metrics"+query), parts...)
		}
	})
}

func TestScrapeBadFilters(t *testing.T) {
	var many []device.Spec
	for i := range maxNames + 12 {
		many = append(many, spec("doors", "door"+strconv.Itoa(100+i), open))
	}
	h := newHouse(t, nil, append(many, spec("lamps", "desk", shine))...)
	tests := map[string][]string{
		"?kind=lamp":               {`kind "lamp" is not known; known: lamps, doors`},
		"?kind=":                   {`kind "" is not known`},
		"?kind=lamps&device=door1": {`device "door1" is not known; known: desk` + "\n"},
		"?device=desk&device=x":    {`device "x" is not known; known: desk, door100, `, " and 13 more\n", "!door160"},
		"?kind=%zz":                {"cannot be read"},
		"?kind=lamps;device=desk":  {"cannot be read"},
		"?" + strings.Repeat("device=desk&", maxFilters+1): {"at most 100 devices, not 101"},
	}
	for query, parts := range tests {
		w := h.do("GET", "/metrics"+query)
		if w.Code != http.StatusBadRequest {
			t.Errorf("%.60s = %d, want 400", query, w.Code)
		}
		contains(t, query, w.Body.String(), parts...)
	}
}

// A collector that fails costs neither the readings nor the other collectors, and is
// logged once and not at every scrape.
func TestGatherErrors(t *testing.T) {
	var log logbook
	h := newHouse(t, func(o *Options) { o.Log = log.logger() }, spec("lamps", "desk", shine))
	broken := true
	h.registry.MustRegister(brokenCollector{&broken})
	for range 3 {
		contains(t, "page", h.get("/metrics"), "home_exporter_http_requests_total", "home_exporter_polls_in_flight", "!broken_metric")
	}
	if n := strings.Count(log.String(), "own metrics are incomplete"); n != 1 {
		t.Errorf("logged %d times, want once:\n%s", n, log.String())
	}
	broken = false
	contains(t, "page", h.get("/metrics"), "broken_metric 1")
	broken = true
	h.get("/metrics")
	if n := strings.Count(log.String(), "own metrics are incomplete"); n != 2 {
		t.Errorf("logged %d times after it had been well again, want twice", n)
	}
}

type brokenCollector struct{ broken *bool }

var brokenDesc = prometheus.NewDesc("broken_metric", "Broken at times.", nil, nil)

func (brokenCollector) Describe(c chan<- *prometheus.Desc) { c <- brokenDesc }

func (b brokenCollector) Collect(c chan<- prometheus.Metric) {
	if *b.broken {
		c <- prometheus.NewInvalidMetric(brokenDesc, errors.New("out of order"))
		return
	}
	c <- prometheus.MustNewConstMetric(brokenDesc, prometheus.GaugeValue, 1)
}

func TestScrapeTimeout(t *testing.T) {
	const none = 10 * time.Second
	tests := map[string]struct{ timeout, wait time.Duration }{
		"":         {none, none},
		"10":       {10 * time.Second, 9500 * time.Millisecond},
		"1":        {time.Second, 500 * time.Millisecond},
		"0.5":      {500 * time.Millisecond, 450 * time.Millisecond},
		"0.000001": {time.Microsecond, 900 * time.Nanosecond},
		"1e1":      {10 * time.Second, 9500 * time.Millisecond},
		"3600":     {time.Hour, time.Hour - 500*time.Millisecond},
		"3601":     {none, none}, "1e300": {none, none}, "Inf": {none, none}, "NaN": {none, none},
		"-1": {none, none}, "0": {none, none}, "ten": {none, none}, "10s": {none, none}, "-Inf": {none, none},
	}
	for header, want := range tests {
		timeout, wait := scrapeTimeout(http.Header{"X-Prometheus-Scrape-Timeout-Seconds": {header}}, none)
		if timeout != want.timeout || wait != want.wait {
			t.Errorf("header %q: %v and %v, want %v and %v", header, timeout, wait, want.timeout, want.wait)
		}
	}
}

// A scrape waits for the devices that want it, but not longer than Prometheus does.
func TestScrapeRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil,
			onScrape(spec("lamps", "desk", shine)), onScrape(spec("doors", "gate", hang)), spec("lamps", "hall", hang))
		tests := []struct {
			query, timeout string
			took           time.Duration
		}{
			{"?kind=lamps", "10", 20 * time.Millisecond},
			{"", "2", 1500 * time.Millisecond},
			{"", "0.1", 90 * time.Millisecond},
			{"", "60", 5 * time.Second}, // the timeout of the device itself
			{"?device=hall", "10", 0},
		}
		for _, tt := range tests {
			time.Sleep(time.Minute)
			start := time.Now()
			page := h.get("/metrics"+tt.query, "X-Prometheus-Scrape-Timeout-Seconds: "+tt.timeout)
			if took := time.Since(start); took != tt.took {
				t.Errorf("%s with timeout %s took %v, want %v", tt.query, tt.timeout, took, tt.took)
			}
			if tt.query != "?device=hall" {
				contains(t, "page", page, `lamp_on{device="desk"} 1`, `home_exporter_device_up{kind="lamps",device="desk"} 1`)
			}
		}
	})
}

// No more than the allowed number of scrapes is answered at the same time.
func TestScrapeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan struct{})
		h := newHouse(t, func(o *Options) { o.MaxScrapes = 2 }, onScrape(spec("doors", "gate", func(context.Context, *batch) error {
			<-ended
			return nil
		})))
		codes := make(chan int, 2)
		for range 2 {
			go func() { codes <- h.do("GET", "/metrics", "X-Prometheus-Scrape-Timeout-Seconds: 60").Code }()
		}
		synctest.Wait()
		w := h.do("GET", "/metrics")
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" {
			t.Errorf("third scrape = %d, Retry-After %q; want 503, 1", w.Code, w.Header().Get("Retry-After"))
		}
		contains(t, "answer", w.Body.String(), "2 scrapes are being answered already")
		if code := h.do("HEAD", "/metrics").Code; code != http.StatusOK {
			t.Errorf("HEAD = %d, want 200: it takes no slot", code)
		}
		close(ended)
		for range 2 {
			if code := <-codes; code != http.StatusOK {
				t.Errorf("a scrape within the limit = %d, want 200", code)
			}
		}
		contains(t, "page", h.get("/metrics"), "home_exporter_scrapes_rejected_total 1", "home_exporter_scrapes_in_flight 1")
	})
}

// The families of our own answering obey the rules of the house.
func TestOwnFamilies(t *testing.T) {
	h := newHouse(t, nil)
	h.get("/metrics")
	own := parseText(t, "page", string(h.ownMetrics(metric.Text)))
	for _, name := range []string{"home_exporter_http_requests_total", "home_exporter_scrape_duration_seconds",
		"home_exporter_scrapes_in_flight", "home_exporter_scrapes_rejected_total"} {
		if own[name] == 0 {
			t.Errorf("no family %s", name)
		}
	}
}
