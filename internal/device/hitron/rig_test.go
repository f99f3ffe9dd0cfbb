package hitron

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	simhitron "home_exporter/sim/hitron"
)

// start is when the clock of a test begins.
var start = time.Date(2026, 1, 20, 9, 6, 40, 0, time.UTC)

// A rig is a simulated modem and the device that asks it, by a clock that the test
// moves.
type rig struct {
	t      *testing.T
	sim    *simhitron.Sim
	modem  *modem
	now    time.Time
	shapes metric.Shapes
	trace  notes
	before func(request string) // is told of each request before it is sent; may be nil
	log    notes
}

// notes collects lines. Requests are traced on the goroutine of the poll, but a log may
// come from anywhere.
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

// simulate starts a modem, with plain HTTP unless the options bring a certificate.
func simulate(t testing.TB, o simhitron.Options) *simhitron.Sim {
	t.Helper()
	o.Plain = o.Certificate == nil
	sim, err := simhitron.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sim.Close() })
	return sim
}

// certificates makes two certificates, once for all tests: RSA keys take their time.
var certificates = sync.OnceValues(func() (pairs [2]tls.Certificate, err error) {
	for i := range pairs {
		if pairs[i], err = simhitron.NewCertificate(2048); err != nil {
			return pairs, err
		}
	}
	return pairs, nil
})

func certificate(t testing.TB, n int) *tls.Certificate {
	t.Helper()
	pairs, err := certificates()
	if err != nil {
		t.Fatal(err)
	}
	return &pairs[n]
}

// newRig starts a modem and opens the device for it. The entry, which asks quickly, may
// be edited before.
func newRig(t *testing.T, o simhitron.Options, edit ...func(*entry)) *rig {
	t.Helper()
	sim := simulate(t, o)
	e := entry{Address: sim.URL(), Timezone: "UTC", RequestGap: 1}
	for _, change := range edit {
		change(&e)
	}
	r := &rig{t: t, sim: sim, now: start}
	spec := specOf(t, e)
	purse := device.NewPurse(spec.Budgets[0])
	d, err := spec.Open(device.Env{
		Log: slog.New(slog.NewTextHandler(&r.log, nil)),
		Trace: func(format string, args ...any) {
			line := fmt.Sprintf(format, args...)
			fmt.Fprintln(&r.trace, line)
			if request, ok := strings.CutPrefix(line, "> "); ok && r.before != nil {
				r.before(request)
			}
		},
		Spend: func(name string) error {
			if name != ofdmBudget {
				t.Errorf("the budget %q is not declared", name)
			}
			return purse.Spend(r.now)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	r.modem = d.(*modem)
	r.modem.now = func() time.Time { return r.now }
	return r
}

// specOf returns the spec of an entry without mistakes.
func specOf(t testing.TB, e entry) device.Spec {
	t.Helper()
	specs, err := (section{e}).Specs(device.Defaults{})
	if err != nil {
		t.Fatal(err)
	}
	return specs[0]
}

// series is a page by series, such as modem_downstream_power{channel="7"}.
type series map[string]float64

// poll asks so long after the last poll, within the time that the kind has.
func (r *rig) poll(after time.Duration) (series, error) {
	r.t.Helper()
	r.now = r.now.Add(after)
	ctx, cancel := context.WithTimeout(r.t.Context(), pace.Timeout)
	defer cancel()
	var b metric.Batch
	err := r.modem.Poll(ctx, &b)
	return seriesOf(r.t, &r.shapes, &b), err
}

// well is poll where nothing may be wrong.
func (r *rig) well(after time.Duration) series {
	r.t.Helper()
	s, err := r.poll(after)
	if err != nil {
		r.t.Fatalf("poll: %v", err)
	}
	return s
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

// hasNone reports whether no series begins with the name.
func (s series) hasNone(name string) bool {
	for one := range s {
		if strings.HasPrefix(one, name) {
			return false
		}
	}
	return true
}
