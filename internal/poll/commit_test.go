package poll

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// While the old device hangs in a poll, ending late, nobody may talk to the device by
// another way: neither its heir nor the heir of that.
func TestOldOneIsClosedBeforeTheNewOneIsAsked(t *testing.T) {
	type step func(t *testing.T, s *Set, heirs []*toy)
	apply := func(i int) step {
		return func(t *testing.T, s *Set, heirs []*toy) { mustApply(t, s, heirs[i].spec("a", minutely, i)) }
	}
	cases := map[string]struct {
		steps []step
		last  int // the heir that runs in the end; -1 for none
	}{
		"changed once":   {[]step{apply(1)}, 1},
		"changed twice":  {[]step{apply(1), apply(2)}, 2},
		"changed thrice": {[]step{apply(1), apply(2), apply(3)}, 3},
		"and removed":    {[]step{apply(1), func(t *testing.T, s *Set, _ []*toy) { mustApply(t, s) }}, -1},
		"asked by hand": {[]step{apply(1), func(t *testing.T, s *Set, _ []*toy) {
			go s.Ask(context.Background(), "toy", "a")
		}}, 1},
		"pace changed": {[]step{apply(1), func(t *testing.T, s *Set, heirs []*toy) {
			pace := minutely
			pace.Interval = 10 * time.Second
			mustApply(t, s, heirs[1].spec("a", pace, 1))
		}}, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set := newSet(Options{})
				heirs := make([]*toy, 4)
				var closed [4]time.Time
				for i := range heirs {
					heirs[i] = newToy(t, nil)
					heirs[i].onClose = func() error {
						closed[i] = time.Now()
						return nil
					}
				}
				heirs[0].script = func(ctx context.Context, _ *metric.Batch) error {
					<-ctx.Done()
					time.Sleep(25 * time.Second) // it ignores its context
					return ctx.Err()
				}
				mustApply(t, set, heirs[0].spec("a", minutely, 0))
				time.Sleep(time.Second)
				for _, step := range c.steps {
					step(t, set, heirs)
					time.Sleep(time.Second)
				}
				time.Sleep(10 * time.Second)
				for i, d := range heirs[1:] {
					if d.polls() > 0 {
						t.Errorf("heir %d was asked while the first one hung in a poll", i+1)
					}
				}
				time.Sleep(time.Hour)
				for i, d := range heirs {
					switch {
					case i == 0:
						if d.polls() != 1 || d.closed() != 1 {
							t.Errorf("the first one was asked %d times and closed %d times", d.polls(), d.closed())
						}
					case i == c.last:
						if d.polls() < 50 {
							t.Errorf("heir %d was asked %d times in the hour after", i, d.polls())
						} else if first := d.startTimes()[0]; first.Before(closed[0]) {
							t.Errorf("heir %d was asked at %s, before the first one was closed at %s", i, first, closed[0])
						}
					default:
						if d.polls() > 0 || d.closed() != d.opened() {
							t.Errorf("heir %d: asked %d times, opened %d times, closed %d times", i, d.polls(), d.opened(), d.closed())
						}
					}
				}
				mustClose(t, set)
				for i, d := range heirs {
					if d.closed() != min(1, d.opened()) {
						t.Errorf("heir %d: opened %d times, closed %d times", i, d.opened(), d.closed())
					}
				}
			})
		})
	}
}

func TestCloseWhileAnHeirWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		heirs := make([]*toy, 3)
		for i := range heirs {
			heirs[i] = newToy(t, func(context.Context, *metric.Batch) error {
				time.Sleep(10 * time.Second)
				return nil
			})
			mustApply(t, set, heirs[i].spec("a", minutely, i))
			time.Sleep(time.Second)
		}
		mustClose(t, set)
		for i, d := range heirs {
			if d.closed() != 1 || d.polls() != max(0, 1-i) {
				t.Errorf("device %d: asked %d times, closed %d times", i, d.polls(), d.closed())
			}
		}
	})
}

// Saying goodbye may take time. It holds up nobody, and the heir waits for its end.
func TestSlowCloseHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		old, fresh, other := newToy(t, nil), newToy(t, nil), newToy(t, nil)
		old.onClose = func() error {
			time.Sleep(10 * time.Minute)
			return errors.New("never mind")
		}
		pace := device.Pace{Interval: time.Second, Timeout: time.Second, Keep: time.Minute}
		mustApply(t, set, old.spec("a", pace, 1), other.spec("b", pace))
		time.Sleep(time.Minute)
		done := make(chan struct{})
		begin := time.Now()
		go func() {
			defer close(done)
			mustApply(t, set, fresh.spec("a", pace, 2), other.spec("b", pace))
		}()
		time.Sleep(9 * time.Minute)
		before := other.polls()
		time.Sleep(30 * time.Second)
		if got := other.polls() - before; got != 30 {
			t.Errorf("another device was asked %d times in 30 s", got)
		}
		if fresh.polls() > 0 {
			t.Error("the new one is asked while the old one says goodbye")
		}
		page(t, set, Filter{})
		<-done
		time.Sleep(time.Second)
		if starts := fresh.startTimes(); len(starts) == 0 || starts[0].Sub(begin) != 10*time.Minute {
			t.Errorf("the new one was asked at %v, want 10 minutes after %s", starts, begin)
		}
		if sum := set.delays.sum; sum > 1 {
			t.Errorf("start delays of %v s: to wait for a predecessor is no delay", sum)
		}
	})
}

func TestRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logBook
		set := newSet(Options{Log: log.logger()})
		defer mustClose(t, set)
		idle, busy, bad := newToy(t, nil), newToy(t, hang), newToy(t, nil)
		bad.onClose = func() error { return errCold }
		mustApply(t, set, idle.spec("idle", minutely), busy.spec("busy", minutely), bad.spec("bad", minutely))
		time.Sleep(time.Second)
		mustApply(t, set)
		synctest.Wait()
		for name, d := range map[string]*toy{"idle": idle, "busy": busy, "bad": bad} {
			if d.closed() != 1 {
				t.Errorf("%s was closed %d times, want once", name, d.closed())
			}
		}
		if got := set.Devices(Filter{}); len(got) != 0 {
			t.Errorf("%d devices are left", len(got))
		}
		if p := page(t, set, Filter{}); strings.Contains(p, "toy") {
			t.Errorf("the page still tells of toys:\n%s", p)
		}
		lines := log.take()
		if len(lines) != 1 || !strings.Contains(lines[0], "device did not close") || !strings.Contains(lines[0], "device=bad") {
			t.Errorf("log: %q, want that one device did not close", lines)
		}
		time.Sleep(time.Hour)
		if idle.polls()+busy.polls()+bad.polls() != 3 {
			t.Error("a removed device was asked")
		}
	})
}

func TestPaceChangesWithoutReopening(t *testing.T) {
	quick := device.Pace{Interval: 10 * time.Second, Timeout: time.Second, Keep: time.Minute}
	gaps := func(d *toy, want time.Duration) error {
		all := pauses(d.startTimes())
		if len(all) < 3 {
			return fmt.Errorf("asked %d times", len(all)+1)
		}
		for _, p := range all[len(all)-2:] {
			if p != want {
				return fmt.Errorf("%s from start to start, want %s", p, want)
			}
		}
		return nil
	}
	t.Run("while it waits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			set := newSet(Options{})
			defer mustClose(t, set)
			d := newToy(t, nil)
			for _, pace := range []device.Pace{minutely, quick, minutely} {
				mustApply(t, set, d.spec("a", pace))
				time.Sleep(10 * time.Minute)
				if err := gaps(d, pace.Interval); err != nil {
					t.Error(err)
				}
			}
			if d.opened() != 1 || d.closed() != 0 {
				t.Errorf("opened %d times, closed %d times", d.opened(), d.closed())
			}
		})
	})
	t.Run("while it is asked", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			set := newSet(Options{})
			defer mustClose(t, set)
			d := newToy(t, scripts(hang, warm))
			mustApply(t, set, d.spec("a", minutely))
			time.Sleep(time.Second)
			mustApply(t, set, d.spec("a", quick))
			time.Sleep(10 * time.Minute)
			if err := gaps(d, quick.Interval); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("to scrapes and back", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			set := newSet(Options{})
			defer mustClose(t, set)
			d := newToy(t, nil)
			mustApply(t, set, d.spec("a", minutely))
			time.Sleep(time.Second)
			mustApply(t, set, d.spec("a", scraped))
			time.Sleep(time.Hour)
			if d.polls() != 1 {
				t.Errorf("asked %d times without a scrape, want once before", d.polls())
			}
			set.Refresh(t.Context(), Filter{})
			if d.polls() != 2 {
				t.Errorf("asked %d times, want twice", d.polls())
			}
			mustApply(t, set, d.spec("a", minutely))
			time.Sleep(10 * time.Minute)
			if err := gaps(d, time.Minute); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("while someone waits for it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			set := newSet(Options{Workers: 1})
			defer mustClose(t, set)
			busy, d := newToy(t, hang), newToy(t, nil)
			mustApply(t, set, busy.spec("busy", minutely), d.spec("d", minutely))
			time.Sleep(time.Millisecond)
			answered := make(chan error)
			go func() { answered <- set.Ask(context.Background(), "toy", "d") }()
			synctest.Wait()
			mustApply(t, set, busy.spec("busy", minutely), d.spec("d", scraped))
			if err := <-answered; err != nil { // or the bubble reports a deadlock
				t.Errorf("Ask: %v", err)
			}
		})
	})
	t.Run("while the device wants to be left alone", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			set := newSet(Options{})
			defer mustClose(t, set)
			d := newToy(t, func(context.Context, *metric.Batch) error {
				return &device.Error{Reason: device.RateLimited, RetryAfter: time.Hour, Err: errCold}
			})
			mustApply(t, set, d.spec("a", minutely))
			time.Sleep(time.Minute)
			mustApply(t, set, d.spec("a", quick))
			time.Sleep(50 * time.Minute)
			if d.polls() != 1 {
				t.Errorf("asked %d times within the hour it wanted", d.polls())
			}
			time.Sleep(10 * time.Minute)
			if d.polls() != 2 {
				t.Errorf("asked %d times after it, want twice", d.polls())
			}
		})
	})
}
