package poll

import (
	"context"
	"fmt"
	"runtime"
	"slices"
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
