package homeplug

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	simhomeplug "home_exporter/sim/homeplug"
)

// A rig is a simulated segment and the device that asks it.
type rig struct {
	t       testing.TB
	sim     *simhomeplug.Sim
	segment *segment
	shapes  metric.Shapes
	log     notes
	trace   notes
}

// notes collects lines, from any goroutine.
type notes struct {
	mu   sync.Mutex
	text strings.Builder
}

func (n *notes) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(p)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

// simulate runs a segment that is met at a socket until the test ends. A message that
// must never be sent fails the test.
func simulate(t testing.TB, o simhomeplug.Options) *simhomeplug.Sim {
	t.Helper()
	if o.Interface == "" && o.Socket == "" {
		o.Socket = filepath.Join(t.TempDir(), "line")
	}
	sim, err := simhomeplug.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, sim) })
	return sim
}

// shut ends a segment, on which nothing may have been sent that changes an adapter.
func shut(t testing.TB, sim *simhomeplug.Sim) {
	t.Helper()
	if err := sim.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	for _, v := range sim.Violations() {
		t.Errorf("sent %v", v)
	}
	if n := sim.Seen().Malformed; n > 0 {
		t.Errorf("%d frames without a whole header were sent", n)
	}
}

// newRig runs a segment and opens the device for it. The entry may be edited before.
func newRig(t testing.TB, o simhomeplug.Options, edit ...func(*entry)) *rig {
	t.Helper()
	sim := simulate(t, o)
	r := openRig(t, append([]func(*entry){func(e *entry) { e.Interface = unixPrefix + sim.Socket() }}, edit...)...)
	r.sim = sim
	return r
}

// openRig opens a device for an entry.
func openRig(t testing.TB, edit ...func(*entry)) *rig {
	t.Helper()
	var e entry
	for _, change := range edit {
		change(&e)
	}
	r := &rig{t: t}
	env := device.Env{
		Log:   slog.New(slog.NewTextHandler(&r.log, nil)),
		Trace: func(format string, args ...any) { fmt.Fprintf(&r.trace, format+"\n", args...) },
	}
	d, err := specOf(t, e).Open(env)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	r.segment = d.(*segment)
	r.segment.settings.client.Settle = 50 * time.Millisecond // every test looks for adapters
	return r
}

// quick gives an answer 100 ms, for tests in which answers fail to come.
func quick(e *entry) { e.RequestTimeout = device.Duration(100 * time.Millisecond) }

// basic asks for networks and rates alone.
func basic(e *entry) {
	e.Chips, e.StatisticsInterval, e.DetailsInterval = "atheros", new(device.Duration), new(device.Duration)
}

// toneMaps reads tone maps.
func toneMaps(e *entry) { e.ToneMaps = true }

// specOf returns the spec of an entry without mistakes.
func specOf(t testing.TB, e entry) device.Spec {
	t.Helper()
	specs, err := (section{e}).Specs(device.Defaults{})
	if err != nil {
		t.Fatal(err)
	}
	return specs[0]
}

// series is a page by series, such as homeplug_device_up{device_addr="…"}.
type series map[string]float64

// poll asks once, within the time that the kind has.
func (r *rig) poll() (series, error) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), pace.Timeout)
	defer cancel()
	var b metric.Batch
	err := r.segment.Poll(ctx, &b)
	return seriesOf(r.t, &r.shapes, &b), err
}

// well is poll where nothing may be wrong.
func (r *rig) well() series {
	r.t.Helper()
	s, err := r.poll()
	if err != nil {
		r.t.Fatalf("poll: %v", err)
	}
	return s
}

// fails is poll where nothing may come.
func (r *rig) fails(reason device.Reason) error {
	r.t.Helper()
	s, err := r.poll()
	if got := device.ReasonOf(err); err == nil || got != reason || len(s) > 0 {
		r.t.Fatalf("%d series, error %v with reason %q, want none, with reason %q", len(s), err, got, reason)
	}
	return err
}

// seriesOf returns the samples of a batch, of which none may be lost.
func seriesOf(t testing.TB, shapes *metric.Shapes, b *metric.Batch) series {
	t.Helper()
	snapshot, dropped := shapes.Freeze(b, nil)
	if dropped > 0 {
		t.Errorf("%d samples were dropped", dropped)
	}
	s := make(series)
	snapshot.Each(func(f *metric.Family, labels metric.Labels, v float64) {
		name := f.Name
		if labels != "" {
			name += "{" + string(labels) + "}"
		}
		s[name] = v
	})
	return s
}

// want compares some series, by name, with their values.
func (s series) want(t testing.TB, want series) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got, ok := s[name]; !ok || got != want[name] {
			t.Errorf("%s is %v (there: %t), want %v", name, got, ok, want[name])
		}
	}
}

// lack fails for each series that begins with one of the names.
func (s series) lack(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(s)) {
		for _, prefix := range names {
			if strings.HasPrefix(name, prefix) {
				t.Errorf("%s %v is there, and should not", name, s[name])
			}
		}
	}
}

// promised returns the series of the promised families.
func (s series) promised() series {
	out := make(series)
	for _, f := range families {
		for name, v := range s {
			if base, _, _ := strings.Cut(name, "{"); f.Promised && base == f.Name {
				out[name] = v
			}
		}
	}
	return out
}

// up is homeplug_device_up of an adapter.
func up(mac simhomeplug.MAC) string { return `homeplug_device_up{device_addr="` + mac.String() + `"}` }

// rate is a promised series of a link in the house.
func rate(direction string, from, to simhomeplug.MAC) string {
	return fmt.Sprintf("homeplug_station_%s_rate_bytes{device_addr=%q,nid=%q,peer_addr=%q}", direction, from, home, to)
}

// received is the counter of frames with a verdict.
func received(verdict string) string {
	return `homeplug_frames_received_total{result="` + verdict + `"}`
}

// containsAll reports whether all parts are in text.
func containsAll(text string, parts ...string) bool {
	return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(text, part) })
}
