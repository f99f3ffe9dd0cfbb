package check

import (
	"context"
	"errors"
	"net"
	"syscall"
	"time"
)

// busyPause is how long to wait before the second and last try at a unix listener whose
// backlog is full: unlike TCP, such a connect does not wait.
const busyPause = 50 * time.Millisecond

// checkUnix connects to a path, does what the options ask for, and closes.
func (c *Checker) checkUnix(ctx context.Context, t *Target, r *Result) {
	start := time.Now()
	conn, err := c.dialUnix(ctx, t)
	r.Phases.Connect = since(start)
	if err != nil {
		r.fail(t, step{name: "connect", took: r.Phases.Connect}, err)
		return
	}
	defer conn.Close()
	if c.trace != nil {
		c.trace("connected to %s in %s", clean(t.host), time.Duration(r.Phases.Connect))
	}
	if t.Network() == "unixgram" {
		c.askUnixgram(ctx, t, conn, r)
	} else if o := t.options(); len(o.Send) > 0 || o.Expect != nil {
		release := obey(ctx, conn)
		defer release()
		c.exchange(t, conn, r)
	}
	if c.trace != nil {
		c.trace("closing")
	}
}

func (c *Checker) dialUnix(ctx context.Context, t *Target) (net.Conn, error) {
	d := &c.plain
	if t.Network() == "unixgram" && t.wantsAnswer() {
		wishes := socketOptions{autobind: true}
		d = &net.Dialer{Control: wishes.control}
	}
	conn, err := d.DialContext(ctx, t.Network(), t.host)
	if !errors.Is(err, syscall.EAGAIN) {
		return conn, err
	}
	if c.trace != nil {
		c.trace("backlog full, trying again in %s", busyPause)
	}
	pause := time.NewTimer(busyPause)
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return nil, err
	case <-pause.C:
		return d.DialContext(ctx, t.Network(), t.host)
	}
}

// askUnixgram sends the payload, if there is one or an answer is wanted, and then waits
// for the answer that is wanted.
func (c *Checker) askUnixgram(ctx context.Context, t *Target, conn net.Conn, r *Result) {
	wanted := t.wantsAnswer()
	o := t.options()
	if len(o.Send) == 0 && !wanted {
		return
	}
	start := time.Now()
	q := newQuestion(o)
	q.start = start
	q.deadline, _ = ctx.Deadline()
	var err error
	if wanted {
		q.times = []time.Duration{0}
		err = c.ask(ctx, conn, q, r)
	} else {
		err = c.sendDatagram(ctx, conn, q.payload)
	}
	r.Phases.Exchange = since(start)
	if err != nil {
		r.fail(t, step{name: "ask", took: r.Phases.Exchange}, err)
	}
}

// sendDatagram waits while the receiver's queue is full, until ctx ends.
func (c *Checker) sendDatagram(ctx context.Context, conn net.Conn, payload []byte) error {
	release := obey(ctx, conn)
	defer release()
	n, err := conn.Write(payload)
	if c.trace != nil {
		c.trace("sent %d of %d bytes", n, len(payload))
	}
	if isTimeout(err) {
		return &verdict{ClassBusy, "the receiver's queue is full"}
	}
	return err
}
