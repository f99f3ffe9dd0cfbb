package pin

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
)

// Fetch returns the certificate that the device at address, host:port, presents for
// a server name; an empty name asks for none (no SNI). It connects from source, the
// zero Addr leaving that to the system. Nothing is verified, and
// nothing is sent after the handshake. Therefore versions and ciphers that nobody
// should send a password through are welcome too: old modems have no others.
func Fetch(ctx context.Context, address, serverName string, source netip.Addr) (*x509.Certificate, error) {
	// Not tls.Dialer: that sends the host of the address where no name is given.
	var dialer net.Dialer
	if source.IsValid() {
		dialer.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(source, 0))
	}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	client := tls.Client(conn, &tls.Config{
		InsecureSkipVerify: true,
		ServerName:         serverName,
		MinVersion:         tls.VersionTLS10,
		CipherSuites:       AllSuites(),
	})
	if err := client.HandshakeContext(ctx); err != nil {
		var record tls.RecordHeaderError
		if errors.As(err, &record) {
			return nil, fmt.Errorf("handshake with %s: %w; does it speak TLS on this port?", address, err)
		}
		return nil, fmt.Errorf("handshake with %s: %w", address, err)
	}
	certs := client.ConnectionState().PeerCertificates
	if len(certs) == 0 {
		return nil, fmt.Errorf("handshake with %s: no certificate was presented", address)
	}
	// Ends the session in order, where the device still listens. The certificate is
	// there whether it does or not.
	_ = client.Close()
	return certs[0], nil
}

// AllSuites returns all cipher suites that crypto/tls has, unsafe ones too.
func AllSuites() []uint16 {
	var ids []uint16
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		ids = append(ids, suite.ID)
	}
	return ids
}
