package poll

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

var temperature = &metric.Family{
	Name: "toy_temperature_celsius", Labels: []string{"room"}, Help: "What the toy measures.", Unit: "celsius",
}

var reachable = &metric.Family{
	Name: "toy_reachable", Help: "Whether the toy can be reached.",
}

// errCold is what a toy that fails says.
var errCold = &device.Error{Reason: device.Refused, Err: errors.New("too cold"), Hint: "turn the heating on"}

// A toy is a device whose polls are scripted. It reports what no set may do: two
// polls at once, a poll after Close, Close during a poll, Close twice.
type toy struct {
	t *testing.T
	// script is the poll; nil measures 21 degrees.
	script func(ctx context.Context, out *metric.Batch) error
	// onClose is called by Close, before anything else.
	onClose func() error

	mu      sync.Mutex
	starts  []time.Time
	running bool
	opens   int
	closes  int
	env     device.Env
}

func newToy(t *testing.T, script func(context.Context, *metric.Batch) error) *toy {
	return &toy{t: t, script: script}
}

func (d *toy) Poll(ctx context.Context, out *metric.Batch) error {
	d.mu.Lock()
	if d.running {
		d.t.Error("two polls of one device at once")
	}
	if d.closes > 0 {
		d.t.Error("a poll after Close")
	}
	d.running = true
	d.starts = append(d.starts, time.Now())
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.running = false
		d.mu.Unlock()
	}()
	if d.script == nil {
		return warm(ctx, out)
	}
	return d.script(ctx, out)
}

func (d *toy) Close() error {
	var err error
	if d.onClose != nil {
		err = d.onClose()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.running {
		d.t.Error("Close during a poll")
	}
	if d.closes++; d.closes > 1 {
		d.t.Errorf("Close number %d", d.closes)
	}
	return err
}

func (d *toy) polls() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.starts)
}

func (d *toy) closed() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closes
}

func (d *toy) opened() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.opens
}

func (d *toy) startTimes() []time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.starts)
}

// warm is a poll that measures 21 degrees.
func warm(_ context.Context, out *metric.Batch) error {
	out.Add(temperature, 21, "hall")
	return nil
}

// cold is a poll that fails.
func cold(context.Context, *metric.Batch) error { return errCold }

// hang is a poll that waits for its context.
func hang(ctx context.Context, _ *metric.Batch) error {
	<-ctx.Done()
	return ctx.Err()
}

// minutely is the pace of most toys.
var minutely = device.Pace{Interval: time.Minute, Timeout: 10 * time.Second, Keep: 3 * time.Minute}

// scraped is the pace of those that are asked by Refresh.
var scraped = device.Pace{Interval: time.Minute, Timeout: 10 * time.Second, Keep: 3 * time.Minute, OnScrape: true}

// spec returns the spec of d. Versions stand for settings: another version is
// another digest.
func (d *toy) spec(name string, pace device.Pace, version ...any) device.Spec {
	return specOf(d, d, name, pace, version...)
}

func specOf(d device.Device, noted *toy, name string, pace device.Pace, version ...any) device.Spec {
	return device.Spec{
		Kind: "toy", Name: name, Digest: device.DigestOf(append(version, name)...), Pace: &pace,
		Open: func(e device.Env) (device.Device, error) {
			noted.mu.Lock()
			defer noted.mu.Unlock()
			noted.env = e
			noted.opens++
			return d, nil
		},
	}
}

// A toyFinder is a toy that finds toys.
type toyFinder struct {
	toy
	found func() ([]device.Spec, bool)
}

func (d *toyFinder) Found() ([]device.Spec, bool) { return d.found() }

func (d *toyFinder) spec(name string, pace device.Pace, version ...any) device.Spec {
	return specOf(d, &d.toy, name, pace, version...)
}

// newFinder returns a finder that finds nothing by itself: its polls are not failed,
// and bring nothing.
func newFinder(t *testing.T, found func() ([]device.Spec, bool)) *toyFinder {
	f := &toyFinder{found: found}
	f.t = t
	f.script = func(context.Context, *metric.Batch) error { return nil }
	return f
}

// list is what a finder finds: a list that a test changes while the finder runs.
type list struct {
	mu      sync.Mutex
	specs   []device.Spec
	changed bool
}

func (l *list) set(specs ...device.Spec) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.specs, l.changed = specs, true
}

func (l *list) found() ([]device.Spec, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	changed := l.changed
	l.changed = false
	if !changed {
		return nil, false
	}
	return l.specs, true
}

// toyKinds is the plain kind of toys, a second one, and one whose labels tell its
// devices apart.
func toyKinds() []*device.Kind {
	families := []*metric.Family{temperature}
	return []*device.Kind{
		{Name: "toy", Families: families},
		{Name: "other", Families: families},
		{Name: "labelled", Families: []*metric.Family{temperature, reachable}, Identified: true},
	}
}

// newSet returns a set of toys that is closed with the test. Inside a bubble, defer
// Close by yourself.
func newSet(o Options) *Set {
	if o.Kinds == nil {
		o.Kinds = toyKinds()
	}
	return New(o)
}

func mustApply(t *testing.T, s *Set, specs ...device.Spec) {
	t.Helper()
	if err := s.Apply(specs); err != nil {
		t.Fatalf("Apply: %v", err)
	}
}

func mustClose(t *testing.T, s *Set) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// page returns the page of what f matches.
func page(t *testing.T, s *Set, f Filter) string {
	t.Helper()
	var b strings.Builder
	if err := metric.WritePage(&b, metric.Text, time.Now(), s.Collect(f)); err != nil {
		t.Fatalf("write page: %v", err)
	}
	return b.String()
}

// line returns the line of the page that begins with the given series, empty when
// there is none.
func line(page, series string) string {
	for l := range strings.Lines(page) {
		if rest, ok := strings.CutPrefix(l, series+" "); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// wantLines checks values of series on the page; an empty value stands for a series
// that must not be there.
func wantLines(t *testing.T, page string, want map[string]string) {
	t.Helper()
	for series, value := range want {
		if got := line(page, series); got != value {
			t.Errorf("%s: got %q, want %q", series, got, value)
		}
	}
	if t.Failed() {
		t.Logf("page:\n%s", page)
	}
}

// status returns the status of one toy.
func status(t *testing.T, s *Set, name string) Status {
	t.Helper()
	found := s.Devices(Filter{Devices: []string{name}})
	if len(found) != 1 {
		t.Fatalf("%d devices are named %q, want 1", len(found), name)
	}
	return found[0]
}

// logBook is a log to read in a test.
type logBook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// take returns the lines since the last take.
func (b *logBook) take() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(b.buf.String()), "\n")
	b.buf.Reset()
	if lines[0] == "" {
		return nil
	}
	return lines
}

// logger returns a logger that writes to b, without times.
func (b *logBook) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
}

// slogTo returns a logger that calls f for each record.
func slogTo(f func()) *slog.Logger {
	return slog.New(slog.NewTextHandler(writerFunc(f), nil))
}

type writerFunc func()

func (f writerFunc) Write(p []byte) (int, error) {
	f()
	return len(p), nil
}
