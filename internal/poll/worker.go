package poll

import (
	"context"
	"errors"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// A worker asks one device after the other. It owns what a poll needs and the next
// one can use again.
type worker struct {
	set   *Set
	batch metric.Batch
	run   run         // of the poll under way
	timer *time.Timer // nil until the worker has watched
}

// work is the life of a worker.
func (w *worker) work() {
	defer w.set.done.Done()
	for e := w.next(); e != nil; e = w.next() {
		w.poll(e)
	}
}

// next waits for an entry that is due and takes it out of the queue, with a run that
// has begun. It returns nil when the worker should end.
func (w *worker) next() *entry {
	s := w.set
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.closed:
			s.workers--
			return nil
		case len(s.queue) > 0 && s.queue[0].due <= s.now():
			e := s.queue.pop()
			w.begin(e)
			s.callNext()
			return e
		case !s.watching:
			w.watch()
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
func (w *worker) watch() {
	s := w.set
	var due <-chan time.Time
	if len(s.queue) > 0 {
		due = w.after(s.queue[0].due - s.now())
	}
	s.watching = true
	s.mu.Unlock()
	select {
	case <-due:
	case <-s.kick:
	}
	s.mu.Lock()
	s.watching = false
}

// after is time.After with the worker's own timer.
func (w *worker) after(d time.Duration) <-chan time.Time {
	if w.timer == nil {
		w.timer = time.NewTimer(d)
	} else {
		w.timer.Reset(d)
	}
	return w.timer.C
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
		go (&worker{set: s}).work()
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
func (w *worker) begin(e *entry) {
	s := w.set
	start := time.Now()
	late := start.Sub(s.epoch) - e.due
	w.run = run{start: start, due: start.Add(-late), keep: e.pace.Keep, want: e.wanted}
	deadline := start.Add(e.pace.Timeout)
	if w.run.want == nil {
		s.delays.observe(late)
	} else if d := w.run.want.deadline; !d.IsZero() && d.Before(deadline) {
		deadline = d
	}
	w.run.ctx, w.run.cancel = context.WithDeadline(s.ctx, deadline)
	e.wanted = nil
	e.running = &w.run
	s.inFlight++
}

// maxKeptBatch is the number of series up to which a batch is used again. A worker
// that once asked a giant must not hold its memory for good.
const maxKeptBatch = 4096

// poll asks e and files what came of it.
func (w *worker) poll(e *entry) {
	w.batch.Reset()
	err := ask(w.run.ctx, e.device, &w.batch)
	w.run.cancel()
	if finder, ok := e.device.(device.Finder); ok && !isPanic(err) {
		err = errors.Join(w.set.settle(e, finder), err)
	}
	w.set.file(e, &w.batch, err)
	w.run = run{} // what it points at is over
	if w.batch.Len() > maxKeptBatch {
		w.batch = metric.Batch{}
	}
}

// ask polls d. A panic in a kind is that device's failed poll, and no more.
func ask(ctx context.Context, d device.Device, out *metric.Batch) error {
	err := guarded(func() error { return d.Poll(ctx, out) })
	if isPanic(err) {
		out.Reset() // half a reading of a broken program is none
	}
	return err
}
