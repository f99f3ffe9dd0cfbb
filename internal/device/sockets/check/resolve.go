package check

import (
	"context"
	"net"
	"net/netip"
	"runtime"
	"time"
)

// A Resolver turns names into addresses; *net.Resolver is one. The network is "ip",
// "ip4" or "ip6".
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

var _ Resolver = (*net.Resolver)(nil)

// systemResolver is Go's resolver with the system's configuration. Lookups through the
// C library would each hold a thread, so Linux does without them; on macOS and Windows
// only the system knows the whole configuration.
func systemResolver() Resolver {
	return &net.Resolver{PreferGo: runtime.GOOS != "darwin" && runtime.GOOS != "windows"}
}

// resolve returns the addresses of the name of t, or nil after it has failed r.
func (c *Checker) resolve(ctx context.Context, t *Target, r *Result) []netip.Addr {
	start := time.Now()
	addrs, stale, err := c.names.lookup(ctx, t.host, t.family())
	r.Phases.Resolve = since(start)
	if err != nil {
		r.fail(t, step{name: "lookup", took: r.Phases.Resolve}, err)
		return nil
	}
	r.DNSStale = stale
	if c.trace != nil {
		c.trace("resolved %s to %v in %s (stale: %t)", t.host, addrs, time.Duration(r.Phases.Resolve), stale)
	}
	return addrs
}
