package powerwall

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
	simpowerwall "home_exporter/sim/powerwall"
)

// Planted secrets, found nowhere by accident.
const plantedPassword = `plänted "pass" & word+Zx0815qJ`

// A rig is a simulated gateway and the device that asks it.
type rig struct {
	t       *testing.T
	sim     *simpowerwall.Sim
	site    *site
	shapes  metric.Shapes
	trace   notes
	before  func(request string) // is told of each request before it is sent; may be nil
	outside *elsewhere           // nil where a test runs by the real clock
	log     notes
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

// certificates makes two certificates, once for all tests.
var certificates = sync.OnceValues(func() (pairs [2]tls.Certificate, err error) {
	for i := range pairs {
		if pairs[i], err = simpowerwall.NewCertificate(simpowerwall.CertificateOptions{}); err != nil {
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

// simulate starts a gateway with the planted password. Whatever a test does, nothing
// that acts may be asked for.
func simulate(t testing.TB, o simpowerwall.Options) *simpowerwall.Sim {
	t.Helper()
	if o.Certificate == nil {
		o.Certificate = certificate(t, 0)
	}
	o.Password = plantedPassword
	sim, err := simpowerwall.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if v := sim.Violations(); len(v) > 0 {
			t.Errorf("asked for what a reader must not: %v", v)
		}
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	return sim
}

// entryOf returns an entry for a gateway, with the right password.
func entryOf(sim *simpowerwall.Sim, edit ...func(*entry)) entry {
	e := entry{GatewayAddress: sim.Address(), LoginPassword: device.NewSecret(plantedPassword)}
	for _, change := range edit {
		change(&e)
	}
	return e
}

// newRig starts a gateway and opens the device for it. The entry may be edited before.
func newRig(t *testing.T, o simpowerwall.Options, edit ...func(*entry)) *rig {
	t.Helper()
	r := &rig{t: t, sim: simulate(t, o)}
	r.open(edit...)
	return r
}

// open opens the device.
func (r *rig) open(edit ...func(*entry)) {
	r.t.Helper()
	d, err := specOf(r.t, entryOf(r.sim, edit...)).Open(device.Env{
		Log: slog.New(slog.NewTextHandler(&r.log, nil)),
		Trace: func(format string, args ...any) {
			line := fmt.Sprintf(format, args...)
			fmt.Fprintln(&r.trace, line)
			if request, ok := strings.CutPrefix(line, "> "); ok && r.before != nil {
				r.before(request)
			}
		},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.site = d.(*site)
	r.t.Cleanup(func() { // whatever the test did
		d.Close()
		discreet(r.t, "the trace", r.trace.String())
		discreet(r.t, "the log", r.log.String())
	})
}

// discreet fails where the password is in a text, in any form.
func discreet(t testing.TB, where, text string) {
	t.Helper()
	for _, form := range []string{plantedPassword, "Zx0815qJ", `plänted \"pass`, "pl%C3%A4nted", "AuthCookie=", "UserRecord="} {
		if strings.Contains(text, form) {
			t.Errorf("%s has %q in it:\n%.2000s", where, form, text)
		}
	}
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

// series is a page by series, such as powerwall_instant_power_watts{category="site"}.
type series map[string]float64

// poll asks, within the time that the kind has.
func (r *rig) poll() (series, error) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), pace.Timeout)
	defer cancel()
	var b metric.Batch
	err := r.site.Poll(ctx, &b)
	s := seriesOf(r.t, &r.shapes, &b)
	discreet(r.t, "the page", strings.Join(slices.Sorted(maps.Keys(s)), "\n"))
	if err != nil {
		discreet(r.t, "the error", err.Error()+device.HintOf(err))
	}
	return s, err
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

// failing is poll where nothing can be had.
func (r *rig) failing() error {
	r.t.Helper()
	s, err := r.poll()
	if err == nil || len(s) > 0 {
		r.t.Fatalf("error %v with %d series, want an error and no series", err, len(s))
	}
	return err
}

// requests returns the requests that were sent so far, whoever was there to hear them.
func (r *rig) requests() int { return strings.Count(r.trace.String(), "> ") }

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
	for _, name := range s.keys(names...) {
		t.Errorf("%s %v is there, and should not", name, s[name])
	}
}

// keys returns the series that begin with one of the names.
func (s series) keys(names ...string) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if begins(name, names) {
			all = append(all, name)
		}
	}
	return all
}

func begins(name string, with []string) bool {
	return slices.ContainsFunc(with, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// told are the series that tell of the asking itself.
var told = []string{"powerwall_endpoint_", "powerwall_retries_total", "powerwall_logins_total", "powerwall_login_blocked"}

// compare finds what differs between two polls: series that are gone, that are new, and
// that have another value, those about the asking left out.
func compare(before, after series) (gone, fresh, changed []string) {
	for _, name := range slices.Sorted(maps.Keys(before)) {
		switch got, ok := after[name]; {
		case begins(name, told):
		case !ok:
			gone = append(gone, name)
		case got != before[name]:
			changed = append(changed, fmt.Sprintf("%s %v -> %v", name, before[name], got))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if _, ok := before[name]; !ok && !begins(name, told) {
			fresh = append(fresh, name)
		}
	}
	return gone, fresh, changed
}

// same fails where two polls differ.
func same(t testing.TB, before, after series) {
	t.Helper()
	if gone, fresh, changed := compare(before, after); gone != nil || fresh != nil || changed != nil {
		t.Errorf("gone %q, new %q, changed %q", gone, fresh, changed)
	}
}

// impatient gives each document so little time that a test can wait for its end.
func impatient(e *entry) { e.RequestTimeout = device.Duration(250 * time.Millisecond) }
