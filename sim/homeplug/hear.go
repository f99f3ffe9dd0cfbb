package homeplug

import (
	"slices"
	"time"
)

// maxPending is how many answers may be late at once; more are lost.
const maxPending = 4096

// A reply is what an adapter sends for one request.
type reply struct {
	frames [][]byte
	delay  time.Duration
}

// hear is a frame that came in by a port; send is the way back.
func (s *Sim) hear(frame []byte, send func(frame []byte)) {
	r, ok := parse(frame)
	if !ok {
		s.tally.add(func(seen *Seen) { seen.Malformed++ })
		return
	}
	if s.tally.request(r) {
		return
	}
	for _, reply := range s.replies(r) {
		if reply.delay > 0 {
			s.later(reply, send)
			continue
		}
		for _, f := range reply.frames {
			send(f)
		}
	}
}

// replies are what the adapters that hear the request say.
func (s *Sim) replies(r request) []reply {
	if r.Type&directionMask != 0 {
		return nil // nobody asked
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.options.Now()
	var out []reply
	for _, a := range s.adapters {
		if !s.hears(a, r) {
			continue
		}
		if answer := s.replyOf(a, r, now); len(answer.frames) > 0 {
			out = append(out, answer)
		}
	}
	return out
}

// hears tells whether the frame reaches the adapter and is meant for it.
func (s *Sim) hears(a *adapter, r request) bool {
	if !s.on(a) || !a.Local && !slices.ContainsFunc(s.adapters, func(b *adapter) bool { return b.Local && s.on(b) }) {
		return false
	}
	switch r.Destination {
	case a.MAC, broadcast:
		return true
	case localAddress:
		return a.Local && r.EtherType == etherHomePlug && a.Chip.Family&(INT6000|Atheros|BootLoader) != 0
	}
	return false
}

// replyOf is what one adapter says, with its habits.
func (s *Sim) replyOf(a *adapter, r request, now time.Time) reply {
	q := asked{request: r, me: s.stateOf(a, now), habits: s.habitsOf(a)}
	if !q.knows() || q.habits.silent(r) {
		return reply{}
	}
	mmv, mmtype, entry, ok := q.answer()
	if !ok {
		return reply{}
	}
	h := q.habits
	if !h.concern(r.Type) {
		h = Habits{}
	} else if h.lost(a) {
		return reply{}
	}
	size := maxPayload
	if h.Fragment > 0 {
		size = max(h.Fragment, 32)
	}
	s.sequence++
	var frames [][]byte
	for _, message := range r.fragments(mmv, mmtype, entry, size, s.sequence) {
		frame := ethernet(r.Source, a.MAC, r.EtherType, message)
		frames = append(frames, h.damage(frame, len(message)))
	}
	if s.rewrite != nil {
		var rewritten [][]byte
		for _, f := range frames {
			rewritten = append(rewritten, s.rewrite(f)...)
		}
		frames = rewritten
	}
	return reply{frames: slices.Repeat(frames, 1+max(0, h.Duplicates)), delay: h.Delay}
}

// later sends when the delay is over, if the segment still is there.
func (s *Sim) later(r reply, send func([]byte)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended || s.pending >= maxPending {
		return
	}
	s.pending++
	s.wg.Go(func() {
		timer := time.NewTimer(r.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
			for _, f := range r.frames {
				send(f)
			}
		case <-s.ctx.Done():
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.pending--
	})
}
