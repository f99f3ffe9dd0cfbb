package poll

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// gauge counts what is under way, and the most of it.
type gauge struct{ now, most atomic.Int32 }

func (g *gauge) enter() {
	n := g.now.Add(1)
	for {
		most := g.most.Load()
		if n <= most || g.most.CompareAndSwap(most, n) {
			return
		}
	}
}

func (g *gauge) leave() { g.now.Add(-1) }

// workersOf returns the number of workers of the set.
func workersOf(s *Set) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.workers
}

func TestWorkersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{Workers: 4})
		defer mustClose(t, set)
		var busy gauge
		counted := func(script func(context.Context, *metric.Batch) error) func(context.Context, *metric.Batch) error {
			return func(ctx context.Context, out *metric.Batch) error {
				busy.enter()
				defer busy.leave()
				return script(ctx, out)
			}
		}
		var specs []device.Spec
		var good []*toy
		for i := range 10 {
			specs = append(specs, newToy(t, counted(hang)).spec(fmt.Sprintf("a hanging %d", i), minutely))
			good = append(good, newToy(t, counted(warm)))
			specs = append(specs, good[i].spec(fmt.Sprintf("good %d", i), minutely))
		}
		mustApply(t, set, specs...)
		time.Sleep(9 * time.Second)
		synctest.Wait()
		if got := busy.now.Load(); got != 4 {
			t.Errorf("%d polls hang, want 4: as many as there are workers", got)
		}
		// 10 of them hang for 10 s each, 4 at a time: 30 s. Then come the others.
		time.Sleep(22 * time.Second)
		synctest.Wait()
		for i, d := range good {
			if d.polls() != 1 {
				t.Errorf("good %d was asked %d times, want once when workers were free", i, d.polls())
			}
		}
		time.Sleep(time.Hour)
		if got := busy.most.Load(); got != 4 {
			t.Errorf("%d polls at once, want at most 4", got)
		}
		for i, d := range good {
			if d.polls() < 40 {
				t.Errorf("good %d was asked %d times in an hour beside hanging ones", i, d.polls())
			}
		}
	})
}

func TestOneThatHangsHangsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		release := make(chan struct{})
		deaf := newToy(t, func(context.Context, *metric.Batch) error { // ignores its context
			<-release
			return nil
		})
		toys, specs := field(t, 50, minutely, func(i int) string { return fmt.Sprint(i) })
		mustApply(t, set, append(specs, deaf.spec("deaf", minutely))...)
		time.Sleep(30 * time.Minute)
		for i, d := range toys {
			starts := d.startTimes()
			for j := 2; j < len(starts); j++ {
				if gap := starts[j].Sub(starts[j-1]); gap != time.Minute {
					t.Fatalf("device %d: %s from start to start, want a minute", i, gap)
				}
			}
			if len(starts) < 30 {
				t.Errorf("device %d was asked %d times in 30 minutes", i, len(starts))
			}
		}
		if got := line(page(t, set, Filter{}), "home_exporter_polls_in_flight"); got != "1" {
			t.Errorf("polls in flight: got %s, want 1", got)
		}
		close(release)
		synctest.Wait()
		skipped := line(page(t, set, Filter{}), `home_exporter_polls_skipped_total{kind="toy",device="deaf"}`)
		if skipped != "29" && skipped != "30" {
			t.Errorf("skipped polls of the deaf device: got %s, want one for each of its minutes", skipped)
		}
		mustClose(t, set)
	})
}

func TestWorkersGoWhenTheyAreIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		var slow atomic.Bool
		slow.Store(true)
		nap := func(ctx context.Context, out *metric.Batch) error {
			if slow.Load() {
				time.Sleep(5 * time.Second)
			}
			return nil
		}
		var specs []device.Spec
		for i := range 1000 {
			specs = append(specs, newToy(t, nap).spec(fmt.Sprint(i), minutely))
		}
		mustApply(t, set, specs...)
		time.Sleep(2 * time.Second)
		if got := workersOf(set); got != 1001 {
			t.Errorf("%d workers while 1000 polls are under way, want 1001: one watches", got)
		}
		slow.Store(false)
		time.Sleep(10 * time.Minute)
		if got := workersOf(set); got > maxIdle+1 {
			t.Errorf("%d workers while nothing happens, want at most %d", got, maxIdle+1)
		}
	})
}

func TestDeadline(t *testing.T) {
	cases := map[string]struct {
		timeout, ask time.Duration // ask: of the one who demands, zero for a scheduled poll
		want         time.Duration
	}{
		"the entry's timeout":           {7 * time.Second, 0, 7 * time.Second},
		"the caller has less time":      {7 * time.Second, 2 * time.Second, 2 * time.Second},
		"the caller has more time":      {7 * time.Second, time.Minute, 7 * time.Second},
		"the longest timeout there is":  {time.Minute, 0, time.Minute},
		"the caller has no end of time": {7 * time.Second, -1, 7 * time.Second},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set := newSet(Options{})
				defer mustClose(t, set)
				var got time.Duration
				d := newToy(t, func(ctx context.Context, out *metric.Batch) error {
					deadline, _ := ctx.Deadline()
					got = time.Until(deadline)
					return warm(ctx, out)
				})
				pace := device.Pace{Interval: time.Minute, Timeout: c.timeout, Keep: time.Hour, OnScrape: c.ask != 0}
				mustApply(t, set, d.spec("a", pace))
				ctx := t.Context()
				if c.ask > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.ask)
					defer cancel()
				}
				set.Refresh(ctx, Filter{})
				time.Sleep(time.Millisecond)
				synctest.Wait()
				if got != c.want {
					t.Errorf("the poll had %s, want %s", got, c.want)
				}
			})
		})
	}
}

func TestOverrunsSkipSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		// Each poll takes two and a half intervals, whatever its context says.
		slow := newToy(t, func(ctx context.Context, out *metric.Batch) error {
			time.Sleep(150 * time.Second)
			return warm(ctx, out)
		})
		mustApply(t, set, slow.spec("slow", minutely))
		time.Sleep(time.Hour)
		synctest.Wait()
		starts := slow.startTimes()[1:]
		for i := 1; i < len(starts); i++ {
			if gap := starts[i].Sub(starts[i-1]); gap != 3*time.Minute {
				t.Errorf("%s from start to start, want 3m", gap)
			}
		}
		// Two slots for each poll that has ended by schedule; the last one is under way.
		want := 2 * (len(starts) - 1)
		skipped := status(t, set, "slow")
		set.mu.Lock()
		got := int(set.kinds[0].entries[0].counts().skipped)
		set.mu.Unlock()
		if got < want || got > want+2 { // the first poll was not by schedule
			t.Errorf("%d slots were skipped, want %d, or up to 2 more by the first poll (%v)", got, want, skipped.Last)
		}
	})
}

// A set with too few workers falls behind. It must leave slots out and count them,
// and must not starve anyone.
func TestOverloadIsSharedAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{Workers: 1})
		defer mustClose(t, set)
		nap := func(ctx context.Context, out *metric.Batch) error {
			time.Sleep(2 * time.Second)
			return warm(ctx, out)
		}
		pace := device.Pace{Interval: 10 * time.Second, Timeout: 10 * time.Second, Keep: time.Hour}
		var toys []*toy
		var specs []device.Spec
		for i := range 10 { // twice of what one worker can do
			toys = append(toys, newToy(t, nap))
			specs = append(specs, toys[i].spec(fmt.Sprint(i), pace))
		}
		mustApply(t, set, specs...)
		time.Sleep(1000 * time.Second)
		synctest.Wait()
		p := page(t, set, Filter{})
		for i, d := range toys {
			polls := d.polls()
			if polls < 45 || polls > 55 {
				t.Errorf("device %d was asked %d times, want about 50 like all others", i, polls)
			}
			var skipped int
			fmt.Sscan(line(p, fmt.Sprintf(`home_exporter_polls_skipped_total{kind="toy",device="%d"}`, i)), &skipped)
			if sum := polls + skipped; sum < 97 || sum > 102 {
				t.Errorf("device %d: %d polls and %d skipped, want 100 slots together", i, polls, skipped)
			}
		}
	})
}

// Real time, many wake-ups: nothing may be lost and nobody asked twice at once.
func TestStress(t *testing.T) {
	set := newSet(Options{Workers: 8})
	pace := device.Pace{Interval: 10 * time.Millisecond, Timeout: 10 * time.Millisecond, Keep: time.Second}
	toys, specs := field(t, 2000, pace, func(i int) string { return fmt.Sprint(i) })
	mustApply(t, set, specs...)
	demanded := newToy(t, nil)
	mustApply(t, set, append(specs, demanded.spec("demanded", scraped))...)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a lost wake-up shows here
	defer cancel()
	for len(toys) > 0 {
		if err := set.Ask(ctx, "toy", "demanded"); err != nil {
			t.Fatalf("with %d devices to go: %v", len(toys), err)
		}
		for len(toys) > 0 && toys[len(toys)-1].polls() >= 3 {
			toys = toys[:len(toys)-1]
		}
		if ctx.Err() != nil {
			t.Fatalf("%d devices were not asked 3 times", len(toys))
		}
	}
	mustClose(t, set)
}

// With nearly no load each wake-up counts: a set that lost one would stand still.
func TestEveryWakeUpCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, workers := range []int{1, 2, 3, 100} {
			set := newSet(Options{Workers: workers})
			pace := device.Pace{Interval: time.Second, Timeout: time.Second, Keep: time.Second}
			toys, specs := field(t, 3, pace, func(i int) string { return fmt.Sprint(i) })
			for i := range specs { // they come one by one to a set that already waits
				mustApply(t, set, specs[:i+1]...)
				time.Sleep(10 * time.Second)
			}
			time.Sleep(10 * time.Minute)
			for i, d := range toys {
				if d.polls() < 600 {
					t.Errorf("%d workers: device %d was asked %d times in ten minutes", workers, i, d.polls())
				}
			}
			mustClose(t, set)
		}
	})
}

// One giant must not cost every worker its memory for good.
func TestBatchOfAGiantIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		for name, c := range map[string]struct{ series, kept int }{
			"giant": {maxKeptBatch + 1, 0}, "common": {maxKeptBatch, maxKeptBatch},
		} {
			d := newToy(t, func(_ context.Context, out *metric.Batch) error {
				for i := range c.series {
					out.Add(temperature, 1, fmt.Sprint(i))
				}
				return nil
			})
			mustApply(t, set, d.spec(name, scraped))
			w := worker{set: set}
			set.mu.Lock()
			w.begin(set.kinds[0].entries[0])
			set.mu.Unlock()
			w.poll(set.kinds[0].entries[0])
			if got := w.batch.Len(); got != c.kept {
				t.Errorf("%s: the worker keeps a batch of %d series, want %d", name, got, c.kept)
			}
			if w.run.ctx != nil || w.run.cancel != nil || w.run.want != nil {
				t.Errorf("%s: the worker holds on to a run that is over", name)
			}
		}
	})
}
