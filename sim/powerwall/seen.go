package powerwall

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
)

// Seen is what the gateway has seen since Start. A request counts before its client has the whole answer; one that its
// client has given up is in flight until the gateway notices.
type Seen struct {
	Requests    map[Endpoint]int
	Peak        int            // most requests at once
	Connections int            // accepted
	ServerNames map[string]int // handshakes by the name that the client asked for; "" for none
	Unnamed     int            // handshakes that ended because of the name
	Logins      int            // accepted
	Refused     int            // logins with a wrong password, or with the one from the factory where that is refused
	Limited     int            // logins answered 429
	Logouts     int            // of a token that there was
	Tokens      int            // in use now
	Violations  int            // see Sim.Violations
}

// Total is the number of requests.
func (s Seen) Total() int {
	n := 0
	for _, of := range s.Requests {
		n += of
	}
	return n
}

// Attempts is the number of logins that were tried.
func (s Seen) Attempts() int { return s.Logins + s.Refused + s.Limited }

// A Request is one that was answered.
type Request struct {
	Endpoint   Endpoint
	Method     string
	Path       string
	Status     int // 0 if the connection ended instead
	Connection int // the first is 1
	ServerName string
	Cookies    []string // names
	Auth       string   // Basic or Bearer; empty for none
}

// A Violation is a request that would have changed a real gateway, or what it does.
type Violation struct {
	Method, Path string
	Why          string
}

// Bounds of what is kept.
const (
	maxHistory    = 4096
	maxViolations = 256
	maxNames      = 64
)

// A tally keeps what was seen and wakes those who wait for it.
type tally struct {
	mu         sync.Mutex
	seen       Seen
	now        int // requests in flight
	history    []Request
	violations []Violation
	queries    []Query
	changed    chan struct{} // made by the first who waits, closed at the next change
}

// enter counts a request in; leave counts it out, with what became of it.
func (t *tally) enter() (leave func(Request)) {
	t.add(func(seen *Seen) {
		t.now++
		seen.Peak = max(seen.Peak, t.now)
	})
	return func(r Request) {
		t.add(func(seen *Seen) {
			t.now--
			seen.Requests = put(seen.Requests, r.Endpoint, seen.Requests[r.Endpoint]+1)
			t.history = keep(t.history, r, maxHistory)
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

// violate notes that somebody asked for a change.
func (t *tally) violate(r *http.Request, why string) {
	t.add(func(seen *Seen) {
		seen.Violations++
		t.violations = keep(t.violations, Violation{r.Method, r.URL.Path, why}, maxViolations)
	})
}

// keep appends to a list that forgets its oldest entries.
func keep[T any](list []T, entry T, most int) []T {
	if len(list) >= most {
		list = slices.Delete(list, 0, len(list)-most+1)
	}
	return append(list, entry)
}

func (t *tally) look() (Seen, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.changed == nil {
		t.changed = make(chan struct{})
	}
	seen := t.seen
	seen.Requests = maps.Clone(seen.Requests)
	seen.ServerNames = maps.Clone(seen.ServerNames)
	return seen, t.changed
}

// Seen tells what the gateway has seen.
func (s *Sim) Seen() Seen {
	seen, _ := s.tally.look()
	seen.Tokens = s.tokensInUse()
	return seen
}

// History lists the last requests, at most 4096, in the order of their ends.
func (s *Sim) History() []Request {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	return slices.Clone(s.tally.history)
}

// Violations lists the last requests, at most 256, that a reader must never make.
func (s *Sim) Violations() []Violation {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	return slices.Clone(s.tally.violations)
}

// Await waits until the gateway has seen enough, and returns what it has seen.
func (s *Sim) Await(ctx context.Context, enough func(Seen) bool) (Seen, error) {
	for {
		seen, changed := s.tally.look()
		seen.Tokens = s.tokensInUse()
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

func put[K comparable, V any](m map[K]V, key K, value V) map[K]V {
	if m == nil {
		m = map[K]V{}
	}
	m[key] = value
	return m
}
