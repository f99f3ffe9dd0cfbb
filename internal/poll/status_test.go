package poll

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

func TestStates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		pace := minutely
		pace.Keep = 90 * time.Second
		d := newToy(t, scripts(warm, half, closedSocket, cold, cold, cold, warm))
		mustApply(t, set, d.spec("later", pace), newToy(t, nil).spec("never", scraped))
		if got := status(t, set, "never"); got.State != Unasked || !got.Last.Start.IsZero() || !got.Since.IsZero() ||
			!got.LastSuccess.IsZero() || !got.Until.IsZero() {
			t.Errorf("before the first poll: %+v", got)
		}
		var since []time.Time
		for i, want := range []State{Well, Incomplete, Down, Unreachable, Stale, Stale, Well} {
			for d.polls() <= i {
				time.Sleep(time.Second)
			}
			time.Sleep(15 * time.Second) // the keep of the last good poll ends between the failed ones
			st := status(t, set, "later")
			if st.State != want {
				t.Errorf("after poll %d: %s, want %s", i+1, st.State, want)
			}
			if !st.Last.Start.Equal(d.startTimes()[i]) {
				t.Errorf("after poll %d: the last one began at %s, want %s", i+1, st.Last.Start, d.startTimes()[i])
			}
			since = append(since, st.Since)
		}
		starts := d.startTimes()
		for i, first := range []int{0, 1, 2, 3, 3, 3, 6} { // stale is failed for longer
			if !since[i].Equal(starts[first]) {
				t.Errorf("after poll %d: in this state since %s, want the start of poll %d, %s", i+1, since[i], first+1, starts[first])
			}
		}
		if got := status(t, set, "never").State; got != Unasked {
			t.Errorf("on demand, without demand: %s, want new", got)
		}
	})
}

func TestStateNames(t *testing.T) {
	if len(States) != len(stateNames) {
		t.Fatalf("%d states, %d names", len(States), len(stateNames))
	}
	for i, s := range States {
		if int(s) != i || s.String() == "" {
			t.Errorf("state %d is %d, %q", i, s, s)
		}
	}
}

func TestHistory(t *testing.T) {
	// The nth poll brings n, every third one is bad.
	n := 0
	script := func(_ context.Context, out *metric.Batch) error {
		if n++; n%3 == 0 {
			return fmt.Errorf("bad %d", n)
		}
		return nil
	}
	cases := map[string]struct {
		swarm     bool
		good, bad int
		bads      string
	}{
		"one device": {false, 5, 5, "[bad 27 bad 30 bad 33 bad 36 bad 39]"},
		"of a swarm": {true, 0, 3, "[bad 33 bad 36 bad 39]"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n = 0
				set := newSet(Options{})
				defer mustClose(t, set)
				d := newToy(t, script)
				spec := d.spec("a", minutely)
				spec.Swarm = c.swarm
				mustApply(t, set, spec)
				for d.polls() < 41 {
					time.Sleep(time.Second)
				}
				synctest.Wait()
				st := status(t, set, "a")
				if len(st.Good) != c.good || len(st.Bad) != c.bad {
					t.Fatalf("%d good and %d bad ones, want %d and %d", len(st.Good), len(st.Bad), c.good, c.bad)
				}
				var bads []error
				for _, o := range st.Bad {
					bads = append(bads, o.Err)
				}
				if got := fmt.Sprint(bads); got != c.bads {
					t.Errorf("bad ones: %s, want %s", got, c.bads)
				}
				starts := d.startTimes()
				if c.good > 0 {
					for i, poll := range []int{34, 35, 37, 38, 40, 41}[1:] {
						if !st.Good[i].Start.Equal(starts[poll-1]) {
							t.Errorf("good one %d began at %s, want %s", i, st.Good[i].Start, starts[poll-1])
						}
					}
				}
				// What was handed out does not change any more.
				before := fmt.Sprint(st.Bad)
				time.Sleep(time.Hour)
				if fmt.Sprint(st.Bad) != before {
					t.Error("a history that was handed out changes")
				}
			})
		})
	}
}

func TestSwarmWithoutTroubleRemembersNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		spec := newToy(t, nil).spec("a", minutely)
		spec.Swarm = true
		mustApply(t, set, spec)
		time.Sleep(time.Hour)
		set.mu.Lock()
		defer set.mu.Unlock()
		if set.kinds[0].entries[0].rare != nil {
			t.Error("a device of a swarm that was never bad has what few have")
		}
	})
}

func TestStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		spec := newToy(t, nil).spec("b", minutely)
		spec.Labels = metric.EncodeLabels("zone", "north")
		spec.Budgets = []device.Budget{{Name: "page", Requests: 10, Per: time.Hour}}
		mustApply(t, set, spec, newToy(t, nil).spec("a", scraped))
		time.Sleep(time.Second)
		all := set.Devices(Filter{})
		if len(all) != 2 || all[0].Name != "a" || all[1].Name != "b" {
			t.Fatalf("devices: %+v, want a and b", all)
		}
		if names := set.Names("fridge"); names != nil {
			t.Errorf("an unknown kind has the devices %q", names)
		}
		a, b := all[0], all[1]
		if !a.OnScrape || b.OnScrape || b.Interval != time.Minute || b.Configured != time.Minute {
			t.Errorf("paces: %+v %+v", a, b)
		}
		if b.Labels != spec.Labels || b.Kind != "toy" || b.Series != 1 {
			t.Errorf("labels %q, kind %q, %d series", b.Labels, b.Kind, b.Series)
		}
		want := BudgetStatus{Budget: spec.Budgets[0], Left: 10}
		if len(b.Budgets) != 1 || b.Budgets[0] != want {
			t.Errorf("budgets: %+v, want %+v", b.Budgets, want)
		}
	})
}

func TestReady(t *testing.T) {
	cases := map[string]struct {
		script func(context.Context, *metric.Batch) error
		pace   device.Pace
		after  time.Duration // from when on the set is ready
	}{
		"asked":              {slow, minutely, 2 * time.Second},
		"failed":             {func(ctx context.Context, _ *metric.Batch) error { time.Sleep(time.Second); return errCold }, minutely, time.Second},
		"hangs":              {hang, minutely, 10 * time.Second},
		"hangs for too long": {func(context.Context, *metric.Batch) error { time.Sleep(time.Minute); return nil }, minutely, 10 * time.Second},
		"on demand":          {slow, scraped, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set := newSet(Options{})
				defer mustClose(t, set)
				mustApply(t, set, newToy(t, c.script).spec("a", c.pace))
				if c.after > 0 {
					time.Sleep(c.after - time.Nanosecond)
					if set.Ready() {
						t.Errorf("ready before %s", c.after)
					}
					time.Sleep(time.Nanosecond)
					synctest.Wait()
				}
				if !set.Ready() {
					t.Errorf("not ready after %s", c.after)
				}
			})
		})
	}
	if set := newSet(Options{}); !set.Ready() {
		t.Error("a set without devices is not ready")
	}
}

func TestReason(t *testing.T) {
	for _, c := range []struct {
		err  error
		want device.Reason
	}{{nil, ""}, {errCold, device.Refused}, {errors.New("what"), device.Protocol}, {context.DeadlineExceeded, device.Timeout}} {
		if got := (Outcome{Err: c.err}).Reason(); got != c.want {
			t.Errorf("%v: reason %q, want %q", c.err, got, c.want)
		}
	}
}
