package hitron

import (
	"context"
	"fmt"
	"maps"
	"sync"
)

// Seen is what the modem has seen since Start. A request counts before its client has the whole answer; one that its
// client has given up is in flight until the modem notices.
type Seen struct {
	Requests    map[Endpoint]int
	Peak        int // most requests at once
	Connections int // accepted
	Logins      int // accepted; guest sessions too
	Refused     int // logins that were not accepted
	Logouts     int // of a session that there was
}

// Total is the number of requests.
func (s Seen) Total() int {
	n := 0
	for _, of := range s.Requests {
		n += of
	}
	return n
}

// A tally keeps what was seen and wakes those who wait for it.
type tally struct {
	mu      sync.Mutex
	seen    Seen
	now     int           // requests in flight
	changed chan struct{} // made by the first who waits, closed at the next change
}

// enter counts a request in; leave counts it out.
func (t *tally) enter(name Endpoint) (leave func()) {
	t.add(func(seen *Seen) {
		t.now++
		seen.Peak = max(seen.Peak, t.now)
	})
	return func() {
		t.add(func(seen *Seen) {
			t.now--
			if seen.Requests == nil {
				seen.Requests = map[Endpoint]int{}
			}
			seen.Requests[name]++
		})
	}
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

// Seen tells what the modem has seen.
func (s *Sim) Seen() Seen {
	seen, _ := s.tally.look()
	return seen
}

// Await waits until the modem has seen enough, and returns what it has seen.
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
