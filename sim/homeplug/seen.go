package homeplug

import (
	"context"
	"fmt"
	"maps"
	"sync"
)

// Seen is what happened on the segment since Start.
type Seen struct {
	Requests  map[Request]int
	Malformed int // frames without a whole message header
	Sent      int // frames, noise too
	Unsent    int // frames that nobody could take
}

// Count is how many messages came of that type and MMV, to and from anybody.
func (s Seen) Count(mmtype uint16, mmv byte) int {
	n := 0
	for r, times := range s.Requests {
		if r.Type == mmtype && r.MMV == mmv {
			n += times
		}
	}
	return n
}

// Total is how many messages came.
func (s Seen) Total() int {
	n := 0
	for _, times := range s.Requests {
		n += times
	}
	return n
}

// maxKinds is how many different requests are told apart; more are counted as the empty one.
const maxKinds = 10000

// A tally keeps what was seen and wakes those who wait for it.
type tally struct {
	mu         sync.Mutex
	seen       Seen
	violations []Violation
	host       MAC           // who asked last
	changed    chan struct{} // made by the first who waits, closed at the next change
}

// request counts a message, and tells whether it is one that must never be sent.
func (t *tally) request(r request) (bad bool) {
	name, bad := r.violation()
	t.add(func(seen *Seen) {
		if seen.Requests == nil {
			seen.Requests = map[Request]int{}
		}
		key := r.Request
		if _, known := seen.Requests[key]; !known && len(seen.Requests) >= maxKinds {
			key = Request{}
		}
		seen.Requests[key]++
		if r.Source.unicast() {
			t.host = r.Source
		}
		if bad && len(t.violations) < maxViolations {
			t.violations = append(t.violations, Violation{Request: r.Request, Name: name})
		}
	})
	return bad
}

func (t *tally) add(change func(*Seen)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.seen)
	if t.changed != nil {
		close(t.changed)
		t.changed = nil
	}
}

func (t *tally) look() (Seen, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.changed == nil {
		t.changed = make(chan struct{})
	}
	seen := t.seen
	seen.Requests = maps.Clone(seen.Requests)
	return seen, t.changed
}

func (t *tally) lastHost() MAC {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.host
}

// Seen tells what happened so far.
func (s *Sim) Seen() Seen {
	seen, _ := s.tally.look()
	return seen
}

// Await waits until enough has happened, and returns what has.
func (s *Sim) Await(ctx context.Context, enough func(Seen) bool) (Seen, error) {
	for {
		seen, changed := s.tally.look()
		if enough(seen) {
			return seen, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return seen, fmt.Errorf("wait for more than %+v: %w", seen, ctx.Err())
		}
	}
}
