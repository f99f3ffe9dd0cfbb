package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	errNoHost  = &net.DNSError{Err: "no such host", Name: "meter", IsNotFound: true}
	errServer  = &net.DNSError{Err: "server misbehaving", Name: "meter", IsTemporary: true}
	meterAddrs = []netip.Addr{netip.MustParseAddr("10.0.0.1")}
)

// A scriptedResolver answers with what stands in it now, after a while.
type scriptedResolver struct {
	fakeResolver
	addrs []netip.Addr
	err   error
	takes time.Duration
}

func newScripted() *scriptedResolver {
	s := &scriptedResolver{addrs: meterAddrs}
	s.answer = func(ctx context.Context, _, _ string) ([]netip.Addr, error) {
		select {
		case <-time.After(s.takes):
			return s.addrs, s.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return s
}

func (s *scriptedResolver) fail(err error) { s.addrs, s.err = nil, err }

// look asks the cache within 10 s and tells the outcome in one line.
func look(t *testing.T, n *nameCache) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	addrs, stale, err := n.lookup(ctx, "meter", 0)
	switch {
	case err != nil:
		return Classify(err).String()
	case stale:
		return fmt.Sprint("stale ", addrs)
	}
	return fmt.Sprint(addrs)
}

func TestCacheLifetimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		n := newNameCache(CheckerOptions{Resolver: s})
		at := func(wait time.Duration, want string, asked int) {
			t.Helper()
			time.Sleep(wait)
			if got := look(t, n); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if got := s.count(); got != asked {
				t.Errorf("resolver asked %d times, want %d", got, asked)
			}
		}
		at(0, "[10.0.0.1]", 1)
		at(29*time.Second, "[10.0.0.1]", 1)
		at(time.Second, "[10.0.0.1]", 2) // 30 s are over
		s.fail(errServer)
		at(30*time.Second, "stale [10.0.0.1]", 3) // the resolver failed
		at(4*time.Second, "stale [10.0.0.1]", 3)  // a failure holds 5 s
		at(time.Second, "stale [10.0.0.1]", 4)
		at(9*time.Minute, "stale [10.0.0.1]", 5)
		at(time.Minute, "dns_error", 6) // older than 10 min
		s.fail(errNoHost)
		at(5*time.Second, "dns_notfound", 7)
		at(4*time.Second, "dns_notfound", 7)
		s.addrs, s.err = meterAddrs, nil
		at(time.Second, "[10.0.0.1]", 8)
		s.fail(errNoHost)
		at(30*time.Second, "dns_notfound", 9) // gone is gone: no old address
		s.fail(errServer)
		at(5*time.Second, "dns_error", 10)

		want := DNSStats{Entries: 1, Found: 3, NotFound: 2, Failed: 5, Cached: 3, Stale: 4}
		if diff := cmp.Diff(want, n.stats()); diff != "" {
			t.Errorf("stats (-want +got):\n%s", diff)
		}
	})
}

func TestCacheOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		n := newNameCache(CheckerOptions{Resolver: s, DNSCache: -1, DNSNegative: -1, DNSStale: -1})
		look(t, n)
		if look(t, n); s.count() != 2 {
			t.Errorf("asked %d times, want 2", s.count())
		}
		s.fail(errServer)
		if got := look(t, n); got != "dns_error" {
			t.Errorf("got %s, want dns_error", got)
		}
		if look(t, n); s.count() != 4 {
			t.Errorf("asked %d times, want 4", s.count())
		}
	})
}

// A resolver that has fallen silent leaves time to use the old address.
func TestCacheSilentResolver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		n := newNameCache(CheckerOptions{Resolver: s})
		look(t, n)
		time.Sleep(time.Minute)
		s.takes = time.Hour
		start := time.Now()
		if got := look(t, n); got != "stale [10.0.0.1]" {
			t.Errorf("got %s, want the old address", got)
		}
		if took := time.Since(start); took != maxStaleWait {
			t.Errorf("waited %s for the resolver, want %s", took, maxStaleWait)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		fresh := newNameCache(CheckerOptions{Resolver: s})
		start = time.Now()
		if _, _, err := fresh.lookup(ctx, "meter", 0); Classify(err) != ClassDNSTimeout {
			t.Errorf("without an old address: %v, want dns_timeout", err)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("waited %s, want all of the second there was", took)
		}
		// That our second was over says nothing about the name.
		s.takes = 0
		if got := look(t, fresh); got != "[10.0.0.1]" {
			t.Errorf("got %s, want no memory of our own deadline", got)
		}
	})
}

// One lookup for all who ask at the same time.
func TestCacheSingleFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		s.takes = time.Second
		n := newNameCache(CheckerOptions{Resolver: s, DNSCache: -1})
		var wg sync.WaitGroup
		var right atomic.Int32
		for range 50 {
			wg.Go(func() {
				if look(t, n) == "[10.0.0.1]" {
					right.Add(1)
				}
			})
		}
		wg.Wait()
		if right.Load() != 50 || s.count() != 1 {
			t.Errorf("%d of 50 right, resolver asked %d times, want once", right.Load(), s.count())
		}
	})
}

// When the one who looks up runs out of time, another one takes over; and those whose
// own time is over do not wait on.
func TestCacheLeaderGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		s.takes = 3 * time.Second
		n := newNameCache(CheckerOptions{Resolver: s})
		outcomes := make([]string, 3)
		var wg sync.WaitGroup
		for i, patience := range []time.Duration{time.Second, 10 * time.Second, 2 * time.Second} {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond) // the order of arrival
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				addrs, _, err := n.lookup(ctx, "meter", 0)
				outcomes[i] = fmt.Sprint(addrs, Classify(err))
			})
		}
		wg.Wait()
		want := []string{"[] dns_timeout", "[10.0.0.1] ok", "[] dns_timeout"}
		if diff := cmp.Diff(want, outcomes); diff != "" {
			t.Errorf("outcomes (-want +got):\n%s", diff)
		}
		// Who of the two that are left takes over first is left to chance.
		if got := s.count(); got < 2 || got > 3 {
			t.Errorf("resolver asked %d times, want 2 or 3", got)
		}
	})
}

// Those who wait for another's lookup use the old address in time, too.
func TestCacheFollowerUsesOldAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		n := newNameCache(CheckerOptions{Resolver: s})
		look(t, n)
		time.Sleep(time.Minute)
		s.takes = time.Hour
		var wg sync.WaitGroup
		wg.Go(func() { look(t, n) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		addrs, stale, err := n.lookup(ctx, "meter", 0)
		if err != nil || !stale || time.Since(start) != time.Second/2 {
			t.Errorf("%v, stale %t, %v after %s, want the old address after 500ms", addrs, stale, err, time.Since(start))
		}
		wg.Wait()
	})
}

// A resolver that panics leaves nobody waiting.
func TestCacheResolverPanics(t *testing.T) {
	var calls atomic.Int32
	f := &fakeResolver{answer: func(context.Context, string, string) ([]netip.Addr, error) {
		if calls.Add(1) == 1 {
			panic("boom")
		}
		return meterAddrs, nil
	}}
	n := newNameCache(CheckerOptions{Resolver: f})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		look(t, n)
	}()
	if got := look(t, n); got != "[10.0.0.1]" {
		t.Errorf("got %s afterwards", got)
	}
}

func TestCacheShortageIsNotRemembered(t *testing.T) {
	s := newScripted()
	s.fail(&net.DNSError{Err: "socket: too many open files"})
	n := newNameCache(CheckerOptions{Resolver: s})
	if got := look(t, n); got != "resources" {
		t.Errorf("got %s, want resources", got)
	}
	s.addrs, s.err = meterAddrs, nil
	if got := look(t, n); got != "[10.0.0.1]" {
		t.Errorf("got %s, want a new lookup", got)
	}
	s.fail(&net.DNSError{Err: "socket: too many open files"})
	n.entries[nameKey{"meter", 0}].until = time.Time{}
	if got := look(t, n); got != "stale [10.0.0.1]" {
		t.Errorf("got %s, want the old address", got)
	}
}

func TestCacheBound(t *testing.T) {
	f := resolvesTo("10.0.0.1")
	n := newNameCache(CheckerOptions{Resolver: f, DNSEntries: 100})
	for i := range 1000 {
		if _, _, err := n.lookup(t.Context(), fmt.Sprint("host", i), 0); err != nil {
			t.Fatal(err)
		}
	}
	if got := n.stats().Entries; got != 100 {
		t.Errorf("%d entries, want 100", got)
	}
}

// What the resolver brings is cleaned, and asked for by family.
func TestCacheAnswers(t *testing.T) {
	many := make([]string, 1000)
	for i := range many {
		many[i] = netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}).String()
	}
	tests := map[string]struct {
		family  byte
		answer  []string
		want    string
		network string
	}{
		"any":            {0, []string{"fd00::1", "10.0.0.1"}, "[fd00::1 10.0.0.1]", "ip"},
		"mapped":         {0, []string{"::ffff:10.0.0.1"}, "[10.0.0.1]", "ip"},
		"only 4":         {4, []string{"fd00::1", "::ffff:10.0.0.1"}, "[10.0.0.1]", "ip4"},
		"only 6":         {6, []string{"fd00::1", "10.0.0.1"}, "[fd00::1]", "ip6"},
		"none of it":     {6, []string{"10.0.0.1"}, "dns_notfound", "ip6"},
		"nothing at all": {0, nil, "dns_notfound", "ip"},
		"too many":       {0, many, fmt.Sprint(many[:64]), "ip"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := resolvesTo(tt.answer...)
			addrs, _, err := newNameCache(CheckerOptions{Resolver: f}).lookup(t.Context(), "Meter", tt.family)
			got := fmt.Sprint(addrs)
			if err != nil {
				got = Classify(err).String()
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if f.asked[0] != tt.network+" meter" {
				t.Errorf("asked for %q", f.asked[0])
			}
		})
	}
}

// The family to look up is that of the word, else that of the source address.
func TestResolveFamily(t *testing.T) {
	source6 := &Options{Source: netip.MustParseAddr("::1")}
	tests := []struct {
		network string
		o       *Options
		want    string
	}{
		{"tcp", nil, "ip meter"}, {"tcp4", nil, "ip4 meter"}, {"udp6", nil, "ip6 meter"},
		{"ip", nil, "ip meter"}, {"ip6:ipv6-icmp", nil, "ip6 meter"}, {"tcp", source6, "ip6 meter"},
	}
	for _, tt := range tests {
		f := &fakeResolver{answer: func(context.Context, string, string) ([]netip.Addr, error) { return nil, errNoHost }}
		r := check(t, patient, newTarget(t, tt.network, "meter", "1", tt.o), CheckerOptions{Resolver: f})
		wantClass(t, r, ClassDNSNotFound, "lookup: no such host")
		if f.asked[0] != tt.want {
			t.Errorf("%s: asked for %q, want %q", tt.network, f.asked[0], tt.want)
		}
	}
}

// A literal never reaches the resolver.
func TestLiteralIsNotLookedUp(t *testing.T) {
	f := &fakeResolver{answer: func(context.Context, string, string) ([]netip.Addr, error) {
		return nil, errors.New("asked")
	}}
	for _, host := range []string{"127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0"} {
		check(t, patient, newTarget(t, "udp", host, "9", nil), CheckerOptions{Resolver: f})
	}
	if f.count() != 0 {
		t.Errorf("the resolver was asked for %v", f.asked)
	}
}

func TestStaleIsMarked(t *testing.T) {
	p := listen(t, "tcp4", "127.0.0.1:0", nil)
	s := newScripted()
	s.addrs = []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	c := NewChecker(CheckerOptions{Resolver: s, DNSCache: -1})
	target := newTarget(t, "tcp", "meter", p.port, nil)
	if r := c.Check(t.Context(), target); !r.Up() || r.DNSStale {
		t.Errorf("first: %s (%v), stale %t", r.Class, r.Err, r.DNSStale)
	}
	s.fail(errServer)
	if r := c.Check(t.Context(), target); !r.Up() || !r.DNSStale {
		t.Errorf("then: %s (%v), stale %t, want up by the old address", r.Class, r.Err, r.DNSStale)
	}
	if got := c.DNSStats(); got.Found != 1 || got.Failed != 1 || got.Stale != 1 {
		t.Errorf("stats %+v", got)
	}
}
