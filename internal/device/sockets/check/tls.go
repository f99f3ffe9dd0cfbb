package check

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"time"
)

// handshake returns the secured connection, or nil after it has failed r.
func (c *Checker) handshake(ctx context.Context, t *Target, conn net.Conn, r *Result) *tls.Conn {
	start := time.Now()
	var expiry time.Time // not in r directly, which would cost every check an allocation
	secured := tls.Client(conn, tlsConfig(t, &expiry))
	err := secured.HandshakeContext(ctx)
	r.Phases.TLS = since(start)
	r.CertExpiry = expiry
	if err != nil {
		r.fail(t, step{"tls handshake", r.Addr, r.Phases.TLS}, handshakeError(err))
		return nil
	}
	state := secured.ConnectionState()
	r.TLSVersion = state.Version
	if c.trace != nil {
		c.trace("%s agreed on in %s, %d certificates, the first runs out %s", tls.VersionName(state.Version),
			time.Duration(r.Phases.TLS), len(state.PeerCertificates), r.CertExpiry.UTC().Format(time.RFC3339))
	}
	return secured
}

// tlsConfig verifies the chain itself, after having noted when it runs out: of a
// certificate that has expired already, the date matters most.
func tlsConfig(t *Target, expiry *time.Time) *tls.Config {
	o := t.options().TLS
	name := o.ServerName
	if name == "" {
		name = strings.Trim(t.host, "[]")
	}
	config := &tls.Config{
		ServerName:         name,
		InsecureSkipVerify: true, // VerifyConnection does it
		VerifyConnection: func(state tls.ConnectionState) error {
			*expiry = earliestExpiry(state.PeerCertificates)
			if o.Insecure {
				return nil
			}
			return verifyChain(state.PeerCertificates, name, o.RootCAs)
		},
	}
	if o.Insecure {
		config.MinVersion = tls.VersionTLS10
	}
	return config
}

// earliestExpiry returns the zero Time for an empty chain.
func earliestExpiry(chain []*x509.Certificate) time.Time {
	var earliest time.Time
	for _, cert := range chain {
		if earliest.IsZero() || cert.NotAfter.Before(earliest) {
			earliest = cert.NotAfter
		}
	}
	return earliest
}

// verifyChain is what crypto/tls does by default.
func verifyChain(chain []*x509.Certificate, name string, roots *x509.CertPool) error {
	if len(chain) == 0 {
		return errors.New("the server sent no certificate")
	}
	opts := x509.VerifyOptions{DNSName: name, Roots: roots, Intermediates: x509.NewCertPool()}
	for _, cert := range chain[1:] {
		opts.Intermediates.AddCert(cert)
	}
	_, err := chain[0].Verify(opts)
	return err
}

// handshakeError makes err a failed handshake, unless the time or this host's resources
// ran out, which says nothing about TLS.
func handshakeError(err error) error {
	switch Classify(err) {
	case ClassTimeout, ClassCanceled, ClassResources:
		return err
	}
	return &tlsError{err}
}

// A tlsError is a handshake that did not end well.
type tlsError struct{ err error }

func (e *tlsError) Error() string { return e.err.Error() }

func (e *tlsError) Unwrap() error { return e.err }

func (e *tlsError) verdictClass() Class { return ClassTLS }

// tlsHint returns the cure of the failures that people meet most.
func tlsHint(err error) string {
	var (
		record    tls.RecordHeaderError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
	)
	switch {
	case errors.As(err, &record):
		return "does this port speak TLS?"
	case errors.As(err, &authority):
		return "trust its authority, or accept any certificate with insecure"
	case errors.As(err, &host):
		return "server_name tells which name to compare"
	}
	return ""
}
