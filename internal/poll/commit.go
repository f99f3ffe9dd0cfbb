package poll

import (
	"time"

	"home_exporter/internal/device"
)

// commit carries the changes out. Nothing in it can fail.
func (s *Set) commit(changes []*change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	opened := 0
	for _, c := range changes {
		opened += len(c.opened)
	}
	nth := 0
	for _, c := range changes {
		c.kind.entries = c.entries
		for e, pace := range c.pacing {
			s.repace(e, pace)
		}
		for _, e := range c.opened {
			ramp := min(time.Duration(opened)*rampStep, e.pace.Interval)
			e.due = s.now() + ramp*time.Duration(nth)/time.Duration(opened)
			nth++
		}
		for _, e := range c.removed {
			s.remove(e, c.heirs[e])
		}
		heirs := make(map[*entry]bool, len(c.heirs))
		for _, heir := range c.heirs {
			heirs[heir] = true
		}
		for _, e := range c.opened {
			if !heirs[e] {
				s.start(e)
			}
		}
	}
}

// start puts a new entry in the queue. s.mu is held.
func (s *Set) start(e *entry) {
	if !e.pace.OnScrape {
		s.enqueue(e, e.due)
	}
}

// repace gives a running entry another pace. s.mu is held.
func (s *Set) repace(e *entry, pace *device.Pace) {
	same := *e.pace == *pace
	e.pace = pace
	if same || e.running != nil {
		return // when it runs, what comes after it has the new pace
	}
	s.queue.remove(e)
	if !pace.OnScrape {
		now := time.Now()
		s.enqueue(e, s.now()+e.slotAfter(now).Sub(now))
	}
}

// remove takes e out of the set, with all that it has found unless it has an heir.
// The heir starts when the device is closed. s.mu is held.
func (s *Set) remove(e, heir *entry) {
	e.gone = true
	s.queue.remove(e)
	for _, k := range s.kinds {
		k.disown(s, e, heir)
	}
	if e.wanted != nil {
		close(e.wanted.done)
		e.wanted = nil
	}
	if e.running != nil {
		e.running.successor = heir
		e.running.cancel()
		return // the worker buries it
	}
	s.bury(e, heir)
}

// disown hands what a finder has found to its heir, or removes it. s.mu is held.
func (k *kindState) disown(s *Set, finder, heir *entry) {
	if !finder.isFinder() {
		return
	}
	var kept, lost []*entry
	for _, e := range k.entries {
		switch {
		case e.owner != finder:
			kept = append(kept, e)
		case heir != nil:
			e.owner = heir
			kept = append(kept, e)
		default:
			lost = append(lost, e)
		}
	}
	k.entries = kept
	for _, e := range lost {
		s.remove(e, nil)
	}
}

// bury closes the device of a removed entry that no longer runs, and starts its
// heir. s.mu is held; closing must not wait for the network (device.Device says so).
func (s *Set) bury(e, heir *entry) {
	if err := e.device.Close(); err != nil {
		s.log.Warn("device did not close", "kind", e.kind.kind.Name, "device", e.name, "err", err)
	}
	if heir != nil && !heir.gone {
		s.start(heir)
	}
}
