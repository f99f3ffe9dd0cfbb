package check

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"
)

// An Error tells people how a check failed: the target, the step, what happened, and
// the cure where one is known. The text is put together when it is asked for.
type Error struct {
	Class               Class
	Network, Host, Port string         // the target, as written
	Step                string         // "lookup", "connect", "tls handshake", "send", "receive", "ask" (udp), "ping"
	Addr                netip.AddrPort // the address asked; zero for none
	After               time.Duration  // from the start of the step to the failure
	Err                 error          // the cause

	kind kind
	opts *Options
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func (e *Error) verdictClass() Class { return e.Class }

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(endpoint(e.Network, e.Host, e.Port, e.kind))
	b.WriteString(": ")
	b.WriteString(e.Step)
	if e.Addr.IsValid() && e.Addr.Addr().String() != strings.Trim(e.Host, "[]") {
		b.WriteString(" to ")
		b.WriteString(e.Addr.Addr().String())
	}
	b.WriteString(": ")
	b.WriteString(e.what())
	if hint := e.hint(); hint != "" {
		b.WriteString(" (")
		b.WriteString(hint)
		b.WriteString(")")
	}
	return b.String()
}

func (e *Error) source() netip.Addr {
	if e.opts == nil {
		return netip.Addr{}
	}
	return e.opts.Source
}

func (e *Error) device() string {
	if e.opts == nil {
		return ""
	}
	return e.opts.Interface
}

// what tells what happened, without the operations that the step already names.
func (e *Error) what() string {
	switch e.Class {
	case ClassTimeout:
		return "no answer within " + round(e.After).String()
	case ClassDNSTimeout:
		return "the resolver did not answer within " + round(e.After).String()
	}
	var dns *net.DNSError
	if errors.As(e.Err, &dns) {
		if dns.Server == "" {
			return clean(dns.Err)
		}
		return clean(dns.Err) + " (asked " + clean(dns.Server) + ")"
	}
	return clean(innermost(e.Err))
}

// round keeps three digits, which is more than people read.
func round(d time.Duration) time.Duration {
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond)
	case d >= time.Second:
		return d.Round(10 * time.Millisecond)
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond)
	}
	return d
}

// innermost drops what net.OpError and os.SyscallError say about operation and address.
func innermost(err error) string {
	var op *net.OpError
	for errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	switch {
	case err == nil:
		return "unknown error"
	case errors.Is(err, io.EOF):
		return "the peer closed the connection"
	}
	return err.Error()
}

// hint returns what the class means for this kind of target, and the cure if known.
func (e *Error) hint() string {
	switch e.Class {
	case ClassRefused:
		if e.kind == kindUnix {
			return "the file is there, but nothing listens on it"
		}
		return "the host is there, but nothing listens on this port"
	case ClassTimeout:
		if e.Step == "connect" && e.kind == kindTCP {
			return "the host is away, or packets are dropped on the way"
		}
	case ClassDenied:
		if e.kind == kindUnix {
			return "this user may not write to the socket file"
		}
		return "forbidden by a prohibit route or the firewall of this host"
	case ClassBusy:
		return "the backlog of the listener is full: it does not accept"
	case ClassWrongType:
		return "try another of unix, unixgram and unixpacket"
	case ClassDNSNotFound:
		if f := familyWord(e.Network, e.source()); f != "" {
			return "asked for " + f + " addresses only"
		}
	case ClassTLS:
		return tlsHint(e.Err)
	case ClassResources:
		return resourcesHint(e.Err)
	case ClassLocalAddress:
		return e.localHint()
	}
	return ""
}

func familyWord(word string, source netip.Addr) string {
	family := familyOf(source)
	if index, err := networkIndex(word); err == nil && networks[index].family != 0 {
		family = networks[index].family
	}
	switch family {
	case 4:
		return "IPv4"
	case 6:
		return "IPv6"
	}
	return ""
}

func resourcesHint(err error) string {
	text := innermost(err)
	for _, errno := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE} {
		if errors.Is(err, errno) || strings.HasSuffix(text, errno.Error()) {
			return "raise LimitNOFILE of the unit, or ulimit -n"
		}
	}
	return "this host is short of memory or buffers"
}

func (e *Error) localHint() string {
	switch {
	case errors.Is(e.Err, syscall.ENODEV):
		return "this host has no interface " + clean(e.device())
	case errors.Is(e.Err, syscall.EAFNOSUPPORT):
		return "this host does not speak this address family"
	case e.source().IsValid():
		return "source " + e.source().String() + " is not an address of this host, or its ports are used up"
	}
	return "this host has no address of this family, or its ports to this destination are used up"
}

// maxText bounds what a peer or a library may put into a sentence.
const maxText = 300

// clean returns s fit for a log line: printable, valid and of bounded length.
func clean(s string) string {
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "") + "…"
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}
