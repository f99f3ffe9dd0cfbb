package sockets

import (
	"testing"
	"time"
)

// A turnstile is a schedule that a test moves. Each wait shows up on asked, when all before it has been done, and ends
// when the test passes.
type turnstile struct {
	asked chan time.Duration
	pass  chan time.Time
}

func newTurnstile() *turnstile {
	return &turnstile{asked: make(chan time.Duration, 1), pass: make(chan time.Time)}
}

func (ts *turnstile) after(d time.Duration) <-chan time.Time {
	ts.asked <- d
	return ts.pass
}

// arrives waits for the schedule to wait, and checks for how long it wants to.
func (ts *turnstile) arrives(t *testing.T, want time.Duration) {
	t.Helper()
	select {
	case got := <-ts.asked:
		if got != want {
			t.Errorf("the schedule waits %v, want %v", got, want)
		}
	case <-time.After(answerWithin):
		t.Fatal("the schedule has stopped")
	}
}

func TestFlap(t *testing.T) {
	tests := map[string]struct {
		options  Options
		up, down time.Duration
	}{
		"default":  {Options{}, 45 * time.Second, 15 * time.Second},
		"set":      {Options{FlapUp: 3 * time.Second, FlapDown: time.Second}, 3 * time.Second, time.Second},
		"half set": {Options{FlapUp: time.Minute}, time.Minute, 15 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ts := newTurnstile()
			tt.options.After = ts.after
			s := startHouse(t, tt.options)
			meter, web := socketNamed(t, s, "flaky-meter"), socketNamed(t, s, "web")
			for turn := range 3 {
				ts.arrives(t, tt.up)
				if got := check(meter, nil); got != "ok" {
					t.Errorf("turn %d: up, but check = %s", turn, got)
				}
				ts.pass <- time.Time{}
				ts.arrives(t, tt.down)
				if got := check(meter, nil); got != "refused" {
					t.Errorf("turn %d: down, but check = %s", turn, got)
				}
				if got := check(web, nil); got != "ok" {
					t.Errorf("turn %d: web flaps too: check = %s", turn, got)
				}
				ts.pass <- time.Time{}
			}
			ts.arrives(t, tt.up)
		})
	}
}

func TestStopOutlastsTheSchedule(t *testing.T) {
	ts := newTurnstile()
	s := startHouse(t, Options{FlapUp: 2, FlapDown: 1, After: ts.after})
	meter := socketNamed(t, s, "flaky-meter")

	ts.arrives(t, 2)
	steps := []struct {
		what string
		does func() error
		want string
	}{
		{"stopped while open", func() error { return s.Stop("flaky-meter") }, "refused"},
		{"schedule closes", func() error { ts.pass <- time.Time{}; ts.arrives(t, 1); return nil }, "refused"},
		{"schedule would open", func() error { ts.pass <- time.Time{}; ts.arrives(t, 2); return nil }, "refused"},
		{"schedule closes again", func() error { ts.pass <- time.Time{}; ts.arrives(t, 1); return nil }, "refused"},
		{"started while the schedule has it closed", func() error { return s.StartAgain("flaky-meter") }, "refused"},
		{"schedule opens", func() error { ts.pass <- time.Time{}; ts.arrives(t, 2); return nil }, "ok"},
	}
	for _, step := range steps {
		if err := step.does(); err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		if got := check(meter, nil); got != step.want {
			t.Errorf("%s: check = %s, want %s", step.what, got, step.want)
		}
	}
}

// With the real clock the flapping needs a few milliseconds of real time, and no more.
func TestFlapByTheRealClock(t *testing.T) {
	s := startHouse(t, Options{FlapUp: time.Millisecond, FlapDown: time.Millisecond, After: time.After})
	meter := socketNamed(t, s, "flaky-meter")
	seen := map[string]bool{}
	deadline := time.Now().Add(answerWithin)
	for !seen["ok"] || !seen["refused"] {
		if time.Now().After(deadline) {
			t.Fatalf("saw %v in %v, want ok and refused", seen, answerWithin)
		}
		seen[check(meter, nil)] = true
	}
}
