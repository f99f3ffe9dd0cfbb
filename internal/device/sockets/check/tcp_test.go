package check

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"home_exporter/internal/testenv"
)

func TestTCPOpen(t *testing.T) {
	p := listen(t, "tcp4", "127.0.0.1:0", nil)
	for _, network := range []string{"tcp", "tcp4"} {
		r := check(t, patient, newTarget(t, network, p.host, p.port, nil), CheckerOptions{})
		wantClass(t, r, ClassOK)
		if got := r.Addr.String(); got != p.Addr().String() {
			t.Errorf("%s: answered by %s, want %s", network, got, p.Addr())
		}
		if !r.Phases.Connect.Happened() || r.Phases.Resolve.Happened() || r.Phases.TLS.Happened() || r.Phases.Exchange.Happened() {
			t.Errorf("%s: phases %+v, want only connect", network, r.Phases)
		}
		if r.Answered || r.DNSStale || !r.CertExpiry.IsZero() {
			t.Errorf("%s: result %+v claims more than a connection", network, r)
		}
	}
}

func TestTCPOpenIPv6(t *testing.T) {
	testenv.NeedLoopback6(t)
	p := listen(t, "tcp6", "[::1]:0", nil)
	for _, host := range []string{"::1", "[::1]"} {
		wantClass(t, check(t, patient, newTarget(t, "tcp", host, p.port, nil), CheckerOptions{}), ClassOK)
		wantClass(t, check(t, patient, newTarget(t, "tcp6", host, p.port, nil), CheckerOptions{}), ClassOK)
	}
	host, port := closedPort(t, "tcp6")
	wantClass(t, check(t, patient, newTarget(t, "tcp6", host, port, nil), CheckerOptions{}), ClassRefused, "tcp6 [::1]:"+port)
}

func TestTCPRefused(t *testing.T) {
	host, port := closedPort(t, "tcp4")
	r := check(t, patient, newTarget(t, "tcp", host, port, nil), CheckerOptions{})
	wantClass(t, r, ClassRefused, "tcp 127.0.0.1:"+port+": connect: ", "nothing listens on this port")
	if r.Addr.Addr() != netip.MustParseAddr(host) || !r.Phases.Connect.Happened() {
		t.Errorf("addr %s, phases %+v, want the address tried and the time it took", r.Addr, r.Phases)
	}
	if !errors.Is(r.Err, syscall.ECONNREFUSED) {
		t.Errorf("%v hides its cause", r.Err)
	}
}

func TestTCPWildcardIsThisHost(t *testing.T) {
	p := listen(t, "tcp4", "127.0.0.1:0", nil)
	wantClass(t, check(t, patient, newTarget(t, "tcp", "0.0.0.0", p.port, nil), CheckerOptions{}), ClassOK)
}

func TestTCPLimitedBroadcast(t *testing.T) {
	r := check(t, patient, newTarget(t, "tcp", "255.255.255.255", "9", nil), CheckerOptions{})
	wantClass(t, r, ClassUnreachable)
}

func TestTCPServiceName(t *testing.T) {
	seen := newTarget(t, "tcp", "127.0.0.1", "https", nil)
	r := check(t, patient, seen, CheckerOptions{})
	if r.Addr.Port() != 443 {
		t.Errorf("asked port %d, want 443", r.Addr.Port())
	}
}

func TestTCPSource(t *testing.T) {
	from := make(chan net.Addr, 1)
	p := listen(t, "tcp4", "127.0.0.1:0", func(c net.Conn) { from <- c.RemoteAddr() })
	o := &Options{Source: netip.MustParseAddr("127.0.0.77")}
	wantClass(t, check(t, patient, newTarget(t, "tcp", p.host, p.port, o), CheckerOptions{}), ClassOK)
	if got := (<-from).(*net.TCPAddr).IP.String(); got != "127.0.0.77" {
		t.Errorf("came from %s, want 127.0.0.77", got)
	}
	// TEST-NET-2, which no host has.
	o = &Options{Source: netip.MustParseAddr("198.51.100.1")}
	r := check(t, patient, newTarget(t, "tcp", p.host, p.port, o), CheckerOptions{})
	wantClass(t, r, ClassLocalAddress, "source 198.51.100.1 is not an address of this host")
}

// With Reset the peer sees RST; without, FIN.
func TestTCPClose(t *testing.T) {
	ends := make(chan error, 1)
	p := listen(t, "tcp4", "127.0.0.1:0", func(c net.Conn) {
		_, err := c.Read(make([]byte, 1))
		ends <- err
	})
	wantClass(t, check(t, patient, newTarget(t, "tcp", p.host, p.port, nil), CheckerOptions{}), ClassOK)
	if err := <-ends; err != io.EOF {
		t.Errorf("the peer saw %v, want EOF", err)
	}
	wantClass(t, check(t, patient, newTarget(t, "tcp", p.host, p.port, &Options{Reset: true}), CheckerOptions{}), ClassOK)
	if err := <-ends; !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the peer saw %v, want a reset", err)
	}
}

func TestTCPCanceled(t *testing.T) {
	p := listen(t, "tcp4", "127.0.0.1:0", nil)
	target := newTarget(t, "tcp", p.host, p.port, nil)
	c := NewChecker(CheckerOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := c.Check(ctx, target)
	wantClass(t, r, ClassCanceled)
	expired, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancel()
	r = c.Check(expired, target)
	wantClass(t, r, ClassCanceled, "before the check began")
	if !r.Inconclusive() {
		t.Error("a check that never began says nothing about the target")
	}
	wantClass(t, c.Check(t.Context(), target), ClassOK) // a context without deadline
}

// talk plays a server that greets, reads one request and replies.
func talk(greeting, reply string) func(net.Conn) {
	return func(c net.Conn) {
		io.WriteString(c, greeting)
		n, _ := c.Read(make([]byte, 64))
		if n > 0 {
			io.WriteString(c, reply)
		}
		io.Copy(io.Discard, c)
	}
}

func TestTCPExpect(t *testing.T) {
	hangUp := func(c net.Conn) { c.Read(make([]byte, 64)) }
	drips := func(c net.Conn) {
		for _, b := range []byte("220 smtp ready\r\n") {
			c.Write([]byte{b})
		}
		io.Copy(io.Discard, c)
	}
	floods := func(c net.Conn) {
		for {
			if _, err := io.WriteString(c, strings.Repeat("spam ", 1000)); err != nil {
				return
			}
		}
	}
	resets := func(c net.Conn) {
		c.Read(make([]byte, 64))
		c.(*net.TCPConn).SetLinger(0)
	}
	tests := map[string]struct {
		serve    func(net.Conn)
		send     string
		expect   string
		timeout  time.Duration
		want     Class
		says     string
		answered bool
	}{
		"banner":             {talk("220 ready\r\n", ""), "", "^220 ", patient, ClassOK, "", true},
		"reply":              {talk("", "PONG\r\n"), "PING\r\n", "PONG", patient, ClassOK, "", true},
		"send only":          {talk("", ""), "PING\r\n", "", patient, ClassOK, "", false},
		"in pieces":          {drips, "", "smtp ready", patient, ClassOK, "", true},
		"other banner":       {talk("SSH-2.0-x\r\n", ""), "", "^220 ", brief, ClassMismatch, `got "SSH-2.0-x\r\n"`, true},
		"hangs up, answered": {func(c net.Conn) { io.WriteString(c, "no\n") }, "", "yes", patient, ClassMismatch, `got "no\n"`, true},
		"ends with match":    {func(c net.Conn) { io.WriteString(c, "bye") }, "", "bye$", patient, ClassOK, "", true},
		"silent":             {talk("", ""), "", "x", brief, ClassNoAnswer, "nothing came back", false},
		"hangs up":           {hangUp, "PING\r\n", "x", patient, ClassNoAnswer, "closed the connection without a word", false},
		"resets":             {resets, "PING\r\n", "x", patient, ClassReset, "receive: connection reset by peer", false},
		"floods":             {floods, "", "ham", patient, ClassMismatch, "(65536 bytes)", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := listen(t, "tcp4", "127.0.0.1:0", tt.serve)
			o := &Options{Send: []byte(tt.send)}
			if tt.expect != "" {
				o.Expect = regexp.MustCompile(tt.expect)
			}
			r := check(t, tt.timeout, newTarget(t, "tcp", p.host, p.port, o), CheckerOptions{})
			wantClass(t, r, tt.want, tt.says)
			if r.Answered != tt.answered {
				t.Errorf("answered %t, want %t", r.Answered, tt.answered)
			}
			if !r.Phases.Connect.Happened() || !r.Phases.Exchange.Happened() {
				t.Errorf("phases %+v, want connect and exchange", r.Phases)
			}
		})
	}
}

// The end of the context ends an exchange at once, and says nothing about the target.
func TestTCPExpectCanceled(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	p := listen(t, "tcp4", "127.0.0.1:0", func(c net.Conn) {
		cancel()
		c.Read(make([]byte, 1))
	})
	target := newTarget(t, "tcp", p.host, p.port, &Options{Expect: regexp.MustCompile("x")})
	r := NewChecker(CheckerOptions{}).Check(ctx, target)
	wantClass(t, r, ClassCanceled)
	consistent(t, r)
}

func TestTCPPermit(t *testing.T) {
	p := listen(t, "tcp4", "127.0.0.1:0", nil)
	var asked []netip.Addr
	permit := func(a netip.Addr) error {
		asked = append(asked, a)
		if a != netip.MustParseAddr("127.0.0.1") {
			return errors.New("not in probe.allow")
		}
		return nil
	}
	o := &Options{Permit: permit}
	// IPv4 in IPv6 clothes must not slip past the list.
	names := CheckerOptions{Resolver: resolvesTo("::ffff:127.0.0.9", "127.0.0.1")}
	wantClass(t, check(t, patient, newTarget(t, "tcp", "meter", p.port, o), names), ClassOK)
	if len(asked) != 2 || asked[0] != netip.MustParseAddr("127.0.0.9") {
		t.Errorf("asked about %v, want both addresses as plain IPv4", asked)
	}
	r := check(t, patient, newTarget(t, "tcp", "127.0.0.9", p.port, o), CheckerOptions{})
	wantClass(t, r, ClassNotPermitted, "not asked: not in probe.allow")
	if !r.Inconclusive() || r.Class.String() != "denied" {
		t.Errorf("class %s, inconclusive %t, want denied, true", r.Class, r.Inconclusive())
	}
}

func TestTrace(t *testing.T) {
	p := listen(t, "tcp4", "127.0.0.1:0", talk("hello\n", ""))
	var lines traceLines
	o := &Options{Send: []byte("x"), Expect: regexp.MustCompile("hello")}
	r := check(t, patient, newTarget(t, "tcp", "meter", p.port, o), CheckerOptions{Resolver: resolvesTo("127.0.0.1"), Trace: lines.add})
	wantClass(t, r, ClassOK)
	lines.want(t, "resolved meter to [127.0.0.1]", "connecting to 127.0.0.1:", "connected to ", "sent 1 of 1 bytes", "received 6 bytes", "closed")
}
