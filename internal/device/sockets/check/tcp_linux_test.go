package check

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"home_exporter/internal/testenv"
)

func TestTCPTimeout(t *testing.T) {
	port, _ := blackHole(t, "127.0.0.1", 0)
	r := check(t, brief, newTarget(t, "tcp", "127.0.0.1", port, nil), CheckerOptions{})
	wantClass(t, r, ClassTimeout, "no answer within", "packets are dropped on the way")
	if took, ok := r.Phases.Connect.Duration(); !ok || took < 100*time.Millisecond {
		t.Errorf("connect phase %s, want the time spent waiting", took)
	}
}

// A canceled dial ends at once; the deadline is far.
func TestTCPCanceledWhileDialling(t *testing.T) {
	port, _ := blackHole(t, "127.0.0.1", 0)
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	trace := func(format string, _ ...any) {
		if format == "connecting to %s" {
			time.AfterFunc(20*time.Millisecond, cancel)
		}
	}
	defer cancel()
	r := NewChecker(CheckerOptions{Trace: trace}).Check(ctx, newTarget(t, "tcp", "127.0.0.1", port, nil))
	wantClass(t, r, ClassCanceled)
}

// An address that drops everything gets its share of the time, then the next is asked.
func TestAddressesInTurnPastAHole(t *testing.T) {
	t.Parallel() // it lasts a whole share
	port := holeBeside(t, "127.0.0.2", "127.0.0.1")
	target := newTarget(t, "tcp", "meter", port, nil)
	r := check(t, patient, target, CheckerOptions{Resolver: resolvesTo("127.0.0.2", "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1")})
	wantClass(t, r, ClassOK)
	if took, _ := r.Phases.Connect.Duration(); took < minShare {
		t.Errorf("connected after %s: the first of five addresses has %s", took, minShare)
	}
}

// RFC 8305: the other family is tried after a moment, not after the first's time-out.
func TestFamiliesRace(t *testing.T) {
	testenv.NeedLoopback6(t)
	port := holeBeside(t, "::1", "127.0.0.1")
	names := CheckerOptions{Resolver: resolvesTo("::1", "127.0.0.1")}
	r := check(t, patient, newTarget(t, "tcp", "meter", port, nil), names)
	wantClass(t, r, ClassOK)
	if r.Addr.Addr() != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("answered by %s, want 127.0.0.1", r.Addr)
	}
	took, _ := r.Phases.Connect.Duration()
	if took < fallbackDelay {
		t.Errorf("connected after %s: the preferred family has a head start of %s", took, fallbackDelay)
	}
	if took >= patient/2 {
		t.Errorf("connected after %s: IPv4 waited for the time-out of IPv6", took)
	}
	// A family that fails at once leaves no wait.
	_, closed := closedPort(t, "tcp4")
	r = check(t, patient, newTarget(t, "tcp", "meter", closed, nil), names)
	wantClass(t, r, ClassRefused, "connect to ::1")
	// tcp6 has no other family to turn to.
	only6 := CheckerOptions{Resolver: resolvesTo("::1")}
	r = check(t, brief, newTarget(t, "tcp6", "meter", port, nil), only6)
	wantClass(t, r, ClassTimeout)
}

// The preferred family wins when it answers, however fast the other one is.
func TestFamiliesRacePreferred(t *testing.T) {
	testenv.NeedLoopback6(t)
	p6 := listen(t, "tcp6", "[::1]:0", nil)
	names := CheckerOptions{Resolver: resolvesTo("::1", "127.0.0.1")}
	r := check(t, patient, newTarget(t, "tcp", "meter", p6.port, nil), names)
	wantClass(t, r, ClassOK)
	if !r.Addr.Addr().Is6() {
		t.Errorf("answered by %s, want ::1", r.Addr)
	}
}
