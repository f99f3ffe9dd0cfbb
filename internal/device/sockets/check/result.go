package check

import (
	"net/netip"
	"time"
)

// A Span is the time that a phase took. The zero Span means that the phase did not
// happen; one that did lasts at least a nanosecond, whatever the clock says.
type Span time.Duration

// since returns the span from start to now.
func since(start time.Time) Span {
	return Span(max(time.Since(start), 1))
}

// Happened reports whether there was such a phase.
func (s Span) Happened() bool { return s != 0 }

// Duration returns how long the phase took, and whether it happened.
func (s Span) Duration() (time.Duration, bool) { return time.Duration(s), s != 0 }

// Seconds returns how long the phase took, and whether it happened.
func (s Span) Seconds() (float64, bool) { return time.Duration(s).Seconds(), s != 0 }

// Phases are the parts of a check. A phase that failed has the time until it failed.
type Phases struct {
	Resolve  Span // lookup of a name; a literal has none
	Connect  Span // until the connection stood, all addresses together; not for udp and ip
	TLS      Span // handshake
	Exchange Span // from the first byte sent to the verdict; echo request to reply
}

// A Result is what one check found out.
type Result struct {
	// Class says how it ended.
	Class Class
	// Err is nil when Class is ClassOK; else an *Error, a sentence for people.
	Err error
	// Addr is the address that answered, or the first that failed when none did. It is
	// the zero AddrPort for unix sockets and when no address was asked. Its port is 0
	// for the ip words.
	Addr netip.AddrPort
	// Phases tell where the time went.
	Phases Phases
	// Answered tells that bytes came back: a datagram, an echo reply, or what Expect
	// waited for. With udp it tells proof from mere absence of a refusal.
	Answered bool
	// CertExpiry is when the first certificate of the chain that the peer presented
	// runs out. It is known even if the chain was not accepted; zero without TLS.
	CertExpiry time.Time
	// TLSVersion is the version agreed on (see crypto/tls.VersionName); 0 without TLS.
	TLSVersion uint16
	// DNSStale tells that the resolver failed and an old address was used.
	DNSStale bool
}

// Up reports whether the socket can be opened.
func (r Result) Up() bool { return r.Class.Up() }

// Inconclusive reports whether the check says nothing about the target.
func (r Result) Inconclusive() bool { return r.Class.Inconclusive() }
