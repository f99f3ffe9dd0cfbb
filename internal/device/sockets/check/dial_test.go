package check

import (
	"errors"
	"net/netip"
	"syscall"
	"testing"
	"time"
)

func TestShare(t *testing.T) {
	now := time.Unix(1000, 0)
	tests := []struct {
		left time.Duration
		n    int
		want time.Duration
	}{
		{10 * time.Second, 1, 10 * time.Second},
		{10 * time.Second, 2, 5 * time.Second},
		{5 * time.Second, 3, 2 * time.Second}, // at least 2 s
		{30 * time.Second, 9, 30 * time.Second / 9},
		{time.Second, 3, time.Second}, // never more than there is
		{-time.Second, 3, -time.Second},
	}
	for _, tt := range tests {
		if got := share(now, now.Add(tt.left), tt.n).Sub(now); got != tt.want {
			t.Errorf("share of 1 in %d of %s = %s, want %s", tt.n, tt.left, got, tt.want)
		}
	}
}

func TestOutranks(t *testing.T) {
	refused, denied := dialError("connect", syscall.ECONNREFUSED), dialError("connect", syscall.EACCES)
	noAddress, noFile := dialError("connect", syscall.EADDRNOTAVAIL), dialError("socket", syscall.EMFILE)
	tests := []struct {
		name           string
		later, earlier error
		want           bool
	}{
		{"the first failure is told", denied, refused, false},
		{"a host's word beats our lack of an address", refused, noAddress, true},
		{"our lack of an address beats nothing", noAddress, refused, false},
		{"without descriptors nothing is known", noFile, refused, true},
		{"nor if they ran out first", refused, noFile, false},
		{"a host's word beats a ban", refused, &verdict{ClassNotPermitted, ""}, true},
	}
	for _, tt := range tests {
		if got := outranks(tt.later, tt.earlier); got != tt.want {
			t.Errorf("%s: %t, want %t", tt.name, got, tt.want)
		}
	}
}

// Whose failure a race tells: the preferred family's, whoever came in first, unless the
// other one says more.
func TestWorseOf(t *testing.T) {
	refused := line{err: dialError("connect", syscall.ECONNREFUSED)}
	denied := line{err: dialError("connect", syscall.EACCES)}
	noAddress := line{err: dialError("connect", syscall.EADDRNOTAVAIL)}
	tests := []struct {
		name                   string
		preferred, other, want line
	}{
		{"both conclusive", refused, denied, refused},
		{"preferred could not ask", noAddress, denied, denied},
		{"other could not ask", refused, noAddress, refused},
	}
	for _, tt := range tests {
		if got := worseOf(worseOf(line{}, tt.preferred, true), tt.other, false); got != tt.want {
			t.Errorf("%s, preferred first: %v, want %v", tt.name, got.err, tt.want.err)
		}
		if got := worseOf(worseOf(line{}, tt.other, false), tt.preferred, true); got != tt.want {
			t.Errorf("%s, preferred last: %v, want %v", tt.name, got.err, tt.want.err)
		}
	}
}

func TestByFamily(t *testing.T) {
	a4, b4 := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	a6 := netip.MustParseAddr("fd00::1")
	first, second := byFamily([]netip.Addr{a6, a4, b4})
	if len(first) != 1 || first[0] != a6 || len(second) != 2 || second[0] != a4 || second[1] != b4 {
		t.Errorf("got %v and %v", first, second)
	}
}

// Refused on the first address, open on the second: nc -z says open.
func TestAddressesInTurn(t *testing.T) {
	p := listen(t, "tcp4", "127.0.0.1:0", nil)
	target := newTarget(t, "tcp", "meter", p.port, nil)
	r := check(t, patient, target, CheckerOptions{Resolver: resolvesTo("127.0.0.9", "127.0.0.1")})
	wantClass(t, r, ClassOK)
	if got := r.Addr.Addr().String(); got != "127.0.0.1" {
		t.Errorf("answered by %s, want 127.0.0.1", got)
	}
	if !r.Phases.Resolve.Happened() {
		t.Error("no resolve phase for a name")
	}
}

func TestAllAddressesFail(t *testing.T) {
	_, port := closedPort(t, "tcp4")
	target := newTarget(t, "tcp", "meter", port, nil)
	r := check(t, patient, target, CheckerOptions{Resolver: resolvesTo("127.0.0.8", "127.0.0.9")})
	wantClass(t, r, ClassRefused, "connect to 127.0.0.8: connection refused")
	if got := r.Addr.Addr().String(); got != "127.0.0.8" {
		t.Errorf("told about %s, want the first address", got)
	}
}

// When the first address is permitted to nobody, what the second said counts.
func TestConclusiveFailureWins(t *testing.T) {
	_, port := closedPort(t, "tcp4")
	o := &Options{Permit: func(a netip.Addr) error {
		if a == netip.MustParseAddr("127.0.0.8") {
			return errors.New("no")
		}
		return nil
	}}
	r := check(t, patient, newTarget(t, "tcp", "meter", port, o), CheckerOptions{Resolver: resolvesTo("127.0.0.8", "127.0.0.9")})
	wantClass(t, r, ClassRefused, "127.0.0.9")
}
