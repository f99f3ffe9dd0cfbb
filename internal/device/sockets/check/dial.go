package check

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// fallbackDelay is the head start of the preferred family (RFC 8305, section 5, allows
// 10 ms to 2 s and recommends 250 ms; Go's dialler waits 300 ms).
const fallbackDelay = 300 * time.Millisecond

// minShare is what an address gets at least of the time that is left, however many
// others wait: less would not survive the loss of one SYN.
const minShare = 2 * time.Second

// share returns the deadline of the first of n addresses.
func share(now, deadline time.Time, n int) time.Time {
	left := deadline.Sub(now)
	return now.Add(min(max(left/time.Duration(n), minShare), left))
}

// dialer returns the dialler for t: the shared one, unless t has wishes about sockets.
func (c *Checker) dialer(t *Target) *net.Dialer {
	o := t.options()
	if !o.Source.IsValid() && o.Interface == "" {
		if t.kind() == kindUDP {
			return &c.datagrams
		}
		return &c.plain
	}
	wishes := socketOptions{
		softErrors: t.kind() != kindTCP,
		latePort:   t.kind() == kindTCP && o.Source.IsValid(),
		device:     o.Interface,
	}
	d := &net.Dialer{KeepAlive: -1, FallbackDelay: -1, Control: wishes.control}
	if !o.Source.IsValid() {
		return d
	}
	ip, zone := net.IP(o.Source.Unmap().AsSlice()), o.Source.Zone()
	switch t.kind() {
	case kindTCP:
		d.LocalAddr = &net.TCPAddr{IP: ip, Zone: zone}
	case kindUDP:
		d.LocalAddr = &net.UDPAddr{IP: ip, Zone: zone}
	case kindPing:
		d.LocalAddr = &net.IPAddr{IP: ip, Zone: zone}
	}
	return d
}

// A line is a connection that stands, or the reason why there is none.
type line struct {
	conn net.Conn
	addr netip.AddrPort
	err  error
}

// dial connects to one of addrs, which are in the order of preference.
func (c *Checker) dial(ctx context.Context, t *Target, addrs []netip.Addr) line {
	if len(addrs) == 1 {
		return c.dialOne(ctx, t, addrs[0])
	}
	first, second := byFamily(addrs)
	if len(second) == 0 {
		return c.dialInTurn(ctx, t, first)
	}
	return c.dialRace(ctx, t, first, second)
}

func (c *Checker) dialOne(ctx context.Context, t *Target, addr netip.Addr) line {
	to := netip.AddrPortFrom(addr, t.number)
	if err := c.permit(t, addr); err != nil {
		return line{addr: to, err: err}
	}
	if c.trace != nil {
		c.trace("connecting to %s", to)
	}
	conn, err := c.dialer(t).DialContext(ctx, dialWord(t.kind()), to.String())
	if err != nil && c.trace != nil {
		c.trace("%s: %s", to, clean(innermost(err)))
	}
	return line{conn: conn, addr: to, err: err}
}

// dialWord is the network word for an address that is known, whose family needs no
// telling.
func dialWord(k kind) string {
	if k == kindUDP {
		return "udp"
	}
	return "tcp"
}

// dialInTurn gives each address its share of the time that is left, until one connects.
func (c *Checker) dialInTurn(ctx context.Context, t *Target, addrs []netip.Addr) line {
	deadline, _ := ctx.Deadline()
	var worst line
	for i, addr := range addrs {
		now := time.Now()
		if i > 0 && !now.Before(deadline) {
			break
		}
		l := c.dialWithin(ctx, share(now, deadline, len(addrs)-i), t, addr)
		if l.err == nil {
			return l
		}
		if i == 0 || outranks(l.err, worst.err) {
			worst = l
		}
		if ctx.Err() != nil {
			break
		}
	}
	return worst
}

func (c *Checker) dialWithin(ctx context.Context, deadline time.Time, t *Target, addr netip.Addr) line {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	return c.dialOne(ctx, t, addr)
}

// dialRace starts with the preferred family; the other one follows after a moment, or
// at once when the first has failed. It returns when both lanes have ended.
func (c *Checker) dialRace(ctx context.Context, t *Target, first, second []netip.Addr) line {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type arrival struct {
		line
		preferred bool
	}
	arrivals := make(chan arrival, 2)
	start := func(addrs []netip.Addr, preferred bool) {
		go func() { arrivals <- arrival{c.dialInTurn(ctx, t, addrs), preferred} }()
	}
	start(first, true)
	running := 1
	headStart := time.NewTimer(fallbackDelay)
	defer headStart.Stop()
	pending := true // the second family has not started
	var best line
	for running > 0 {
		select {
		case <-headStart.C:
			if pending {
				pending = false
				running++
				start(second, false)
			}
		case a := <-arrivals:
			running--
			switch {
			case best.conn != nil:
				if a.conn != nil {
					a.conn.Close()
				}
			case a.err == nil:
				best = a.line
				pending = false
				cancel()
			default:
				best = worseOf(best, a.line, a.preferred)
				if pending && ctx.Err() == nil {
					pending = false
					running++
					start(second, false)
				}
			}
		}
	}
	return best
}

// worseOf keeps the failure of the preferred family, unless the other one outranks it.
func worseOf(have, came line, preferred bool) line {
	switch {
	case have.err == nil:
		return came
	case preferred && !outranks(have.err, came.err), !preferred && outranks(came.err, have.err):
		return came
	}
	return have
}

// byFamily splits addrs by the family of the first, keeping the order.
func byFamily(addrs []netip.Addr) (first, second []netip.Addr) {
	for _, a := range addrs {
		if a.Is4() == addrs[0].Is4() {
			first = append(first, a)
		} else {
			second = append(second, a)
		}
	}
	return first, second
}

// outranks reports whether the failure of a later address says more than that of an
// earlier one. Normally the first failure is the one to report. But when this host ran
// out of something nothing is known, whatever the other addresses said; and what a host
// answered says more than that this one could not ask another address.
func outranks(later, earlier error) bool { return failureRank(later) > failureRank(earlier) }

func failureRank(err error) int {
	switch Classify(err) {
	case ClassResources:
		return 3
	case ClassNotPermitted, ClassLocalAddress:
		return 1
	}
	return 2
}
