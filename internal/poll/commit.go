package poll

import (
	"time"

	"home_exporter/internal/device"
)

// commit carries the changes out. Nothing in it can fail. s.applying is held.
func (s *Set) commit(changes []*change) {
	s.mu.Lock()
	opened := 0
	for _, c := range changes {
		opened += len(c.opened)
		c.kind.entries = c.entries // of all kinds, before anything is removed: a finder's devices may be of another
	}
	nth := 0
	for _, c := range changes {
		for _, p := range c.paced {
			s.repace(p.entry, p.pace)
		}
		for _, e := range c.opened {
			e.due = s.now() + time.Duration(nth)*rampOf(opened, e.pace.Interval)
			nth++
		}
		for _, r := range c.removed {
			s.remove(r.entry, r.heir)
		}
		for _, e := range c.opened {
			if e.after() == nil {
				s.start(e)
			}
		}
	}
	leaving := s.leaving
	s.leaving = nil
	s.mu.Unlock()
	for _, e := range leaving {
		s.bury(e)
	}
}

// start puts a new entry in the queue. s.mu is held.
func (s *Set) start(e *entry) {
	switch {
	case e.wanted != nil:
		s.enqueue(e, s.now())
	case !e.pace.OnScrape:
		s.enqueue(e, max(e.due, s.now()))
	}
}

// repace gives a running entry another pace. s.mu is held.
func (s *Set) repace(e *entry, pace *device.Pace) {
	same := *e.pace == *pace
	e.pace = pace
	if same || e.running != nil || e.wanted != nil || e.after() != nil {
		return // what comes after all these has the new pace
	}
	s.queue.remove(e)
	_, notBefore := e.rest()
	e.setRest(max(0, notBefore-s.now()), notBefore)
	if !pace.OnScrape {
		now := time.Now()
		s.enqueue(e, max(s.now()+e.slotAfter(now).Sub(now), notBefore))
	}
}

// remove takes e out of the set, with all that it has found unless it has an heir.
// The heir starts when the device is closed: by the worker that asks it, or by commit,
// which finds it in s.leaving. s.mu is held.
func (s *Set) remove(e, heir *entry) {
	e.gone = true
	s.queue.remove(e)
	e.release()
	if e.isFinder() {
		s.disown(e, heir)
	}
	before := e
	switch {
	case e.after() != nil: // it never began, and its place in the row goes to the heir
		before, e.rare.after = e.rare.after, nil
		e.running = &run{}
		s.leaving = append(s.leaving, e)
	case e.running != nil:
		e.running.cancel()
	default:
		e.running = &run{}
		s.leaving = append(s.leaving, e)
	}
	before.running.successor = heir
	if heir != nil {
		heir.makeRare().after = before
	}
}

// disown hands what a finder has found to its heir, or removes it. s.mu is held.
func (s *Set) disown(finder, heir *entry) {
	var lost []*entry
	for _, k := range s.kinds {
		kept := make([]*entry, 0, len(k.entries))
		for _, e := range k.entries {
			switch {
			case e.owner != finder:
				kept = append(kept, e)
			case heir != nil && heir.isFinder():
				e.owner = heir
				kept = append(kept, e)
			default:
				lost = append(lost, e)
			}
		}
		k.entries = kept
	}
	for _, e := range lost {
		s.remove(e, nil)
	}
}

// bury closes the device of a removed entry that is not being polled, and starts its
// heir. The lock is not held while it closes: saying goodbye may take a network its
// time.
func (s *Set) bury(e *entry) {
	if err := guarded(e.device.Close); err != nil {
		s.log.Warn("device did not close", "kind", e.kind.kind.Name, "device", e.name, "err", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	heir := e.running.successor
	e.running = nil
	if heir != nil {
		heir.rare.after = nil
		s.start(heir)
	}
}
