package pin

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A gateway serves HTTPS with a certificate that can be exchanged, and counts the
// requests that reach it.
type gateway struct {
	*httptest.Server
	cert     atomic.Pointer[tls.Certificate]
	requests atomic.Int32
}

func newGateway(t *testing.T, cert tls.Certificate, cfg *tls.Config) *gateway {
	t.Helper()
	g := new(gateway)
	g.cert.Store(&cert)
	g.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		g.requests.Add(1)
		io.WriteString(w, "hello")
	}))
	g.Config.ErrorLog = log.New(io.Discard, "", 0)
	g.TLS = cfg
	if cfg == nil {
		g.TLS = new(tls.Config)
	}
	g.TLS.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return g.cert.Load(), nil }
	g.StartTLS()
	g.TLS.Certificates = nil // httptest's own
	t.Cleanup(g.Close)
	return g
}

// client returns a client with the given verification, and a new connection for each
// request.
func client(t *testing.T, cfg *tls.Config) *http.Client {
	t.Helper()
	cfg.InsecureSkipVerify = true
	transport := &http.Transport{TLSClientConfig: cfg, DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// get reads the whole answer, so that a ticket for resumption that comes with it has
// arrived.
func get(c *http.Client, url string) error {
	response, err := c.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// TestHandshake pins certificates that the usual verification turns away, each for
// its own reason.
func TestHandshake(t *testing.T) {
	expired := template("powerwall")
	expired.NotBefore, expired.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
	early := template("powerwall")
	early.NotBefore = time.Now().Add(time.Hour)
	unnamed := template("powerwall")
	unnamed.DNSNames = nil
	misused := template("powerwall")
	misused.KeyUsage, misused.ExtKeyUsage = x509.KeyUsageCertSign, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	for name, cert := range map[string]tls.Certificate{
		"self-signed":            selfSigned(t, "powerwall"),
		"of an absent authority": leafOf(t, "powerwall"),
		"expired":                ownSigned(t, expired, newKey(t)),
		"not yet valid":          ownSigned(t, early, newKey(t)),
		"without names":          ownSigned(t, unnamed, newKey(t)),
		"of another name":        selfSigned(t, "teg"),
		"for another use":        ownSigned(t, misused, newKey(t)),
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t, cert, nil)
			file, err := Open(stored(t, cert.Leaf))
			if err != nil {
				t.Fatal(err)
			}
			if err := get(client(t, &tls.Config{ServerName: "powerwall", VerifyConnection: file.Verify}), g.URL); err != nil {
				t.Errorf("by file: %v", err)
			}
			if err := get(client(t, &tls.Config{VerifyConnection: Pins{Of(cert.Leaf)}.Verify}), g.URL); err != nil {
				t.Errorf("by fingerprint: %v", err)
			}

			impostor := selfSigned(t, "powerwall")
			g.cert.Store(&impostor)
			before := g.requests.Load()
			err = get(client(t, &tls.Config{ServerName: "powerwall", VerifyConnection: file.Verify}), g.URL)
			var mismatch *MismatchError
			if !errors.As(err, &mismatch) {
				t.Fatalf("with an impostor: %v", err)
			}
			if mismatch.Presented != Of(impostor.Leaf) || len(mismatch.Stored) != 1 || mismatch.Stored[0] != Of(cert.Leaf) {
				t.Errorf("the mismatch tells of %v", mismatch)
			}
			if got := g.requests.Load() - before; got != 0 {
				t.Errorf("%d requests have reached the impostor", got)
			}
		})
	}
}

// TestIntermediatesDoNotCount pins a certificate that an impostor merely sends along.
func TestIntermediatesDoNotCount(t *testing.T) {
	pinned, impostor := selfSigned(t, "powerwall"), selfSigned(t, "powerwall")
	impostor.Certificate = append(impostor.Certificate, pinned.Certificate...)
	g := newGateway(t, impostor, nil)
	var mismatch *MismatchError
	if err := get(client(t, &tls.Config{VerifyConnection: Pins{Of(pinned.Leaf)}.Verify}), g.URL); !errors.As(err, &mismatch) {
		t.Errorf("got %v, want a mismatch", err)
	}
}

// TestResumption takes the pin away between a session and its resumption, where no
// certificate is sent.
func TestResumption(t *testing.T) {
	for name, version := range map[string]uint16{"TLS 1.2": tls.VersionTLS12, "TLS 1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			cert := selfSigned(t, "powerwall")
			g := newGateway(t, cert, &tls.Config{MinVersion: version, MaxVersion: version})
			path := stored(t, cert.Leaf)
			file, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			var resumed atomic.Bool
			c := client(t, &tls.Config{
				ClientSessionCache: tls.NewLRUClientSessionCache(1),
				VerifyConnection: func(cs tls.ConnectionState) error {
					resumed.Store(cs.DidResume)
					return file.Verify(cs)
				},
			})
			for _, want := range []bool{false, true} {
				if err := get(c, g.URL); err != nil {
					t.Fatal(err)
				}
				if got := resumed.Load(); got != want {
					t.Fatalf("resumed: %v, want %v", got, want)
				}
			}
			if err := Save(path, selfSigned(t, "powerwall").Leaf); err != nil {
				t.Fatal(err)
			}
			var mismatch *MismatchError
			if err := get(c, g.URL); !errors.As(err, &mismatch) {
				t.Errorf("got %v, want a mismatch", err)
			}
			if !resumed.Load() {
				t.Error("the session was not resumed")
			}
		})
	}
}

// TestRecovery exchanges the certificate of the device, and later the file, under a
// client that stays. Many connect at once.
func TestRecovery(t *testing.T) {
	first, second := selfSigned(t, "powerwall"), selfSigned(t, "powerwall")
	g := newGateway(t, first, nil)
	path := stored(t, first.Leaf)
	file, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	c := client(t, &tls.Config{VerifyConnection: file.Verify})
	all := func(step string, wantMismatch bool) {
		t.Helper()
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				err := get(c, g.URL)
				var mismatch *MismatchError
				if errors.As(err, &mismatch) != wantMismatch || err != nil && !wantMismatch {
					t.Errorf("%s: %v", step, err)
				}
			})
		}
		group.Wait()
	}
	all("at first", false)
	g.cert.Store(&second)
	all("changed", true)
	fetched, err := Fetch(t.Context(), g.Listener.Addr().String(), "", netip.Addr{})
	if err != nil {
		t.Fatal(err)
	}
	if err := Save(path, fetched); err != nil {
		t.Fatal(err)
	}
	all("fetched anew", false)
}
