package pin

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// accept answers one connection of the listener. What it returns is what the peer has
// said after the handshake.
func accept(l net.Listener, cfg *tls.Config) func() ([]byte, error) {
	type result struct {
		said []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			done <- result{nil, err}
			return
		}
		defer conn.Close()
		said, err := io.ReadAll(tls.Server(conn, cfg))
		done <- result{said, err}
	}()
	return func() ([]byte, error) { r := <-done; return r.said, r.err }
}

func TestFetch(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	old := ownSigned(t, template("CODA56"), rsaKey)
	withAuthority := leafOf(t, "teg")
	withAuthority.Certificate = append(withAuthority.Certificate, old.Certificate...)
	for _, c := range []struct {
		name, serverName string
		server           *tls.Config
		cert             tls.Certificate
	}{
		{"self-signed", "", &tls.Config{}, selfSigned(t, "modem")},
		{"server name", "powerwall", &tls.Config{}, selfSigned(t, "powerwall")},
		{"leaf of a chain", "", &tls.Config{}, withAuthority},
		{"RSA with 1024 bits", "", &tls.Config{}, old},
		{"TLS 1.0", "", &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, old},
		{"RSA key exchange", "", &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}}, old},
		{"a cipher long broken", "", &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_RC4_128_SHA}}, old},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := "nothing was asked for"
			c.server.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
				asked = hello.ServerName
				return &c.cert, nil
			}
			l := listen(t)
			said := accept(l, c.server)
			// By name, because a name must not become the server name of its own accord.
			address := strings.Replace(l.Addr().String(), "127.0.0.1", "localhost", 1)
			got, err := Fetch(t.Context(), address, c.serverName, netip.Addr{})
			if err != nil {
				t.Fatal(err)
			}
			if Of(got) != Of(c.cert.Leaf) {
				t.Errorf("got the certificate of %s, want that of %s", got.Subject, c.cert.Leaf.Subject)
			}
			data, err := said()
			if err != nil || len(data) != 0 {
				t.Errorf("the device has read %q, %v", data, err)
			}
			if asked != c.serverName {
				t.Errorf("the device was asked for %q, want %q", asked, c.serverName)
			}
		})
	}
}

func TestFetchErrors(t *testing.T) {
	t.Run("no TLS", func(t *testing.T) {
		l := listen(t)
		done := make(chan struct{})
		defer func() { <-done }()
		go func() {
			defer close(done)
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			conn.Write([]byte("220 this is something else\r\n"))
			io.Copy(io.Discard, conn)
		}()
		_, err := Fetch(t.Context(), l.Addr().String(), "", netip.Addr{})
		if err == nil || !strings.Contains(err.Error(), "does it speak TLS on this port?") || !strings.Contains(err.Error(), l.Addr().String()) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("alert", func(t *testing.T) {
		l := listen(t)
		said := accept(l, &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return nil, errors.New("no such name here")
		}})
		if _, err := Fetch(t.Context(), l.Addr().String(), "modem", netip.Addr{}); err == nil || !strings.Contains(err.Error(), "handshake with") {
			t.Errorf("got %v", err)
		}
		said()
	})
	t.Run("refused", func(t *testing.T) {
		l := listen(t)
		l.Close()
		if _, err := Fetch(t.Context(), l.Addr().String(), "", netip.Addr{}); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("silence", func(t *testing.T) {
		l := listen(t) // connections wait in its queue
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := Fetch(ctx, l.Addr().String(), "", netip.Addr{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no port", func(t *testing.T) {
		if _, err := Fetch(t.Context(), "127.0.0.1", "", netip.Addr{}); err == nil || !strings.Contains(err.Error(), "missing port") {
			t.Errorf("got %v", err)
		}
	})
}

func TestFactsOf(t *testing.T) {
	tmpl := template("powerwall")
	tmpl.Subject.Organization = []string{"Tesla"}
	tmpl.IPAddresses = []net.IP{net.IPv4(192, 168, 91, 1)}
	cert := ownSigned(t, tmpl, newKey(t)).Leaf
	want := Facts{
		Subject: "CN=powerwall,O=Tesla", Issuer: "CN=powerwall,O=Tesla",
		NotBefore: cert.NotBefore, NotAfter: cert.NotAfter,
		Names:       []string{"powerwall", "192.168.91.1"},
		Fingerprint: Of(cert),
	}
	if diff := cmp.Diff(want, FactsOf(cert)); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}
