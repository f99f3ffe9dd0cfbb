package coda

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
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

// bubbled runs f with a client whose modem takes a second for each answer, and returns
// when requests came, from the start.
func bubbled(t *testing.T, timeout time.Duration, f func(*testing.T, *Client)) (arrivals []time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		l := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		server := &http.Server{ErrorLog: quiet, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			arrivals = append(arrivals, time.Since(start))
			select {
			case <-time.After(time.Second):
			case <-r.Context().Done():
			}
			io.WriteString(w, "[]")
		})}
		var wg sync.WaitGroup
		wg.Go(func() { server.Serve(l) })
		c := New(Options{Base: &url.URL{Scheme: "http", Host: "modem.example"}, Dialect: Data, Timeout: timeout, Gap: 200 * time.Millisecond})
		c.transport.DialContext = l.dial
		f(t, c)
		c.Close(t.Context())
		server.Close()
		wg.Wait()
		synctest.Wait()
	})
	return arrivals
}

// The gap runs from the end of an answer, and not before the first request.
func TestGap(t *testing.T) {
	got := bubbled(t, 5*time.Second, func(t *testing.T, c *Client) {
		mustFetch(t, c, Downstream)
		mustFetch(t, c, Upstream)
		time.Sleep(10 * time.Second) // the clock of the bubble
		mustFetch(t, c, Upstream)
	})
	want := []time.Duration{0, 1200 * time.Millisecond, 12200 * time.Millisecond}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("requests came at, -want +got:\n%s", d)
	}
}

// So it does after an answer that did not come in time.
func TestGapAfterTimeout(t *testing.T) {
	got := bubbled(t, 300*time.Millisecond, func(t *testing.T, c *Client) {
		wantError(t, c, Downstream, ClassTimeout, "no answer within 300ms")
		wantError(t, c, Downstream, ClassTimeout)
	})
	if d := cmp.Diff([]time.Duration{0, 500 * time.Millisecond}, got); d != "" {
		t.Errorf("requests came at, -want +got:\n%s", d)
	}
}

// A poll that ends within the gap sends nothing more.
func TestPollEndsInGap(t *testing.T) {
	got := bubbled(t, 5*time.Second, func(t *testing.T, c *Client) {
		mustFetch(t, c, Downstream)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		start := time.Now()
		if _, err := c.Fetch(ctx, Upstream); err != context.DeadlineExceeded {
			t.Errorf("error %v, want %v itself", err, context.DeadlineExceeded)
		}
		if waited := time.Since(start); waited != 100*time.Millisecond {
			t.Errorf("waited %s, want until the end of the poll", waited)
		}
	})
	if d := cmp.Diff([]time.Duration{0}, got); d != "" {
		t.Errorf("requests came at, -want +got:\n%s", d)
	}
}
