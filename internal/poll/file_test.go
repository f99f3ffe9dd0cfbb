package poll

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

const (
	up      = `home_exporter_device_up{kind="toy",device="a"}`
	hall    = `toy_temperature_celsius{room="hall"}`
	cellar  = `toy_temperature_celsius{room="cellar"}`
	good    = `home_exporter_polls_total{kind="toy",device="a",result="ok"}`
	partial = `home_exporter_polls_total{kind="toy",device="a",result="partial"}`
	failed  = `home_exporter_polls_total{kind="toy",device="a",result="failed"}`
)

func failures(reason device.Reason) string {
	return fmt.Sprintf(`home_exporter_poll_failures_total{kind="toy",device="a",reason="%s"}`, reason)
}

func TestResults(t *testing.T) {
	cases := map[string]struct {
		script func(context.Context, *metric.Batch) error
		want   map[string]string
		state  State
	}{
		"ok": {warm, map[string]string{
			up: "1", hall: "21", good: "1", partial: "0", failed: "0",
		}, Well},
		"ok with nothing to tell": {func(context.Context, *metric.Batch) error { return nil }, map[string]string{
			up: "1", hall: "", good: "1",
		}, Well},
		"down is a reading": {func(_ context.Context, out *metric.Batch) error {
			out.Add(temperature, 0, "hall")
			return device.Down(device.Refused, errCold)
		}, map[string]string{
			up: "1", hall: "0", good: "1", failed: "0", failures(device.Refused): "",
		}, Down},
		"partial": {func(_ context.Context, out *metric.Batch) error {
			out.Add(temperature, 20, "hall")
			return errCold
		}, map[string]string{
			up: "1", hall: "20", good: "0", partial: "1", failed: "0", failures(device.Refused): "1",
		}, Incomplete},
		"failed": {cold, map[string]string{
			up: "0", hall: "", good: "0", partial: "0", failed: "1", failures(device.Refused): "1",
			`home_exporter_last_success_timestamp_seconds{kind="toy",device="a"}`: "",
		}, Stale},
		"timeout": {hang, map[string]string{
			up: "0", failed: "1", failures(device.Timeout): "1",
			`home_exporter_poll_duration_seconds{kind="toy",device="a"}`: "10",
		}, Stale},
		"panic": {func(_ context.Context, out *metric.Batch) error {
			out.Add(temperature, 20, "hall")
			panic("a bug")
		}, map[string]string{
			up: "0", hall: "", partial: "0", failed: "1", failures(device.Internal): "1",
		}, Stale},
		"runtime error": {func(context.Context, *metric.Batch) error {
			var none []int
			none[len(none)]++
			return nil
		}, map[string]string{
			up: "0", failed: "1", failures(device.Internal): "1",
		}, Stale},
		"dropped samples": {func(_ context.Context, out *metric.Batch) error {
			out.Add(temperature, 20, "hall")
			out.Add(temperature, 30, "hall")
			out.Add(temperature, 40)
			return nil
		}, map[string]string{
			up: "1", hall: "20", `home_exporter_dropped_samples_total{kind="toy",device="a"}`: "2",
		}, Well},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set := newSet(Options{})
				defer mustClose(t, set)
				other := newToy(t, nil)
				mustApply(t, set, newToy(t, c.script).spec("a", minutely))
				time.Sleep(15 * time.Second)
				synctest.Wait()
				wantLines(t, page(t, set, Filter{Devices: []string{"a"}}), c.want)
				if got := status(t, set, "a").State; got != c.state {
					t.Errorf("state: got %s, want %s", got, c.state)
				}
				// The program lives, and others are asked.
				mustApply(t, set, other.spec("b", minutely))
				time.Sleep(time.Minute)
				if other.polls() == 0 {
					t.Error("another device is not asked")
				}
			})
		})
	}
}

// scripts plays the given polls one after the other, and then the last one again.
func scripts(all ...func(context.Context, *metric.Batch) error) func(context.Context, *metric.Batch) error {
	var n atomic.Int32
	return func(ctx context.Context, out *metric.Batch) error {
		i := min(int(n.Add(1)), len(all)) - 1
		return all[i](ctx, out)
	}
}

func TestReadingsAreKeptForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		mustApply(t, set, newToy(t, scripts(warm, cold)).spec("a", minutely))
		synctest.Wait()
		read := time.Now()
		wantLines(t, page(t, set, Filter{}), map[string]string{up: "1", hall: "21"})

		time.Sleep(90 * time.Second) // the second poll has failed
		synctest.Wait()
		wantLines(t, page(t, set, Filter{}), map[string]string{
			up: "0", hall: "21",
			`home_exporter_last_success_timestamp_seconds{kind="toy",device="a"}`: fmt.Sprint(read.Unix()),
			`home_exporter_devices{kind="toy",state="failed"}`:                    "1",
		})
		if st := status(t, set, "a"); !st.Until.Equal(read.Add(3*time.Minute)) || st.Series != 1 {
			t.Errorf("%d series until %s, want 1 until %s", st.Series, st.Until, read.Add(3*time.Minute))
		}

		time.Sleep(time.Until(read.Add(3 * time.Minute)))
		wantLines(t, page(t, set, Filter{}), map[string]string{hall: "21"})
		time.Sleep(time.Nanosecond)
		wantLines(t, page(t, set, Filter{}), map[string]string{
			up: "0", hall: "", `home_exporter_devices{kind="toy",state="stale"}`: "1",
		})
		if st := status(t, set, "a"); !st.Until.IsZero() || st.Series != 0 {
			t.Errorf("%d series until %s, want none", st.Series, st.Until)
		}
	})
}

func TestReadingsAreReplacedWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		rooms := func(names ...string) func(context.Context, *metric.Batch) error {
			return func(_ context.Context, out *metric.Batch) error {
				for i, name := range names {
					out.Add(temperature, float64(i), name)
				}
				return nil
			}
		}
		part := func(_ context.Context, out *metric.Batch) error {
			out.Add(temperature, 7, "cellar")
			return errCold
		}
		mustApply(t, set, newToy(t, scripts(rooms("hall", "cellar"), rooms("cellar"), rooms("hall"), part)).spec("a", minutely))
		for i, want := range []map[string]string{
			{hall: "0", cellar: "1"}, {hall: "", cellar: "0"}, {hall: "0", cellar: ""}, {hall: "", cellar: "7"},
		} {
			for status(t, set, "a").Last.Start.IsZero() || len(status(t, set, "a").Good)+len(status(t, set, "a").Bad) <= i {
				time.Sleep(time.Second)
			}
			wantLines(t, page(t, set, Filter{}), want)
		}
	})
}

func TestDeviceIsUpAndDownAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		d := newToy(t, scripts(warm, cold, warm, cold, warm))
		mustApply(t, set, d.spec("a", minutely))
		for i, want := range []string{"1", "0", "1", "0", "1"} {
			for d.polls() <= i {
				time.Sleep(time.Second)
			}
			synctest.Wait()
			wantLines(t, page(t, set, Filter{}), map[string]string{up: want})
		}
	})
}

// The end of a poll, to the next start.
func pauses(starts []time.Time) []time.Duration {
	var all []time.Duration
	for i := 1; i < len(starts); i++ {
		all = append(all, starts[i].Sub(starts[i-1]))
	}
	return all
}

func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := minutely
		pace.MaxBackoff = 10 * time.Minute
		set := newSet(Options{})
		defer mustClose(t, set)
		toys := make([]*toy, 200)
		specs := make([]device.Spec, len(toys))
		for i := range toys {
			toys[i] = newToy(t, cold)
			specs[i] = toys[i].spec(fmt.Sprint(i), pace)
		}
		mustApply(t, set, specs...)
		time.Sleep(5 * time.Hour)
		// After the nth failure the pause is from one interval to at most this.
		most := []time.Duration{0, 2, 4, 8, 10, 10, 10, 10, 10, 10, 10, 10}
		var longest [12]time.Duration
		for i, d := range toys {
			all := pauses(d.startTimes())
			if len(all) < 25 {
				t.Fatalf("device %d was asked %d times in 5 hours, want at least 25", i, len(all)+1)
			}
			if first := all[0]; first < 30*time.Second || first > 90*time.Second {
				t.Errorf("device %d: %s after the first failure, want the next slot", i, first)
			}
			for n := 1; n < len(most); n++ {
				longest[n] = max(longest[n], all[n])
				if all[n] < time.Minute || all[n] > most[n]*time.Minute {
					t.Errorf("device %d: %s after failure %d, want from 1m to %dm", i, all[n], n+1, most[n])
				}
			}
		}
		for n := 1; n < len(most); n++ { // doubling, and jitter uses all of it
			if longest[n] < most[n]*time.Minute*9/10 {
				t.Errorf("the longest of 200 pauses after failure %d is %s, want nearly %dm", n+1, longest[n], most[n])
			}
		}
	})
}

func TestBackoffEndsWithSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := minutely
		pace.MaxBackoff = time.Hour
		set := newSet(Options{})
		defer mustClose(t, set)
		d := newToy(t, scripts(cold, cold, cold, cold, warm, warm, cold, warm))
		mustApply(t, set, d.spec("a", pace))
		for d.polls() < 4 {
			time.Sleep(time.Second)
		}
		synctest.Wait()
		if st := status(t, set, "a"); st.Interval <= st.Configured || st.Configured != time.Minute {
			t.Errorf("interval %s, configured %s, want a longer one", st.Interval, st.Configured)
		}
		for d.polls() < 10 {
			time.Sleep(time.Second)
		}
		synctest.Wait()
		for i, p := range pauses(d.startTimes())[4:] {
			if p < 30*time.Second || p > 90*time.Second || i > 0 && p != time.Minute {
				t.Errorf("pause %d after success is %s, want the schedule", i, p)
			}
		}
		wantLines(t, page(t, set, Filter{}), map[string]string{
			`home_exporter_poll_interval_seconds{kind="toy",device="a"}`: "60",
		})
	})
}

func TestNoBackoff(t *testing.T) {
	never := minutely
	small := minutely
	small.MaxBackoff = time.Minute
	for name, c := range map[string]struct {
		pace   device.Pace
		script func(context.Context, *metric.Batch) error
	}{
		"a kind that never does":  {never, cold},
		"no longer than interval": {small, cold},
		"down is no failure": {device.Pace{Interval: time.Minute, Timeout: time.Second, Keep: time.Hour, MaxBackoff: time.Hour},
			func(context.Context, *metric.Batch) error { return device.Down(device.Refused, errCold) }},
		"partial is no failure": {device.Pace{Interval: time.Minute, Timeout: time.Second, Keep: time.Hour, MaxBackoff: time.Hour},
			func(ctx context.Context, out *metric.Batch) error { return errors.Join(warm(ctx, out), errCold) }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set := newSet(Options{})
				defer mustClose(t, set)
				d := newToy(t, c.script)
				mustApply(t, set, d.spec("a", c.pace))
				time.Sleep(time.Hour + time.Second)
				for i, p := range pauses(d.startTimes())[1:] {
					if p != time.Minute {
						t.Errorf("pause %d: got %s, want a minute", i, p)
					}
				}
				if d.polls() < 60 {
					t.Errorf("asked %d times in an hour", d.polls())
				}
			})
		})
	}
}

// A pause is never negative, never over the bound, whatever the numbers.
func TestBackoffBounds(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for _, interval := range []time.Duration{device.MinInterval, time.Minute, 5 * time.Hour, 24 * time.Hour, 9 * year} {
		for _, most := range []time.Duration{0, interval, interval + 1, 2 * interval, 7 * interval, 10 * year} {
			for _, failures := range []int{0, 1, 2, 3, 17, 20, 21, 63, 64, 65, 1 << 30} {
				for _, random := range []float64{0, 0.5, 0.999999999} {
					p := &device.Pace{Interval: interval, MaxBackoff: most}
					got := backoff(p, failures, random)
					want := failures >= 2 && most > interval
					if want != (got > 0) || want && (got < interval || got > most) {
						t.Errorf("backoff(%s up to %s, %d failures, %v) = %s", interval, most, failures, random, got)
					}
				}
			}
		}
	}
}

func TestRetryAfter(t *testing.T) {
	patient := func(wait time.Duration) func(context.Context, *metric.Batch) error {
		return func(context.Context, *metric.Batch) error {
			return &device.Error{Reason: device.RateLimited, RetryAfter: wait, Err: errCold}
		}
	}
	cases := map[string]struct {
		wait     time.Duration
		least    time.Duration // from start to start
		most     time.Duration
		interval string
	}{
		"longer than the interval":               {5 * time.Minute, 5 * time.Minute, 5 * time.Minute, "300"},
		"shorter: the pace is not quickened":     {time.Second, 30 * time.Second, 90 * time.Second, "60"},
		"longer than a day: bounded":             {1000 * time.Hour, 24 * time.Hour, 24 * time.Hour, "86400"},
		"negative: nonsense":                     {-time.Hour, 30 * time.Second, 90 * time.Second, "60"},
		"beyond max_backoff: the device decides": {2 * time.Hour, 2 * time.Hour, 2 * time.Hour, "7200"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pace := minutely
				pace.MaxBackoff = time.Hour
				set := newSet(Options{})
				defer mustClose(t, set)
				d := newToy(t, scripts(warm, patient(c.wait), warm))
				mustApply(t, set, d.spec("a", pace))
				for d.polls() < 2 {
					time.Sleep(time.Second)
				}
				synctest.Wait()
				wantLines(t, page(t, set, Filter{}), map[string]string{
					`home_exporter_poll_interval_seconds{kind="toy",device="a"}`: c.interval,
				})
				for d.polls() < 3 {
					time.Sleep(time.Second)
				}
				if gap := pauses(d.startTimes())[1]; gap < c.least || gap > c.most {
					t.Errorf("asked again after %s, want %s to %s", gap, c.least, c.most)
				}
			})
		})
	}
}

func TestRetryAfterHoldsOnDemandToo(t *testing.T) {
	for _, pace := range []device.Pace{minutely, scraped} {
		synctest.Test(t, func(t *testing.T) {
			set := newSet(Options{})
			defer mustClose(t, set)
			limited := &device.Error{Reason: device.RateLimited, RetryAfter: 10 * time.Minute, Err: errCold}
			d := newToy(t, func(context.Context, *metric.Batch) error { return limited })
			mustApply(t, set, d.spec("a", pace))
			for range 9 {
				set.Refresh(t.Context(), Filter{})
				if err := set.Ask(t.Context(), "toy", "a"); !errors.Is(err, limited) {
					t.Errorf("Ask: got %v, want what the device said last", err)
				}
				time.Sleep(time.Minute)
			}
			if d.polls() != 1 {
				t.Errorf("scraped: %t: asked %d times in 9 minutes, want once: it asked for 10", pace.OnScrape, d.polls())
			}
			time.Sleep(2 * time.Minute)
			set.Ask(t.Context(), "toy", "a")
			if d.polls() != 2 {
				t.Errorf("scraped: %t: asked %d times after 11 minutes, want twice", pace.OnScrape, d.polls())
			}
		})
	}
}
