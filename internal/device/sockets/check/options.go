package check

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"runtime"
	"strings"
)

// Options are the rare wishes of a target. The zero value, and nil, mean none. They are
// read only and may be shared by any number of targets.
type Options struct {
	// Source is the local address to ask from.
	Source netip.Addr
	// Interface is the network device to ask through, whatever the routes say
	// (SO_BINDTODEVICE). Linux only.
	Interface string
	// Reset ends a TCP connection with RST instead of FIN. It leaves no TIME_WAIT
	// behind, but some device servers count it as an error.
	Reset bool
	// Send is written to a TCP, unix or unixpacket stream once it stands, after the TLS
	// handshake if there is one. Over udp and unixgram it is the datagram; udp sends
	// "X" without it, as nc does, and unixgram sends nothing unless an answer is wanted.
	Send []byte
	// Expect must match what comes back before the deadline, of which at most 64 KiB
	// are looked at. Silence does not match.
	Expect *regexp.Regexp
	// RequireAnswer makes silence over udp or unixgram a failure (ClassNoAnswer).
	RequireAnswer bool
	// Preset is what to say over udp, and which answer is one.
	Preset Preset
	// TLS asks for a handshake over TCP.
	TLS *TLSOptions
	// Permit is asked about each address before it is dialled, after the lookup, so
	// that no name can lead past an allow-list. An error keeps the address from being
	// asked (ClassNotPermitted). Nil permits all.
	Permit func(netip.Addr) error
}

// TLSOptions say how the handshake of a TCP check is done.
type TLSOptions struct {
	// ServerName is sent and compared with the certificate; empty means the host.
	ServerName string
	// Insecure accepts any certificate, and TLS 1.0 and 1.1 too, which old devices speak.
	Insecure bool
	// RootCAs are the authorities to trust; nil means those of the system.
	RootCAs *x509.CertPool
}

// defaultOptions stands for a nil *Options; nobody writes to it.
var defaultOptions Options

// A Preset is a payload for udp together with the test of its answer.
type Preset uint8

// The presets.
const (
	PresetAny  Preset = iota // Send or "X"; any answer will do
	PresetDNS                // a query for the root's name servers
	PresetNTP                // a client request
	PresetEcho               // random bytes, which must come back
)

var presetWords = [...]string{"any", "dns", "ntp", "echo"}

// String returns the word that ParsePreset takes.
func (p Preset) String() string {
	if int(p) < len(presetWords) {
		return presetWords[p]
	}
	return fmt.Sprintf("preset(%d)", uint8(p))
}

// ParsePreset returns the preset of that name; empty means any.
func ParsePreset(word string) (Preset, error) {
	if word == "" {
		return PresetAny, nil
	}
	for i, w := range presetWords {
		if w == word {
			return Preset(i), nil
		}
	}
	return 0, fmt.Errorf("preset %q is not one of %s", word, strings.Join(presetWords[:], ", "))
}

// Sizes from outside that are accepted.
const (
	maxAnswer   = 64 << 10 // bytes of an answer that Expect sees
	maxDatagram = 65507    // largest UDP payload over IPv4: 65535 less 20 and 8 of headers
	maxDevice   = 15       // longest interface name on Linux: IFNAMSIZ less the NUL
)

// Validate reports everything in o that contradicts itself or the network word, or that
// this system cannot do. It is part of NewTarget.
func (o *Options) Validate(network string) error {
	index, err := networkIndex(network)
	if err != nil || o == nil {
		return err
	}
	n := networks[index]
	return errors.Join(append(o.contradictions(n), o.validateSource(n), o.validateDevice(n))...)
}

// contradictions names the options that the kind of network has no use for: an option
// that is silently dropped would make the reader believe in a check that never was.
func (o *Options) contradictions(n network) (errs []error) {
	refuse := func(set bool, option, why string) {
		if set {
			errs = append(errs, fmt.Errorf("%s cannot be used with %s: %s", option, n.word, why))
		}
	}
	datagrams := n.kind == kindUDP || n.word == "unixgram"
	refuse(o.TLS != nil && n.kind != kindTCP, "tls", "the handshake needs tcp")
	refuse(o.Reset && n.kind != kindTCP, "reset", "only tcp connections can be reset")
	refuse(len(o.Send) > 0 && n.kind == kindPing, "send", "an echo request carries its own payload")
	refuse(o.Expect != nil && n.kind == kindPing, "expect", "only the echo reply counts")
	refuse(o.RequireAnswer && !datagrams, "require_answer", "it is for udp and unixgram")
	refuse(o.Preset != PresetAny && n.kind != kindUDP, "preset "+o.Preset.String(), "presets are for udp")
	refuse(o.Permit != nil && n.kind == kindUnix, "an allow-list of addresses", "a path has no address")
	if o.Preset != PresetAny && len(o.Send) > 0 {
		errs = append(errs, fmt.Errorf("send cannot be used with preset %s, which has its own payload", o.Preset))
	}
	if int(o.Preset) >= len(presetWords) {
		errs = append(errs, fmt.Errorf("unknown %s", o.Preset))
	}
	if limit := sendLimit(n.kind); len(o.Send) > limit {
		errs = append(errs, fmt.Errorf("send has %d bytes, more than the %d that %s takes", len(o.Send), limit, n.word))
	}
	if n.word == "unixgram" && (o.RequireAnswer || o.Expect != nil) && runtime.GOOS != "linux" {
		errs = append(errs, errors.New("unixgram cannot wait for an answer here: sockets without a path bind themselves on Linux only"))
	}
	return errs
}

func sendLimit(k kind) int {
	if k == kindUDP {
		return maxDatagram
	}
	return maxAnswer
}

func (o *Options) validateSource(n network) error {
	if !o.Source.IsValid() {
		return nil
	}
	f := familyOf(o.Source)
	switch {
	case n.kind == kindUnix:
		return fmt.Errorf("source cannot be used with %s: a unix socket has no address", n.word)
	case n.family != 0 && n.family != f:
		return fmt.Errorf("source %s is an IPv%d address, but network %s takes only IPv%d", o.Source, f, n.word, n.family)
	case o.Source.IsMulticast():
		return fmt.Errorf("source %s is a multicast address, which no host has", o.Source)
	}
	return nil
}

func (o *Options) validateDevice(n network) error {
	name := o.Interface
	switch {
	case name == "":
		return nil
	case n.kind == kindUnix:
		return fmt.Errorf("interface cannot be used with %s: a unix socket has none", n.word)
	case runtime.GOOS != "linux":
		return fmt.Errorf("interface %q: binding to an interface works on Linux only, use source here", name)
	case len(name) > maxDevice || strings.ContainsAny(name, "/ \t\n\v\f\r\x00") || name == "." || name == "..":
		return fmt.Errorf("interface %q cannot be a device name (1 to %d bytes, no slash, no blank)", name, maxDevice)
	}
	return nil
}
