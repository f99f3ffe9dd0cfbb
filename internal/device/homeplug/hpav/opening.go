package hpav

import (
	"slices"
	"time"
)

// An opening is a question that everybody may answer who is there. It finds adapters.
type opening struct {
	question
	tries int
	over  bool
}

// open asks everybody, one question after the other. It returns when to do so again,
// zero for never.
func (s *survey) open() (wake time.Time) {
	for _, o := range s.opening {
		if o.tries > 0 {
			continue
		}
		if s.now.Before(s.rest) {
			return s.rest
		}
		s.ask(o)
	}
	for _, o := range s.opening {
		wake = sooner(wake, s.repeat(o))
	}
	return wake
}

// repeat asks for Atheros adapters once more when nobody at all has answered; adapters
// of other makers are not waited for.
func (s *survey) repeat(o *opening) (wake time.Time) {
	switch {
	case o.message != SoftwareVersion || s.anybody || o.over:
		return time.Time{}
	case s.now.Before(o.deadline):
		return o.deadline
	}
	s.client.counts.Timeouts[o.message]++
	if o.tries >= maxTries {
		o.over = true
		return time.Time{}
	}
	s.ask(o)
	return o.deadline
}

func (s *survey) ask(o *opening) {
	o.tries++
	s.send(&o.question, o.tries)
	s.rest = s.now.Add(s.client.options.Gap)
}

// asked returns the opening question m, nil when it was not asked.
func (s *survey) asked(m Message) *opening {
	for _, o := range s.opening {
		if o.message == m && o.tries > 0 {
			return o
		}
	}
	return nil
}

// askedLocals reports whether the adapters on the host's side of the power line were
// asked to speak up.
func (s *survey) askedLocals() bool {
	o := s.asked(SoftwareVersion)
	return o != nil && o.dst == Local
}

// discovered returns when unknown adapters were last looked for. It is zero when none
// has told its networks: perhaps there are others now.
func (s *survey) discovered() time.Time {
	hasAnswer := func(d *dialog) bool { return d.adapter.Answered }
	switch {
	case !slices.ContainsFunc(s.order, hasAnswer):
		return time.Time{}
	case len(s.opening) > 0:
		return s.now
	}
	return s.client.discovered
}
