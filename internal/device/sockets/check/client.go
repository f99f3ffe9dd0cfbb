// Package check answers whether a socket can be opened now, as nc -z would say, and if
// not, why.
//
// A Checker, shared by all targets, runs Check on a Target and returns a Result: one
// word of a closed set (Class), a sentence for people, the address that answered and
// the time of each phase. What is done depends on the network word:
//
//	tcp*                 connect, close. Names with several addresses are tried in
//	                     turn, and IPv6 and IPv4 in a race (RFC 8305). Optional: a TLS
//	                     handshake, bytes to send, an expression to expect
//	udp*                 datagrams from a connected socket. An answer is up, an ICMP
//	                     error is down, silence is up unless an answer is required
//	ip*                  one ICMP echo request and its reply
//	unix, unixpacket     connect, close
//	unixgram             connect, which proves that a socket is bound there
//
// One deadline, that of the context, covers lookup, all addresses and the exchange.
// What fails on this host's side (descriptors, source address, the right to ping) has
// classes of its own, which say nothing about the target: see Class.Inconclusive.
//
// On the wire (wire.go), an echo request, RFC 792 and RFC 4443, big-endian:
//
//	type 8 (IPv6: 128) | code 0 | checksum 2 | identifier 2 | sequence 2 | payload
//	reply: type 0 (IPv6: 129), the rest as sent
//
// and over UDP the byte "X", or the smallest question of DNS (RFC 1035, section 4.1.1)
// or NTP (RFC 5905, section 7.3).
package check

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"time"
)

// defaultTimeout is used for a context without a deadline, so that no check waits for
// the kernel's minutes.
const defaultTimeout = 5 * time.Second

// longAgo, as a deadline, ends reads and writes in progress.
var longAgo = time.Unix(1, 0)

// CheckerOptions set up a Checker; the zero value is useful.
type CheckerOptions struct {
	// Resolver looks up names; nil means Go's own, with the system's configuration.
	Resolver Resolver
	// DNSCache is for how long an answer is used without asking again, DNSNegative the
	// same for a failure, and DNSStale for how long an old answer may stand in when the
	// resolver fails. Zero means 30 s, 5 s and 10 min; negative means not at all.
	DNSCache, DNSNegative, DNSStale time.Duration
	// DNSEntries bounds the names remembered; zero means 200,000.
	DNSEntries int
	// Trace, when not nil, is told each step of each check. Checks that run at the same
	// time call it at the same time, and so may one check that races two addresses.
	Trace func(format string, args ...any)
}

// A Checker checks targets, any number at the same time. It holds no sockets between
// checks and starts no goroutine that outlives one.
type Checker struct {
	names *nameCache
	trace func(format string, args ...any)

	plain     net.Dialer // tcp and unix, for targets that wish for nothing about sockets
	datagrams net.Dialer // udp, likewise

	// ping4 and ping6 remember which kind of socket may ping: see icmp.go.
	ping4, ping6 atomic.Uint32
}

// NewChecker returns a Checker. It allocates, and touches no network.
func NewChecker(o CheckerOptions) *Checker {
	datagramOptions := &socketOptions{softErrors: true}
	return &Checker{
		names: newNameCache(o),
		trace: o.Trace,
		plain: net.Dialer{KeepAlive: -1, FallbackDelay: -1},
		datagrams: net.Dialer{
			KeepAlive: -1, FallbackDelay: -1,
			Control: datagramOptions.control,
		},
	}
}

// DNSStats returns what the name cache holds and did.
func (c *Checker) DNSStats() DNSStats { return c.names.stats() }

// Check asks t once. It ends soon after ctx does; the deadline of ctx covers
// everything. A context without a deadline gets one of 5 s.
func (c *Checker) Check(ctx context.Context, t *Target) Result {
	var r Result
	if err := ctx.Err(); err != nil {
		r.fail(t, step{name: "start"}, &verdict{ClassCanceled, "the time was over before the check began"})
		return r
	}
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultTimeout)
		defer cancel()
	}
	if t.kind() == kindUnix {
		c.checkUnix(ctx, t, &r)
	} else {
		c.checkHost(ctx, t, &r)
	}
	if looksTimedOut(r.Class) && errors.Is(ctx.Err(), context.Canceled) {
		r.fail(t, step{name: "check"}, &verdict{ClassCanceled, "canceled by the caller"})
	}
	return r
}

// looksTimedOut reports whether class may be that of a wait that was interrupted: to a
// socket, a canceled context looks like a deadline.
func looksTimedOut(class Class) bool {
	switch class {
	case ClassTimeout, ClassDNSTimeout, ClassNoAnswer, ClassMismatch:
		return true
	}
	return false
}

// checkHost finds the addresses of t and asks them as its kind wants.
func (c *Checker) checkHost(ctx context.Context, t *Target, r *Result) {
	addrs := t.literal[:]
	if !t.literal[0].IsValid() {
		if addrs = c.resolve(ctx, t, r); addrs == nil {
			return
		}
	}
	switch t.kind() {
	case kindTCP:
		c.checkTCP(ctx, t, addrs, r)
	case kindUDP:
		c.checkUDP(ctx, t, addrs, r)
	case kindPing:
		c.checkPing(ctx, t, addrs, r)
	}
}

// permit asks the target's owner whether addr may be dialled.
func (c *Checker) permit(t *Target, addr netip.Addr) error {
	allowed := t.options().Permit
	if allowed == nil {
		return nil
	}
	if err := allowed(addr); err != nil {
		return &verdict{ClassNotPermitted, "not asked: " + err.Error()}
	}
	return nil
}

// A step is where a check failed.
type step struct {
	name string
	addr netip.AddrPort
	took Span
}

// fail ends r with err.
func (r *Result) fail(t *Target, s step, err error) {
	r.Class = Classify(err)
	if s.addr.IsValid() {
		r.Addr = s.addr
	}
	r.Err = &Error{
		Class: r.Class, Network: t.Network(), Host: t.host, Port: t.port,
		Step: s.name, Addr: s.addr, After: time.Duration(s.took), Err: err,
		kind: t.kind(), opts: t.options(),
	}
}
