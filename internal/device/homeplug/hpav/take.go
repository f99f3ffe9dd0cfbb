package hpav

import (
	"errors"
	"time"
)

// take takes a frame that has arrived.
func (s *survey) take(b []byte) {
	verdict, why := s.judge(b)
	s.count(b, verdict, why)
}

func (s *survey) count(b []byte, verdict Verdict, why error) {
	s.client.counts.Received[verdict]++
	if why != nil {
		s.trace("< %s (%v): %x", verdict, why, b)
	} else {
		s.trace("< %s: %x", verdict, b)
	}
}

// judge finds whose answer a frame is, and learns from it.
func (s *survey) judge(b []byte) (Verdict, error) {
	fr, err := parseFrame(b)
	switch {
	case err != nil:
		return Malformed, err
	case fr.dst != s.self || fr.src == s.self:
		return Foreign, nil
	}
	d := s.dialogs[fr.src]
	if m, ok := unsupported(&fr); ok {
		return s.refuse(d, m), nil
	}
	m, entry, ok := messageOf(&fr)
	switch {
	case !ok:
		return Unexpected, nil
	case d != nil && d.waiting != nil && d.waiting.message == m:
		return s.answer(d, &fr, entry)
	case fr.fragments > 1:
		return d.leftover(m), nil
	case d == nil:
		return s.volunteer(nil, fr.src, m, entry)
	}
	return s.stray(d, fr.src, m, entry)
}

// judgeStale judges a frame that was there before anything was asked.
func (s *survey) judgeStale(b []byte) Verdict {
	fr, err := parseFrame(b)
	switch {
	case err != nil:
		return Malformed
	case fr.dst != s.self || fr.src == s.self:
		return Foreign
	}
	if _, _, ok := messageOf(&fr); ok && s.dialogs[fr.src] != nil {
		return Late
	}
	return Unexpected
}

// answer takes a confirm of what an adapter was asked last.
func (s *survey) answer(d *dialog, fr *frame, entry []byte) (Verdict, error) {
	q := d.waiting
	if fr.fragments > 1 {
		if q.parts == nil {
			q.parts = make(fragments)
		}
		var whole bool
		if entry, whole = q.parts.add(fr, entry); !whole {
			return Accepted, nil
		}
	}
	switch err := s.learn(d, q, entry); {
	case errors.Is(err, errOther):
		return d.leftover(q.message), nil
	case err != nil:
		return Malformed, err
	}
	d.waiting = nil
	d.finish(q.topic(), s.now)
	return Accepted, nil
}

// stray takes a confirm from an adapter that was not asked for it last. A second answer
// may be to a repeated request: it is the newer one.
func (s *survey) stray(d *dialog, src MAC, m Message, entry []byte) (Verdict, error) {
	t := topic{message: m}
	c := d.course(t)
	verdict := d.leftover(m)
	switch {
	case c.outcome != 0:
	case c.tries > 0:
		verdict = Accepted // overdue, and about to be asked again
	case s.asked(m) != nil:
		return s.volunteer(d, src, m, entry)
	default:
		return verdict, nil
	}
	if err := s.learn(d, &question{message: m}, entry); err != nil {
		return Malformed, err
	}
	d.finish(t, s.now)
	return verdict, nil
}

// leftover judges an answer to a question that has ended, of whatever link. There may
// be no dialog.
func (d *dialog) leftover(m Message) Verdict {
	verdict := Unexpected
	if d == nil {
		return verdict
	}
	for t, c := range d.courses {
		switch {
		case t.message != m:
		case c.outcome == givenUp:
			return Late
		case c.outcome == answered:
			verdict = Duplicate
		}
	}
	return verdict
}

// volunteer takes an answer to a question that everybody was asked. d is nil for an
// adapter that was not known.
func (s *survey) volunteer(d *dialog, src MAC, m Message, entry []byte) (Verdict, error) {
	asked := s.asked(m)
	if asked == nil {
		return Unexpected, nil
	}
	q := &question{message: m}
	if d == nil {
		if err := (&Adapter{MAC: src}).learn(q, entry); err != nil {
			return Malformed, err
		}
		if d = s.dialog(src); d == nil {
			return Unexpected, nil
		}
		s.heard = s.now
	}
	if err := s.learn(d, q, entry); err != nil {
		return Malformed, err
	}
	d.finish(q.topic(), s.now)
	d.local = d.local || asked.dst == Local
	return Accepted, nil
}

// refuse takes the word of an adapter that it does not know a message.
func (s *survey) refuse(d *dialog, m Message) Verdict {
	if d == nil || d.waiting == nil || d.waiting.message != m {
		return Unexpected
	}
	t := d.waiting.topic()
	d.waiting, d.heard, s.anybody = nil, true, true
	d.giveUp(t, s.now)
	return Accepted
}

// learn takes what a confirm says into the adapter. A confirm that makes no sense
// changes nothing.
func (s *survey) learn(d *dialog, q *question, entry []byte) error {
	a := d.adapter
	if err := a.learn(q, entry); err != nil {
		return err
	}
	s.anybody, d.done = true, false
	a.seen = s.now
	a.learned[q.message], a.unknown[q.message] = s.now, time.Time{}
	a.Answered = a.Networks != nil
	for _, peer := range a.Peers() {
		if other := s.dialog(peer); other != nil {
			other.adapter.seen = s.now
		}
	}
	return nil
}
