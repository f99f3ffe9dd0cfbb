package gateway

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestServerName(t *testing.T) {
	tests := map[string]struct {
		change func(*Options)
		want   string
	}{
		"default":         {nil, "powerwall"},
		"no name in TLS":  {func(o *Options) { o.TLS = &tls.Config{InsecureSkipVerify: true} }, "powerwall"},
		"name of its own": {func(o *Options) { o.TLS = &tls.Config{InsecureSkipVerify: true, ServerName: "teg"} }, "teg"},
		"none":            {func(o *Options) { o.NoServerName = true }, ""},
		"none, TLS": {func(o *Options) {
			o.NoServerName, o.TLS = true, &tls.Config{InsecureSkipVerify: true, ServerName: "teg"}
		}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHouse()
			address, certificate := h.start(t)
			c := newClient(t, address, tt.change) // by its IP address
			mustGet(t, c.Round(), "/api/status")
			var names []string
			h.set(func(h *house) { names = h.names })
			if d := cmp.Diff([]string{tt.want}, names); d != "" {
				t.Errorf("server names, -want +got:\n%s", d)
			}
			if got := c.Certificate(); got == nil || !bytes.Equal(got.Raw, certificate.Raw) {
				t.Errorf("certificate %v, want that of the gateway", got)
			}
		})
	}
}

func TestUnknownServerName(t *testing.T) {
	h := newHouse()
	address, _ := h.start(t)
	c := newClient(t, address, func(o *Options) { o.TLS = &tls.Config{InsecureSkipVerify: true, ServerName: "house.example"} })
	r := c.Round()
	wantError(t, r, "/api/status", ClassTLS, "TLS handshake: remote error: tls")
	wantError(t, r, "/api/operation", ClassTLS)
	if !r.Away() || c.Certificate() != nil {
		t.Errorf("away %t, certificate %v; want true and none", r.Away(), c.Certificate())
	}
	h.wantAsked(t)
}

// pinTo lets one certificate pass.
func pinTo(want []byte) *tls.Config {
	sum := sha256.Sum256(want)
	return &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(cs tls.ConnectionState) error {
		if sha256.Sum256(cs.PeerCertificates[0].Raw) != sum {
			return errPin
		}
		return nil
	}}
}

var errPin = errors.New("not the stored certificate")

// Another certificate than the pinned one ends it before a byte of HTTP, and is not
// tried again.
func TestPin(t *testing.T) {
	h := newHouse()
	address, certificate := h.start(t)
	c := newClient(t, address, func(o *Options) { o.TLS = pinTo(certificate.Raw) })
	mustGet(t, c.Round(), "/api/operation")

	c = newClient(t, address, func(o *Options) {
		o.TLS = pinTo([]byte("another"))
		o.RetryInterval, o.RetryTimeout = time.Millisecond, patient
	})
	h.set(func(h *house) { h.asked, h.conns = nil, 0 })
	e := wantError(t, c.Round(), "/api/operation", ClassPin, "not the stored certificate")
	if !errors.Is(e, errPin) {
		t.Error("the error does not wrap that of the check")
	}
	if c.Certificate() != nil || c.Counts().Retries != 0 {
		t.Errorf("certificate %v, %d retries; want none", c.Certificate(), c.Counts().Retries)
	}
	h.wantAsked(t)
	h.wantLogins(t, 1) // that of the first client
	h.wantConnections(t, 1)
}

// A gateway whose certificate changes is found out at the next connection.
func TestCertificateChanges(t *testing.T) {
	first, second := newHouse(), newHouse()
	a, certificate := first.start(t)
	b := newSocket(t, func(_ int, conn net.Conn) {
		cert := selfSigned(t)
		tlsConn := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{cert}})
		if n, _ := tlsConn.Read(make([]byte, 1)); n > 0 {
			t.Error("a byte came over a connection with another certificate")
		}
	})
	c := newClient(t, a, func(o *Options) { o.TLS = pinTo(certificate.Raw) })
	mustGet(t, c.Round(), "/api/operation")
	c.transport.CloseIdleConnections()
	c.options.Address = b.Addr().String()
	wantError(t, c.Round(), "/api/operation", ClassPin)
	if !bytes.Equal(c.Certificate().Raw, certificate.Raw) {
		t.Error("the other certificate is remembered, want the one that passed")
	}
	second.wantAsked(t)
}

// A handshake that hangs must not hold up those that follow.
func TestHandshakeHangs(t *testing.T) {
	h := newHouse()
	address, _ := h.start(t)
	s := newSocket(t, func(n int, conn net.Conn) {
		if n <= 2 {
			io.Copy(io.Discard, conn)
			return
		}
		forward(conn, address)
	})
	c := newClient(t, s.Addr().String(), func(o *Options) { o.RequestTimeout = 100 * time.Millisecond })
	r := c.Round()
	wantError(t, r, "/api/status", ClassTimeout, "no connection within 100ms")
	wantError(t, r, "/api/status", ClassTimeout)
	if !r.Away() {
		t.Error("not away, want so: there was no connection")
	}
	c.options.RequestTimeout = patient
	mustGet(t, c.Round(), "/api/status")
}

// Nor may one that a poll had no time for, although net/http goes on with it.
func TestHandshakeHangsAtTheEndOfAPoll(t *testing.T) {
	h := newHouse()
	address, _ := h.start(t)
	s := newSocket(t, func(n int, conn net.Conn) {
		if n == 1 {
			io.Copy(io.Discard, conn)
			return
		}
		forward(conn, address)
	})
	c := newClient(t, s.Addr().String(), func(o *Options) { o.RequestTimeout = 0 })
	ctx, cancel := context.WithTimeout(t.Context(), 50*ms)
	defer cancel()
	_, err := c.Round().get(ctx, "/api/status")
	isError(t, err, ClassTimeout, "no connection in the time left for the poll")
	ctx, cancel = context.WithTimeout(t.Context(), patient)
	defer cancel()
	if _, err := c.Round().get(ctx, "/api/status"); err != nil {
		t.Errorf("the next poll: %v", err)
	}
}

// A handshake has an end of its own.
func TestHandshakeEnds(t *testing.T) {
	s := newSocket(t, func(_ int, conn net.Conn) { io.Copy(io.Discard, conn) })
	c := newClient(t, s.Addr().String(), func(o *Options) { o.RequestTimeout = 50 * ms })
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	if _, err := c.dial(ctx, "tcp", ""); ctx.Err() != nil || asError(err).Class != ClassTimeout {
		t.Errorf("error %v, want one of class timeout before the context ends", err)
	}
}

// forward joins conn with address until either ends.
func forward(conn net.Conn, address string) {
	back, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer back.Close()
	go func() { io.Copy(back, conn); back.Close() }()
	io.Copy(conn, back)
}

func TestNoHandshake(t *testing.T) {
	for name, tt := range map[string]struct {
		serve func(net.Conn)
		says  string
	}{
		"closed at once":      {func(net.Conn) {}, ""},
		"closed after hello":  {func(c net.Conn) { c.Read(make([]byte, 4096)) }, "server names that it does not know"},
		"no TLS":              {func(c net.Conn) { c.Read(make([]byte, 4096)); io.WriteString(c, "SSH-2.0-x\r\n") }, "TLS handshake"},
		"an old version only": {func(c net.Conn) { c.Read(make([]byte, 4096)); c.Write([]byte{21, 3, 1, 0, 2, 2, 70}) }, "protocol version"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSocket(t, func(_ int, conn net.Conn) { tt.serve(conn) })
			c := newClient(t, s.Addr().String(), func(o *Options) { o.RetryInterval, o.RetryTimeout = 100*ms, 150*ms })
			r := c.Round()
			wantError(t, r, "/api/status", ClassTLS, tt.says)
			if got := s.connections(); got < 1 || r.away != 1 {
				t.Errorf("%d connections, away %d; want some and 1", got, r.away)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	address := closedPort(t)
	c := newClient(t, address, nil)
	r := c.Round()
	wantError(t, r, "/api/status", ClassConnect, "refused", address)
	wantError(t, r, "/api/status", ClassConnect)
	if !r.Away() {
		t.Error("not away, want so")
	}
}

// An address that is not permitted is not connected to, nor tried again.
func TestPermit(t *testing.T) {
	h := newHouse()
	address, _ := h.start(t)
	refused := errors.New("not within the allowed networks")
	var asked []string
	c := newClient(t, address, func(o *Options) {
		o.RetryInterval, o.RetryTimeout = time.Millisecond, patient
		o.Permit = func(a netip.Addr) error {
			asked = append(asked, a.String())
			if len(asked) > 1 {
				return refused
			}
			return nil
		}
	})
	mustGet(t, c.Round(), "/api/status")
	c.transport.CloseIdleConnections()
	if e := wantError(t, c.Round(), "/api/status", ClassConnect, "not within the allowed networks"); !errors.Is(e, refused) {
		t.Error("the error does not wrap that of Permit")
	}
	if d := cmp.Diff([]string{"127.0.0.1", "127.0.0.1"}, asked); d != "" {
		t.Errorf("asked for, -want +got:\n%s", d)
	}
	h.wantConnections(t, 1)
}

// Redirects are not followed, wherever they lead.
func TestNoRedirects(t *testing.T) {
	h := newHouse()
	h.page = on("/api/operation", http.RedirectHandler("/api/networks", http.StatusMovedPermanently).ServeHTTP)
	address, _ := h.start(t)
	wantError(t, newClient(t, address, nil).Round(), "/api/operation", ClassStatus, "301 (Moved Permanently)")
	h.wantAsked(t, "POST /api/login/Basic 200", "GET /api/operation 301")
}

// A body has a limit; the connection is not used after one that is longer.
func TestLargeBody(t *testing.T) {
	h := newHouse()
	endless := make([]byte, maxBody)
	for i := range endless {
		endless[i] = ' '
	}
	h.page = func(w http.ResponseWriter, r *http.Request) bool {
		switch r.URL.Path {
		case "/api/operation":
			w.Write(endless)
			io.WriteString(w, "{}")
		case "/api/networks":
			w.Write(endless[:maxBody-2])
			io.WriteString(w, "[]")
		default:
			return false
		}
		return true
	}
	address, _ := h.start(t)
	c := newClient(t, address, nil)
	r := c.Round()
	wantError(t, r, "/api/operation", ClassLarge, "longer than 8388608 bytes")
	if _, err := Get[[]Network](t.Context(), r, "/api/networks"); err != nil {
		t.Errorf("a body of just that length: %v", err)
	}
	h.wantConnections(t, 2)
}
