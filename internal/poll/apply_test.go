package poll

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

func TestUnchangedRunOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		d, gone := newToy(t, nil), newToy(t, nil)
		mustApply(t, set, d.spec("a", minutely), gone.spec("b", minutely))
		time.Sleep(5 * time.Minute)
		before := status(t, set, "a")
		mustApply(t, set, d.spec("a", minutely))
		wantLines(t, page(t, set, Filter{}), map[string]string{hall: "21", up: "1"})
		after := status(t, set, "a")
		if !after.Last.Start.Equal(before.Last.Start) || !after.LastSuccess.Equal(before.LastSuccess) {
			t.Errorf("last poll at %s, before Apply at %s", after.Last.Start, before.Last.Start)
		}
		time.Sleep(5 * time.Minute)
		if d.opened() != 1 || d.closed() != 0 {
			t.Errorf("opened %d times and closed %d times, want once and never", d.opened(), d.closed())
		}
		for i, p := range pauses(d.startTimes())[1:] {
			if p != time.Minute {
				t.Errorf("pause %d is %s: Apply moved the schedule", i, p)
			}
		}
		if gone.closed() != 1 {
			t.Errorf("the removed device was closed %d times, want once", gone.closed())
		}
	})
}

func TestChangedAreReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		old, fresh := newToy(t, nil), newToy(t, slow)
		mustApply(t, set, old.spec("a", minutely, 1))
		time.Sleep(time.Second)
		mustApply(t, set, fresh.spec("a", minutely, 2))
		if old.closed() != 1 {
			t.Fatalf("the old device was closed %d times, want once", old.closed())
		}
		wantLines(t, page(t, set, Filter{}), map[string]string{up: "", hall: ""})
		time.Sleep(3 * time.Second)
		wantLines(t, page(t, set, Filter{}), map[string]string{up: "1", hall: "21"})
		if fresh.polls() != 1 || old.polls() != 1 {
			t.Errorf("the old one was asked %d times, the new one %d times, want once each", old.polls(), fresh.polls())
		}
		labels := newToy(t, nil).spec("a", minutely, 2)
		labels.Labels = metric.EncodeLabels("zone", "north")
		mustApply(t, set, labels)
		if fresh.closed() != 1 {
			t.Error("other labels do not replace the device")
		}
	})
}

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

func TestAllOrNothing(t *testing.T) {
	failing := func(err error) func(device.Env) (device.Device, error) {
		return func(device.Env) (device.Device, error) { return nil, err }
	}
	cases := map[string]struct {
		spoil func([]device.Spec) []device.Spec
		want  string
	}{
		"a device does not open": {func(all []device.Spec) []device.Spec {
			all[2].Open = failing(errCold)
			return all
		}, "toy c: too cold"},
		"two do not": {func(all []device.Spec) []device.Spec {
			all[1].Open, all[2].Open = failing(errCold), failing(errCold)
			return all
		}, "toy b: too cold\ntoy c: too cold"},
		"a kind panics": {func(all []device.Spec) []device.Spec {
			all[2].Open = func(device.Env) (device.Device, error) { panic("a bug") }
			return all
		}, "toy c: panic: a bug"},
		"nothing is opened": {func(all []device.Spec) []device.Spec {
			all[2].Open = failing(nil)
			return all
		}, "toy c: nothing was opened"},
		"one name twice": {func(all []device.Spec) []device.Spec {
			return append(all, all[1])
		}, `toy: two devices are named "b"`},
		"an unknown kind": {func(all []device.Spec) []device.Spec {
			all[2].Kind = "fridge"
			return all
		}, `kind "fridge" is not known`},
		"no pace": {func(all []device.Spec) []device.Spec {
			all[2].Pace = nil
			return all
		}, "toy c: a device needs an interval and a timeout"},
		"no interval": {func(all []device.Spec) []device.Spec {
			all[0].Pace = &device.Pace{Timeout: time.Second}
			return all
		}, "toy a: a device needs an interval and a timeout"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set := newSet(Options{})
				defer mustClose(t, set)
				running, leaving := newToy(t, nil), newToy(t, nil)
				mustApply(t, set, running.spec("a", minutely), leaving.spec("z", minutely))
				time.Sleep(time.Second)
				b, d := newToy(t, nil), newToy(t, nil)
				specs := []device.Spec{running.spec("a", minutely), b.spec("b", minutely), newToy(t, nil).spec("c", minutely), d.spec("d", minutely)}
				err := set.Apply(c.spoil(specs))
				if err == nil || err.Error() != c.want {
					t.Errorf("Apply: got %v, want %s", err, c.want)
				}
				for name, new := range map[string]*toy{"b": b, "d": d} {
					if new.closed() != new.opened() {
						t.Errorf("%s was opened %d times and closed %d times", name, new.opened(), new.closed())
					}
				}
				time.Sleep(10 * time.Minute)
				if running.polls() < 10 || leaving.polls() < 10 || running.closed()+leaving.closed() > 0 {
					t.Errorf("asked %d and %d times, closed %d and %d times: what ran does not run on",
						running.polls(), leaving.polls(), running.closed(), leaving.closed())
				}
				if got := fmt.Sprint(set.Names("toy")); got != "[a z]" {
					t.Errorf("devices: %s, want [a z]", got)
				}
			})
		})
	}
}

func TestApplyAfterClose(t *testing.T) {
	set := newSet(Options{})
	mustClose(t, set)
	d := newToy(t, nil)
	if err := set.Apply([]device.Spec{d.spec("a", minutely)}); err == nil {
		t.Error("Apply after Close returned no error")
	}
	if d.opened() != 0 {
		t.Error("Apply after Close opened a device")
	}
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

// Everything at once, under the race detector.
func TestConcurrentUse(t *testing.T) {
	set := newSet(Options{Workers: 16})
	quick := device.Pace{Interval: device.MinInterval, Timeout: device.MinInterval, Keep: time.Second}
	demand := quick
	demand.OnScrape = true
	open := func(device.Env) (device.Device, error) { return newToy(t, nil), nil }
	var found list
	var users sync.WaitGroup
	stop := make(chan struct{})
	use := func(f func(i int)) {
		users.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
					f(i)
					runtime.Gosched()
				}
			}
		})
	}
	use(func(i int) {
		var specs []device.Spec
		for j := range 20 {
			pace := &quick
			if (i+j)%5 == 0 {
				pace = &demand
			}
			spec := device.Spec{Kind: "toy", Name: fmt.Sprint(j), Pace: pace, Digest: device.DigestOf(i / (j + 1)), Open: open}
			if (i+j)%3 == 0 {
				spec.Budgets = []device.Budget{logins}
			}
			if (i+j)%7 != 0 {
				specs = append(specs, spec)
			}
		}
		finder := newFinder(t, found.found)
		set.Apply(append(specs, device.Spec{
			Kind: "toy", Name: "finder", Pace: &demand, Digest: device.DigestOf(i / 50),
			Open: func(device.Env) (device.Device, error) { return finder, nil },
		}))
	})
	use(func(i int) {
		found.set(device.Spec{Kind: "other", Name: fmt.Sprint(i % 3), Pace: &quick, Digest: device.DigestOf(i), Open: open},
			device.Spec{Kind: "toy", Name: fmt.Sprint(i % 30), Pace: &quick, Open: open})
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	use(func(int) { set.Refresh(ctx, Filter{}) })
	use(func(i int) { set.Ask(ctx, "toy", fmt.Sprint(i%20)) })
	use(func(int) { page(t, set, Filter{}) })
	use(func(int) { set.Devices(Filter{}); set.Ready(); set.Names("toy"); set.Readings(Filter{}) })
	for range 300 {
		set.Ask(ctx, "toy", "finder")
	}
	users.Go(func() { mustClose(t, set) })
	mustClose(t, set)
	close(stop)
	users.Wait()
}

// What left the set must not stay in memory.
func TestRemovedEntriesAreForgotten(t *testing.T) {
	set := newSet(Options{})
	defer mustClose(t, set)
	const n = 50
	var left []weak.Pointer[entry]
	func() {
		var specs []device.Spec
		for i := range n {
			specs = append(specs, newToy(t, nil).spec(fmt.Sprint(i), minutely, 1))
		}
		mustApply(t, set, specs...)
		for i := range n {
			if err := set.Ask(t.Context(), "toy", fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		for _, e := range set.kinds[0].entries {
			left = append(left, weak.Make(e))
		}
	}()
	var specs []device.Spec
	for i := range n / 2 { // one half is replaced, the other removed
		specs = append(specs, newToy(t, nil).spec(fmt.Sprint(i), minutely, 2))
	}
	mustApply(t, set, specs...)
	for range 50 { // a worker may be on its way from the last poll still
		runtime.GC()
		left = slices.DeleteFunc(left, func(p weak.Pointer[entry]) bool { return p.Value() == nil })
		if len(left) == 0 {
			return
		}
	}
	t.Errorf("%d of %d entries that left are still in memory", len(left), n)
}
