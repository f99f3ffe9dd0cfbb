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

// slow is a poll that takes two seconds.
func slow(ctx context.Context, out *metric.Batch) error {
	select {
	case <-time.After(2 * time.Second):
		return warm(ctx, out)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestRefreshIsSingleFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		d, byInterval := newToy(t, slow), newToy(t, nil)
		mustApply(t, set, d.spec("a", scraped), byInterval.spec("b", minutely))
		time.Sleep(time.Second)
		var scrapes sync.WaitGroup
		for i := range 50 {
			scrapes.Go(func() {
				time.Sleep(time.Duration(i) * 10 * time.Millisecond)
				set.Refresh(t.Context(), Filter{})
				if p := page(t, set, Filter{}); line(p, `toy_temperature_celsius{device="a",room="hall"}`) != "21" {
					t.Errorf("scrape %d does not see the reading it waited for", i)
				}
			})
		}
		begin := time.Now()
		scrapes.Wait()
		if took := time.Since(begin); took != 2*time.Second {
			t.Errorf("50 scrapes took %s, want the 2s of one poll", took)
		}
		if d.polls() != 1 {
			t.Errorf("asked %d times, want once", d.polls())
		}
		if byInterval.polls() != 1 {
			t.Errorf("a device by interval was asked %d times by scrapes", byInterval.polls()-1)
		}
	})
}

func TestOnePollServesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		d := newToy(t, nil)
		mustApply(t, set, d.spec("a", scraped))
		for i, c := range []struct {
			wait  time.Duration
			polls int
		}{{0, 1}, {0, 1}, {999 * time.Millisecond, 1}, {time.Millisecond, 2}, {30 * time.Second, 3}} {
			time.Sleep(c.wait)
			set.Refresh(t.Context(), Filter{})
			if d.polls() != c.polls {
				t.Errorf("scrape %d: %d polls, want %d", i, d.polls(), c.polls)
			}
		}
	})
}

func TestRefreshMatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		a, b, c := newToy(t, nil), newToy(t, nil), newToy(t, nil)
		other := c.spec("a", scraped)
		other.Kind = "other"
		mustApply(t, set, a.spec("a", scraped), b.spec("b", scraped), other)
		for i, step := range []struct {
			filter Filter
			want   string
		}{
			{Filter{Kinds: []string{"other"}}, "0 0 1"},
			{Filter{Devices: []string{"b"}}, "0 1 1"},
			{Filter{Kinds: []string{"toy"}, Devices: []string{"a", "x"}}, "1 1 1"},
			{Filter{Kinds: []string{"none"}}, "1 1 1"},
			{Filter{}, "2 2 2"},
		} {
			time.Sleep(time.Minute)
			set.Refresh(t.Context(), step.filter)
			if got := fmt.Sprint(a.polls(), b.polls(), c.polls()); got != step.want {
				t.Errorf("step %d: polls %s, want %s", i, got, step.want)
			}
		}
	})
}

func TestRefreshEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		deaf := newToy(t, func(context.Context, *metric.Batch) error {
			time.Sleep(20 * time.Second)
			return nil
		})
		mustApply(t, set, deaf.spec("a", scraped))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		begin := time.Now()
		set.Refresh(ctx, Filter{})
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("Refresh took %s, want the 3s of its context", took)
		}
	})
}

// Two servers scrape; the one with little time must not cut the other's poll short.
func TestTheMostPatientDeadlineCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{Workers: 1})
		defer mustClose(t, set)
		busy := newToy(t, func(context.Context, *metric.Batch) error {
			time.Sleep(500 * time.Millisecond)
			return nil
		})
		d := newToy(t, slow)
		mustApply(t, set, busy.spec("0", minutely), d.spec("a", scraped))
		time.Sleep(time.Millisecond) // the only worker is busy: both demands are there when it is free
		var askers sync.WaitGroup
		ask := func(timeout time.Duration, want error) {
			askers.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), timeout)
				defer cancel()
				if err := set.Ask(ctx, "toy", "a"); !errors.Is(err, want) {
					t.Errorf("Ask with %s: got %v, want %v", timeout, err, want)
				}
			})
			synctest.Wait()
		}
		ask(time.Second, context.DeadlineExceeded)
		ask(5*time.Second, nil)
		ask(1500*time.Millisecond, context.DeadlineExceeded)
		askers.Wait()
		if d.polls() != 1 {
			t.Errorf("asked %d times, want once", d.polls())
		}
	})
}

func TestExtend(t *testing.T) {
	now := time.Now()
	for _, c := range []struct{ has, asks, want time.Time }{
		{time.Time{}, now, time.Time{}},
		{now, time.Time{}, time.Time{}},
		{now, now.Add(1), now.Add(1)},
		{now, now.Add(-1), now},
	} {
		w := want{deadline: c.has}
		w.extend(c.asks)
		if !w.deadline.Equal(c.want) {
			t.Errorf("%v extended by %v: got %v, want %v", c.has, c.asks, w.deadline, c.want)
		}
	}
}

func TestAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		d := newToy(t, scripts(warm, cold, warm))
		mustApply(t, set, d.spec("a", minutely))
		time.Sleep(10 * time.Second)
		if err := set.Ask(t.Context(), "toy", "a"); !errors.Is(err, errCold) || d.polls() != 2 {
			t.Errorf("Ask out of turn: got %v after %d polls, want the error of the second", err, d.polls())
		}
		if err := set.Ask(t.Context(), "toy", "a"); !errors.Is(err, errCold) || d.polls() != 2 {
			t.Errorf("Ask again at once: got %v after %d polls, want that of the second", err, d.polls())
		}
		time.Sleep(10 * time.Second)
		if err := set.Ask(t.Context(), "toy", "a"); err != nil || d.polls() != 3 {
			t.Errorf("Ask: got %v after %d polls, want none after 3", err, d.polls())
		}
		for _, c := range [][2]string{{"toy", "b"}, {"other", "a"}, {"fridge", "a"}, {"toy", ""}} {
			want := fmt.Sprintf("no device of kind %s is named %q", c[0], c[1])
			if err := set.Ask(t.Context(), c[0], c[1]); err == nil || err.Error() != want {
				t.Errorf("Ask %s %q: got %v, want %s", c[0], c[1], err, want)
			}
		}
		// The schedule goes on, and does not ask again at once.
		asked := d.startTimes()[2]
		time.Sleep(10 * time.Minute)
		all := d.startTimes()
		if gap := all[3].Sub(asked); gap < 30*time.Second || gap > 90*time.Second {
			t.Errorf("the schedule asked again %s after the poll out of turn", gap)
		}
		if gap := all[5].Sub(all[4]); gap != time.Minute {
			t.Errorf("%s from start to start after polls out of turn", gap)
		}
	})
}

func TestAskJoinsAPollUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		d := newToy(t, func(ctx context.Context, out *metric.Batch) error {
			time.Sleep(5 * time.Second)
			return errCold
		})
		mustApply(t, set, d.spec("a", minutely))
		time.Sleep(4 * time.Second)
		begin := time.Now()
		if err := set.Ask(t.Context(), "toy", "a"); !errors.Is(err, errCold) {
			t.Errorf("Ask: got %v, want the error of the poll under way", err)
		}
		if took := time.Since(begin); took != time.Second || d.polls() != 1 {
			t.Errorf("Ask took %s and %d polls, want the rest of the one under way", took, d.polls())
		}
	})
}

func TestAskOfOneThatLeaves(t *testing.T) {
	for name, busy := range map[string]bool{"queued": false, "asked": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set := newSet(Options{Workers: 1})
				defer mustClose(t, set)
				d, blocker := newToy(t, hang), newToy(t, hang)
				specs := []device.Spec{d.spec("d", scraped)}
				if !busy {
					specs = append(specs, blocker.spec("blocker", minutely))
				}
				mustApply(t, set, specs...)
				time.Sleep(time.Second)
				answer := make(chan error)
				go func() { answer <- set.Ask(context.Background(), "toy", "d") }()
				synctest.Wait()
				mustApply(t, set, specs[1:]...)
				err := <-answer
				if err == nil || !strings.Contains(err.Error(), "configuration has changed") {
					t.Errorf("Ask: got %v, want that the configuration has changed", err)
				}
			})
		})
	}
}

// The wall clock was set back: an old poll that now seems to be of the future is not
// a fresh one.
func TestFreshnessAndClockJumps(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for age, want := range map[time.Duration]bool{
		0: true, time.Second - 1: true, time.Second: false, time.Hour: false, -time.Second: false, -time.Hour: false,
	} {
		e := &entry{last: outcome{start: moment(now.Add(-age))}}
		if got := e.isFresh(now); got != want {
			t.Errorf("a poll %s ago is fresh: %t, want %t", age, got, want)
		}
	}
	if (&entry{}).isFresh(now) {
		t.Error("a poll that never was is fresh")
	}
}
