package check

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Limits of the cache against what comes from outside.
const (
	defaultNames = 200_000
	maxAddrs     = 64 // per name; nobody could ask more within one deadline
	evictSample  = 32 // entries looked at for one to drop
)

// maxStaleWait is for how long a resolver is waited for when an old address is at hand:
// half of the time that is left, and never longer than this.
const maxStaleWait = 2 * time.Second

// DNSStats are the figures of the name cache.
type DNSStats struct {
	Entries  int    // names held
	Found    uint64 // lookups that brought addresses
	NotFound uint64 // lookups of names that do not exist
	Failed   uint64 // lookups that failed otherwise, time-outs among them
	Cached   uint64 // answers from the cache, without a lookup
	Stale    uint64 // old addresses used because the resolver failed
}

// A nameCache remembers what names resolve to and asks the resolver about one name only
// once at a time. It has no goroutine: who comes first looks up, the others wait.
type nameCache struct {
	resolver               Resolver
	fresh, negative, stale time.Duration
	limit                  int

	found, notFound, failed, cached, usedStale atomic.Uint64

	mu      sync.Mutex // guards entries and all fields of each
	entries map[nameKey]*nameEntry
}

type nameKey struct {
	host   string
	family byte
}

type nameEntry struct {
	addrs  []netip.Addr
	good   time.Time // when addrs were learned
	err    error     // why the latest lookup failed; nil if it did not
	until  time.Time // the latest outcome may be used until then
	flight *flight   // the lookup going on, if any
}

// A flight is a lookup that others may wait for. Its result is set before done closes.
type flight struct {
	done    chan struct{}
	outcome outcome
	aborted bool // ended with its leader's time, which says nothing to the others
}

type outcome struct {
	addrs []netip.Addr
	stale bool
	err   error
}

func newNameCache(o CheckerOptions) *nameCache {
	n := &nameCache{
		resolver: o.Resolver,
		fresh:    orDefault(o.DNSCache, 30*time.Second),
		negative: orDefault(o.DNSNegative, 5*time.Second),
		stale:    orDefault(o.DNSStale, 10*time.Minute),
		limit:    o.DNSEntries,
		entries:  make(map[nameKey]*nameEntry),
	}
	if n.resolver == nil {
		n.resolver = systemResolver()
	}
	if n.limit <= 0 {
		n.limit = defaultNames
	}
	return n
}

func orDefault(d, def time.Duration) time.Duration {
	if d == 0 {
		return def
	}
	return max(d, 0)
}

func (n *nameCache) stats() DNSStats {
	n.mu.Lock()
	entries := len(n.entries)
	n.mu.Unlock()
	return DNSStats{
		Entries: entries, Found: n.found.Load(), NotFound: n.notFound.Load(),
		Failed: n.failed.Load(), Cached: n.cached.Load(), Stale: n.usedStale.Load(),
	}
}

// lookup returns the addresses of host in a family (0: any), in the order of preference;
// stale tells that they are old and the resolver failed.
func (n *nameCache) lookup(ctx context.Context, host string, family byte) (addrs []netip.Addr, stale bool, err error) {
	key := nameKey{strings.ToLower(host), family}
	for {
		n.mu.Lock()
		e := n.entryFor(key)
		now := time.Now()
		if e.flight == nil && now.Before(e.until) {
			o := e.outcome(now, n.stale)
			n.mu.Unlock()
			n.cached.Add(1)
			return n.deliver(o)
		}
		if f := e.flight; f != nil {
			old := e.old(now, n.stale)
			n.mu.Unlock()
			if o, ok := f.wait(ctx, host, old); ok {
				return n.deliver(o)
			}
			continue
		}
		f := &flight{done: make(chan struct{}), aborted: true}
		e.flight = f
		old := e.old(now, n.stale)
		n.mu.Unlock()
		n.fly(ctx, key, e, f, len(old) > 0)
		return n.deliver(f.outcome)
	}
}

func (n *nameCache) deliver(o outcome) ([]netip.Addr, bool, error) {
	if o.stale {
		n.usedStale.Add(1)
	}
	return o.addrs, o.stale, o.err
}

// outcome is what the latest lookup brought, or an old address in place of a failure.
func (e *nameEntry) outcome(now time.Time, stale time.Duration) outcome {
	if e.err == nil {
		return outcome{addrs: e.addrs}
	}
	if old := e.old(now, stale); len(old) > 0 && standsIn(e.err) {
		return outcome{addrs: old, stale: true}
	}
	return outcome{err: e.err}
}

// old returns the addresses last known, if they are not too old to stand in.
func (e *nameEntry) old(now time.Time, stale time.Duration) []netip.Addr {
	if now.Sub(e.good) < stale {
		return e.addrs
	}
	return nil
}

// standsIn reports whether an old address may be used after err: not when the resolver
// has said that the name is gone.
func standsIn(err error) bool { return Classify(err) != ClassDNSNotFound }

// wait waits for a lookup of somebody else; ok is false when it has to be done again.
// With an old address at hand the wait is short.
func (f *flight) wait(ctx context.Context, host string, old []netip.Addr) (o outcome, ok bool) {
	wctx, cancel := patience(ctx, len(old) > 0)
	defer cancel()
	select {
	case <-f.done:
		return f.outcome, !f.aborted
	case <-wctx.Done():
	}
	if len(old) > 0 && ctx.Err() == nil {
		return outcome{addrs: old, stale: true}, true
	}
	return outcome{err: asDNSError(ctx.Err(), host)}, true
}

// patience bounds the wait for a resolver so that time is left to use an old address.
func patience(ctx context.Context, haveOld bool) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !haveOld || !ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, min(time.Until(deadline)/2, maxStaleWait))
}

// fly does the lookup and tells those who wait. A panic of the resolver passes through,
// and leaves nobody waiting.
func (n *nameCache) fly(ctx context.Context, key nameKey, e *nameEntry, f *flight, haveOld bool) {
	defer func() {
		n.mu.Lock()
		e.flight = nil
		n.mu.Unlock()
		close(f.done)
	}()
	lctx, cancel := patience(ctx, haveOld)
	defer cancel()
	addrs, err := n.ask(lctx, key)
	n.count(err)

	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	switch {
	case err == nil:
		e.addrs, e.good, e.err, e.until = addrs, now, nil, now.Add(n.fresh)
	case ctx.Err() != nil || Classify(err) == ClassResources:
		// Our own trouble is nothing to remember.
		f.outcome = e.instead(err, now, n.stale)
		return
	default:
		e.err, e.until = err, now.Add(n.negative)
		if !standsIn(err) {
			e.addrs = nil
		}
	}
	f.outcome = e.outcome(now, n.stale)
	f.aborted = false
}

// instead returns an old address in place of err, if there is one.
func (e *nameEntry) instead(err error, now time.Time, stale time.Duration) outcome {
	if old := e.old(now, stale); len(old) > 0 {
		return outcome{addrs: old, stale: true}
	}
	return outcome{err: err}
}

// ask asks the resolver. Its addresses are made plain: IPv4 never in IPv6 clothes, so
// that families and allow-lists can be told.
func (n *nameCache) ask(ctx context.Context, key nameKey) ([]netip.Addr, error) {
	word := "ip"
	switch key.family {
	case 4:
		word = "ip4"
	case 6:
		word = "ip6"
	}
	found, err := n.resolver.LookupNetIP(ctx, word, key.host)
	if err != nil {
		return nil, asDNSError(err, key.host)
	}
	addrs := make([]netip.Addr, 0, min(len(found), maxAddrs))
	for _, a := range found {
		a = a.Unmap()
		if len(addrs) < maxAddrs && a.IsValid() && (key.family == 0 || key.family == familyOf(a)) {
			addrs = append(addrs, a)
		}
	}
	if len(addrs) == 0 {
		return nil, &net.DNSError{Err: "no suitable address", Name: key.host, IsNotFound: true}
	}
	return addrs, nil
}

func (n *nameCache) count(err error) {
	switch {
	case err == nil:
		n.found.Add(1)
	case Classify(err) == ClassDNSNotFound:
		n.notFound.Add(1)
	default:
		n.failed.Add(1)
	}
}

// asDNSError makes sure that a failed lookup is known for one.
func asDNSError(err error, host string) error {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return err
	}
	return &net.DNSError{UnwrapErr: err, Err: err.Error(), Name: host, IsTimeout: isTimeout(err)}
}

// entryFor returns the entry of key, making room for it if need be. n.mu is held.
func (n *nameCache) entryFor(key nameKey) *nameEntry {
	if e := n.entries[key]; e != nil {
		return e
	}
	if len(n.entries) >= n.limit {
		n.evict()
	}
	e := new(nameEntry)
	n.entries[key] = e
	return e
}

// evict drops the least fresh of a few entries, which map iteration picks at random. A
// lookup under way keeps its entry by itself. n.mu is held.
func (n *nameCache) evict() {
	var (
		victim nameKey
		oldest time.Time
		seen   int
	)
	for key, e := range n.entries {
		if seen == 0 || e.until.Before(oldest) {
			victim, oldest = key, e.until
		}
		if seen++; seen == evictSample {
			break
		}
	}
	delete(n.entries, victim)
}
