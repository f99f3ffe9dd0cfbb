package check

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"home_exporter/internal/testenv"
)

// pings asks the loopback addresses and returns what the trace told.
func pings(t *testing.T, c *Checker) {
	t.Helper()
	for network, host := range map[string]string{
		"ip": "127.0.0.1", "ip4": "127.0.0.1", "ip4:icmp": "127.0.0.1", "ip4:1": "0.0.0.0",
		"ip6": "::1", "ip6:ipv6-icmp": "[::1]",
	} {
		target, err := NewTarget(network, host, "", nil)
		if err != nil {
			t.Error(err)
			continue
		}
		ctx, cancel := testContext(t)
		r := c.Check(ctx, target)
		cancel()
		consistent(t, r)
		if r.Class != ClassOK || !r.Answered || !r.Phases.Exchange.Happened() || r.Phases.Connect.Happened() {
			t.Errorf("%s %s: %s (%v), answered %t, phases %+v", network, host, r.Class, r.Err, r.Answered, r.Phases)
		}
	}
}

func TestIntegrationPingRaw(t *testing.T) {
	inNamespace(t, func() {
		var lines traceLines
		c := NewChecker(CheckerOptions{Trace: lines.add})
		pings(t, c)
		// The kernel's default lets nobody use datagram sockets; asked once, not again.
		lines.want(t, "datagram ping socket refused: permission denied", "echo request sent", "echo reply received")
		if got := c.ping4.Load(); got != pingRaw {
			t.Errorf("remembers %d for IPv4, want %d (raw)", got, pingRaw)
		}
		refused := 0
		for _, l := range lines.lines {
			if len(l) > 8 && l[:8] == "datagram" {
				refused++
			}
		}
		if refused != 2 {
			t.Errorf("datagram sockets tried %d times, want once for each family", refused)
		}
	})
}

func TestIntegrationPingUnprivileged(t *testing.T) {
	inNamespace(t, func() {
		allowPing(t, 0, 2147483647)
		dropCapability(t, unix.CAP_NET_RAW)
		c := NewChecker(CheckerOptions{})
		pings(t, c)
		if got := c.ping4.Load(); got != pingDatagram {
			t.Errorf("remembers %d for IPv4, want %d (datagram)", got, pingDatagram)
		}
	})
}

// What worked is refused one day: the other kind is tried, and again the first.
func TestIntegrationPingRightsChange(t *testing.T) {
	inNamespace(t, func() {
		c := NewChecker(CheckerOptions{})
		pings(t, c)
		allowPing(t, 0, 2147483647)
		dropCapability(t, unix.CAP_NET_RAW)
		pings(t, c)
		if got := c.ping4.Load(); got != pingDatagram {
			t.Errorf("remembers %d for IPv4, want %d (datagram)", got, pingDatagram)
		}
	})
}

func TestIntegrationPingNotPermitted(t *testing.T) {
	inNamespace(t, func() {
		dropCapability(t, unix.CAP_NET_RAW)
		for network, host := range map[string]string{"ip4": "127.0.0.1", "ip6": "::1"} {
			r := check(t, patient, newTarget(t, network, host, "", nil), CheckerOptions{})
			if r.Class != ClassNotPermitted || r.Class.String() != "denied" || !r.Inconclusive() {
				t.Errorf("%s: class %s, inconclusive %t, want denied, true", network, r.Class, r.Inconclusive())
				continue
			}
			wantClass(t, r, ClassNotPermitted, "net.ipv4.ping_group_range", "CAP_NET_RAW")
		}
	})
}

// Both kinds of socket, and TCP and UDP, towards places where nothing answers.
func TestIntegrationRoutes(t *testing.T) {
	inNamespace(t, func() {
		ip(t, "route add unreachable 10.98.1.0/24")
		ip(t, "route add prohibit 10.98.2.0/24")
		ip(t, "route add blackhole 10.98.3.0/24")
		allowPing(t, 0, 2147483647)
		tests := []struct {
			host string
			want Class
		}{
			{"10.98.1.1", ClassUnreachable},
			{"10.98.2.1", ClassDenied},
			{"10.98.3.1", ClassUnreachable},
			{"192.0.2.1", ClassUnreachable}, // no route at all
		}
		datagram, raw := NewChecker(CheckerOptions{}), NewChecker(CheckerOptions{})
		raw.ping4.Store(pingRaw)
		for _, tt := range tests {
			for _, network := range []string{"tcp", "udp", "ip4"} {
				for _, c := range []*Checker{datagram, raw} {
					ctx, cancel := testContext(t)
					r := c.Check(ctx, newTarget(t, network, tt.host, "80", nil))
					cancel()
					consistent(t, r)
					if r.Class != tt.want || r.Inconclusive() {
						t.Errorf("%s %s: %s (%v), want %s", network, tt.host, r.Class, r.Err, tt.want)
					}
				}
			}
		}
		swallow(t)
		r := check(t, brief, newTarget(t, "ip4", "10.99.0.9", "", nil), CheckerOptions{})
		if r.Class != ClassTimeout || r.Answered {
			t.Errorf("silence: %s (%v), want timeout", r.Class, r.Err)
		}
	})
}

// A router's word about a host reaches UDP and ping, where a plain socket would hide it.
func TestIntegrationSoftErrors(t *testing.T) {
	inNamespace(t, func() {
		cable(t)
		// Nobody owns this address: after three questions ARP gives up.
		if err := setNeighbourTries("here", 1); err != nil {
			t.Error(err)
		}
		allowPing(t, 0, 2147483647)
		for _, network := range []string{"udp", "ip4", "tcp"} {
			r := check(t, patient, newTarget(t, network, "10.99.0.50", "80", nil), CheckerOptions{})
			if r.Class != ClassUnreachable {
				t.Errorf("%s: %s (%v), want unreachable", network, r.Class, r.Err)
			}
		}
	})
}

func TestIntegrationSourceAndInterface(t *testing.T) {
	inNamespace(t, func() {
		allowPing(t, 0, 2147483647)
		lo := &Options{Interface: "lo", Source: netip.MustParseAddr("127.0.0.5")}
		gone := &Options{Interface: "wg-gone"}
		for _, network := range []string{"tcp4", "udp4", "ip4"} {
			r := check(t, patient, newTarget(t, network, "127.0.0.1", "80", lo), CheckerOptions{})
			want := ClassRefused
			if network == "ip4" {
				want = ClassOK
			}
			if r.Class != want {
				t.Errorf("%s through lo: %s (%v), want %s", network, r.Class, r.Err, want)
			}
			r = check(t, patient, newTarget(t, network, "127.0.0.1", "80", gone), CheckerOptions{})
			if r.Class != ClassLocalAddress || !r.Inconclusive() {
				t.Errorf("%s through nothing: %s (%v), want local_address", network, r.Class, r.Err)
			}
			o := &Options{Source: netip.MustParseAddr("198.51.100.1")}
			r = check(t, patient, newTarget(t, network, "127.0.0.1", "80", o), CheckerOptions{})
			if r.Class != ClassLocalAddress {
				t.Errorf("%s from elsewhere: %s (%v), want local_address", network, r.Class, r.Err)
			}
		}
		c := NewChecker(CheckerOptions{})
		c.ping4.Store(pingRaw)
		ctx, cancel := testContext(t)
		defer cancel()
		if r := c.Check(ctx, newTarget(t, "ip4", "127.0.0.1", "", lo)); r.Class != ClassOK {
			t.Errorf("raw ping through lo: %s (%v)", r.Class, r.Err)
		}
	})
}

func TestIntegrationPingAddressesInTurn(t *testing.T) {
	inNamespace(t, func() {
		ip(t, "route add prohibit 10.98.2.0/24")
		ip(t, "route add unreachable 10.98.1.0/24")
		allowPing(t, 0, 2147483647)
		target := newTarget(t, "ip", "meter", "", nil)
		r := check(t, patient, target, CheckerOptions{Resolver: resolvesTo("10.98.2.1", "127.0.0.1")})
		if r.Class != ClassOK || r.Addr.Addr().String() != "127.0.0.1" {
			t.Errorf("%s (%v) by %s, want ok by 127.0.0.1", r.Class, r.Err, r.Addr)
		}
		r = check(t, patient, target, CheckerOptions{Resolver: resolvesTo("10.98.2.1", "10.98.1.1")})
		if r.Class != ClassDenied || r.Addr.Addr().String() != "10.98.2.1" {
			t.Errorf("%s (%v) by %s, want denied by the first", r.Class, r.Err, r.Addr)
		}
		refuse := &Options{Permit: func(netip.Addr) error { return errors.New("no") }}
		r = check(t, patient, newTarget(t, "ip", "127.0.0.1", "", refuse), CheckerOptions{})
		if r.Class != ClassNotPermitted || r.Answered {
			t.Errorf("%s (%v), want not permitted", r.Class, r.Err)
		}
		r = check(t, patient, newTarget(t, "ip", "::", "", nil), CheckerOptions{})
		if r.Class != ClassOK {
			t.Errorf("::: %s (%v), want ok", r.Class, r.Err)
		}
	})
}

// The end of the context ends the wait for a reply.
func TestIntegrationPingCanceled(t *testing.T) {
	inNamespace(t, func() {
		swallow(t)
		ctx, cancel := testContext(t)
		defer cancel()
		trace := func(format string, _ ...any) {
			if len(format) > 12 && format[:12] == "echo request" {
				time.AfterFunc(10*time.Millisecond, cancel)
			}
		}
		r := NewChecker(CheckerOptions{Trace: trace}).Check(ctx, newTarget(t, "ip4", "10.99.0.9", "", nil))
		if r.Class != ClassCanceled {
			t.Errorf("%s (%v), want canceled", r.Class, r.Err)
		}
	})
}

func TestZoneIndex(t *testing.T) {
	testenv.NeedLoopback6(t)
	for zone, want := range map[string]uint32{"": 0, "7": 7, "lo": 1} {
		if got, err := zoneIndex(zone); got != want || err != nil {
			t.Errorf("zoneIndex(%q) = %d, %v, want %d", zone, got, err, want)
		}
	}
	if _, err := zoneIndex("no-such"); Classify(err) != ClassLocalAddress {
		t.Errorf("an unknown zone is %s (%v), want local_address", Classify(err), err)
	}
}
