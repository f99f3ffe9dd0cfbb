package coda

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// newTransport makes the one connection to the modem.
func (c *Client) newTransport() *http.Transport {
	dialer := &net.Dialer{Control: c.control}
	if c.options.Source.IsValid() {
		dialer.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(c.options.Source, 0))
	}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        c.tlsConfig(),
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{}, // HTTP/1.1 is what they speak
		MaxConnsPerHost:        1,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
	}
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
	return c.options.Permit(ap.Addr())
}

// tlsConfig is Options.TLS, which besides remembers the certificate.
func (c *Client) tlsConfig() *tls.Config {
	cfg := &tls.Config{InsecureSkipVerify: true}
	if c.options.TLS != nil {
		cfg = c.options.TLS.Clone()
	}
	verify := cfg.VerifyConnection
	cfg.VerifyConnection = func(cs tls.ConnectionState) error {
		if verify != nil {
			if err := verify(cs); err != nil {
				return certificateError{err}
			}
		}
		c.leaf.Store(cs.PeerCertificates[0])
		return nil
	}
	return cfg
}

// newSession forgets all cookies.
func (c *Client) newSession() {
	c.session = false
	c.cookies = new(cookies)
	c.http = &http.Client{
		Transport: c.transport,
		Jar:       c.cookies,
		// A redirect means "log in", or leads away from what was configured.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Close ends the session at the modem, within ctx, and closes the connection.
func (c *Client) Close(ctx context.Context) error {
	err := c.Logout(ctx)
	c.transport.CloseIdleConnections()
	return err
}

// plain takes the method and the address off an error of net/http: who asked knows them.
func plain(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// isHandshake recognizes the errors of crypto/tls that have no type.
func isHandshake(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if strings.HasPrefix(err.Error(), "tls: ") || strings.HasPrefix(err.Error(), "x509: ") {
			return true
		}
	}
	return false
}
