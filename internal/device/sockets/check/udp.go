package check

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"
)

// errSilent is the verdict on silence where an answer is required.
var errSilent = &verdict{ClassNoAnswer, "nothing came back: the port is open and silent, or packets are dropped"}

// checkUDP asks each address in its share of the time, until one answers. An address
// that stays silent is up, as nc has it, but an answer from another one is proof.
func (c *Checker) checkUDP(ctx context.Context, t *Target, addrs []netip.Addr, r *Result) {
	start := time.Now()
	deadline, _ := ctx.Deadline()
	var failure line
	silent := false
	for i, addr := range addrs {
		if i > 0 && (ctx.Err() != nil || !time.Now().Before(deadline)) {
			break
		}
		to := netip.AddrPortFrom(addr, t.number)
		err := c.askUDP(ctx, t, addr, share(time.Now(), deadline, len(addrs)-i), r)
		r.Phases.Exchange = since(start)
		switch {
		case err == nil:
			r.Addr, r.Answered = to, true
			return
		case err == errSilent && !silent && !t.wantsAnswer():
			silent = true
			r.Addr = to
		case failure.err == nil || outranks(err, failure.err):
			failure = line{addr: to, err: err}
		}
	}
	if silent && !errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	if silent {
		failure = line{addr: r.Addr, err: errSilent}
	}
	r.fail(t, step{"ask", failure.addr, r.Phases.Exchange}, failure.err)
}

// wantsAnswer reports whether silence is a failure.
func (t *Target) wantsAnswer() bool {
	o := t.options()
	return o.RequireAnswer || o.Expect != nil
}

// askUDP returns nil when the right answer came, and errSilent when none did.
func (c *Checker) askUDP(ctx context.Context, t *Target, addr netip.Addr, deadline time.Time, r *Result) error {
	l := c.dialOne(ctx, t, addr)
	if l.err != nil {
		return l.err
	}
	defer l.conn.Close()
	q := newQuestion(t.options())
	now := time.Now()
	q.times = sendTimes(deadline.Sub(now))
	q.start, q.deadline = now, deadline
	err := c.ask(ctx, l.conn, q, r)
	if isUDPRefusal(err) {
		return &verdict{ClassRefused, "port unreachable"}
	}
	return err
}

// A question is what to send over a datagram socket, when, and how to judge the answer.
type question struct {
	payload  []byte
	times    []time.Duration // after start; the first is 0
	start    time.Time
	deadline time.Time
	size     int                // of the answer that judge wants to see
	judge    func([]byte) error // nil: anything will do
}

// newQuestion fills in all but the times.
func newQuestion(o *Options) question {
	q := question{payload: []byte(ncPayload), size: 512}
	switch o.Preset {
	case PresetDNS:
		id := uint16(rand.Uint32())
		q.payload = appendDNSQuery(nil, id)
		q.judge = func(b []byte) error { return checkDNSAnswer(b, id) }
	case PresetNTP:
		q.payload = appendNTPRequest(nil)
		q.judge = checkNTPAnswer
	case PresetEcho:
		q.payload = randomBytes(16)
		q.judge = func(b []byte) error {
			if !bytes.Equal(b, q.payload) {
				return mismatch("not an echo", b)
			}
			return nil
		}
	default:
		if len(o.Send) > 0 {
			q.payload = o.Send
		}
	}
	if want, preset := o.Expect, q.judge; want != nil {
		q.size = maxAnswer
		q.judge = func(b []byte) error {
			if preset != nil {
				if err := preset(b); err != nil {
					return err
				}
			}
			if !want.Match(b) {
				return mismatch("the answer does not match", b)
			}
			return nil
		}
	}
	return q
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}

// sendTimes spreads the datagrams over the time t. Hosts limit the ICMP errors that
// they send, many to one per second and destination: so the datagrams are at least a
// second apart where t has room for that, and the last one is given time to be answered.
func sendTimes(t time.Duration) []time.Duration {
	const gap, rest = time.Second, 250 * time.Millisecond
	switch {
	case t >= 4*gap:
		return []time.Duration{0, t / 4, t / 2}
	case t >= 2*gap+rest:
		return []time.Duration{0, gap, 2 * gap}
	case t >= gap+rest:
		return []time.Duration{0, gap}
	}
	return []time.Duration{0, t / 4, t / 2}
}

// ask sends q until something comes back, be it an answer, judged, or an error, which a
// connected socket reports when an ICMP message came for it. It returns errSilent when
// nothing did, and sets r.Answered when a datagram came.
func (c *Checker) ask(ctx context.Context, conn net.Conn, q question, r *Result) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(longAgo) })
	defer stop()
	buf := make([]byte, q.size)
	for i := range q.times {
		_ = conn.SetDeadline(q.deadline)
		if ctx.Err() != nil {
			return errSilent
		}
		n, err := conn.Write(q.payload)
		if c.trace != nil {
			c.trace("sent %d of %d bytes", n, len(q.payload))
		}
		switch {
		case err != nil && i > 0 && isTimeout(err):
			return errSilent
		case err != nil:
			return err
		}
		until := q.deadline
		if i+1 < len(q.times) {
			until = q.start.Add(q.times[i+1])
		}
		n, err = readUntil(ctx, conn, until, buf)
		switch {
		case err == nil:
			if c.trace != nil {
				c.trace("received %d bytes", n)
			}
			r.Answered = true
			return q.verdict(buf[:n])
		case Classify(err) != ClassTimeout:
			return err
		}
	}
	return errSilent
}

// readUntil waits for a datagram until the moment given, or the end of ctx.
func readUntil(ctx context.Context, conn net.Conn, until time.Time, buf []byte) (int, error) {
	_ = conn.SetReadDeadline(until)
	if err := ctx.Err(); err != nil {
		// The end of ctx may have set its deadline before ours; after this look at ctx
		// it will be set after ours, and win.
		return 0, context.DeadlineExceeded
	}
	n, err := conn.Read(buf)
	if isTruncated(err) {
		return len(buf), nil
	}
	return n, err
}

// verdict judges an answer; what is not the right answer is a mismatch.
func (q *question) verdict(answer []byte) error {
	if q.judge == nil {
		return nil
	}
	err := q.judge(answer)
	if err == nil || Classify(err) == ClassMismatch {
		return err
	}
	return &verdict{ClassMismatch, "the answer does not fit: " + err.Error()}
}
