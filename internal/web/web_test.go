package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus"

	"home_exporter/internal/device"
	"home_exporter/internal/poll"
)

func TestNew(t *testing.T) {
	set := poll.New(poll.Options{})
	defer set.Close()
	taken := prometheus.NewRegistry()
	taken.MustRegister(prometheus.NewCounter(prometheus.CounterOpts{Name: "home_exporter_scrapes_rejected_total", Help: "Another."}))
	tests := map[string]struct {
		options Options
		want    string // in the error; empty for none
	}{
		"least":               {Options{Set: set}, ""},
		"own path":            {Options{Set: set, TelemetryPath: "/a/b"}, ""},
		"path /":              {Options{Set: set, TelemetryPath: "/"}, ""},
		"no set":              {Options{}, "a set of devices is needed"},
		"relative path":       {Options{Set: set, TelemetryPath: "metrics"}, `"metrics" must begin with /`},
		"path with a query":   {Options{Set: set, TelemetryPath: "/m?a=b"}, "must begin with /"},
		"path with a space":   {Options{Set: set, TelemetryPath: "/my metrics"}, "free of spaces"},
		"path of the API":     {Options{Set: set, TelemetryPath: "/api/v1/devices"}, "another use"},
		"registered by other": {Options{Set: set, Registerer: taken}, "home_exporter_scrapes_rejected_total"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := New(tt.options)
			if got := errText(err); tt.want == "" && err != nil || !strings.Contains(got, tt.want) {
				t.Errorf("New = %q, want %q", got, tt.want)
			}
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestUnknownPath(t *testing.T) {
	h := newHouse(t, nil)
	for _, path := range []string{"/nothing", "/metrics/", "//metrics", "/favicon.ico", "/-/", "/%00"} {
		w := h.do("GET", path)
		if w.Code != http.StatusNotFound {
			t.Errorf("GET %s = %d, want 404", path, w.Code)
		}
		contains(t, path, w.Body.String(), "there is something at: /, /-/healthy, /-/ready, /-/reload, /api/v1/devices, /config, /metrics, /probe, /sd\n")
	}
}

func TestTelemetryPath(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.TelemetryPath = "/power" })
	contains(t, "/power", h.get("/power"), "home_exporter_polls_in_flight 0")
	contains(t, "page", h.get("/"), `<a href="power">metrics</a>`)
	if w := h.do("GET", "/metrics"); w.Code != http.StatusNotFound {
		t.Errorf("/metrics = %d, want 404", w.Code)
	}
	root := newHouse(t, func(o *Options) { o.TelemetryPath = "/" })
	contains(t, "/", root.get("/"), "home_exporter_polls_in_flight 0")
}

func TestMethods(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Reload = func(context.Context) error { return nil } })
	for _, path := range h.paths {
		takes := []string{"GET", "HEAD"}
		if path == "/-/reload" {
			takes = []string{"POST", "PUT"}
		}
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"} {
			w := h.do(method, path)
			if slices.Contains(takes, method) {
				if w.Code == http.StatusMethodNotAllowed {
					t.Errorf("%s %s is refused", method, path)
				}
				continue
			}
			if got, want := w.Header().Get("Allow"), strings.Join(takes, ", "); w.Code != http.StatusMethodNotAllowed || got != want {
				t.Errorf("%s %s = %d, Allow %q; want 405, %q", method, path, w.Code, got, want)
			}
		}
	}
}

func TestHead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, onScrape(spec("doors", "gate", open)), spec("lamps", "desk", shine))
		synctest.Wait()
		for _, path := range []string{"/", "/metrics", "/probe?kind=doors&target=gate", "/probe?kind=doors&target=10.0.0.1", "/sd", "/api/v1/devices"} {
			head, full := h.do("HEAD", path), h.do("GET", path)
			if head.Code != http.StatusOK || head.Body.Len() != 0 {
				t.Errorf("HEAD %s = %d with %d bytes, want 200 with none", path, head.Code, head.Body.Len())
			}
			for _, name := range []string{"Content-Type", "Content-Encoding", "Vary"} {
				if got, want := head.Header().Get(name), full.Header().Get(name); got != want {
					t.Errorf("HEAD %s: %s is %q, of GET it is %q", path, name, got, want)
				}
			}
		}
		asked := 0
		c := newHouse(t, nil, onScrape(spec("doors", "gate", func(context.Context, *batch) error {
			asked++
			return nil
		})))
		c.do("HEAD", "/metrics")
		c.do("HEAD", "/probe?kind=doors&target=gate")
		if asked != 0 {
			t.Errorf("HEAD asked the device %d times, want none", asked)
		}
	})
}

func TestHeadersOfAll(t *testing.T) {
	h := newHouse(t, nil, spec("lamps", "desk", shine))
	for _, path := range append([]string{"/nothing", "/metrics?kind=x"}, h.paths...) {
		header := h.do("GET", path).Header()
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		contains(t, path+" policy", header.Get("Content-Security-Policy"), "default-src 'none'", "frame-ancestors 'none'")
	}
}

func TestBody(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Reload = func(context.Context) error { return nil } })
	long := strings.Repeat("x", maxBody+1)
	tests := map[string]struct {
		body   io.Reader
		length int64
		want   int
	}{
		"none":              {nil, 0, 200},
		"short":             {strings.NewReader("abc"), 3, 200},
		"as long as can be": {strings.NewReader(long[1:]), maxBody, 200},
		"announced":         {strings.NewReader("abc"), maxBody + 1, 413},
		"unannounced":       {strings.NewReader(long), -1, 413},
		"breaks off":        {io.MultiReader(strings.NewReader("a"), failing{}), -1, 400},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/-/reload", tt.body)
			r.ContentLength = tt.length
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("status %d (%s), want %d", w.Code, w.Body, tt.want)
			}
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("broken\x1b[31m") }

func TestPanic(t *testing.T) {
	var log logbook
	h := newHouse(t, func(o *Options) {
		o.Log = log.logger()
		o.Config = func() ([]byte, error) { panic("no configuration") }
	})
	w := h.do("GET", "/config")
	if w.Code != http.StatusInternalServerError {
		t.Errorf("status %d, want 500", w.Code)
	}
	contains(t, "answer", w.Body.String(), "fault of the program", "!no configuration")
	contains(t, "log", log.String(), "no configuration", "stack=", "path=/config")
	h.get("/-/healthy")
}

// A panic behind the headers cuts the connection: half a page must not pass for one.
func TestPanicHalfway(t *testing.T) {
	h := newHouse(t, nil)
	h.routes["/half"] = &route{reading, func(w http.ResponseWriter, r *http.Request) error {
		io.WriteString(w, "half")
		panic("halfway")
	}}
	h.routes["/broken"] = &route{reading, func(w http.ResponseWriter, r *http.Request) error {
		io.WriteString(w, "half")
		return errors.New("broke off")
	}}
	server := httptest.NewServer(h)
	defer server.Close()
	for _, path := range []string{"/half", "/broken"} {
		response, err := http.Get(server.URL + path)
		if err != nil {
			continue // cut before anything came: also right
		}
		if got, err := io.ReadAll(response.Body); err == nil {
			t.Errorf("%s read as complete: %q", path, got)
		}
		response.Body.Close()
	}
}

func TestTally(t *testing.T) {
	h := newHouse(t, nil, spec("lamps", "desk", shine))
	h.do("GET", "/metrics?kind=x")
	h.do("GET", "/wp-login.php")
	h.do("GET", "/.env")
	h.do("DELETE", "/sd")
	h.get("/metrics")
	page := h.get("/metrics")
	contains(t, "page", page,
		`home_exporter_http_requests_total{code="400",path="/metrics"} 1`,
		`home_exporter_http_requests_total{code="404",path="other"} 2`,
		`home_exporter_http_requests_total{code="405",path="/sd"} 1`,
		`home_exporter_http_requests_total{code="200",path="/metrics"} 1`,
		"home_exporter_scrape_duration_seconds_count 1\n",
		"home_exporter_scrapes_in_flight 1\n",
		"home_exporter_scrapes_rejected_total 0\n",
		"!wp-login")
}

// Whatever a name or an error says, it stays text.
func TestHostileText(t *testing.T) {
	const evil = "\"><script>alert(1)</script>\x00\x1b[31m\xff\u202e{{.}}\n]}"
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil,
			spec("lamps", evil, func(context.Context, *batch) error {
				return &device.Error{Reason: device.Parse, Err: errors.New(evil + strings.Repeat("x", 1<<20)), Hint: evil}
			}),
			spec("doors", evil, open))
		synctest.Wait()
		page := h.get("/")
		contains(t, "page", page, "&lt;script&gt;alert(1)", "{{.}}", "!<script", "!\x00", "!\x1b", "!\u202e", "!\xff")
		for _, path := range []string{"/api/v1/devices", "/sd"} {
			text := h.get(path)
			contains(t, path, text, "!<script", "!\x00", "!\x1b")
			decode(t, path, text, new(any))
		}
		if n := len(page); n > 20_000 {
			t.Errorf("the page has %d bytes: the error was not cut", n)
		}
		for _, path := range []string{
			"/metrics?kind=" + escape(evil), "/metrics?device=" + escape(evil+"x"), "/probe?kind=" + escape(evil),
			"/probe?kind=doors&target=" + escape("x"+evil), "/probe?kind=lamps&target=" + escape("x"+evil),
			"/" + strings.ReplaceAll(escape(evil), "+", "%20"), "/?state=" + escape(evil),
		} {
			w := h.do("GET", path)
			if w.Code < 400 || w.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
				t.Errorf("GET %s = %d as %s", path, w.Code, w.Header().Get("Content-Type"))
			}
			contains(t, path, w.Body.String(), "!\x00", "!\x1b", "!\xff", "!\u202e")
			if bytes.Count(w.Body.Bytes(), []byte("\n")) != 1 {
				t.Errorf("GET %s: more than one line: %q", path, w.Body)
			}
		}
	})
}
