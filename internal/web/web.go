// Package web answers HTTP: it shows what package poll knows, to Prometheus, to
// programs and to people.
//
//	/                  page.go       the status page
//	/metrics           metrics.go    readings as an exposition
//	/probe             probe.go      one target, asked now
//	/sd                sd.go         the devices as targets for /probe
//	/api/v1/devices    api.go        the devices as JSON
//	/config            lifecycle.go  the running configuration, masked
//	/-/healthy /-/ready /-/reload    lifecycle.go
//
// A request comes in through Handler.ServeHTTP, which finds its route, bounds its
// body and turns what the route returns into an answer: nil when it has answered, a
// problem for a status other than 200, any other error when writing broke off. All
// that is streamed goes through Handler.send, which compresses, and ends clients
// that do not take what they asked for.
//
// docs/http.md is the contract with those who ask.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"home_exporter/internal/device"
	"home_exporter/internal/poll"
)

// Options of a Handler. Set and Kinds are required.
type Options struct {
	Set   *poll.Set
	Kinds []*device.Kind
	// Gatherer has the program's own metrics, which an unfiltered scrape shows too.
	Gatherer prometheus.Gatherer
	// Registerer takes the metrics of this package. Nil keeps them to ourselves.
	Registerer prometheus.Registerer
	Log        *slog.Logger
	// TelemetryPath is the path of the exposition. Empty is /metrics. If it is / there
	// is no status page.
	TelemetryPath string
	// Config returns the running configuration, secrets masked. Nil: there is none to
	// show.
	Config func() ([]byte, error)
	// Permit returns the check of the addresses that /probe may dial for a host, or nil
	// when the host is allowed by its name. An error of the check says what is allowed.
	// Without Permit, only configured devices are asked.
	Permit func(host string) func(netip.Addr) error
	// Guests asks the devices of /probe that no configuration names. Nil: their own.
	Guests *poll.Guests
	// Reload loads the configuration anew. Nil: /-/reload is forbidden.
	Reload func(context.Context) error
	// MaxScrapes bounds the scrapes that are answered at the same time, MaxProbes the
	// probes. Zero is DefaultMaxScrapes and DefaultMaxProbes.
	MaxScrapes, MaxProbes int
	Version               string
}

// Limits that Options leaves open. A scrape costs memory and a core while it is
// written; a probe mostly waits for the network, and of black holes there may be
// many at a time.
const (
	DefaultMaxScrapes = 40
	DefaultMaxProbes  = 1024
)

// A Handler answers all requests.
type Handler struct {
	set       *poll.Set
	guests    *poll.Guests
	kinds     []*device.Kind
	gatherer  prometheus.Gatherer
	log       *slog.Logger
	telemetry string
	config    func() ([]byte, error)
	permit    func(host string) func(netip.Addr) error
	reloader  func(context.Context) error
	version   string

	routes     map[string]*route
	paths      []string // of routes, in order
	scrapes    slots
	probes     slots
	compress   compressors
	tally      *tally
	page       *pageTemplate
	gatherFail atomic.Pointer[string] // the last error of the Gatherer, so as not to repeat it
}

// A route is one path with what it takes.
type route struct {
	methods []string
	serve   func(http.ResponseWriter, *http.Request) error
}

// New returns the handler of all requests.
func New(o Options) (*Handler, error) {
	if o.Set == nil {
		return nil, errors.New("web: a set of devices is needed")
	}
	h := &Handler{
		set: o.Set, guests: o.Guests, kinds: o.Kinds, gatherer: o.Gatherer, log: o.Log, telemetry: o.TelemetryPath,
		config: o.Config, permit: o.Permit, reloader: o.Reload, version: o.Version,
		scrapes: newSlots(o.MaxScrapes, DefaultMaxScrapes),
		probes:  newSlots(o.MaxProbes, DefaultMaxProbes),
		tally:   newTally(),
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	if h.guests == nil {
		h.guests = new(poll.Guests)
	}
	if h.telemetry == "" {
		h.telemetry = "/metrics"
	}
	var err error
	if h.page, err = newPageTemplate(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if err := h.addRoutes(); err != nil {
		return nil, err
	}
	if err := h.tally.register(o.Registerer); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return h, nil
}

var (
	reading   = []string{http.MethodGet, http.MethodHead}
	reloading = []string{http.MethodPost, http.MethodPut}
)

func (h *Handler) addRoutes() error {
	h.routes = map[string]*route{
		"/probe":          {reading, h.serveProbe},
		"/sd":             {reading, h.serveSD},
		"/api/v1/devices": {reading, h.serveDevices},
		"/config":         {reading, h.serveConfig},
		"/-/healthy":      {reading, h.serveHealthy},
		"/-/ready":        {reading, h.serveReady},
		"/-/reload":       {reloading, h.serveReload},
	}
	if path := h.telemetry; !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#% \t\r\n") {
		return fmt.Errorf("the telemetry path %q must begin with / and be free of spaces and of the characters ? # %%", path)
	}
	if h.routes[h.telemetry] != nil {
		return fmt.Errorf("the telemetry path %s has another use already; take /metrics or a path of your own", h.telemetry)
	}
	h.routes[h.telemetry] = &route{reading, h.serveMetrics}
	if h.telemetry != "/" {
		h.routes["/"] = &route{reading, h.servePage}
	}
	for path := range h.routes {
		h.paths = append(h.paths, path)
	}
	slices.Sort(h.paths)
	h.tally.begin(h.paths)
	return nil
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec := &recorder{ResponseWriter: w}
	rt, path := h.routes[r.URL.Path], r.URL.Path
	if rt == nil {
		path = "other"
	}
	defer func() { h.tally.count(path, rec.status) }()
	defer func() {
		if p := recover(); p != nil {
			h.panicked(rec, r, p)
		}
	}()
	secure(rec.Header())
	if err := h.serve(rec, r, rt); err != nil {
		h.fail(rec, r, err)
	}
}

// serve answers r, or returns what is wrong with it.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, rt *route) error {
	if rt == nil {
		return problemf(http.StatusNotFound, "there is nothing at %q; there is something at: %s",
			clean(r.URL.Path, maxEcho), strings.Join(h.paths, ", "))
	}
	if !slices.Contains(rt.methods, r.Method) {
		p := problemf(http.StatusMethodNotAllowed, "%s takes %s, not %s",
			r.URL.Path, strings.Join(rt.methods, " and "), clean(r.Method, maxEcho))
		p.header = http.Header{"Allow": {strings.Join(rt.methods, ", ")}}
		return p
	}
	if err := refuseBody(w, r); err != nil {
		return err
	}
	return rt.serve(w, r)
}

// secure sets the headers that every answer has. What we show is of this moment,
// and for whoever asked: it is not to be kept, sniffed, framed or run.
func secure(header http.Header) {
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
}

// kind returns the named kind, or nil.
func (h *Handler) kind(name string) *device.Kind {
	for _, k := range h.kinds {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// kindNames returns the names of all kinds, in the order of the documents.
func (h *Handler) kindNames() []string {
	names := make([]string, len(h.kinds))
	for i, k := range h.kinds {
		names[i] = k.Name
	}
	return names
}
