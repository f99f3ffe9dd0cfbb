package coda

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"
)

// Options is how to reach a modem.
type Options struct {
	// Base is the scheme and host of the modem, such as https://192.168.100.1.
	Base    *url.URL
	Dialect Dialect
	// TLS decides on certificates. Nil accepts any.
	TLS *tls.Config
	// Timeout bounds each request; Gap is left between two.
	Timeout, Gap time.Duration
	// Source is the address to connect from; the zero Addr leaves it to the system.
	Source netip.Addr
	// Permit is asked for each address before it is connected to. May be nil.
	Permit func(netip.Addr) error
	// Spend is asked before each request for the page OFDM, of which some firmwares bear
	// only a few hundred, and may refuse it. May be nil.
	Spend func() error
	// Username and Password are for the dialects with a login. The password is asked for
	// when it is sent and kept nowhere.
	Username string
	Password func() string
	Form     LoginForm
	// Guest makes a guest session first, as some firmware of dialect Data wants it.
	Guest bool
	// Trace, where not nil, notes what goes over the wire.
	Trace func(format string, args ...any)
}

// A Client asks one modem, one request at a time, as its web server needs it. It
// keeps connection and session between requests. It is not safe for concurrent use.
type Client struct {
	options   Options
	http      *http.Client
	transport *http.Transport
	cookies   *cookies
	dialect   Dialect // Auto until known
	proven    bool    // a login or a page was had in this dialect
	session   bool
	notBefore time.Time // the earliest next request
	requests  [PageCount]uint64
	took      time.Duration                    // of the last request
	leaf      atomic.Pointer[x509.Certificate] // set by the handshake, on a goroutine of net/http
}

// New returns a client. It talks to nobody yet.
func New(o Options) *Client {
	c := &Client{options: o, dialect: o.Dialect, proven: o.Dialect != Auto}
	c.transport = c.newTransport()
	c.newSession()
	return c
}

// Took returns how long the last request took, without the gap before it.
func (c *Client) Took() time.Duration { return c.took }

// Requests returns how many requests a page has cost so far, those of a login that was
// opened for it among them.
func (c *Client) Requests(p Page) uint64 { return c.requests[p] }

// Certificate returns the certificate of the last handshake that Options.TLS let pass,
// nil for none.
func (c *Client) Certificate() *x509.Certificate { return c.leaf.Load() }

// Fetch asks for a page. Its errors are of type *Error, or ErrNoPage, or that of a
// canceled ctx.
func (c *Client) Fetch(ctx context.Context, p Page) (*Sheet, error) {
	if err := c.prepare(ctx); err != nil {
		return nil, err
	}
	sheet, err := c.page(ctx, p)
	var ended *Error
	if errors.As(err, &ended) && ended.session && c.session && c.sessions() {
		c.session = false // once more with a new one
		if err = c.prepare(ctx); err == nil {
			sheet, err = c.page(ctx, p)
		}
	}
	if err != nil {
		return nil, err
	}
	c.proven = true
	return sheet, nil
}

// detect asks in the dialect of most modems and takes the answer for what it tells of
// the others.
func (c *Client) detect(ctx context.Context) (Dialect, error) {
	path, _ := System.Path(Data)
	body, err := c.ask(ctx, System, http.MethodGet, path, nil)
	if err == nil {
		_, err = ParseSheet(System, Data, body)
	}
	if err == nil {
		return Data, nil
	}
	var e *Error
	if !errors.As(err, &e) {
		return Auto, err
	}
	switch {
	case e.Status == http.StatusNotFound:
		return Device, nil
	case c.options.Guest && (e.Class == ClassRedirect || e.Class == ClassHTML || e.Class == ClassAuth):
		return Data, nil
	case e.Class == ClassRedirect, e.Class == ClassHTML, e.Class == ClassAuth:
		return DataLogin, nil
	case e.Class == ClassJSON, e.Class == ClassEmpty:
		return Data, nil
	}
	return Auto, err
}

// page asks for a page within a session.
func (c *Client) page(ctx context.Context, p Page) (*Sheet, error) {
	path, ok := p.Path(c.dialect)
	if !ok {
		return nil, ErrNoPage
	}
	body, err := c.ask(ctx, p, http.MethodGet, path, nil)
	if err != nil {
		return nil, c.outside(err)
	}
	sheet, err := ParseSheet(p, c.dialect, body)
	return sheet, c.outside(err)
}

// outside recognizes the answers to who has no session: the pages of dialect Data, with
// a login or a guest session, lead to the web page of the login then, or are that page.
func (c *Client) outside(err error) error {
	var e *Error
	if !errors.As(err, &e) || c.dialect == Device || !c.sessions() || e.Class != ClassRedirect && e.Class != ClassHTML {
		return err
	}
	return &Error{Class: ClassAuth, Err: e.Err, Status: e.Status, session: true}
}
