package poll

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// work is the life of a worker.
func (s *Set) work() {
	defer s.done.Done()
	var batch metric.Batch
	for e := s.next(); e != nil; e = s.next() {
		s.poll(e, &batch)
	}
}

// next waits for an entry that is due and takes it out of the queue, with a run that
// has begun. It returns nil when the worker should end.
func (s *Set) next() *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.closed:
			s.workers--
			return nil
		case len(s.queue) > 0 && s.queue[0].due <= s.now():
			e := s.queue.pop()
			s.begin(e)
			s.callNext()
			return e
		case !s.watching:
			s.watch()
		case s.idle >= maxIdle:
			s.workers--
			return nil
		default:
			s.idle++
			s.more.Wait()
			s.idle--
		}
	}
}

// watch waits, without s.mu, until the head of the queue is due or has changed.
func (s *Set) watch() {
	s.watching = true
	var due <-chan time.Time
	if len(s.queue) > 0 {
		timer := time.NewTimer(s.queue[0].due - s.now())
		defer timer.Stop()
		due = timer.C
	}
	s.mu.Unlock()
	select {
	case <-due:
	case <-s.kick:
	}
	s.mu.Lock()
	s.watching = false
}

// callNext makes sure that a worker looks at the queue: the one that watches, one
// that is idle, or a new one while there may be more. s.mu is held.
func (s *Set) callNext() {
	switch {
	case s.closed || s.watching:
	case s.idle > 0:
		s.more.Signal()
	case s.workers < s.limit:
		s.workers++
		s.done.Add(1)
		go s.work()
	}
}

// enqueue makes e due at the given time. s.mu is held.
func (s *Set) enqueue(e *entry, due time.Duration) {
	s.queue.remove(e)
	e.due = due
	s.queue.push(e)
	if e.place != 0 {
		return // whoever watches, watches for an earlier one
	}
	if s.watching {
		s.poke()
	} else {
		s.callNext()
	}
}

// begin starts a run of e. s.mu is held.
func (s *Set) begin(e *entry) {
	r := &run{start: time.Now(), keep: e.pace.Keep, want: e.wanted}
	deadline := r.start.Add(e.pace.Timeout)
	if r.want == nil {
		s.delays.observe(s.now() - e.due)
	} else if d := r.want.deadline; !d.IsZero() && d.Before(deadline) {
		deadline = d
	}
	r.ctx, r.cancel = context.WithDeadline(s.ctx, deadline)
	e.wanted = nil
	e.running = r
	s.inFlight++
}

// poll asks e and files what came of it.
func (s *Set) poll(e *entry, batch *metric.Batch) {
	batch.Reset()
	err := ask(e.running.ctx, e.device, batch)
	e.running.cancel()
	if finder, ok := e.device.(device.Finder); ok && err == nil {
		if specs, changed := finder.Found(); changed {
			err = s.found(e, specs)
		}
	}
	s.file(e, batch, err)
}

// ask polls d. A panic in a kind is that device's failed poll, and no more.
func ask(ctx context.Context, d device.Device, out *metric.Batch) (err error) {
	defer func() {
		if p := recover(); p != nil {
			out.Reset() // half a reading of a broken program is none
			err = &device.Error{
				Reason: device.Internal,
				Err:    &panicError{value: p, stack: debug.Stack()},
				Hint:   "this is a fault of the program: please report it with the log of this moment",
			}
		}
	}()
	return d.Poll(ctx, out)
}

// panicError is a panic of a kind. The stack goes to the log, not to the page.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }
