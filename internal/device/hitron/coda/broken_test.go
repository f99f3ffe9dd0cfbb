package coda

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// A connection that was idle and breaks is replaced, once, before anybody notices.
func TestIdleConnectionBreaks(t *testing.T) {
	w := newWire(t, func(n int, conn net.Conn, r *bufio.Reader) {
		if take(r) == "" {
			return
		}
		answer(conn, `[{"channelId":"1"}]`)
		if n == 1 {
			take(r) // the second request, which gets no answer
			return
		}
		for take(r) != "" {
			answer(conn, `[{"channelId":"2"}]`)
		}
	})
	var spent int
	c := newClient(t, w.url("http"), func(o *Options) { o.Spend = func() error { spent++; return nil } })
	mustFetch(t, c, OFDM)
	mustFetch(t, c, OFDM)
	mustFetch(t, c, OFDM)
	w.wantConnections(t, 2)
	if c.Requests(OFDM) != 4 || spent != 4 {
		t.Errorf("%d requests counted and %d spent, want 4: each one that went out", c.Requests(OFDM), spent)
	}
}

// How often a modem is asked that breaks the connection, by what it had sent until then.
func TestConnectionBreaks(t *testing.T) {
	tests := map[string]struct {
		sent   string
		reset  bool
		asked  int
		class  Class
		status int
	}{
		"before an answer":            {"", false, 2, ClassReset, 0},
		"by reset before an answer":   {"", true, 2, ClassReset, 0},
		"in the status line":          {"HTTP/1.1 200", false, 1, ClassReset, 0},
		"in the header":               {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n", false, 1, ClassReset, 0},
		"in the body":                 {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{}", false, 1, ClassReset, 200},
		"in a chunk":                  {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n[{}", false, 1, ClassReset, 200},
		"after what is no HTTP":       {"\x15\x03\x01\x00\x02\x02\x0a\r\n\r\n", false, 1, ClassOther, 0},
		"in the body of a bad status": {"HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\n[{}", false, 1, ClassStatus, 500},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, func(_ int, conn net.Conn, r *bufio.Reader) {
				take(r)
				if tt.reset {
					conn.(*net.TCPConn).SetLinger(0)
				}
				io.WriteString(conn, tt.sent)
			})
			c := newClient(t, w.url("http"), nil)
			e := wantError(t, c, Downstream, tt.class)
			if e.Status != tt.status || !e.Connected || e.Silent() {
				t.Errorf("status %d, connected %t, silent %t; want %d, true, false", e.Status, e.Connected, e.Silent(), tt.status)
			}
			w.wantConnections(t, tt.asked)
			if got := c.Requests(Downstream); got != uint64(tt.asked) {
				t.Errorf("%d requests counted, want %d", got, tt.asked)
			}
		})
	}
}

// A login is never sent twice, on a new connection or one that was used before.
func TestPostIsNotRepeated(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Options)
		first  string
	}{
		{"new connection", deviceOptions, ""},
		{"used connection", formOptions, "HTTP/1.1 302 Found\r\nLocation: /login.html\r\nContent-Length: 0\r\n\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var posts atomic.Int32
			w := newWire(t, func(_ int, conn net.Conn, r *bufio.Reader) {
				for method := take(r); method != ""; method = take(r) {
					if method == http.MethodPost {
						posts.Add(1)
						return
					}
					io.WriteString(conn, tt.first)
				}
			})
			wantError(t, newClient(t, w.url("http"), tt.change), Model, ClassReset)
			w.wantConnections(t, 1)
			if got := posts.Load(); got != 1 {
				t.Errorf("%d posts, want 1", got)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	address := closedPort(t)
	for _, scheme := range []string{"http", "https"} {
		e := wantError(t, newClient(t, scheme+"://"+address, nil), Downstream, ClassRefused, address)
		if !e.Silent() || e.Connected {
			t.Errorf("silent %t, connected %t; want true, false", e.Silent(), e.Connected)
		}
	}
}

// A slow page is late, but the modem is there.
func TestSlowAnswer(t *testing.T) {
	m := newModem(t, false, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	e := wantError(t, newClient(t, m.URL, func(o *Options) { o.Timeout = 50 * time.Millisecond }), Downstream, ClassTimeout, "no answer within 50ms")
	if e.Silent() || !e.Connected {
		t.Errorf("silent %t, connected %t; want false, true", e.Silent(), e.Connected)
	}
	m.wantAsked(t, "GET /data/dsinfo.asp")
}

func TestSlowBody(t *testing.T) {
	m := newModem(t, false, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "[{")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	e := wantError(t, newClient(t, m.URL, func(o *Options) { o.Timeout = 100 * time.Millisecond }), Downstream, ClassTimeout)
	if e.Silent() {
		t.Error("silent, want not: an answer had begun")
	}
}

func TestClassify(t *testing.T) {
	number := func(n syscall.Errno) error {
		return &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", n)}
	}
	tests := map[string]struct {
		err  error
		want Class
	}{
		"no such name":      {&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}, ClassDNS},
		"late name server":  {&net.DNSError{Err: "i/o timeout", IsTimeout: true}, ClassDNS},
		"no route":          {number(syscall.EHOSTUNREACH), ClassUnreachable},
		"no network":        {number(syscall.ENETUNREACH), ClassUnreachable},
		"Winsock no route":  {number(10065), ClassUnreachable},
		"refused":           {number(syscall.ECONNREFUSED), ClassRefused},
		"Winsock refused":   {number(10061), ClassRefused},
		"kernel gave up":    {number(syscall.ETIMEDOUT), ClassTimeout},
		"Winsock gave up":   {number(10060), ClassTimeout},
		"reset":             {number(syscall.ECONNRESET), ClassReset},
		"Winsock reset":     {number(10054), ClassReset},
		"broken pipe":       {number(syscall.EPIPE), ClassReset},
		"handshake refused": {&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, ClassTLS},
		"end":               {io.EOF, ClassReset},
		"permission":        {number(syscall.EACCES), ClassOther},
	}
	for name, tt := range tests {
		if got := classify(fmt.Errorf("wrapped: %w", tt.err)); got != tt.want {
			t.Errorf("%s: class %s, want %s", name, got, tt.want)
		}
	}
}

// net/http has errors without a type for a connection that the modem gave up while it
// was idle; which one comes is a matter of timing.
func TestExplainIdleConnection(t *testing.T) {
	c := newClient(t, "http://192.0.2.1", nil)
	var way progress
	cause := errors.New("http: server closed idle connection")
	if e := c.explain(cause, &way, false); e.Class != ClassOther {
		t.Errorf("class %s without a connection, want other", e.Class)
	}
	way.connected.Store(true)
	if e := c.explain(cause, &way, false); e.Class != ClassReset {
		t.Errorf("class %s on a connection without an answer, want reset", e.Class)
	}
	way.answered.Store(true)
	if e := c.explain(cause, &way, false); e.Class != ClassOther {
		t.Errorf("class %s once an answer began, want other", e.Class)
	}
}

// What a modem can put into an error is cleaned and has an end.
func TestErrorsAreBounded(t *testing.T) {
	w := newWire(t, func(_ int, conn net.Conn, r *bufio.Reader) {
		take(r)
		io.WriteString(conn, strings.Repeat("\x1bä", 10000)+"\r\n\r\n")
	})
	e := wantError(t, newClient(t, w.url("http"), nil), Downstream, ClassOther)
	if !sane(e.Error(), maxMessage) {
		t.Errorf("error of %d bytes: %q", len(e.Error()), e)
	}
}
