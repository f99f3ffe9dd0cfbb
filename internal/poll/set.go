// Package poll asks every device on its own schedule and keeps what it last said.
//
//	Set      all devices that run: applied from a configuration, read by a scrape
//	entry    one device: its pace, its state, its last readings
//	queue    entries by the time they are due
//	worker   takes the entry that is due next, asks it, files what came back
//
// There is one queue and a bounded number of workers, not a goroutine per device: a
// hundred thousand sockets would cost as many stacks. A worker that is free waits
// for the head of the queue to come due; when it leaves with it, the next one takes
// its place there. So a busy set hands nothing over, and an idle one costs nothing.
package poll

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// Options of a Set. The zero value serves.
type Options struct {
	Log   *slog.Logger
	Kinds []*device.Kind
	// Workers bounds the polls that run at the same time. Zero is DefaultWorkers.
	Workers int
	// Purses keeps what is left of budgets. Nil: those of this set alone.
	Purses *Purses
	// Trace is handed to every device; see device.Env.
	Trace func(format string, args ...any)
}

// DefaultWorkers is enough for a thousand and more devices that hang at the same
// time while all others are asked when they are due.
const DefaultWorkers = 4096

// maxIdle is how many workers without work are kept for the next burst.
const maxIdle = 64

// A Set is the devices that run. All methods may be called from any goroutine.
type Set struct {
	log    *slog.Logger
	trace  func(format string, args ...any)
	purses *Purses
	limit  int // workers
	epoch  time.Time
	ctx    context.Context // of all polls; ended by Close
	cancel context.CancelFunc
	done   sync.WaitGroup // workers
	shapes metric.Shapes
	ending sync.Once
	// applying serializes whole changes of what runs; mu is held for moments only, and
	// never while a device, a log or a kind's code is at work.
	applying sync.Mutex

	mu       sync.Mutex
	kinds    []*kindState // in the order of Options.Kinds
	queue    queue
	workers  int
	idle     int        // workers that wait on more
	more     *sync.Cond // there may be work for another worker
	watching bool       // a worker waits for the head of the queue
	kick     chan struct{}
	closed   bool
	inFlight int
	delays   delays
	leaving  []*entry // removed and not being polled: reconcile closes them before it ends
}

// kindState is one kind with its running devices.
type kindState struct {
	kind    *device.Kind
	entries []*entry // by name; replaced as a whole, never changed in place
	swarm   counters // of all its swarm entries together
}

// New returns an empty set. Close it.
func New(o Options) *Set {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Set{
		log:    o.Log,
		trace:  o.Trace,
		purses: o.Purses,
		limit:  o.Workers,
		epoch:  time.Now(),
		ctx:    ctx,
		cancel: cancel,
		kick:   make(chan struct{}, 1),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.purses == nil {
		s.purses = new(Purses)
	}
	if s.limit <= 0 {
		s.limit = DefaultWorkers
	}
	s.more = sync.NewCond(&s.mu)
	for _, k := range o.Kinds {
		s.kinds = append(s.kinds, &kindState{kind: k})
	}
	return s
}

// kindOf returns the state of the named kind, or nil.
func (s *Set) kindOf(name string) *kindState {
	for _, k := range s.kinds {
		if k.kind.Name == name {
			return k
		}
	}
	return nil
}

// Close ends all polls, closes all devices and waits for both. Who waits for a poll
// is released.
func (s *Set) Close() (err error) {
	s.ending.Do(func() { err = s.end() })
	return err
}

func (s *Set) end() error {
	// Workers are not awaited with applying held: one may be about to apply what its
	// finder has found.
	s.applying.Lock()
	s.mu.Lock()
	s.closed = true
	s.cancel()
	for _, k := range s.kinds {
		for _, e := range k.entries {
			e.release()
		}
	}
	s.more.Broadcast()
	s.poke()
	s.mu.Unlock()
	s.applying.Unlock()

	s.done.Wait()
	var errs []error
	for _, k := range s.kinds {
		for _, e := range k.entries {
			if err := guarded(e.device.Close); err != nil {
				errs = append(errs, fmt.Errorf("close %s %s: %w", k.kind.Name, e.name, err))
			}
		}
	}
	return errors.Join(errs...)
}

// now is the time since the set began, on the monotonic clock: nothing that is
// waited for or kept depends on what someone does to the wall clock.
func (s *Set) now() time.Duration { return time.Since(s.epoch) }

// poke makes the worker that watches the queue look again. s.mu is held.
func (s *Set) poke() {
	select {
	case s.kick <- struct{}{}:
	default: // it will look anyway
	}
}
