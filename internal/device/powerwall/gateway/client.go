// Package gateway speaks the local API of a Tesla Powerwall gateway, and only reads it.
//
//	GET /api/…        JSON documents over HTTPS, with a certificate of the gateway's own making
//	POST /api/login/Basic   the login; its token is the cookie AuthCookie from then on
//
// Every document is taken leniently: firmwares differ, so what is missing, null or of
// another type costs one value and no more. There is no means to send anything that
// changes the gateway. Sources: foogod/go-powerwall, jasonacox/pypowerwall,
// vloschiavo/powerwall2.
package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"
)

// Options is how to reach a gateway.
type Options struct {
	// Address is host:port.
	Address string
	// TLS decides on certificates and on the server name. Nil accepts any certificate
	// and sends DefaultServerName.
	TLS *tls.Config
	// NoServerName sends none at all, which crypto/tls does not do by itself.
	NoServerName bool
	// RequestTimeout bounds each attempt, from the connection to the end of the body.
	RequestTimeout time.Duration
	// RetryInterval is the time from attempt to attempt, at least 100 ms, RetryTimeout
	// how long a round goes on after its first failure to connect; zero or less for no
	// further attempt.
	RetryInterval, RetryTimeout time.Duration
	// Email is sent with the login. Gateways take any.
	Email string
	// Password is asked for when it is sent, and where a text of the gateway might repeat
	// it. It is kept nowhere.
	Password func() string
	// Permit is asked for each address before it is connected to. May be nil.
	Permit func(netip.Addr) error
	// Trace, where not nil, notes what goes over the wire: no bodies of logins.
	Trace func(format string, args ...any)
}

// DefaultServerName is one of the names that gateways answer to; they abort the
// handshake for any that they do not know.
const DefaultServerName = "powerwall"

// A Client asks one gateway, one request at a time, over one connection. It keeps the
// token. It is not safe for concurrent use.
type Client struct {
	options   Options
	http      *http.Client
	transport *http.Transport
	session   session
	missing   map[string]time.Time // by path, until when
	denied    map[string]time.Time
	cool      time.Time // nothing is asked before
	coolCause error
	counts    Counts
	leaf      atomic.Pointer[x509.Certificate] // set by the handshake, on a goroutine of net/http
}

// Counts is what went over the wire since the client began.
type Counts struct {
	Retries uint64
	Logins  map[LoginResult]uint64
}

// New returns a client. It talks to nobody yet.
func New(o Options) *Client {
	c := &Client{
		options: o,
		missing: make(map[string]time.Time),
		denied:  make(map[string]time.Time),
		counts:  Counts{Logins: make(map[LoginResult]uint64)},
	}
	c.transport = c.newTransport()
	c.http = &http.Client{
		Transport: c.transport,
		// A gateway redirects nowhere; whoever does is none.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// Counts returns what went over the wire so far. The map is not to be changed.
func (c *Client) Counts() Counts { return c.counts }

// Certificate returns the certificate of the last handshake that Options.TLS let pass,
// nil for none.
func (c *Client) Certificate() *x509.Certificate { return c.leaf.Load() }

// BlockedUntil returns until when no login is tried, the zero time for no block.
func (c *Client) BlockedUntil() time.Time { return c.session.blockedUntil }

// Close logs out, within ctx, and closes the connection. Whether the logout works does
// not matter: the token ends by itself.
func (c *Client) Close(ctx context.Context) {
	c.logout(ctx)
	c.transport.CloseIdleConnections()
}

func (c *Client) trace(format string, args ...any) {
	if c.options.Trace != nil {
		c.options.Trace(format, args...)
	}
}
