package gateway

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener within the memory of the test, which the clock of a bubble needs.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// A dialer connects as net/http asks it to.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// bubbled runs f with a client of a house in a bubble, where time is that of the test.
// Between gives the client another way to connect; it may be nil.
func bubbled(t *testing.T, h *house, change func(*Options), between func(dialer) dialer, f func(*testing.T, *Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		server := &http.Server{ErrorLog: quiet, Handler: h}
		var wg sync.WaitGroup
		wg.Go(func() { server.Serve(l) })
		o := Options{Address: "gateway.example", RequestTimeout: 5 * time.Second, Email: email, Password: func() string { return password }}
		if change != nil {
			change(&o)
		}
		c := New(o)
		dial := dialer(l.dial)
		if between != nil {
			dial = between(dial)
		}
		c.transport.DialTLSContext = dial
		f(t, c)
		c.session.drop()
		c.Close(t.Context())
		server.Close()
		wg.Wait()
		synctest.Wait()
	})
}
