package coda

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// A handshake that hangs must not hold up those that follow.
func TestHandshakeHangs(t *testing.T) {
	m := newModem(t, true, healthy(t))
	w := newWire(t, func(n int, conn net.Conn, r *bufio.Reader) {
		if n == 1 {
			io.Copy(io.Discard, r)
			return
		}
		back, err := net.Dial("tcp", m.Listener.Addr().String())
		if err != nil {
			return
		}
		defer back.Close()
		go func() { io.Copy(back, r); back.Close() }()
		io.Copy(conn, back)
	})
	c := newClient(t, w.url("https"), func(o *Options) { o.Timeout = 100 * time.Millisecond })
	if e := wantError(t, c, Downstream, ClassTimeout); !e.Silent() {
		t.Error("not silent, want so: there was no connection")
	}
	c.options.Timeout = patient
	mustFetch(t, c, Downstream)
}

func TestTLSErrors(t *testing.T) {
	plain := newModem(t, false, healthy(t))
	secure := newModem(t, true, healthy(t))
	old := newModem(t, true, healthy(t))
	old.TLS.MinVersion, old.TLS.MaxVersion = tls.VersionTLS10, tls.VersionTLS10
	garbage := newWire(t, func(_ int, conn net.Conn, _ *bufio.Reader) { io.WriteString(conn, "SSH-2.0-x\r\n") })
	refused := errors.New("another certificate")
	tests := map[string]struct {
		base   string
		config *tls.Config
		says   string
	}{
		"plain HTTP there":        {strings.Replace(plain.URL, "http:", "https:", 1), nil, "HTTP"},
		"no TLS there":            {garbage.url("https"), nil, "tls"},
		"TLS 1.0 there":           {old.URL, nil, "protocol version"},
		"nobody vouches for it":   {secure.URL, &tls.Config{}, "certificate"},
		"it is not the right one": {secure.URL, &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(tls.ConnectionState) error { return refused }}, "another certificate"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, tt.base, func(o *Options) { o.TLS = tt.config })
			if e := wantError(t, c, Downstream, ClassTLS, tt.says); !e.Silent() {
				t.Error("not silent, want so")
			}
			if c.Certificate() != nil {
				t.Error("there is a certificate, want none")
			}
		})
	}
	secure.wantAsked(t)
}
