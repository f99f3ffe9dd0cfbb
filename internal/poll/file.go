package poll

import (
	"log/slog"
	"math"
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
	r := e.running
	end := time.Now()
	if e.swarm {
		err = sameError(e.last.err, err)
	}
	last := outcome{err: err, start: moment(r.start), took: end.Sub(r.start), result: resultOf(batch, err)}
	news := news{entry: e, is: last, stack: takeStack(err)}
	dropped := 0
	if last.result != Failed {
		var next *metric.Snapshot
		next, dropped = s.shapes.Freeze(batch, e.latest.Load())
		e.latest.Store(next)
		e.until.Store(int64(end.Sub(s.epoch) + r.keep))
	}

	s.mu.Lock()
	s.inFlight--
	if r.want != nil {
		close(r.want.done)
	}
	if e.gone {
		s.mu.Unlock()
		s.bury(e)
		return
	}
	e.running = nil
	if s.closed { // what an ended poll says is no fault of the device
		s.mu.Unlock()
		return
	}
	news.was, news.since = e.last, e.since
	e.note(last, end)
	e.counts().add(last, dropped)
	s.reschedule(e, r, end)
	s.mu.Unlock()
	s.tell(news)
}

// sameError returns before when err says no more: one of a swarm that stays down
// keeps one error, and not each that it was told.
func sameError(before, err error) error {
	if before == nil || err == nil || device.RetryAfterOf(err) != 0 ||
		device.ReasonOf(before) != device.ReasonOf(err) || before.Error() != err.Error() {
		return err
	}
	return before
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

// note makes o the entry's last outcome. Set.mu is held.
func (e *entry) note(o outcome, end time.Time) {
	if e.last.health() != o.health() {
		e.since = o.start
	}
	e.last = o
	if o.result != Failed {
		e.failures = 0
		e.lastGood = moment(end)
	} else if e.failures < math.MaxInt32 {
		e.failures++
	}
	e.remember()
}

// reschedule puts e in the queue for its next slot, or later when it failed and its
// kind backs off, or it asked for patience. s.mu is held.
func (s *Set) reschedule(e *entry, r *run, end time.Time) {
	now := end.Sub(s.epoch)
	patience := patienceOf(e.last.err)
	away := backoff(e.pace, int(e.failures), rand.Float64())
	notBefore := now + patience
	e.setRest(max(away, patience), notBefore)
	if e.pace.OnScrape {
		return
	}
	if away == 0 {
		away = e.nextSlot(r, end).Sub(end)
	}
	s.enqueue(e, max(now+away, notBefore))
}

// patienceOf returns for how long err asks to leave the device alone, within reason.
func patienceOf(err error) time.Duration {
	if err == nil {
		return 0
	}
	return max(0, min(device.RetryAfterOf(err), maxRetryAfter))
}

// nextSlot returns the entry's next moment by schedule after a run that has ended.
// Those which have passed meanwhile are counted and left out. Set.mu is held.
func (e *entry) nextSlot(r *run, end time.Time) time.Time {
	// Half an interval of rest keeps a first poll, or one on demand, from being
	// followed at once by that of the schedule.
	next := e.slotAfter(r.due.Add(e.pace.Interval / 2))
	late := end.Sub(next)
	if late <= 0 {
		return next
	}
	e.counts().skipped += uint64(late/e.pace.Interval) + 1
	return e.slotAfter(end)
}

// backoff returns the pause after so many failures in a row, zero for none. It
// doubles from one interval up to the pace's MaxBackoff; random, from 0 to 1, spreads
// it so that devices which failed together do not come back together.
func backoff(p *device.Pace, failures int, random float64) time.Duration {
	if failures < 2 || p.OnScrape || p.MaxBackoff <= p.Interval {
		return 0 // one failure is not yet a habit: the next slot will tell
	}
	most := p.MaxBackoff
	if shift := failures - 1; most>>shift >= p.Interval {
		most = p.Interval << shift
	}
	return p.Interval + time.Duration(random*float64(most-p.Interval))
}

// news is what may have changed with a poll.
type news struct {
	entry   *entry
	was, is outcome
	since   int64 // start of the first poll as was
	stack   []byte
}

// tell logs a change of state, never its repetition.
func (s *Set) tell(n news) {
	was, is := n.was.health(), n.is.health()
	if was == is && (n.stack == nil || isPanic(n.was.err)) || was == Unasked && is == Well {
		return
	}
	log := s.log.With("kind", n.entry.kind.kind.Name, "device", n.entry.name)
	if is == Well {
		log.Info("device answers again", "was", was.String(),
			"for", time.Duration(n.is.start-n.since).Round(time.Second).String())
		return
	}
	level := slog.LevelWarn
	if is == Down {
		level = slog.LevelInfo // the device's affair, not ours
	}
	attrs := []any{"reason", string(reasonOf(n.is.err)), "err", n.is.err}
	if hint := device.HintOf(n.is.err); hint != "" {
		attrs = append(attrs, "hint", hint)
	}
	if n.stack != nil {
		attrs = append(attrs, "stack", string(n.stack))
	}
	log.Log(s.ctx, level, "device is "+is.String(), attrs...)
}
