package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"regexp"
	"sync"
)

// maxTarget is longer than a scheme, the longest name of DNS and a port.
const maxTarget = 300

// targetForm is the forms of a target: host, host:port, [IPv6]:port, each with a
// scheme before and a slash after it or not. Nothing else is taken, because the host
// is what the allow-list decides on: no text may be read in two ways, one by us and
// another by the kind that dials.
var targetForm = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9+.-]*://)?` +
	`(?:\[([0-9A-Fa-f:.]+(?:%[A-Za-z0-9_.-]+)?)\]|([A-Za-z0-9_.-]+))(?::[A-Za-z0-9-]+)?/?$`)

// hostOf returns the host in a target.
func hostOf(target string) (string, error) {
	if len(target) > maxTarget {
		return "", fmt.Errorf("a target has at most %d characters", maxTarget)
	}
	if m := targetForm.FindStringSubmatch(target); m != nil {
		if m[1] == "" {
			return m[2], nil
		}
		if _, err := netip.ParseAddr(m[1]); err == nil {
			return m[1], nil
		}
	}
	if addr, err := netip.ParseAddr(target); err == nil {
		return addr.String(), nil // IPv6 without brackets
	}
	return "", errors.New("write host, host:port or scheme://host:port, an IPv6 address in brackets, a name in ASCII")
}

// A guard decides which addresses of one target may be dialled, and remembers how it
// decided.
type guard struct {
	check func(netip.Addr) error // nil: all, because the host is allowed by its name

	mu        sync.Mutex
	permitted bool
	refused   error // the first refusal
}

// permit is what a kind asks before it connects.
func (g *guard) permit(addr netip.Addr) error {
	err := g.decide(addr)
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case err == nil:
		g.permitted = true
	case g.refused == nil:
		g.refused = err
	}
	return err
}

func (g *guard) decide(addr netip.Addr) error {
	if !addr.IsValid() {
		return errors.New("not an address")
	}
	if g.check == nil {
		return nil
	}
	// The list speaks of networks: 10.0.0.0/8 also means ::ffff:10.0.0.1, which is the
	// same host, and a zone only says through which interface.
	return g.check(addr.Unmap().WithZone(""))
}

// refusal returns why nothing of the target was dialled, nil if something was or if
// it was not the guard's doing.
func (g *guard) refusal() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.permitted {
		return nil
	}
	return g.refused
}

// guardOf returns the guard for a target that no configuration names, or the problem
// that it may not be asked.
func (h *Handler) guardOf(target string) (*guard, error) {
	host, err := hostOf(target)
	if err != nil {
		return nil, badRequest("the target %q is not understood: %s", clean(target, maxEcho), err)
	}
	if h.permit == nil {
		return nil, problemf(http.StatusForbidden, "%s is not a configured device, and this program asks no others", clean(target, maxEcho))
	}
	g := &guard{check: h.permit(host)}
	// A kind asks the guard when it dials. Where we know the address already, nothing
	// is dialled for a target that is not allowed.
	if addr, err := netip.ParseAddr(host); err == nil {
		if err := g.permit(addr); err != nil {
			return nil, notPermitted(target, err)
		}
	}
	return g, nil
}

// notPermitted is the problem of a target that the allow-list does not have.
func notPermitted(target string, why error) *problem {
	return problemf(http.StatusForbidden,
		"/probe may not ask %s: %s; what it may ask is the setting probe.allow of the configuration",
		clean(target, maxEcho), clean(why.Error(), maxError))
}
