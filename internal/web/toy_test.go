package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
)

// The families of the toys: one of each type.
var (
	lampOn     = &metric.Family{Name: "lamp_on", Help: "Whether the lamp shines."}
	lampEnergy = &metric.Family{Name: "lamp_energy_joules_total", Type: metric.Counter, Unit: "joules", Help: "Energy used."}
	lampInfo   = &metric.Family{Name: "lamp_info", Type: metric.Info, Labels: []string{"model"}, Help: "About the lamp."}
	lampColor  = &metric.Family{Name: "lamp_color", Type: metric.StateSet, Help: "Color of the light."}
	lampDelay  = &metric.Family{Name: "lamp_delay_seconds", Type: metric.Histogram, Unit: "seconds", Buckets: []float64{0.5, 1}, Help: "How long it took to light up."}
	doorOpen   = &metric.Family{Name: "door_open", Labels: []string{"side"}, Help: "Whether the door is open."}
)

// A toy is a device that does what its func says.
type toy func(ctx context.Context, out *metric.Batch) error

func (t toy) Poll(ctx context.Context, out *metric.Batch) error { return t(ctx, out) }
func (t toy) Close() error                                      { return nil }

// shine is a lamp that is well: the poll takes 20 ms.
func shine(_ context.Context, out *metric.Batch) error {
	time.Sleep(20 * time.Millisecond)
	out.AddBool(lampOn, true)
	out.Add(lampEnergy, 3600)
	out.Add(lampInfo, 1, "L 1")
	out.AddState(lampColor, "warm", []string{"cold", "warm"})
	out.AddHistogram(lampDelay, []uint64{1, 2, 3}, 4.5)
	return nil
}

// dark is a lamp that never answers well.
func dark(context.Context, *metric.Batch) error {
	return &device.Error{Reason: device.Auth, Err: errors.New("log in: wrong password"), Hint: "set the password"}
}

// hang is a device that never answers at all.
func hang(ctx context.Context, _ *metric.Batch) error {
	<-ctx.Done()
	return ctx.Err()
}

// shut is a door, which is not well when it is shut.
func shut(_ context.Context, out *metric.Batch) error {
	out.AddBool(doorOpen, false, "front")
	return device.Down(device.Refused, errors.New("the door is shut"))
}

// open is a door that is well.
func open(_ context.Context, out *metric.Batch) error {
	out.AddBool(doorOpen, true, "front")
	return nil
}

// half is a door of which only one side is known.
func half(_ context.Context, out *metric.Batch) error {
	out.AddBool(doorOpen, true, "back")
	return errors.New("the front does not answer")
}

var toyPace = &device.Pace{Interval: 30 * time.Second, Timeout: 5 * time.Second, Keep: 90 * time.Second}

func spec(kind, name string, t toy) device.Spec {
	s := device.Spec{
		Kind: kind, Name: name, Digest: device.DigestOf(kind, name), Pace: toyPace,
		Open: func(device.Env) (device.Device, error) { return t, nil },
	}
	if kind == "doors" {
		s.Labels = metric.EncodeLabels("door", name)
	}
	return s
}

// onScrape makes s be asked when scraped.
func onScrape(s device.Spec) device.Spec {
	p := *s.Pace
	p.OnScrape = true
	s.Pace = &p
	return s
}

// A house is a set of toys with a handler over it.
type house struct {
	*Handler
	t        *testing.T
	set      *poll.Set
	registry *prometheus.Registry
	options  Options
	probed   []device.Target // what the kind doors was asked to probe
}

// lamps ask configured devices only, as a kind with a password does; doors ask any.
func newHouse(t *testing.T, change func(*Options), specs ...device.Spec) *house {
	t.Helper()
	h := &house{t: t, registry: prometheus.NewRegistry()}
	kinds := []*device.Kind{
		{Name: "lamps", Summary: "Lamps of all sorts", Families: []*metric.Family{lampOn, lampEnergy, lampInfo, lampColor, lampDelay}},
		{Name: "doors", Summary: "Doors & gates", Families: []*metric.Family{doorOpen}, Identified: true, Labels: []string{"door"}, Probe: h.probe},
	}
	h.set = poll.New(poll.Options{Kinds: kinds})
	t.Cleanup(func() { h.set.Close() })
	if err := h.set.Apply(specs); err != nil {
		t.Fatal(err)
	}
	h.options = Options{
		Set: h.set, Kinds: kinds, Gatherer: h.registry, Registerer: h.registry, Version: "1.2.3",
		Log:    slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
		Config: func() ([]byte, error) { return []byte("lamps: [{name: desk, password: <secret>}]\n"), nil },
		Permit: permitToys,
	}
	if change != nil {
		change(&h.options)
	}
	handler, err := New(h.options)
	if err != nil {
		t.Fatal(err)
	}
	h.Handler = handler
	return h
}

// permitToys allows *.lan by name and 10.0.0.0/8 by address.
func permitToys(host string) func(netip.Addr) error {
	if strings.HasSuffix(host, ".lan") {
		return nil
	}
	return func(a netip.Addr) error {
		if netip.MustParsePrefix("10.0.0.0/8").Contains(a) {
			return nil
		}
		return fmt.Errorf("%s is outside of 10.0.0.0/8", a)
	}
}

// hosts is what the names of the toys' network stand for.
var hosts = map[string][]string{
	"gate.lan":       {"203.0.113.1"},
	"inside.example": {"10.0.0.5"}, "outside.example": {"203.0.113.7"},
	"both.example": {"203.0.113.7", "10.0.0.5"},
}

// probe makes the spec of a door anywhere. Its parameter answer says how it answers.
func (h *house) probe(target device.Target) (device.Spec, error) {
	h.probed = append(h.probed, target)
	host, err := hostOf(target.Address)
	if err != nil {
		return device.Spec{}, err
	}
	if host == "nonsense.lan" {
		return device.Spec{}, errors.New("there is no such door")
	}
	s := spec("doors", target.Address, nil)
	if host == fragileHost {
		s.Place, s.Budgets = fragileHost, fragileBudget
	}
	s.Open = func(env device.Env) (device.Device, error) {
		return toy(func(ctx context.Context, out *metric.Batch) error {
			env.Tracef("look up %s", host)
			err := dial(env, host, target.Permit)
			if err != nil {
				return fmt.Errorf("dial %s: %w", host, err)
			}
			time.Sleep(250 * time.Millisecond)
			return answers[target.Params.Get("answer")](ctx, out)
		}), nil
	}
	return s, nil
}

// fragileHost is the place of a door that has to be spared.
const fragileHost = "10.9.9.9"

var fragileBudget = []device.Budget{{Name: "knocks", Requests: 10, Per: time.Hour}}

// dial tries the addresses of a host as a kind does.
func dial(env device.Env, host string, permit func(netip.Addr) error) (err error) {
	addresses := hosts[host]
	if addresses == nil {
		addresses = []string{host}
	}
	for _, text := range addresses {
		var addr netip.Addr
		if addr, err = netip.ParseAddr(text); err != nil {
			return err
		}
		if err = permit(addr); err == nil {
			env.Tracef("connect to %s", addr)
			return nil
		}
	}
	return err
}

var answers = map[string]toy{
	"": open, "shut": shut, "half": half, "hang": hang, "dark": dark,
	"panic": func(context.Context, *metric.Batch) error { panic("the door fell off") },
}

// do answers one request. Headers are "Name: value".
func (h *house) do(method, target string, headers ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// get answers a GET that must succeed, and returns the body.
func (h *house) get(target string, headers ...string) string {
	h.t.Helper()
	w := h.do(http.MethodGet, target, headers...)
	if w.Code != http.StatusOK {
		h.t.Fatalf("GET %s = %d %s, want 200", target, w.Code, w.Body)
	}
	return w.Body.String()
}

// contains checks that text has all of parts, and none of those that begin with !.
func contains(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	if before, after, ok := strings.Cut(text, "<style>"); ok {
		_, after, _ = strings.Cut(after, "</style>")
		text = before + after
	}
	for _, part := range parts {
		absent, not := strings.CutPrefix(part, "!")
		switch {
		case not && strings.Contains(text, absent):
			t.Errorf("%s contains %q:\n%s", what, absent, text)
		case !not && !strings.Contains(text, part):
			t.Errorf("%s does not contain %q:\n%s", what, part, text)
		}
	}
}

// escape makes a target fit for a query.
func escape(s string) string { return url.QueryEscape(s) }

// A logbook collects what is logged.
type logbook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logbook) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
