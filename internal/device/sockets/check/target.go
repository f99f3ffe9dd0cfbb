package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"
)

// A Target is one socket to check. It does not change after NewTarget. A hundred
// thousand of them stand in memory, so it holds what every check needs and nothing
// else; rare wishes are behind the shared Options.
type Target struct {
	host, port string // as written
	opts       *Options
	literal    [1]netip.Addr // the host, if it is no name; an array, to be sliced for nothing
	number     uint16        // port on the wire
	network    uint8         // index into networks
}

// NewTarget makes a target of a network word (see Networks), a host and a port.
//
// The host is a name, an IPv4 or IPv6 literal (brackets allowed), or, for the unix
// words, a path, where a leading @ means the abstract name space. The port is a number
// or a service name; the ip and unix words do not look at it. A literal is parsed here
// and never reaches a resolver. NewTarget does not touch the network. A nil o means
// defaults; o is kept and must not change afterwards.
func NewTarget(network, host, port string, o *Options) (*Target, error) {
	index, err := networkIndex(network)
	if err != nil {
		return nil, err
	}
	if err := o.Validate(network); err != nil {
		return nil, err
	}
	t := &Target{host: host, port: port, opts: o, network: index}
	if t.kind() == kindUnix {
		if err := validatePath(host); err != nil {
			return nil, err
		}
		return t, nil
	}
	if err := t.setHost(); err != nil {
		return nil, err
	}
	if t.kind() == kindPing {
		return t, nil
	}
	if t.number, err = parsePort(t.kind(), port); err != nil {
		return nil, err
	}
	return t, nil
}

// Network returns the word given to NewTarget.
func (t *Target) Network() string { return networks[t.network].word }

// Host returns the host or path as written.
func (t *Target) Host() string { return t.host }

// Port returns the port as written; it may be empty for the ip and unix words.
func (t *Target) Port() string { return t.port }

// String returns the network and the end point, as in "tcp [::1]:80".
func (t *Target) String() string { return endpoint(t.Network(), t.host, t.port, t.kind()) }

func endpoint(network, host, port string, k kind) string {
	if k == kindPing || k == kindUnix {
		return network + " " + clean(host)
	}
	return network + " " + net.JoinHostPort(strings.Trim(host, "[]"), port)
}

func (t *Target) kind() kind { return networks[t.network].kind }

func (t *Target) options() *Options {
	if t.opts == nil {
		return &defaultOptions
	}
	return t.opts
}

// family is the address family to look up: that of the word, else that of the source.
func (t *Target) family() byte {
	if f := networks[t.network].family; f != 0 {
		return f
	}
	return familyOf(t.options().Source)
}

// familyOf returns 4, 6, or 0 for the zero Addr.
func familyOf(a netip.Addr) byte {
	switch {
	case !a.IsValid():
		return 0
	case a.Unmap().Is4():
		return 4
	}
	return 6
}

// setHost parses a literal and refuses what can be neither an address nor a name.
func (t *Target) setHost() error {
	bare := t.host
	if strings.HasPrefix(bare, "[") && strings.HasSuffix(bare, "]") {
		bare = bare[1 : len(bare)-1]
		if a, err := netip.ParseAddr(bare); err != nil || !a.Is6() {
			return fmt.Errorf("host %q: only an IPv6 address may stand in brackets", t.host)
		}
	}
	a, err := netip.ParseAddr(bare)
	if err != nil {
		return validateName(bare)
	}
	addr := a.Unmap()
	t.literal[0] = addr
	if want := networks[t.network].family; want != 0 && want != familyOf(addr) {
		return fmt.Errorf("host %q is an IPv%d address, but network %s takes only IPv%d", t.host, familyOf(addr), t.Network(), want)
	}
	o := t.options()
	if want := familyOf(o.Source); want != 0 && want != familyOf(addr) {
		return fmt.Errorf("host %q is an IPv%d address, which source %s (IPv%d) cannot reach", t.host, familyOf(addr), o.Source, want)
	}
	if addr.Is6() && addr.IsLinkLocalUnicast() && addr.Zone() == "" && o.Interface == "" {
		return fmt.Errorf("host %q is link-local: name the interface, as in %s%%eth0", t.host, addr)
	}
	return nil
}

// maxName is the longest name that DNS can carry, with a final dot (RFC 1035, section 3.1).
const maxName = 254

// validateName refuses only what no resolver could know, and names the usual slips.
func validateName(host string) error {
	switch {
	case host == "":
		return errors.New("host is empty: give a name or an address")
	case strings.Contains(host, "://"):
		return fmt.Errorf("host %q is a URL: give the name or address alone", host)
	case strings.Contains(host, ":"):
		return fmt.Errorf("host %q is no IPv6 address: a port has its own field", host)
	case len(host) > maxName:
		return fmt.Errorf("host of %d bytes is longer than a name can be (%d)", len(host), maxName)
	}
	for _, r := range host {
		if r == utf8.RuneError || unicode.IsSpace(r) || !unicode.IsPrint(r) || strings.ContainsRune("/[]@", r) {
			return fmt.Errorf("host %q contains %q, which no name has", host, r)
		}
	}
	return nil
}

// maxPath is one less than the system's field, for the final NUL that all but Linux want.
const maxPath = len(syscall.RawSockaddrUnix{}.Path) - 1

func validatePath(path string) error {
	switch {
	case path == "" || path == "@":
		return errors.New("host is empty: give the path of the socket")
	case len(path) > maxPath:
		return fmt.Errorf("socket path of %d bytes is longer than this system allows (%d)", len(path), maxPath)
	case strings.ContainsRune(path, 0):
		return fmt.Errorf("socket path %q contains a NUL", path)
	case path[0] == '@' && runtime.GOOS != "linux":
		return fmt.Errorf("socket path %q: abstract names exist on Linux only", path)
	}
	return nil
}

// parsePort takes a number from 1 to 65535 or a name of the services database.
func parsePort(k kind, port string) (uint16, error) {
	if port == "" {
		return 0, errors.New("port is missing: give a number from 1 to 65535")
	}
	n, err := strconv.ParseUint(port, 10, 64)
	switch {
	case err == nil && n >= 1 && n <= 65535:
		return uint16(n), nil
	case err == nil || errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("port %q is out of range (1 to 65535)", port)
	}
	proto := "tcp"
	if k == kindUDP {
		proto = "udp"
	}
	if isServiceName(port) {
		// The services file is read, no server is asked.
		r := net.Resolver{PreferGo: true}
		if n, err := r.LookupPort(context.Background(), proto, port); err == nil && n > 0 && n <= 65535 {
			return uint16(n), nil
		}
	}
	return 0, fmt.Errorf("port %q is neither a number from 1 to 65535 nor a known %s service", port, proto)
}

// isServiceName is the form of RFC 6335, section 5.1, with the underscores, dots and
// plus signs that older services files have.
func isServiceName(s string) bool {
	if len(s) > 63 || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-_.+", c) >= 0:
		default:
			return false
		}
	}
	return true
}
