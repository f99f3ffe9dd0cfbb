package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func dialError(call string, errno syscall.Errno) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError(call, errno)}
}

func TestClassify(t *testing.T) {
	tests := []struct {
		name         string
		err          error
		want         Class
		inconclusive bool
	}{
		{"nil", nil, ClassOK, false},
		{"refused", dialError("connect", syscall.ECONNREFUSED), ClassRefused, false},
		{"reset", &net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, ClassReset, false},
		{"broken pipe", dialError("write", syscall.EPIPE), ClassReset, false},
		{"context deadline", context.DeadlineExceeded, ClassTimeout, false},
		{"socket deadline", &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, ClassTimeout, false},
		{"ETIMEDOUT", dialError("connect", syscall.ETIMEDOUT), ClassTimeout, false},
		{"host unreachable", dialError("connect", syscall.EHOSTUNREACH), ClassUnreachable, false},
		{"net unreachable", dialError("connect", syscall.ENETUNREACH), ClassUnreachable, false},
		{"host down", dialError("connect", syscall.EHOSTDOWN), ClassUnreachable, false},
		{"net down", dialError("connect", syscall.ENETDOWN), ClassUnreachable, false},
		{"protocol unreachable", dialError("read", syscall.ENOPROTOOPT), ClassUnreachable, false},
		{"blackhole route", dialError("connect", syscall.EINVAL), ClassUnreachable, false},
		{"EINVAL elsewhere", dialError("setsockopt", syscall.EINVAL), ClassOther, false},
		{"bare EINVAL", syscall.EINVAL, ClassOther, false},
		{"prohibit route", dialError("connect", syscall.EACCES), ClassDenied, false},
		{"firewall", dialError("sendto", syscall.EPERM), ClassDenied, false},
		{"no such host", &net.DNSError{IsNotFound: true}, ClassDNSNotFound, false},
		{"dns time-out", &net.DNSError{IsTimeout: true}, ClassDNSTimeout, false},
		{"dns deadline", &net.DNSError{IsTimeout: true, UnwrapErr: context.DeadlineExceeded}, ClassDNSTimeout, false},
		{"dns canceled", &net.DNSError{UnwrapErr: context.Canceled}, ClassCanceled, true},
		{"dns failure", &net.DNSError{Err: "server misbehaving", IsTemporary: true}, ClassDNSError, false},
		{"dns, no descriptor", &net.DNSError{Err: "dial udp 10.0.0.1:53: socket: too many open files", IsTemporary: true}, ClassResources, true},
		{"dns, wrapped errno", &net.DNSError{UnwrapErr: dialError("socket", syscall.ENFILE)}, ClassResources, true},
		{"dns refused is no refusal", &net.DNSError{Err: "connection refused", UnwrapErr: dialError("read", syscall.ECONNREFUSED)}, ClassDNSError, false},
		{"address", &net.AddrError{Err: "no suitable address found"}, ClassConfig, false},
		{"network", &net.OpError{Op: "dial", Err: net.UnknownNetworkError("sctp")}, ClassConfig, false},
		{"no unixpacket", dialError("socket", syscall.EPROTONOSUPPORT), ClassConfig, false},
		{"no file", dialError("connect", syscall.ENOENT), ClassNotFound, false},
		{"no folder", dialError("connect", syscall.ENOTDIR), ClassNotFound, false},
		{"wrong type", dialError("connect", syscall.EPROTOTYPE), ClassWrongType, false},
		{"backlog full", dialError("connect", syscall.EAGAIN), ClassBusy, false},
		{"descriptors", dialError("socket", syscall.EMFILE), ClassResources, true},
		{"system table", dialError("socket", syscall.ENFILE), ClassResources, true},
		{"buffers", dialError("write", syscall.ENOBUFS), ClassResources, true},
		{"memory", dialError("socket", syscall.ENOMEM), ClassResources, true},
		{"no address", dialError("bind", syscall.EADDRNOTAVAIL), ClassLocalAddress, true},
		{"no interface", os.NewSyscallError("setsockopt", syscall.ENODEV), ClassLocalAddress, true},
		{"no ipv6", dialError("socket", syscall.EAFNOSUPPORT), ClassLocalAddress, true},
		{"canceled", &net.OpError{Op: "dial", Err: context.Canceled}, ClassCanceled, true},
		{"alert", &net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}, ClassTLS, false},
		{"handshake", &tlsError{io.EOF}, ClassTLS, false},
		{"verdict", fmt.Errorf("wrapped: %w", errSilent), ClassNoAnswer, false},
		{"ping", errNoPing, ClassNotPermitted, true},
		{"own error wins", &Error{Class: ClassBusy, Err: dialError("connect", syscall.ECONNREFUSED)}, ClassBusy, false},
		{"anything", errors.New("odd"), ClassOther, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Classify(tt.err)
			if got != tt.want {
				t.Errorf("Classify(%v) = %s, want %s", tt.err, got, tt.want)
			}
			if got.Inconclusive() != tt.inconclusive {
				t.Errorf("%s: inconclusive %t, want %t", got, got.Inconclusive(), tt.inconclusive)
			}
			if got.Up() != (tt.err == nil) {
				t.Errorf("%s: up %t", got, got.Up())
			}
		})
	}
}

func TestClasses(t *testing.T) {
	want := "ok refused reset timeout unreachable denied denied dns_notfound dns_timeout dns_error " +
		"no_answer mismatch not_found wrong_type busy tls resources local_address config canceled other"
	var words []string
	seen := map[string]bool{}
	for _, c := range Classes() {
		words = append(words, c.String())
		key := fmt.Sprint(c, c.Inconclusive())
		if seen[key] {
			t.Errorf("%s: two classes with the same word and consequence", key)
		}
		seen[key] = true
	}
	if got := strings.Join(words, " "); got != want {
		t.Errorf("classes %q\nwant    %q", got, want)
	}
	if got := Class(200).String(); got != "other" {
		t.Errorf("Class(200) = %q, want other", got)
	}
}

func TestErrorSentences(t *testing.T) {
	addr := netip.MustParseAddrPort("10.0.0.9:502")
	named := Error{Network: "tcp", Host: "meter12", Port: "502", Step: "connect", Addr: addr, After: 2001 * time.Millisecond}
	with := func(e Error, class Class, err error) *Error {
		e.Class, e.Err = class, err
		return &e
	}
	literal := named
	literal.Host = "10.0.0.9"
	unixFile := Error{Network: "unix", Host: "/run/x\n.sock", Step: "connect", kind: kindUnix}
	sourced := named
	sourced.opts = &Options{Source: netip.MustParseAddr("10.1.1.1"), Interface: "wg0"}
	lookup := Error{Network: "tcp4", Host: "meter12", Port: "502", Step: "lookup", After: time.Second}
	tests := map[string]struct {
		err  *Error
		want string
	}{
		"name":     {with(named, ClassRefused, dialError("connect", syscall.ECONNREFUSED)), "tcp meter12:502: connect to 10.0.0.9: connection refused (the host is there, but nothing listens on this port)"},
		"literal":  {with(literal, ClassTimeout, os.ErrDeadlineExceeded), "tcp 10.0.0.9:502: connect: no answer within 2s (the host is away, or packets are dropped on the way)"},
		"route":    {with(literal, ClassUnreachable, dialError("connect", syscall.EHOSTUNREACH)), "tcp 10.0.0.9:502: connect: no route to host"},
		"prohibit": {with(literal, ClassDenied, dialError("connect", syscall.EACCES)), "tcp 10.0.0.9:502: connect: permission denied (forbidden by a prohibit route or the firewall of this host)"},
		"file":     {with(unixFile, ClassRefused, dialError("connect", syscall.ECONNREFUSED)), `unix "/run/x\n.sock": connect: connection refused (the file is there, but nothing listens on it)`},
		"mode":     {with(unixFile, ClassDenied, dialError("connect", syscall.EACCES)), `unix "/run/x\n.sock": connect: permission denied (this user may not write to the socket file)`},
		"limit":    {with(literal, ClassResources, dialError("socket", syscall.EMFILE)), "tcp 10.0.0.9:502: connect: too many open files (raise LimitNOFILE of the unit, or ulimit -n)"},
		"memory":   {with(literal, ClassResources, dialError("socket", syscall.ENOMEM)), "tcp 10.0.0.9:502: connect: cannot allocate memory (this host is short of memory or buffers)"},
		"source":   {with(sourced, ClassLocalAddress, dialError("bind", syscall.EADDRNOTAVAIL)), "tcp meter12:502: connect to 10.0.0.9: cannot assign requested address (source 10.1.1.1 is not an address of this host, or its ports are used up)"},
		"device":   {with(sourced, ClassLocalAddress, os.NewSyscallError("setsockopt", syscall.ENODEV)), "tcp meter12:502: connect to 10.0.0.9: no such device (this host has no interface wg0)"},
		"dns":      {with(lookup, ClassDNSNotFound, &net.DNSError{Err: "no such host", Name: "meter12", Server: "10.0.0.1:53", IsNotFound: true}), "tcp4 meter12:502: lookup: no such host (asked 10.0.0.1:53) (asked for IPv4 addresses only)"},
		"dns time": {with(lookup, ClassDNSTimeout, &net.DNSError{IsTimeout: true}), "tcp4 meter12:502: lookup: the resolver did not answer within 1s"},
		"eof":      {with(literal, ClassTLS, &tlsError{io.EOF}), "tcp 10.0.0.9:502: connect: the peer closed the connection"},
		"hostile":  {with(literal, ClassTLS, errors.New("bad name \x1b[31m"+strings.Repeat("x", 1000))), `tcp 10.0.0.9:502: connect: "bad name \x1b[31m` + strings.Repeat("x", 300-14) + `…"`},
		"no cause": {with(literal, ClassOther, nil), "tcp 10.0.0.9:502: connect: unknown error"},
		"shortage": {&Error{Class: ClassResources}, " :: : unknown error (this host is short of memory or buffers)"},
		"bare":     {&Error{Class: ClassLocalAddress}, " :: : unknown error (this host has no address of this family, or its ports to this destination are used up)"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.err.Error(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestRound(t *testing.T) {
	for d, want := range map[time.Duration]string{
		123456789 * time.Microsecond: "2m3.5s", 1234567 * time.Microsecond: "1.23s",
		123456 * time.Microsecond: "123.46ms", 1234 * time.Nanosecond: "1.234µs",
	} {
		if got := round(d).String(); got != want {
			t.Errorf("round(%s) = %s, want %s", d, got, want)
		}
	}
}

// Absent is not zero.
func TestSpan(t *testing.T) {
	var none Span
	if _, ok := none.Duration(); ok || none.Happened() {
		t.Error("the zero Span happened")
	}
	if _, ok := none.Seconds(); ok {
		t.Error("the zero Span has seconds")
	}
	if !since(time.Now().Add(time.Hour)).Happened() {
		t.Error("a span did not happen because the clock stood still")
	}
	if s, ok := Span(1500 * time.Millisecond).Seconds(); s != 1.5 || !ok {
		t.Errorf("1500 ms are %v s, %t", s, ok)
	}
}
