package gateway

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// attempts notes when it was tried to connect, and fails as fail says; nil lets the
// attempt pass.
func attempts(at *[]time.Duration, fail func(n int) error) func(dialer) dialer {
	start := time.Time{}
	return func(dial dialer) dialer {
		return func(ctx context.Context, network, address string) (net.Conn, error) {
			if start.IsZero() {
				start = time.Now()
			}
			*at = append(*at, time.Since(start))
			if err := fail(len(*at)); err != nil {
				return nil, err
			}
			return dial(ctx, network, address)
		}
	}
}

var errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connect: connection refused")}

func patience(interval, timeout time.Duration) func(*Options) {
	return func(o *Options) { o.RetryInterval, o.RetryTimeout = interval, timeout }
}

const ms = time.Millisecond

// A gateway that is off the network: when it is tried to connect to, for three
// documents in a row.
func TestWindow(t *testing.T) {
	tests := map[string]struct {
		interval, timeout time.Duration
		want              []time.Duration
	}{
		"no retries":         {time.Second, 0, []time.Duration{0, 0, 0}},
		"less than none":     {time.Second, -time.Second, []time.Duration{0, 0, 0}},
		"by interval":        {time.Second, 3 * time.Second, []time.Duration{0, 1000 * ms, 2000 * ms, 2000 * ms, 2000 * ms}},
		"least interval":     {0, 300 * ms, []time.Duration{0, 100 * ms, 200 * ms, 200 * ms, 200 * ms}},
		"interval too long":  {5 * time.Second, 3 * time.Second, []time.Duration{0, 0, 0}},
		"ends at its end":    {250 * ms, 500 * ms, []time.Duration{0, 250 * ms, 250 * ms, 250 * ms}},
		"shorter than least": {time.Millisecond, 100 * ms, []time.Duration{0, 0, 0}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHouse()
			var at []time.Duration
			bubbled(t, h, patience(tt.interval, tt.timeout), attempts(&at, func(int) error { return errRefused }), func(t *testing.T, c *Client) {
				r := c.Round()
				for i, path := range []string{"/api/status", "/api/operation", "/api/networks"} {
					if r.Away() != (i >= 2) {
						t.Errorf("away %t after %d documents", r.Away(), i)
					}
					wantError(t, r, path, ClassConnect, "connection refused")
				}
				if got, want := c.Counts().Retries, uint64(len(tt.want)-3); got != want {
					t.Errorf("%d retries, want %d", got, want)
				}
			})
			if d := cmp.Diff(tt.want, at); d != "" {
				t.Errorf("attempts, -want +got:\n%s", d)
			}
			h.wantAsked(t)
		})
	}
}

// A gateway that comes back within the window leaves no gap, and each round has a
// window of its own.
func TestComesBack(t *testing.T) {
	h := newHouse()
	var at []time.Duration
	bubbled(t, h, patience(200*ms, 10*time.Second), attempts(&at, func(n int) error {
		if n <= 3 || n >= 5 && n <= 6 {
			return errRefused
		}
		return nil
	}), func(t *testing.T, c *Client) {
		if good := poll(t, c); good != len(files) {
			t.Errorf("%d documents, want %d", good, len(files))
		}
		time.Sleep(time.Minute)
		c.transport.CloseIdleConnections()
		if good := poll(t, c); good != len(files) {
			t.Errorf("%d documents, want %d", good, len(files))
		}
		if got := c.Counts().Retries; got != 5 {
			t.Errorf("%d retries, want 5", got)
		}
	})
	minute := time.Minute + 600*ms
	if d := cmp.Diff([]time.Duration{0, 200 * ms, 400 * ms, 600 * ms, minute, minute + 200*ms, minute + 400*ms}, at); d != "" {
		t.Errorf("attempts, -want +got:\n%s", d)
	}
	h.wantLogins(t, 1)
}

// The end of the poll closes the window; its cancellation does so at once.
func TestWindowWithinPoll(t *testing.T) {
	for name, tt := range map[string]struct {
		begin func(context.Context) (context.Context, context.CancelFunc)
		took  time.Duration
	}{
		"deadline": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 2500*ms)
		}, 2 * time.Second}, // the next attempt would be too late
		"cancellation": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(2500*ms, cancel)
			return ctx, cancel
		}, 2500 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			var at []time.Duration
			bubbled(t, newHouse(), patience(time.Second, time.Minute), attempts(&at, func(int) error { return errRefused }), func(t *testing.T, c *Client) {
				ctx, cancel := tt.begin(t.Context())
				defer cancel()
				began := time.Now()
				_, err := c.Round().get(ctx, "/api/status")
				isError(t, err, ClassConnect)
				if took := time.Since(began); took != tt.took {
					t.Errorf("took %s, want %s", took, tt.took)
				}
			})
			if len(at) != 3 {
				t.Errorf("attempts %v, want three", at)
			}
		})
	}
}

// An attempt that takes longer than the interval is followed at once; the window runs
// from the first failure.
func TestSlowAttempts(t *testing.T) {
	h := newHouse()
	h.page = func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }
	var at []time.Duration
	bubbled(t, h, patience(time.Second, 12*time.Second), attempts(&at, func(int) error { return nil }), func(t *testing.T, c *Client) {
		r := c.Round()
		wantError(t, r, "/api/status", ClassTimeout, "no answer within 5s")
		wantError(t, r, "/api/status", ClassTimeout)
		wantError(t, r, "/api/status", ClassTimeout)
		if r.Away() {
			t.Error("away, want not: there were connections")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := r.get(ctx, "/api/status")
		isError(t, err, ClassTimeout, "no answer in the time left for the poll")
	})
	if d := cmp.Diff([]time.Duration{0, 5 * time.Second, 10 * time.Second, 15 * time.Second, 20 * time.Second, 25 * time.Second, 30 * time.Second}, at); d != "" {
		t.Errorf("attempts, -want +got:\n%s", d)
	}
}

// One document that hangs costs none of the others.
func TestOneDocumentHangs(t *testing.T) {
	h := newHouse()
	h.page = on("/api/networks", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	bubbled(t, h, nil, nil, func(t *testing.T, c *Client) {
		if good := poll(t, c); good != len(files)-1 {
			t.Errorf("%d documents, want %d", good, len(files)-1)
		}
	})
	h.wantLogins(t, 1)
}
