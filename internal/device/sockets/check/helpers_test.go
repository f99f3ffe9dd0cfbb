package check

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

// patient is a deadline that only a broken check reaches.
const patient = 10 * time.Second

func newTarget(t testing.TB, network, host, port string, o *Options) *Target {
	t.Helper()
	target, err := NewTarget(network, host, port, o)
	if err != nil {
		t.Fatalf("NewTarget(%q, %q, %q): %v", network, host, port, err)
	}
	return target
}

// check asks once with a fresh Checker.
func check(t testing.TB, timeout time.Duration, target *Target, o CheckerOptions) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	r := NewChecker(o).Check(ctx, target)
	consistent(t, r)
	return r
}

// consistent holds for every Result.
func consistent(t testing.TB, r Result) {
	t.Helper()
	if (r.Err == nil) != (r.Class == ClassOK) {
		t.Errorf("class %s with error %v", r.Class, r.Err)
	}
	if r.Err != nil {
		if got := Classify(r.Err); got != r.Class {
			t.Errorf("Classify(%q) = %s, the result says %s", r.Err, got, r.Class)
		}
		if strings.ContainsAny(r.Err.Error(), "\n\r\x00") {
			t.Errorf("error %q is more than one line", r.Err)
		}
	}
}

// wantClass compares class and, where given, parts of the sentence.
func wantClass(t testing.TB, r Result, want Class, parts ...string) {
	t.Helper()
	if r.Class != want {
		t.Fatalf("class %s (%v), want %s", r.Class, r.Err, want)
	}
	for _, part := range parts {
		if part != "" && !strings.Contains(r.Err.Error(), part) {
			t.Errorf("error %q does not say %q", r.Err, part)
		}
	}
}

func split(t testing.TB, address string) (host, port string) {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return host, port
}

// A peer is a TCP listener that hands each connection to a function.
type peer struct {
	net.Listener
	host, port string
	wg         sync.WaitGroup
}

// listen starts a peer on address; a nil serve closes at once. The peer ends, with its
// connections, before the test does.
func listen(t testing.TB, network, address string, serve func(net.Conn)) *peer {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{Listener: l}
	if network != "unix" && network != "unixpacket" {
		p.host, p.port = split(t, l.Addr().String())
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.wg.Go(func() { p.accept(ctx, serve) })
	t.Cleanup(func() { cancel(); l.Close(); p.wg.Wait() })
	return p
}

func (p *peer) accept(ctx context.Context, serve func(net.Conn)) {
	for {
		conn, err := p.Accept()
		if err != nil {
			return
		}
		p.wg.Go(func() {
			stop := context.AfterFunc(ctx, func() { conn.Close() })
			defer stop()
			defer conn.Close()
			if serve != nil {
				serve(conn)
			}
		})
	}
}

// closedPort returns a port of 127.0.0.1 on which nothing listens and nobody can start
// to: it is the local end of a connection.
func closedPort(t testing.TB, network string) (host, port string) {
	t.Helper()
	bind := "127.0.0.1:0"
	if network == "tcp6" {
		bind = "[::1]:0"
	}
	conn, err := net.Dial(network, listen(t, network, bind, func(c net.Conn) {
		c.Read(make([]byte, 1))
	}).Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return split(t, conn.LocalAddr().String())
}

// closedUDPPort is the same for UDP: a socket connected elsewhere takes nothing from us.
func closedUDPPort(t testing.TB, network, ip string) (host, port string) {
	t.Helper()
	local := &net.UDPAddr{IP: net.ParseIP(ip)}
	conn, err := net.DialUDP(network, local, &net.UDPAddr{IP: net.ParseIP(ip), Port: 9})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return split(t, conn.LocalAddr().String())
}

// A datagramPeer answers as its function says and counts what it received.
type datagramPeer struct {
	net.PacketConn
	host, port string
	mu         sync.Mutex
	got        [][]byte
}

// listenDatagrams starts one; answer returns nil for silence.
func listenDatagrams(t testing.TB, network, address string, answer func([]byte) []byte) *datagramPeer {
	t.Helper()
	conn, err := net.ListenPacket(network, address)
	if err != nil {
		t.Fatal(err)
	}
	p := &datagramPeer{PacketConn: conn}
	if network != "unixgram" {
		p.host, p.port = split(t, conn.LocalAddr().String())
	}
	var wg sync.WaitGroup
	wg.Go(func() { p.serve(answer) })
	t.Cleanup(func() { conn.Close(); wg.Wait() })
	return p
}

func (p *datagramPeer) serve(answer func([]byte) []byte) {
	buf := make([]byte, 1<<16)
	for {
		n, from, err := p.ReadFrom(buf)
		if err != nil {
			return
		}
		got := append([]byte(nil), buf[:n]...)
		p.mu.Lock()
		p.got = append(p.got, got)
		p.mu.Unlock()
		if reply := answer(got); reply != nil {
			p.WriteTo(reply, from)
		}
	}
}

func (p *datagramPeer) received() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([][]byte(nil), p.got...)
}

func silent([]byte) []byte { return nil }

func echoes(b []byte) []byte { return b }

// A fakeResolver answers from a function and counts.
type fakeResolver struct {
	answer func(ctx context.Context, network, host string) ([]netip.Addr, error)
	mu     sync.Mutex
	asked  []string // "network host"
}

func (f *fakeResolver) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	f.mu.Lock()
	f.asked = append(f.asked, network+" "+host)
	f.mu.Unlock()
	return f.answer(ctx, network, host)
}

func (f *fakeResolver) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.asked)
}

// resolvesTo is a resolver that knows one name.
func resolvesTo(addrs ...string) *fakeResolver {
	var list []netip.Addr
	for _, a := range addrs {
		list = append(list, netip.MustParseAddr(a))
	}
	return &fakeResolver{answer: func(context.Context, string, string) ([]netip.Addr, error) { return list, nil }}
}

// traceLines collects what a Checker tells.
type traceLines struct {
	mu    sync.Mutex
	lines []string
}

func (l *traceLines) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// want checks that the lines start as given, in order, others in between allowed.
func (l *traceLines) want(t testing.TB, starts ...string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	rest := l.lines
	for _, start := range starts {
		for len(rest) > 0 && !strings.HasPrefix(rest[0], start) {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			t.Fatalf("no line starts with %q in order in:\n%s", start, strings.Join(l.lines, "\n"))
		}
	}
}

// testContext has a deadline that only a broken check reaches.
func testContext(t testing.TB) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), time.Hour)
}
