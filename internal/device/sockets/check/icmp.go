package check

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"time"
)

// Which socket may ping, as a Checker remembers it for each family. Datagram sockets
// need no privilege but the group range of net.ipv4.ping_group_range, raw ones need
// CAP_NET_RAW; what worked is tried first the next time.
const (
	pingUnknown uint32 = iota
	pingDatagram
	pingRaw
)

// errNoPing is the verdict when both kinds of socket are refused.
var errNoPing = &verdict{ClassNotPermitted, "ping not permitted: put this program's group into sysctl net.ipv4.ping_group_range, or grant it CAP_NET_RAW"}

// A pingConn is a socket connected to the host to ping.
type pingConn struct {
	net.Conn
	v6  bool
	raw bool // sees all ICMP of the host, behind an IPv4 header, and keeps our identifier
}

// checkPing asks each address in its share of the time, until one replies.
func (c *Checker) checkPing(ctx context.Context, t *Target, addrs []netip.Addr, r *Result) {
	start := time.Now()
	deadline, _ := ctx.Deadline()
	var failure line
	for i, addr := range addrs {
		if i > 0 && (ctx.Err() != nil || !time.Now().Before(deadline)) {
			break
		}
		to := netip.AddrPortFrom(addr, 0)
		err := c.ping(ctx, t, addr, share(time.Now(), deadline, len(addrs)-i))
		r.Phases.Exchange = since(start)
		if err == nil {
			r.Addr, r.Answered = to, true
			return
		}
		if failure.err == nil || outranks(err, failure.err) {
			failure = line{addr: to, err: err}
		}
	}
	r.fail(t, step{"ping", failure.addr, r.Phases.Exchange}, failure.err)
}

// ping sends one echo request and waits for its reply.
func (c *Checker) ping(ctx context.Context, t *Target, addr netip.Addr, deadline time.Time) error {
	if err := c.permit(t, addr); err != nil {
		return err
	}
	if addr.IsUnspecified() {
		// Connecting to it means this host, but its replies come from the loopback address.
		addr = loopback(addr)
	}
	conn, err := c.openPing(ctx, t, addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(deadline)
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(longAgo) })
	defer stop()

	// The random end of the payload is what tells our replies from others' for sure: a
	// datagram socket does not let us choose the identifier.
	request := echo{
		id: uint16(rand.Uint32()), seq: uint16(rand.Uint32()),
		payload: append([]byte("home_exporter"), randomBytes(8)...),
	}
	wire := appendEcho(nil, request, conn.v6)
	if _, err := conn.Write(wire); err != nil {
		return err
	}
	if c.trace != nil {
		c.trace("echo request sent to %s, %d bytes, sequence %d (raw socket: %t)", addr, len(wire), request.seq, conn.raw)
	}
	if err := conn.awaitReply(request); err != nil {
		return err
	}
	if c.trace != nil {
		c.trace("echo reply received")
	}
	return nil
}

func loopback(unspecified netip.Addr) netip.Addr {
	if unspecified.Is4() {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.IPv6Loopback()
}

// awaitReply reads until the reply to request is there. The deadline of the socket ends
// it, whatever else arrives.
func (p *pingConn) awaitReply(request echo) error {
	buf := make([]byte, 1500)
	for {
		n, err := p.Read(buf)
		switch {
		case isTruncated(err):
			continue
		case err != nil:
			return err
		case p.isReply(buf[:n], request):
			return nil
		}
	}
}

// isReply reports whether packet, as read from p, is the reply to request. The socket is
// connected, so the kernel has compared the source.
func (p *pingConn) isReply(packet []byte, request echo) bool {
	if p.raw && !p.v6 {
		var err error
		if packet, err = stripIPv4(packet); err != nil {
			return false
		}
	}
	got, err := parseEcho(packet, p.v6)
	if err != nil || !got.reply || got.seq != request.seq {
		return false
	}
	return (!p.raw || got.id == request.id) && bytes.Equal(got.payload, request.payload)
}

// openPing opens the kind of socket that worked last time, else the other one.
func (c *Checker) openPing(ctx context.Context, t *Target, addr netip.Addr) (*pingConn, error) {
	memory := &c.ping4
	if addr.Is6() {
		memory = &c.ping6
	}
	kinds := [...]uint32{pingDatagram, pingRaw}
	if memory.Load() == pingRaw {
		kinds = [...]uint32{pingRaw, pingDatagram}
	}
	for _, kind := range kinds {
		conn, err := c.openPingKind(ctx, t, addr, kind)
		switch {
		case err == nil:
			remember(memory, kind)
			return &pingConn{Conn: conn, v6: addr.Is6(), raw: kind == pingRaw}, nil
		case !socketRefused(err):
			return nil, err
		}
		if c.trace != nil {
			c.trace("%s socket refused: %s", [...]string{pingDatagram: "datagram ping", pingRaw: "raw"}[kind], clean(innermost(err)))
		}
	}
	return nil, errNoPing
}

// remember writes only what is new, to keep the memory's cache line shared.
func remember(memory *atomic.Uint32, kind uint32) {
	if memory.Load() != kind {
		memory.Store(kind)
	}
}

func (c *Checker) openPingKind(ctx context.Context, t *Target, addr netip.Addr, kind uint32) (net.Conn, error) {
	if kind == pingDatagram {
		return dialPing(t.options(), addr)
	}
	word := "ip4:icmp"
	if addr.Is6() {
		word = "ip6:ipv6-icmp"
	}
	d := *c.dialer(t)
	if d.Control == nil {
		d.Control = c.datagrams.Control
	}
	return d.DialContext(ctx, word, addr.String())
}

// socketRefused reports whether the system did not even give us the socket, so that the
// other kind may be tried. Lack of resources is no refusal, and neither is what a route
// or a firewall says later, at connect or send.
func socketRefused(err error) bool {
	var call *os.SyscallError
	return errors.As(err, &call) && call.Syscall == "socket" && Classify(err) != ClassResources
}
