package gateway

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// newTransport makes the one connection to the gateway. Many short ones slow it down.
func (c *Client) newTransport() *http.Transport {
	return &http.Transport{
		DialTLSContext:         c.dial,
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{}, // HTTP/1.1
		MaxConnsPerHost:        1,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true, // a TEDAPI body is packed without saying so
	}
}

// dial connects and shakes hands. The context is that of net/http, which goes on when
// the request it is for has ended.
func (c *Client) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	if c.options.RequestTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.options.RequestTimeout)
		defer cancel()
	}
	raw, err := (&net.Dialer{Control: c.control}).DialContext(ctx, network, c.options.Address)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, c.tlsConfig())
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, handshakeError{err}
	}
	return conn, nil
}

// control asks Options.Permit for the address that is about to be connected to.
func (c *Client) control(_, address string, _ syscall.RawConn) error {
	if c.options.Permit == nil {
		return nil
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if err := c.options.Permit(ap.Addr()); err != nil {
		return forbiddenError{err}
	}
	return nil
}

// tlsConfig is Options.TLS with its gaps filled, which besides remembers the
// certificate.
func (c *Client) tlsConfig() *tls.Config {
	cfg := &tls.Config{InsecureSkipVerify: true}
	if c.options.TLS != nil {
		cfg = c.options.TLS.Clone()
	}
	switch {
	case c.options.NoServerName:
		cfg.ServerName = "" // which crypto/tls takes for no name, as verification is off
	case cfg.ServerName == "":
		cfg.ServerName = DefaultServerName
	}
	verify := cfg.VerifyConnection
	cfg.VerifyConnection = func(cs tls.ConnectionState) error {
		if verify != nil {
			if err := verify(cs); err != nil {
				return pinError{err}
			}
		}
		c.leaf.Store(cs.PeerCertificates[0])
		return nil
	}
	return cfg
}
