package hpav

import "time"

// A question is a request that is under way.
type question struct {
	message  Message
	dst      MAC
	peer     MAC // of statistics and tone maps
	slot     uint8
	entry    []byte
	deadline time.Time
	parts    fragments
}

// A topic is what a question is about: no adapter is asked the same twice in one
// survey, once it has answered or failed to.
type topic struct {
	message Message
	peer    MAC
	slot    uint8
}

func (q *question) topic() topic { return topic{q.message, q.peer, q.slot} }

// A course is how far a survey has come with a topic.
type course struct {
	tries   int // how often it was asked
	outcome outcome
}

// An outcome is how a topic ended.
type outcome uint8

const (
	answered outcome = iota + 1
	givenUp
)

const (
	// maxTries is how often a request is sent before it is given up: adapters do not
	// repeat an answer that is lost.
	maxTries = 2
	// maxLost is how many answers in a row may fail to come, to requests that the
	// adapter knows, before it is left alone: it has been unplugged.
	maxLost = 2
)

// A dialog is a survey's questions to one adapter, one after the other.
type dialog struct {
	adapter *Adapter
	waiting *question // sent, and neither answered nor overdue
	rest    time.Time // nothing is sent before
	courses map[topic]*course
	done    bool               // there is nothing to ask, as long as it tells nothing new
	heard   bool               // it has answered something
	local   bool               // it has answered the local management address
	ignored [MessageCount]bool // given up
	failed  int                // how many were given up for want of an answer
	lost    int                // how many of those in a row that it knows
}

// course returns how far a topic has come.
func (d *dialog) course(t topic) *course {
	c := d.courses[t]
	if c == nil {
		c = &course{}
		d.courses[t] = c
	}
	return c
}

// isSilent reports whether the adapter was asked, and has not said a word.
func (d *dialog) isSilent() bool { return !d.heard && d.failed > 0 }

// isOver reports whether there is no use in asking further. Who has not told its
// networks in the survey before this one is tried once.
func (d *dialog) isOver() bool {
	return d.lost >= maxLost || d.isSilent() && (d.lost > 0 || d.adapter.missed > 0)
}

// maxTries is how often m is sent. Who told no networks in the survey before gets one
// chance until it does, and what nobody needs is asked once.
func (d *dialog) maxTries(m Message) int {
	if d.adapter.missed > 0 && d.adapter.Networks == nil || !m.isEssential() {
		return 1
	}
	return maxTries
}

// isEssential tells the messages without which there are no readings from those that
// add something.
func (m Message) isEssential() bool {
	switch m {
	case SoftwareVersion, NetworkInfo0, NetworkInfo1, LinkStatistics, StandardNetworks, StandardStats1, StandardStats2, XtreamStats, XtreamMember:
		return true
	}
	return false
}

// next returns what to ask, nil when there is no more.
func (d *dialog) next(s *survey) *question {
	if d.isOver() {
		return nil
	}
	for q := range d.wants(s) {
		tried := d.ignored[q.message] && d.adapter.learned[q.message].IsZero()
		if !tried && d.course(q.topic()).outcome == 0 && d.adapter.knows(q.message, s.now) {
			q.dst = d.adapter.MAC
			return &q
		}
	}
	return nil
}

// expire takes that the answer has not come in time.
func (d *dialog) expire(now time.Time) {
	q := d.waiting
	d.waiting = nil
	if d.course(q.topic()).tries < d.maxTries(q.message) {
		return
	}
	d.failed++
	if !d.adapter.learned[q.message].IsZero() {
		d.lost++
	}
	d.giveUp(q.topic(), now)
}

// giveUp ends a topic without an answer.
func (d *dialog) giveUp(t topic, now time.Time) {
	d.course(t).outcome = givenUp
	d.ignored[t.message] = true
	d.adapter.markAsked(t, now)
}

// finish ends a topic with an answer.
func (d *dialog) finish(t topic, now time.Time) {
	d.course(t).outcome = answered
	d.heard, d.lost = true, 0
	d.adapter.markAsked(t, now)
}

// markAsked remembers when a link was asked for.
func (a *Adapter) markAsked(t topic, now time.Time) {
	if t.peer == (MAC{}) {
		return
	}
	if a.asked == nil {
		a.asked = make(map[topic]time.Time)
	}
	a.asked[t] = now
}
