package poll

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// names returns the names of all toys that run.
func names(s *Set) string { return fmt.Sprint(s.Names("toy")) }

func TestFoundDevicesEnterAndLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		var l list
		a, b := newToy(t, nil), newToy(t, nil)
		var asked atomic.Int32
		finder := newFinder(t, func() ([]device.Spec, bool) {
			asked.Add(1)
			return l.found()
		})
		mustApply(t, set, finder.spec("finder", minutely))
		time.Sleep(2 * time.Minute)
		if names(set) != "[finder]" {
			t.Errorf("devices: %s, want the finder", names(set))
		}

		l.set(a.spec("a", minutely), b.spec("b", minutely))
		time.Sleep(2 * time.Minute)
		if names(set) != "[a b finder]" || a.polls() == 0 {
			t.Errorf("devices: %s, a was asked %d times", names(set), a.polls())
		}
		if st := status(t, set, "a"); st.FoundBy != "finder" || st.Finder {
			t.Errorf("a: found by %q, finder: %t", st.FoundBy, st.Finder)
		}
		if st := status(t, set, "finder"); st.FoundBy != "" || !st.Finder {
			t.Errorf("finder: found by %q, finder: %t", st.FoundBy, st.Finder)
		}

		time.Sleep(10 * time.Minute) // nothing changes: nothing is touched
		if a.opened() != 1 || asked.Load() < 10 {
			t.Errorf("a was opened %d times, the finder asked %d times", a.opened(), asked.Load())
		}

		l.set(b.spec("b", minutely))
		time.Sleep(time.Minute)
		if names(set) != "[b finder]" || a.closed() != 1 {
			t.Errorf("devices: %s, a was closed %d times", names(set), a.closed())
		}
		if b.opened() != 1 || b.closed() != 0 {
			t.Errorf("b was opened %d times and closed %d times", b.opened(), b.closed())
		}
		l.set()
		time.Sleep(time.Minute)
		if names(set) != "[finder]" || b.closed() != 1 {
			t.Errorf("devices: %s, b was closed %d times", names(set), b.closed())
		}
	})
}

func TestFoundDevicesOfAnotherKind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, kinds := range [][2]string{{"toy", "other"}, {"other", "toy"}} {
			set := newSet(Options{})
			d := newToy(t, nil)
			found := d.spec("a", minutely)
			found.Kind = kinds[1]
			var l list
			l.set(found)
			finder := newFinder(t, l.found).spec("finder", minutely)
			finder.Kind = kinds[0]
			mustApply(t, set, finder)
			time.Sleep(time.Minute)
			if d.polls() == 0 {
				t.Fatalf("%v: what was found is not asked", kinds)
			}
			mustApply(t, set)
			if left := len(set.Devices(Filter{})); left != 0 || d.closed() != 1 {
				t.Errorf("%v: without the finder %d devices are left; what it found was closed %d times", kinds, left, d.closed())
			}
			mustClose(t, set)
		}
	})
}

func TestConfiguredNameGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logBook
		set := newSet(Options{Log: log.logger()})
		defer mustClose(t, set)
		var l list
		configured, found := newToy(t, nil), newToy(t, nil)
		finder := newFinder(t, l.found)
		l.set(found.spec("a", minutely))
		mustApply(t, set, finder.spec("finder", minutely), configured.spec("a", minutely))
		time.Sleep(10 * time.Minute)
		if found.opened() > 0 || configured.polls() < 10 {
			t.Errorf("the found one was opened %d times, the configured one asked %d times", found.opened(), configured.polls())
		}
		if lines := log.take(); len(lines) != 1 || !strings.Contains(lines[0], "device=a found_by=finder") {
			t.Errorf("log: %q, want one line about it", lines)
		}

		// The name becomes free: what was found enters, although the finder has no news.
		mustApply(t, set, finder.spec("finder", minutely))
		time.Sleep(2 * time.Minute)
		if names(set) != "[a finder]" || found.polls() == 0 || configured.closed() != 1 {
			t.Errorf("devices: %s; the found one was asked %d times", names(set), found.polls())
		}

		// And a configured one takes the place of one that was found.
		third := newToy(t, nil)
		mustApply(t, set, finder.spec("finder", minutely), third.spec("a", minutely))
		time.Sleep(2 * time.Minute)
		if found.closed() != 1 || third.polls() == 0 || status(t, set, "a").FoundBy != "" {
			t.Errorf("the found one was closed %d times, the configured one asked %d times", found.closed(), third.polls())
		}
	})
}

func TestTwoFindersOneName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		var l1, l2 list
		d1, d2 := newToy(t, nil), newToy(t, nil)
		f1, f2 := newFinder(t, l1.found), newFinder(t, l2.found)
		l1.set(d1.spec("a", minutely))
		l2.set(d2.spec("a", minutely))
		mustApply(t, set, f1.spec("finder 1", minutely), f2.spec("finder 2", minutely))
		time.Sleep(5 * time.Minute)
		if d1.polls() == 0 || d2.opened() > 0 {
			t.Errorf("asked %d and %d times, want the first one only", d1.polls(), d2.polls())
		}
		l1.set()
		time.Sleep(5 * time.Minute)
		if d1.closed() != 1 || d2.polls() == 0 || status(t, set, "a").FoundBy != "finder 2" {
			t.Errorf("the first was closed %d times, the second asked %d times", d1.closed(), d2.polls())
		}
	})
}

func TestFinderIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		var outer, inner list
		leaf, plain := newToy(t, nil), newToy(t, nil)
		second := newFinder(t, inner.found) // a finder that a finder has found
		inner.set(leaf.spec("leaf", minutely))
		outer.set(second.spec("second", minutely))
		mustApply(t, set, newFinder(t, outer.found).spec("finder", minutely), plain.spec("plain", minutely))
		time.Sleep(5 * time.Minute)
		if names(set) != "[finder leaf plain second]" {
			t.Fatalf("devices: %s", names(set))
		}
		mustApply(t, set, plain.spec("plain", minutely))
		if names(set) != "[plain]" || leaf.closed() != 1 || second.closed() != 1 {
			t.Errorf("devices: %s, closed %d and %d times", names(set), leaf.closed(), second.closed())
		}
	})
}

func TestFinderIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		var l list
		kept, lost := newToy(t, nil), newToy(t, nil)
		l.set(kept.spec("kept", minutely), lost.spec("lost", minutely))
		mustApply(t, set, newFinder(t, l.found).spec("finder", minutely, 1))
		time.Sleep(5 * time.Minute)
		mustApply(t, set, newFinder(t, l.found).spec("finder", minutely, 2))
		wantLines(t, page(t, set, Filter{}), map[string]string{
			`toy_temperature_celsius{device="kept",room="hall"}`: "21", // it runs on
		})
		l.set(kept.spec("kept", minutely))
		time.Sleep(5 * time.Minute)
		if kept.opened() != 1 || kept.closed() != 0 || lost.closed() != 1 {
			t.Errorf("kept: opened %d, closed %d times; lost: closed %d times", kept.opened(), kept.closed(), lost.closed())
		}
		// A plain device of the same name is no finder: what was found goes.
		mustApply(t, set, newToy(t, nil).spec("finder", minutely, 3))
		if names(set) != "[finder]" || kept.closed() != 1 {
			t.Errorf("devices: %s, kept was closed %d times", names(set), kept.closed())
		}
	})
}

func TestFoundListThatCannotBeApplied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		var l list
		d, second := newToy(t, nil), newToy(t, nil)
		l.set(d.spec("d", minutely))
		mustApply(t, set, newFinder(t, l.found).spec("a", minutely))
		time.Sleep(time.Minute)

		var refuse atomic.Bool
		refuse.Store(true)
		bad := second.spec("second", minutely)
		open := bad.Open
		bad.Open = func(env device.Env) (device.Device, error) {
			if refuse.Load() {
				return nil, errCold
			}
			return open(env)
		}
		l.set(bad)
		time.Sleep(2 * time.Minute)
		wantLines(t, page(t, set, Filter{}), map[string]string{up: "0", failures(device.Internal): "2"})
		if err := status(t, set, "a").Last.Err; err == nil || !strings.Contains(err.Error(), "toy second: too cold") {
			t.Errorf("error of the finder: %v", err)
		}
		if names(set) != "[a d]" || d.closed() > 0 {
			t.Errorf("devices: %s; d was closed %d times: half a change", names(set), d.closed())
		}
		refuse.Store(false)
		time.Sleep(time.Minute) // the finder has no news, but its last ones are not applied yet
		if names(set) != "[a second]" {
			t.Errorf("devices: %s, want what was found at last", names(set))
		}
		wantLines(t, page(t, set, Filter{}), map[string]string{up: "1"})
	})
}

func TestFinderThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		var l list
		d := newToy(t, nil)
		finder := newFinder(t, l.found)
		finder.script = scripts(finder.script, cold, broken, cold)
		l.set(d.spec("d", minutely))
		mustApply(t, set, finder.spec("a", minutely))
		time.Sleep(10 * time.Minute)
		if names(set) != "[a d]" || d.polls() < 9 {
			t.Errorf("devices: %s, asked %d times: what was found does not outlive a failure", names(set), d.polls())
		}
	})
}

func TestFoundPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		finder := newFinder(t, func() ([]device.Spec, bool) { panic("a bug") })
		other := newToy(t, nil)
		mustApply(t, set, finder.spec("a", minutely), other.spec("b", minutely))
		time.Sleep(10 * time.Minute)
		wantLines(t, page(t, set, Filter{}), map[string]string{up: "0"})
		if got := status(t, set, "a").Last.Reason(); got != device.Internal {
			t.Errorf("reason: got %s, want internal", got)
		}
		if other.polls() < 9 {
			t.Errorf("another device was asked %d times", other.polls())
		}
	})
}

// A finder comes with news while the set ends, or while its own configuration goes.
func TestFoundAtABadMoment(t *testing.T) {
	moments := map[string]func(s *Set) error{
		"close":   func(s *Set) error { return s.Close() },
		"removed": func(s *Set) error { return s.Apply(nil) },
		"replaced": func(s *Set) error {
			return s.Apply([]device.Spec{newFinder(nil, (&list{}).found).spec("finder", minutely, 2)})
		},
	}
	for name, moment := range moments {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set := newSet(Options{})
				d := newToy(t, nil)
				var l list
				l.set(d.spec("d", minutely))
				finder := newFinder(t, func() ([]device.Spec, bool) {
					time.Sleep(5 * time.Second) // the moment comes now
					return l.found()
				})
				mustApply(t, set, finder.spec("finder", minutely))
				time.Sleep(time.Second)
				if err := moment(set); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Minute)
				if d.opened() != 0 || finder.closed() != 1 {
					t.Errorf("what was found was opened %d times; the finder was closed %d times", d.opened(), finder.closed())
				}
				mustClose(t, set)
			})
		})
	}
}

func TestFinderWithReadings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		var l list
		finder := newFinder(t, l.found)
		finder.script = func(ctx context.Context, out *metric.Batch) error {
			out.Add(temperature, 4, "cellar")
			return errCold
		}
		d := newToy(t, nil)
		l.set(d.spec("d", minutely)) // Found is called after each poll, also a partial one
		mustApply(t, set, finder.spec("a", minutely))
		time.Sleep(time.Second)
		wantLines(t, page(t, set, Filter{}), map[string]string{up: "1", cellar: "4", hall: "21", partial: "1"})
		if d.polls() == 0 {
			t.Error("what was found beside an error is not asked")
		}
	})
}
