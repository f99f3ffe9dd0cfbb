package check

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"regexp"
	"testing"
	"time"
)

// An authority signs certificates for the tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newAuthority(t testing.TB, notAfter time.Time) *authority {
	t.Helper()
	a := &authority{key: newKey(t), pool: x509.NewCertPool()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: time.Unix(0, 0), NotAfter: notAfter,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.pool.AddCert(a.cert)
	return a
}

// issue returns a chain for 127.0.0.1 and meter.test.
func (a *authority) issue(t testing.TB, notAfter time.Time) tls.Certificate {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "meter"},
		NotBefore: time.Unix(0, 0), NotAfter: notAfter,
		DNSNames: []string{"meter.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key}
}

// listenTLS serves a handshake, then serve.
func listenTLS(t testing.TB, config *tls.Config, serve func(net.Conn)) *peer {
	t.Helper()
	return listen(t, "tcp4", "127.0.0.1:0", func(c net.Conn) {
		secured := tls.Server(c, config)
		if secured.Handshake() == nil && serve != nil {
			serve(secured)
		}
	})
}

func TestTLS(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	soon, later, past := now.Add(24*time.Hour), now.Add(240*time.Hour), now.Add(-time.Hour)
	longLived, shortLived := newAuthority(t, later), newAuthority(t, soon)
	tests := map[string]struct {
		chain   tls.Certificate
		max     uint16 // version of the server
		o       TLSOptions
		want    Class
		says    string
		expiry  time.Time // UTC
		version uint16    // 0: no agreement
	}{
		"trusted":              {longLived.issue(t, soon), 0, TLSOptions{RootCAs: longLived.pool}, ClassOK, "", soon, tls.VersionTLS13},
		"authority ends first": {shortLived.issue(t, later), 0, TLSOptions{RootCAs: shortLived.pool}, ClassOK, "", soon, tls.VersionTLS13},
		"name of options":      {longLived.issue(t, soon), 0, TLSOptions{RootCAs: longLived.pool, ServerName: "meter.test"}, ClassOK, "", soon, tls.VersionTLS13},
		"tls 1.2":              {longLived.issue(t, soon), tls.VersionTLS12, TLSOptions{RootCAs: longLived.pool}, ClassOK, "", soon, tls.VersionTLS12},
		"other name":           {longLived.issue(t, soon), 0, TLSOptions{RootCAs: longLived.pool, ServerName: "other.test"}, ClassTLS, "server_name tells which name", soon, 0},
		"unknown authority":    {longLived.issue(t, soon), 0, TLSOptions{RootCAs: shortLived.pool}, ClassTLS, "accept any certificate with insecure", soon, 0},
		"insecure":             {longLived.issue(t, soon), 0, TLSOptions{Insecure: true}, ClassOK, "", soon, tls.VersionTLS13},
		"expired":              {longLived.issue(t, past), 0, TLSOptions{RootCAs: longLived.pool}, ClassTLS, "tls handshake: x509: certificate has expired", past, 0},
		"expired, insecure":    {longLived.issue(t, past), 0, TLSOptions{Insecure: true}, ClassOK, "", past, tls.VersionTLS13},
		"tls 1.0":              {longLived.issue(t, soon), tls.VersionTLS10, TLSOptions{RootCAs: longLived.pool}, ClassTLS, "protocol version", time.Time{}, 0},
		"tls 1.0, insecure":    {longLived.issue(t, soon), tls.VersionTLS10, TLSOptions{Insecure: true}, ClassOK, "", soon, tls.VersionTLS10},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			config := &tls.Config{Certificates: []tls.Certificate{tt.chain}, MinVersion: tls.VersionTLS10, MaxVersion: tt.max}
			p := listenTLS(t, config, nil)
			r := check(t, patient, newTarget(t, "tcp", p.host, p.port, &Options{TLS: &tt.o}), CheckerOptions{})
			wantClass(t, r, tt.want, tt.says)
			if !r.CertExpiry.Equal(tt.expiry) {
				t.Errorf("runs out %s, want %s", r.CertExpiry, tt.expiry)
			}
			if r.TLSVersion != tt.version {
				t.Errorf("version %s, want %s", tls.VersionName(r.TLSVersion), tls.VersionName(tt.version))
			}
			if !r.Phases.TLS.Happened() || !r.Phases.Connect.Happened() || r.Phases.Exchange.Happened() {
				t.Errorf("phases %+v, want connect and tls", r.Phases)
			}
		})
	}
}

// A peer that does not speak TLS, in several ways.
func TestTLSPeerMisbehaves(t *testing.T) {
	tests := map[string]struct {
		serve   func(net.Conn)
		timeout time.Duration
		want    Class
		says    string
	}{
		"speaks something else": {talk("220 smtp.example ESMTP\r\n", ""), patient, ClassTLS, "does this port speak TLS?"},
		"hangs up":              {func(c net.Conn) { c.Read(make([]byte, 1)) }, patient, ClassTLS, "tls handshake: "},
		"resets":                {func(c net.Conn) { c.Read(make([]byte, 1)); c.(*net.TCPConn).SetLinger(0) }, patient, ClassTLS, "connection reset by peer"},
		"accepts and is silent": {func(c net.Conn) { io.Copy(io.Discard, c) }, brief, ClassTimeout, "tls handshake: no answer within"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := listen(t, "tcp4", "127.0.0.1:0", tt.serve)
			o := &Options{TLS: &TLSOptions{Insecure: true}}
			r := check(t, tt.timeout, newTarget(t, "tcp", p.host, p.port, o), CheckerOptions{})
			wantClass(t, r, tt.want, tt.says)
			if !r.CertExpiry.IsZero() || r.TLSVersion != 0 {
				t.Errorf("expiry %s and version %d out of nothing", r.CertExpiry, r.TLSVersion)
			}
		})
	}
}

func TestTLSExchange(t *testing.T) {
	ca := newAuthority(t, time.Now().Add(time.Hour))
	config := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, time.Now().Add(time.Hour))}}
	ends := make(chan error, 1)
	p := listenTLS(t, config, func(c net.Conn) {
		io.WriteString(c, "hello\n")
		c.Read(make([]byte, 64))
		io.WriteString(c, "PONG\n")
		_, err := c.Read(make([]byte, 1))
		ends <- err
	})
	o := &Options{TLS: &TLSOptions{RootCAs: ca.pool}, Send: []byte("PING\n"), Expect: regexp.MustCompile("PONG")}
	var lines traceLines
	r := check(t, patient, newTarget(t, "tcp", p.host, p.port, o), CheckerOptions{Trace: lines.add})
	wantClass(t, r, ClassOK)
	if !r.Answered || !r.Phases.Exchange.Happened() {
		t.Errorf("answered %t, phases %+v", r.Answered, r.Phases)
	}
	if err := <-ends; err != io.EOF {
		t.Errorf("the server saw %v at the end, want a close_notify (EOF)", err)
	}
	lines.want(t, "connecting", "TLS 1.3 agreed on", "sent 5 of 5", "received", "closed")
}

// In TLS 1.3 a server refuses a missing client certificate after we think we are in.
func TestTLSAlertAfterHandshake(t *testing.T) {
	ca := newAuthority(t, time.Now().Add(time.Hour))
	config := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, time.Now().Add(time.Hour))}, ClientAuth: tls.RequireAnyClientCert}
	p := listenTLS(t, config, nil)
	o := &Options{TLS: &TLSOptions{RootCAs: ca.pool}, Expect: regexp.MustCompile("x")}
	r := check(t, patient, newTarget(t, "tcp", p.host, p.port, o), CheckerOptions{})
	wantClass(t, r, ClassTLS, "receive: tls: certificate required")
}
