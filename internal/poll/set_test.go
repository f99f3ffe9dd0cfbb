package poll

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// field returns n toys with their specs, named by name.
func field(t *testing.T, n int, pace device.Pace, name func(i int) string) ([]*toy, []device.Spec) {
	toys := make([]*toy, n)
	specs := make([]device.Spec, n)
	for i := range toys {
		toys[i] = newToy(t, nil)
		specs[i] = toys[i].spec(name(i), pace)
	}
	return toys, specs
}

func TestStartsAreEvenOverTheInterval(t *testing.T) {
	names := map[string]func(int) string{
		"numbers":   func(i int) string { return fmt.Sprintf("device-%d", i) },
		"addresses": func(i int) string { return fmt.Sprintf("10.1.%d.%d:502", i/250, i%250) },
		"padded":    func(i int) string { return fmt.Sprintf("%08d", i) },
	}
	for name, nameOf := range names {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set := newSet(Options{})
				defer mustClose(t, set)
				toys, specs := field(t, 1000, minutely, nameOf)
				mustApply(t, set, specs...)
				time.Sleep(10*time.Minute + time.Second)

				var buckets [60]float64
				for i, d := range toys {
					starts := d.startTimes()[1:] // the first is of the ramp
					if got := len(starts); got < 9 || got > 10 {
						t.Fatalf("%s: %d polls by schedule in ten intervals, want 9 or 10", nameOf(i), got)
					}
					for j := 1; j < len(starts); j++ {
						if gap := starts[j].Sub(starts[j-1]); gap != time.Minute {
							t.Fatalf("%s: %s from start to start, want a minute", nameOf(i), gap)
						}
					}
					buckets[starts[0].Second()]++
				}
				chi := 0.0
				for _, n := range buckets {
					expected := 1000.0 / 60
					chi += (n - expected) * (n - expected) / expected
				}
				// With 59 degrees of freedom, one fair draw in a thousand is above 98.3.
				if chi > 98.3 {
					t.Errorf("chi-square of the starts per second is %.1f, want at most 98.3: %v", chi, buckets)
				}
				if most := slices.Max(buckets[:]); most > 40 {
					t.Errorf("%v starts in one second, want about 17", most)
				}
			})
		})
	}
}

func TestSlotsAreTheSameAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		second := func() []time.Duration {
			set := newSet(Options{})
			defer mustClose(t, set)
			toys, specs := field(t, 100, minutely, func(i int) string { return fmt.Sprint(i) })
			mustApply(t, set, specs...)
			time.Sleep(3 * time.Minute)
			var slots []time.Duration
			for _, d := range toys {
				slots = append(slots, time.Duration(d.startTimes()[1].UnixNano()%int64(time.Minute)))
			}
			return slots
		}
		before := second()
		time.Sleep(37*time.Second + 123*time.Millisecond)
		after := second()
		if !slices.Equal(before, after) {
			t.Errorf("slots before the restart:\n%v\nafter it:\n%v", before, after)
		}
	})
}

func TestFirstPollsRamp(t *testing.T) {
	cases := map[string]struct {
		devices int
		pace    device.Pace
		last    time.Duration // start of the last one
	}{
		"a home is asked at once":  {20, minutely, 19 * siteStep},
		"so is a site":             {1000, minutely, 999 * siteStep},
		"two thousand a second":    {6000, minutely, 5999 * rampStep},
		"never past an interval":   {5000, device.Pace{Interval: time.Second, Timeout: time.Second, Keep: time.Minute}, 4999 * 200 * time.Microsecond},
		"one device does not wait": {1, minutely, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set := newSet(Options{})
				defer mustClose(t, set)
				toys, specs := field(t, c.devices, c.pace, func(i int) string { return fmt.Sprintf("%06d", i) })
				begin := time.Now()
				mustApply(t, set, specs...)
				time.Sleep(c.last + time.Nanosecond)
				synctest.Wait()
				first := make([]time.Duration, 0, len(toys))
				for i, d := range toys {
					if d.polls() == 0 {
						t.Fatalf("device %d was not asked within %s", i, c.last)
					}
					first = append(first, d.startTimes()[0].Sub(begin))
				}
				if got := slices.Max(first); got != c.last {
					t.Errorf("the last first poll began after %s, want %s", got, c.last)
				}
				for i := 1; i < len(first); i++ {
					if first[i] <= first[i-1] {
						t.Fatalf("device %d began after %s, its neighbour after %s", i, first[i], first[i-1])
					}
				}
			})
		})
	}
}

func TestStartDelayHistogram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{Workers: 1})
		defer mustClose(t, set)
		nap := func(ctx context.Context, out *metric.Batch) error {
			time.Sleep(300 * time.Millisecond)
			return warm(ctx, out)
		}
		var specs []device.Spec
		for i := range 4 {
			specs = append(specs, newToy(t, nap).spec(fmt.Sprint(i), minutely))
		}
		mustApply(t, set, specs...)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		// One worker: they begin after 0, 300, 600 and 900 ms, less the ramp of 0.1 ms each.
		delays := "home_exporter_poll_start_delay_seconds"
		p := page(t, set, Filter{})
		wantLines(t, p, map[string]string{
			delays + `_bucket{le="0.001"}`: "1",
			delays + `_bucket{le="0.25"}`:  "1",
			delays + `_bucket{le="0.5"}`:   "2",
			delays + `_bucket{le="1.0"}`:   "4",
			delays + `_bucket{le="+Inf"}`:  "4",
			delays + `_count`:              "4",
		})
		sum := 1.8 - siteStep.Seconds()*(0+1+2+3)
		set.mu.Lock()
		defer set.mu.Unlock()
		if got := set.delays.sum; math.Abs(got-sum) > 1e-9 {
			t.Errorf("sum of the delays: got %v, want %v", got, sum)
		}
	})
}

func TestPollsOnDemandAreNoDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		mustApply(t, set, newToy(t, nil).spec("a", scraped))
		set.Refresh(t.Context(), Filter{})
		if got := line(page(t, set, Filter{}), "home_exporter_poll_start_delay_seconds_count"); got != "0" {
			t.Errorf("scheduled starts: got %s, want 0", got)
		}
	})
}

func TestClose(t *testing.T) {
	t.Run("waits for polls and closes each device once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			set := newSet(Options{})
			slow := newToy(t, func(ctx context.Context, _ *metric.Batch) error {
				<-ctx.Done()
				time.Sleep(3 * time.Second) // the farewell of a slow device
				return ctx.Err()
			})
			quick, never := newToy(t, nil), newToy(t, nil)
			mustApply(t, set, slow.spec("slow", minutely), quick.spec("quick", minutely), never.spec("never", scraped))
			time.Sleep(time.Second)
			begin := time.Now()
			mustClose(t, set)
			if took := time.Since(begin); took != 3*time.Second {
				t.Errorf("Close took %s, want the 3s of the slow poll", took)
			}
			mustClose(t, set)
			for name, d := range map[string]*toy{"slow": slow, "quick": quick, "never": never} {
				if got := d.closed(); got != 1 {
					t.Errorf("%s was closed %d times, want once", name, got)
				}
			}
		})
	})
	t.Run("tells which device did not close", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			set := newSet(Options{})
			bad, broken := newToy(t, nil), newToy(t, nil)
			bad.onClose = func() error { return errCold }
			broken.onClose = func() error { panic("no") }
			mustApply(t, set, bad.spec("bad", minutely), broken.spec("broken", minutely))
			err := set.Close()
			want := "close toy bad: too cold\nclose toy broken: panic: no"
			if err == nil || err.Error() != want {
				t.Errorf("Close: got %v, want %s", err, want)
			}
		})
	})
	t.Run("an ended poll is no failure", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var log logBook
			set := newSet(Options{Log: log.logger()})
			mustApply(t, set, newToy(t, hang).spec("a", minutely))
			time.Sleep(time.Second)
			mustClose(t, set)
			if got := status(t, set, "a"); got.State != Unasked {
				t.Errorf("state: got %s, want new", got.State)
			}
			if lines := log.take(); lines != nil {
				t.Errorf("log: %q, want nothing", lines)
			}
		})
	})
	t.Run("an empty set", func(t *testing.T) {
		mustClose(t, New(Options{}))
	})
}

func TestCloseReleasesWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{Workers: 1})
		mustApply(t, set,
			newToy(t, hang).spec("busy", minutely),
			newToy(t, nil).spec("queued", device.Pace{Interval: time.Hour, Timeout: time.Minute, Keep: time.Hour, OnScrape: true}))
		time.Sleep(time.Second)
		var errs [2]error
		done := make(chan int, 3)
		go func() { errs[0] = set.Ask(context.Background(), "toy", "busy"); done <- 0 }()
		go func() { errs[1] = set.Ask(context.Background(), "toy", "queued"); done <- 1 }()
		go func() { set.Refresh(context.Background(), Filter{}); done <- 2 }()
		synctest.Wait()
		mustClose(t, set)
		for range 3 {
			<-done // or the bubble reports a deadlock
		}
		for i, err := range errs {
			if err == nil {
				t.Errorf("Ask %d returned no error after Close", i)
			}
		}
		if err := set.Ask(context.Background(), "toy", "busy"); err == nil {
			t.Error("Ask after Close returned no error")
		}
		set.Refresh(context.Background(), Filter{})
	})
}
