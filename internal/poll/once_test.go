package poll

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

func TestOnce(t *testing.T) {
	cases := map[string]struct {
		script func(context.Context, *metric.Batch) error
		err    string
		reason device.Reason
		series int
	}{
		"ok":      {warm, "", "", 1},
		"empty":   {func(context.Context, *metric.Batch) error { return nil }, "", "", 0},
		"partial": {half, "too cold", device.Parse, 1},
		"down": {func(ctx context.Context, out *metric.Batch) error {
			return errors.Join(warm(ctx, out), closedSocket(ctx, out))
		}, "too cold", device.Refused, 1},
		"failed":  {cold, "too cold", device.Refused, 0},
		"timeout": {hang, "context deadline exceeded", device.Timeout, 0},
		"panic": {func(_ context.Context, out *metric.Batch) error {
			out.Add(temperature, 1, "hall")
			panic("a bug")
		}, "panic: a bug", device.Internal, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newToy(t, c.script)
				kind := toyKinds()[0]
				spec := d.spec("a", minutely)
				spec.Labels = metric.EncodeLabels("zone", "north")
				var log logBook
				begin := time.Now()
				group, err := Once(t.Context(), kind, spec, device.Env{Log: log.logger()})
				if took := time.Since(begin); took != 0 && c.reason != device.Timeout || took > minutely.Timeout {
					t.Errorf("took %s", took)
				}
				switch {
				case c.err == "" && err != nil, c.err != "" && (err == nil || err.Error() != c.err):
					t.Errorf("error: got %v, want %q", err, c.err)
				case err != nil && device.ReasonOf(err) != c.reason:
					t.Errorf("reason: got %s, want %s", device.ReasonOf(err), c.reason)
				}
				series := 0
				for _, src := range group.Sources {
					series += src.Snapshot.Len()
					if src.Labels != spec.Labels {
						t.Errorf("labels: got %q, want %q", src.Labels, spec.Labels)
					}
				}
				if series != c.series {
					t.Errorf("%d series, want %d", series, c.series)
				}
				if len(group.Families) != len(kind.Families) {
					t.Errorf("%d families, want those of the kind", len(group.Families))
				}
				if d.opened() != 1 || d.closed() != 1 || d.polls() != 1 {
					t.Errorf("opened %d, asked %d, closed %d times, want once each", d.opened(), d.polls(), d.closed())
				}
				if stack := strings.Contains(strings.Join(log.take(), ""), "TestOnce"); stack != (c.reason == device.Internal) {
					t.Errorf("a stack in the log: %t", stack)
				}
			})
		})
	}
}

func TestOnceDoesNotOpen(t *testing.T) {
	spec := newToy(t, nil).spec("a", minutely)
	for want, open := range map[string]func(device.Env) (device.Device, error){
		"toy a: too cold":           func(device.Env) (device.Device, error) { return nil, errCold },
		"toy a: panic: a bug":       func(device.Env) (device.Device, error) { panic("a bug") },
		"toy a: nothing was opened": func(device.Env) (device.Device, error) { return nil, nil },
	} {
		spec.Open = open
		if _, err := Once(t.Context(), toyKinds()[0], spec, device.Env{}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestOnceHasBudgets(t *testing.T) {
	d := newToy(t, nil)
	spec := d.spec("a", minutely)
	spec.Budgets = []device.Budget{logins}
	if _, err := Once(t.Context(), toyKinds()[0], spec, device.Env{}); err != nil {
		t.Fatal(err)
	}
	if got := spent(t, d, "login"); got != 3 {
		t.Errorf("%d logins, want the 3 of a budget of its own", got)
	}
	own := errors.New("mine")
	d = newToy(t, nil)
	spec = d.spec("a", minutely)
	if _, err := Once(t.Context(), toyKinds()[0], spec, device.Env{Spend: func(string) error { return own }}); err != nil {
		t.Fatal(err)
	}
	if err := d.env.Spend("login"); err != own {
		t.Errorf("the caller's Spend is not used: %v", err)
	}
}

func TestOnceTellsWhatDoesNotClose(t *testing.T) {
	for name, onClose := range map[string]func() error{
		"error": func() error { return errCold },
		"panic": func() error { panic("too cold") },
	} {
		t.Run(name, func(t *testing.T) {
			var log logBook
			d := newToy(t, nil)
			d.onClose = onClose
			if _, err := Once(t.Context(), toyKinds()[0], d.spec("a", minutely), device.Env{Log: log.logger()}); err != nil {
				t.Errorf("the readings are there: %v", err)
			}
			if lines := log.take(); len(lines) != 1 || !strings.Contains(lines[0], "too cold") {
				t.Errorf("log: %q, want that it did not close", lines)
			}
		})
	}
}
