package poll

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// maxRetryAfter bounds the patience that a device can ask for.
const maxRetryAfter = 24 * time.Hour

// file ends the run of e: readings replace the last ones, state and counters are
// brought up to date, and the next poll is put in the queue.
func (s *Set) file(e *entry, batch *metric.Batch, err error) {
	end := time.Now()
	result := resultOf(batch, err)
	dropped := 0
	if result != Failed {
		var previous *metric.Snapshot
		if r := e.latest.Load(); r != nil {
			previous = r.snapshot
		}
		next := &reading{until: end.Add(e.running.keep)}
		next.snapshot, dropped = s.shapes.Freeze(batch, previous)
		e.latest.Store(next)
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	r := e.running
	e.running = nil
	s.inFlight--
	if r.want != nil {
		close(r.want.done)
	}
	if e.gone {
		s.bury(e, r.successor)
		return
	}
	if s.closed {
		return // what an ended poll says is no fault of the device
	}
	before := e.last
	e.last = Outcome{Start: r.start, Duration: end.Sub(r.start), Result: result, Err: err}
	e.counts.add(e.last, dropped)
	if result == Failed {
		e.failures++
	} else {
		e.failures = 0
		e.lastGood = end
	}
	e.remember()
	s.tell(e, before)
	s.reschedule(e, end)
}

// resultOf tells what a poll was worth.
func resultOf(batch *metric.Batch, err error) Result {
	switch {
	case err == nil || device.IsDown(err):
		return OK
	case batch.Len() > 0:
		return Partial
	}
	return Failed
}

// reschedule puts e in the queue for its next slot, or later when it failed and its
// kind backs off, or it asked for patience. s.mu is held.
func (s *Set) reschedule(e *entry, now time.Time) {
	if e.wanted != nil {
		s.enqueue(e, s.now())
		return
	}
	if e.pace.OnScrape {
		return
	}
	e.pause = max(
		backoff(e.pace, int(e.failures), rand.Float64()),
		min(device.RetryAfterOf(e.last.Err), maxRetryAfter))
	if e.pause > 0 {
		s.enqueue(e, s.now()+e.pause)
		return
	}
	// Half an interval of rest keeps a first poll, or one on demand, from being
	// followed at once by that of the schedule.
	next := e.slotAfter(e.last.Start.Add(e.pace.Interval / 2))
	if late := now.Sub(next); late > 0 {
		e.counts.skipped += uint64(late/e.pace.Interval) + 1
		next = e.slotAfter(now)
	}
	s.enqueue(e, s.now()+next.Sub(now))
}

// backoff returns the pause after so many failures in a row, zero for none. It
// doubles from one interval up to the pace's MaxBackoff; random, from 0 to 1, spreads
// it so that devices which failed together do not come back together.
func backoff(p *device.Pace, failures int, random float64) time.Duration {
	if failures < 2 || p.MaxBackoff <= p.Interval {
		return 0 // one failure is not yet a habit: the next slot will tell
	}
	most := p.MaxBackoff
	if shift := failures - 1; shift < 20 && p.Interval<<shift < most {
		most = p.Interval << shift
	}
	return p.Interval + time.Duration(random*float64(most-p.Interval))
}

// tell logs a change of state, never its repetition. s.mu is held.
func (s *Set) tell(e *entry, before Outcome) {
	was, is := before.health(), e.last.health()
	if was == is || (was == Unasked && is == Well) {
		return
	}
	log := s.log.With("kind", e.kind.kind.Name, "device", e.name)
	if is == Well {
		log.Info("device answers again", "failed_for", time.Since(before.Start).Round(time.Second))
		return
	}
	level := slog.LevelWarn
	if is == Down {
		level = slog.LevelInfo // the device's affair, not ours
	}
	attrs := []any{"reason", e.last.Reason(), "err", e.last.Err}
	if hint := device.HintOf(e.last.Err); hint != "" {
		attrs = append(attrs, "hint", hint)
	}
	var p *panicError
	if errors.As(e.last.Err, &p) {
		attrs = append(attrs, "stack", string(p.stack))
	}
	log.Log(s.ctx, level, "device is "+is.String(), attrs...)
}
