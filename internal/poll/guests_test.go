package poll

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// fragile returns the spec of a toy that has to be spared.
func fragile(d *toy, name string) device.Spec {
	spec := d.spec(name, minutely)
	spec.Budgets = []device.Budget{{Name: "pages", Requests: 2, Per: time.Hour}}
	return spec
}

// spends is a poll that takes from the budget, and fails when it is spent.
func (d *toy) spends(ctx context.Context, out *metric.Batch) error {
	return errors.Join(warm(ctx, out), d.env.Spend("pages"))
}

func TestGuestsKeepBudgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := new(Guests)
		defer g.Close()
		d := newToy(t, nil)
		d.script = d.spends
		for nth, want := range []device.Reason{"", "", device.RateLimited, device.RateLimited} {
			_, err := g.Ask(t.Context(), toyKinds()[0], fragile(d, "a"), device.Env{})
			if got := reasonOf(err); got != want {
				t.Errorf("probe %d: reason %q, want %q", nth, got, want)
			}
		}
		if d.opened() != 1 || d.closed() != 0 {
			t.Errorf("opened %d times and closed %d times", d.opened(), d.closed())
		}
		time.Sleep(guestStay - time.Second)
		if d.closed() != 0 {
			t.Error("closed before its time")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if d.closed() != 1 {
			t.Error("not closed when its time was over")
		}
	})
}

// TestGuestsWithoutBudget come and go with each probe.
func TestGuestsWithoutBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := new(Guests)
		defer g.Close()
		d := newToy(t, nil)
		if _, err := g.Ask(t.Context(), toyKinds()[0], d.spec("a", minutely), device.Env{}); err != nil {
			t.Error(err)
		}
		if d.closed() != 1 {
			t.Errorf("closed %d times, want once", d.closed())
		}
	})
}

// TestGuestsWait has many probes of one device, of which one asks at a time (the toy
// would tell), and one that cannot wait.
func TestGuestsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := new(Guests)
		defer g.Close()
		d := newToy(t, func(ctx context.Context, out *metric.Batch) error {
			time.Sleep(time.Second)
			return warm(ctx, out)
		})
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if _, err := g.Ask(t.Context(), toyKinds()[0], fragile(d, "a"), device.Env{}); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		hasty, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := g.Ask(hasty, toyKinds()[0], fragile(d, "a"), device.Env{})
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "another probe") {
			t.Errorf("the hasty probe: %v", err)
		}
		wg.Wait()
		if d.polls() != 5 || d.opened() != 1 {
			t.Errorf("%d polls of a device opened %d times", d.polls(), d.opened())
		}
	})
}

// TestGuestsDismiss dismisses one that is being asked: it is closed after that.
func TestGuestsDismiss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := new(Guests)
		defer g.Close()
		d := newToy(t, func(ctx context.Context, out *metric.Batch) error {
			time.Sleep(time.Second)
			return warm(ctx, out)
		})
		go g.Ask(t.Context(), toyKinds()[0], fragile(d, "a"), device.Env{})
		synctest.Wait()
		g.Dismiss()
		synctest.Wait()
		if d.closed() != 0 {
			t.Error("closed while it was asked")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if d.closed() != 1 {
			t.Errorf("closed %d times", d.closed())
		}
	})
}

// TestGuestsAreBounded asks more devices than are kept: the one asked longest ago goes.
func TestGuestsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := new(Guests)
		toys := make([]*toy, maxGuests+1)
		for i := range toys {
			toys[i] = newToy(t, nil)
			if _, err := g.Ask(t.Context(), toyKinds()[0], fragile(toys[i], fmt.Sprint(i)), device.Env{}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		for i, d := range toys {
			if want := map[bool]int{true: 1}[i == 0]; d.closed() != want {
				t.Errorf("guest %d was closed %d times, want %d", i, d.closed(), want)
			}
		}
		g.Close()
		for i, d := range toys {
			if d.closed() != 1 {
				t.Errorf("after Close, guest %d was closed %d times", i, d.closed())
			}
		}
		if _, err := g.Ask(t.Context(), toyKinds()[0], fragile(newToy(t, nil), "late"), device.Env{}); !errors.Is(err, errClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}

// TestGuestsTrace gives each probe its own trace.
func TestGuestsTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := new(Guests)
		defer g.Close()
		d := newToy(t, nil)
		d.script = func(ctx context.Context, out *metric.Batch) error {
			d.env.Tracef("asked")
			return warm(ctx, out)
		}
		for nth := range 3 {
			var lines []string
			env := device.Env{}
			if nth != 1 {
				env.Trace = func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
			}
			if _, err := g.Ask(t.Context(), toyKinds()[0], fragile(d, "a"), env); err != nil {
				t.Fatal(err)
			}
			if want := map[bool]int{true: 1}[nth != 1]; len(lines) != want {
				t.Errorf("probe %d: trace %v, want %d lines", nth, lines, want)
			}
		}
	})
}

// TestPursesAreKeptByPlace spends a budget as a configured device, under another name
// after a reload, and as a guest: it is one budget.
func TestPursesAreKeptByPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		purses := new(Purses)
		set := newSet(Options{Purses: purses})
		defer mustClose(t, set)
		g := &Guests{Purses: purses}
		defer g.Close()
		at := func(d *toy, name string) device.Spec {
			spec := fragile(d, name) // two requests
			spec.Place = "192.0.2.1:80"
			return spec
		}
		first, second := newToy(t, nil), newToy(t, nil)
		mustApply(t, set, at(first, "a"))
		if err := first.env.Spend("pages"); err != nil {
			t.Fatal(err)
		}
		mustApply(t, set, at(second, "b"))
		if err := second.env.Spend("pages"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			guest := newToy(t, nil)
			guest.script = guest.spends
			if _, err := g.Ask(t.Context(), toyKinds()[0], at(guest, "c"), device.Env{}); reasonOf(err) != device.RateLimited {
				t.Errorf("as a guest: %v", err)
			}
			g.Dismiss() // which rests nobody
		}
		if name := set.NameAt("toy", "192.0.2.1:80"); name != "b" {
			t.Errorf("at the place is %q, want b", name)
		}
		if name := set.NameAt("toy", "192.0.2.2:80") + set.NameAt("toy", "") + set.NameAt("none", "192.0.2.1:80"); name != "" {
			t.Errorf("at other places is %q", name)
		}
	})
}

// TestPursesForget keeps no purse for ever that is full again.
func TestPursesForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		purses := new(Purses)
		budget := []device.Budget{{Name: "pages", Requests: 1, Per: time.Hour}}
		for i := range 3 * maxPurses {
			all := purses.of(&device.Spec{Kind: "toy", Place: fmt.Sprint(i), Budgets: budget})
			if i == 0 {
				if err := all.spend("pages"); err != nil {
					t.Fatal(err)
				}
			}
		}
		if len(purses.kept) > maxPurses {
			t.Errorf("%d purses are kept", len(purses.kept))
		}
		if err := purses.of(&device.Spec{Kind: "toy", Place: "0", Budgets: budget}).spend("pages"); err == nil {
			t.Error("the one that is not full was forgotten")
		}
	})
}
