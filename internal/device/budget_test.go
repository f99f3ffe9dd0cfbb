package device

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// start is the beginning of the time in these tests.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func TestPurse(t *testing.T) {
	p := NewPurse(Budget{Name: "pages", Requests: 3, Per: time.Hour})
	steps := []struct {
		at    time.Duration
		ok    bool
		after time.Duration // of the refusal
		left  int
	}{
		{at: 0, ok: true, left: 2},
		{at: 0, ok: true, left: 1},
		{at: time.Second, ok: true, left: 0},
		{at: time.Second, after: 20*time.Minute - time.Second, left: 0},
		{at: 10 * time.Minute, after: 10 * time.Minute, left: 0}, // being refused costs nothing
		{at: 20*time.Minute - 1, after: 1, left: 0},
		{at: 20 * time.Minute, ok: true, left: 0},
		{at: 20 * time.Minute, after: 20 * time.Minute, left: 0},
		{at: 65 * time.Minute, ok: true, left: 1},
		{at: 24 * time.Hour, ok: true, left: 2},                // it does not hold more than is allowed
		{at: 23 * time.Hour, after: 20 * time.Minute, left: 0}, // the clock was set back
	}
	for _, step := range steps {
		now := start.Add(step.at)
		err := p.Spend(now)
		if (err == nil) != step.ok {
			t.Fatalf("at %s: Spend = %v, want success %v", step.at, err, step.ok)
		}
		if err != nil {
			if got := RetryAfterOf(err); got != step.after {
				t.Errorf("at %s: RetryAfterOf = %s, want %s", step.at, got, step.after)
			}
			if ReasonOf(err) != RateLimited || !strings.Contains(err.Error(), `"pages"`) {
				t.Errorf("at %s: the error %v has the reason %s", step.at, err, ReasonOf(err))
			}
		}
		if got := p.Left(now); got != step.left {
			t.Errorf("at %s: Left = %d, want %d", step.at, got, step.left)
		}
	}
}

// TestPurseIsEmptiedOnce spends from many goroutines at one moment.
func TestPurseIsEmptiedOnce(t *testing.T) {
	const requests = 40
	p := NewPurse(Budget{Name: "n", Requests: requests, Per: time.Hour})
	var wg sync.WaitGroup
	var mu sync.Mutex
	spent := 0
	for range 8 {
		wg.Go(func() {
			for range requests {
				if p.Spend(start) == nil {
					mu.Lock()
					spent++
					mu.Unlock()
				}
				p.Left(start)
			}
		})
	}
	wg.Wait()
	if spent != requests {
		t.Errorf("%d requests were spent, want %d", spent, requests)
	}
}

// TestPurseLongRun asks every second for five hours: after the first fill, no hour has more
// than its budget.
func TestPurseLongRun(t *testing.T) {
	for _, requests := range []int{1, 3, 7, 60, 400} {
		p := NewPurse(Budget{Requests: requests, Per: time.Hour})
		var hours [5]int
		for s := range len(hours) * 3600 {
			if p.Spend(start.Add(time.Duration(s)*time.Second)) == nil {
				hours[s/3600]++
			}
		}
		if most := 2*requests - 1; hours[0] > most {
			t.Errorf("%d per hour: %d in the first one, want at most %d", requests, hours[0], most)
		}
		for hour, n := range hours[1:] {
			if n > requests || n < requests-1 {
				t.Errorf("%d per hour: %d in hour %d", requests, n, hour+2)
			}
		}
	}
}

// TestPurseOfNothing holds to the least that a budget can be.
func TestPurseOfNothing(t *testing.T) {
	for _, b := range []Budget{{Name: "none"}, {Name: "negative", Requests: -1, Per: -time.Hour}} {
		p := NewPurse(b)
		if left := p.Left(start); left != 0 {
			t.Errorf("%s: Left = %d", b.Name, left)
		}
		if err := p.Spend(start); ReasonOf(err) != RateLimited {
			t.Errorf("%s: Spend = %v", b.Name, err)
		}
	}
}
