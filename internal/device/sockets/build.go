package sockets

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"home_exporter/internal/device"
	"home_exporter/internal/device/sockets/check"
	"home_exporter/internal/metric"
)

// A builder makes specs out of entries, and shares between them what is the same. It
// reports a mistake relative to the entry that has it.
type builder struct {
	defaults device.Defaults
	checker  *check.Checker
	permit   func(netip.Addr) error  // of a probe; nil otherwise
	listed   bool                    // the entries come from a list
	taken    map[metric.Labels]place // of a list: what the configuration has itself
	shared   map[device.Digest]*settings
	paces    map[device.Pace]*device.Pace
	seen     map[metric.Labels]place // where each socket stood
	names    map[string]place        // and what is called so; not of lists
	lists    []int                   // indices of the specs that are lists
	specs    []device.Spec
}

func newBuilder(d device.Defaults, c *check.Checker) *builder {
	return &builder{
		defaults: d,
		checker:  c,
		shared:   make(map[device.Digest]*settings),
		paces:    make(map[device.Pace]*device.Pace),
		seen:     make(map[metric.Labels]place),
		names:    make(map[string]place),
	}
}

func newChecker() *check.Checker { return check.NewChecker(check.CheckerOptions{}) }

// minTimeout gives a connection across a slow link at least a chance.
const minTimeout = 100 * time.Millisecond

// scrapeInterval stands for the interval of sockets that are checked when Prometheus
// asks: it scrapes at least every two minutes, or its graphs would have holes.
const scrapeInterval = 2 * time.Minute

// paceOf resolves the pace of an entry.
func (b *builder) paceOf(e *entry) (device.Pace, error) {
	p, err := e.Common.Pace(b.defaults, pace)
	if err == nil && p.Timeout < minTimeout {
		err = device.At("timeout", fmt.Errorf("%s is too short: a connection needs at least %s", device.Duration(p.Timeout), device.Duration(minTimeout)))
	}
	return p, err
}

// expectedInterval is how often a socket at this pace is checked.
func expectedInterval(p device.Pace) time.Duration {
	if p.OnScrape {
		return scrapeInterval
	}
	return p.Interval
}

// settings validates o for a network and returns the one copy of what it means.
func (b *builder) settings(o *options, network string, interval time.Duration) (*settings, error) {
	key := device.DigestOf(*o, network, interval)
	if st, ok := b.shared[key]; ok {
		return st, nil
	}
	st, err := newSettings(o, network)
	if err != nil {
		return nil, err
	}
	st.digest = key
	st.interval = interval
	st.checker = b.checker
	st.options.Permit = b.permit
	b.shared[key] = st
	return st, nil
}

// addSocket adds the spec of one socket. Where it stands is for the mistakes of others.
func (b *builder) addSocket(e *entry, at place) error {
	p, badPace := b.paceOf(e)
	network, badNetwork := e.network()
	if badNetwork != nil {
		return errors.Join(badNetwork, badPace, validateName(e.Name))
	}
	st, badOptions := b.settings(&e.options, network, expectedInterval(p))
	target, badTarget := newTarget(e, network, st)
	if err := errors.Join(validateName(e.Name), badTarget, badPace, badOptions); err != nil {
		return err
	}
	labels := metric.EncodeLabels("name", e.Name, "host", e.Host, "port", e.Port, "protocol", network)
	if _, ok := b.taken[labels]; ok {
		return nil // the configuration has it itself
	}
	address := describe(e, network)
	name := b.nameOf(e, address)
	where, twice := b.seen[labels]
	if !twice {
		where, twice = b.names[name]
	}
	if twice {
		return fmt.Errorf("the socket %q (%s) stands here again; it is already at %s", e.Name, address, where)
	}
	b.seen[labels] = at
	if !b.listed {
		b.names[name] = at
	}
	b.specs = append(b.specs, device.Spec{
		Kind:   kindName,
		Name:   name,
		Digest: device.DigestOf(st.digest, labels),
		Labels: labels,
		Pace:   b.sharedPace(p),
		Swarm:  true,
		Open: func(env device.Env) (device.Device, error) {
			return open(env, target, st), nil
		},
	})
	return nil
}

// nameOf returns what the socket is called on the page and in the API. The same name
// for two sockets is legal, because host, port and protocol tell their series apart.
// For us the address does: that of every further one with a name, and of all those in
// lists, because two lists know nothing of each other.
func (b *builder) nameOf(e *entry, address string) string {
	if b.listed && e.Name == addressOf(e.Host, e.Port) {
		return address
	}
	if _, ok := b.names[e.Name]; ok || b.listed {
		return e.Name + " (" + address + ")"
	}
	return e.Name
}

// describe returns where the socket is, for people: tcp [::1]:80.
func describe(e *entry, network string) string {
	text := network + " " + addressOf(strings.Trim(e.Host, "[]"), e.Port)
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(text) // the path of a file can hold anything
	}
	return text
}

// newTarget validates where the socket of an entry is. Settings with a mistake, which
// are nil, are left out.
func newTarget(e *entry, network string, st *settings) (*check.Target, error) {
	var o *check.Options
	if st != nil {
		o = st.options
	}
	target, err := check.NewTarget(network, e.Host, e.Port, o)
	if err == nil && takesPort(network) {
		return target, nil
	}
	if e.Host == "" {
		err = errors.New("a socket needs a host: a name, an address, or for the unix protocols a path")
	}
	badPort := validatePort(network, e.Port) // of host and port, err tells one
	switch {
	case badPort == nil:
		return target, err
	case err == nil || err.Error() == badPort.Error():
		return nil, badPort
	}
	return nil, errors.Join(err, badPort)
}

// validatePort checks the port alone. Where a protocol has no ports, one may be given
// all the same, because the list that this one replaces wanted it, but no nonsense.
func validatePort(network, port string) error {
	if !takesPort(network) {
		if port == "" {
			return nil
		}
		network = defaultNetwork
	}
	_, err := check.NewTarget(network, "localhost", port, nil)
	return err
}

func takesPort(network string) bool {
	return !strings.HasPrefix(network, "ip") && !strings.HasPrefix(network, "unix")
}

// sharedPace returns the one copy of p.
func (b *builder) sharedPace(p device.Pace) *device.Pace {
	if shared, ok := b.paces[p]; ok {
		return shared
	}
	b.paces[p] = &p
	return &p
}

// maxName bounds a name, in bytes.
const maxName = 500

// validateName refuses what could not be shown.
func validateName(name string) error {
	switch {
	case name == "":
		return errors.New("a socket needs a name")
	case len(name) > maxName:
		return device.At("name", fmt.Errorf("a name of %d bytes is too long; at most %d are shown", len(name), maxName))
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return device.At("name", fmt.Errorf("%q contains a control character, or is not UTF-8", name))
	}
	return nil
}
