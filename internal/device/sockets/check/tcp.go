package check

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"time"
)

// checkTCP connects, does what the options ask for on the connection, and closes it.
func (c *Checker) checkTCP(ctx context.Context, t *Target, addrs []netip.Addr, r *Result) {
	start := time.Now()
	l := c.dial(ctx, t, addrs)
	r.Phases.Connect = since(start)
	if l.err != nil {
		r.fail(t, step{"connect", l.addr, r.Phases.Connect}, l.err)
		return
	}
	r.Addr = l.addr
	if c.trace != nil {
		c.trace("connected to %s in %s", l.addr, time.Duration(r.Phases.Connect))
	}
	conn := l.conn
	o := t.options()
	if o.TLS != nil || len(o.Send) > 0 || o.Expect != nil {
		c.converse(ctx, t, conn, r)
	}
	if o.Reset {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
	}
	conn.Close()
	if c.trace != nil {
		c.trace("closed (reset: %t)", o.Reset)
	}
}

// converse does the handshake and the exchange on a stream that has just been opened.
// The caller closes conn.
func (c *Checker) converse(ctx context.Context, t *Target, conn net.Conn, r *Result) {
	release := obey(ctx, conn)
	defer release()
	o := t.options()
	if o.TLS != nil {
		secured := c.handshake(ctx, t, conn, r)
		if secured == nil {
			return
		}
		conn = secured
	}
	if len(o.Send) > 0 || o.Expect != nil {
		c.exchange(t, conn, r)
	}
	if secured, ok := conn.(*tls.Conn); ok && !o.Reset && ctx.Err() == nil {
		// Many servers log a TLS connection that ends without a word.
		_ = secured.CloseWrite()
	}
}

// obey makes reads and writes of conn end when ctx does, and returns the function that
// ends the obedience.
func obey(ctx context.Context, conn net.Conn) (release func()) {
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(longAgo) })
	return func() { stop() }
}
