package hpav

import (
	"context"
	"fmt"
	"net"
	"time"
)

// A survey is one round of asking. All adapters are asked at the same time, each one
// question after the other.
type survey struct {
	client  *Client
	conn    net.PacketConn
	self    MAC
	now     time.Time
	opening []*opening // for everybody to answer
	rest    time.Time  // nothing is sent before: everybody has just been asked
	heard   time.Time  // when one was last heard that was not known
	anybody bool       // somebody has answered
	dialogs map[MAC]*dialog
	order   []*dialog // as they began
	failure error     // of sending
}

// newSurvey begins with the adapters that are known, and looks for others where that
// is due.
func newSurvey(c *Client, conn net.PacketConn, self MAC) *survey {
	now := time.Now()
	s := &survey{client: c, conn: conn, self: self, now: now, heard: now, dialogs: make(map[MAC]*dialog)}
	for mac, a := range c.adapters {
		a.Answered, a.Networks, a.rates = false, nil, nil
		s.dialog(mac)
	}
	o := &c.options
	isDue := now.Sub(c.discovered) >= o.Rediscover
	if o.Destination != Local && o.Destination != Broadcast {
		s.dialog(o.Destination)
	} else if isDue {
		s.opening = append(s.opening, &opening{question: question{message: SoftwareVersion, dst: o.Destination}})
	}
	if isDue && o.Others { // first in the way of Broadcom, which tells more
		s.opening = append(s.opening,
			&opening{question: question{message: XtreamDiscover, dst: Broadcast}},
			&opening{question: question{message: StationCapability, dst: Broadcast}})
	}
	return s
}

// maxAdapters bounds what a segment full of nonsense can make us remember. A logical
// network has at most 254 stations.
const maxAdapters = 512

// dialog returns the dialog with an adapter, and begins it; nil where there cannot be
// one.
func (s *survey) dialog(mac MAC) *dialog {
	if d := s.dialogs[mac]; d != nil {
		return d
	}
	a := s.client.adapters[mac]
	if a == nil {
		if !mac.IsStation() || mac == s.self || len(s.client.adapters) >= maxAdapters {
			return nil
		}
		a = &Adapter{MAC: mac, seen: s.now}
		s.client.adapters[mac] = a
	}
	d := &dialog{adapter: a, courses: make(map[topic]*course)}
	s.dialogs[mac] = d
	s.order = append(s.order, d)
	return d
}

// run asks until all is known that can be.
func (s *survey) run(ctx context.Context) error {
	if err := s.drain(); err != nil {
		return err
	}
	r := listen(s.conn)
	err := s.converse(ctx, r)
	r.stop()
	for len(r.frames) > 0 { // they came before the end
		s.take(<-r.frames)
	}
	return err
}

func (s *survey) converse(ctx context.Context, r *reader) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		s.now = time.Now()
		wake, finished := s.step()
		if finished || s.failure != nil {
			return s.failure
		}
		timer.Reset(wake.Sub(s.now))
		select {
		case b := <-r.frames:
			s.now = time.Now()
			s.take(b)
		case <-timer.C:
		case <-r.ended:
			return r.err
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

// step sends what is due. It returns when there is more to do, or that all is done.
func (s *survey) step() (wake time.Time, finished bool) {
	wake = s.open()
	for _, d := range s.order {
		wake = sooner(wake, s.drive(d))
	}
	if settled := s.heard.Add(s.client.options.Settle); len(s.opening) > 0 && s.now.Before(settled) {
		wake = sooner(wake, settled)
	}
	return wake, wake.IsZero()
}

// drive goes on with one adapter. It returns when to do so again, zero for never.
func (s *survey) drive(d *dialog) (wake time.Time) {
	if q := d.waiting; q != nil {
		if s.now.Before(q.deadline) {
			return q.deadline
		}
		s.client.counts.Timeouts[q.message]++
		d.expire(s.now)
	}
	if d.done {
		return time.Time{}
	}
	q := d.next(s)
	if q == nil {
		d.done = true
		return time.Time{}
	}
	for _, rest := range []time.Time{d.rest, s.rest} {
		if s.now.Before(rest) {
			return rest
		}
	}
	d.waiting = q
	d.rest = s.now.Add(s.client.options.Gap)
	c := d.course(q.topic())
	c.tries++
	s.send(q, c.tries)
	return q.deadline
}

// send sends a question for the nth time. If that fails the interface is down or gone.
func (s *survey) send(q *question, nth int) {
	q.deadline = s.now.Add(s.client.options.Patience)
	s.client.counts.Sent[q.message]++
	if nth > 1 {
		s.client.counts.Repeats[q.message]++
	}
	b := q.message.frame(q.dst, s.self, q.entry)
	s.trace("> %s to %s: %x", q.message, q.dst, b)
	if _, err := s.conn.WriteTo(b, nil); err != nil && s.failure == nil {
		s.failure = fmt.Errorf("ask %s for %s: %w", q.dst, q.message, err)
	}
}

func (s *survey) trace(format string, args ...any) {
	if t := s.client.options.Trace; t != nil {
		t(format, args...)
	}
}

// sooner returns the earlier of two times, of which zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
