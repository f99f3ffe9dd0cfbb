package gateway

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestWhatIsTriedAgain(t *testing.T) {
	raw := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			io.WriteString(conn, text)
			conn.Close()
		}
	}
	tests := map[string]struct {
		answer http.HandlerFunc
		class  Class
		status int
		asked  int // in a window of three attempts
		away   bool
	}{
		"closed":            {raw(""), ClassConnect, 0, 3, true},
		"cut status line":   {raw("HTTP/1.1 200"), ClassConnect, 0, 3, false},
		"cut body":          {raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"), ClassConnect, 200, 3, false},
		"cut body of a 500": {raw("HTTP/1.1 500 Oops\r\nContent-Length: 9\r\n\r\n{}"), ClassStatus, 500, 1, false},
		"500":               {says(500, ""), ClassStatus, 500, 1, false},
		"502 with a body":   {says(502, "<html>"), ClassStatus, 502, 1, false},
		"502":               {says(502, " \n"), ClassStopped, 502, 1, false},
		"404":               {says(404, ""), ClassMissing, 404, 1, false},
		"429":               {says(429, ""), ClassLimited, 429, 1, false},
		"503":               {says(503, ""), ClassLimited, 503, 1, false},
		"redirect": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/api/status", http.StatusFound) },
			ClassStatus, 302, 1, false},
		"cut JSON": {says(200, `{"din":`), ClassJSON, 200, 1, false},
		"web page": {says(200, `<html>`), ClassJSON, 200, 1, false},
		"list":     {says(200, `[]`), ClassJSON, 200, 1, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHouse()
			asked := 0
			h.page = on("/api/status", func(w http.ResponseWriter, r *http.Request) { asked++; tt.answer(w, r) })
			bubbled(t, h, patience(time.Second, 3*time.Second), nil, func(t *testing.T, c *Client) {
				r := c.Round()
				_, err := Get[Status](t.Context(), r, "/api/status")
				if e := isError(t, err, tt.class); e.Status != tt.status {
					t.Errorf("status %d, want %d", e.Status, tt.status)
				}
				if asked != tt.asked || c.Counts().Retries != uint64(asked-1) {
					t.Errorf("asked %d times, %d retries counted; want %d", asked, c.Counts().Retries, tt.asked)
				}
				if r.away > 0 != tt.away {
					t.Errorf("away %d, want above zero to be %t", r.away, tt.away)
				}
			})
		})
	}
}

// Failures to connect that do not pass are not tried again.
func TestWhatStays(t *testing.T) {
	for name, tt := range map[string]struct {
		err   error
		tries int
	}{
		"no such name":        {&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}}, 2},
		"name server is late": {&net.OpError{Op: "dial", Err: &net.DNSError{Err: "i/o timeout", Name: "x", IsTimeout: true}}, 5},
		"no address":          {&net.OpError{Op: "dial", Err: &net.AddrError{Err: "missing port in address", Addr: "x"}}, 1},
		"forbidden address":   {&net.OpError{Op: "dial", Err: forbiddenError{errors.New("not that one")}}, 1},
		"no route":            {&net.OpError{Op: "dial", Err: errors.New("no route to host")}, 5},
		"handshake":           {handshakeError{io.EOF}, 5},
		"other certificate":   {handshakeError{pinError{errors.New("another")}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var at []time.Duration
			bubbled(t, newHouse(), patience(time.Second, 5*time.Second), attempts(&at, func(int) error { return tt.err }), func(t *testing.T, c *Client) {
				if _, err := c.Round().get(t.Context(), "/api/status"); err == nil {
					t.Error("no error")
				}
			})
			if len(at) != tt.tries {
				t.Errorf("%d attempts, want %d", len(at), tt.tries)
			}
		})
	}
}

// A connection that the gateway gave up while it was idle is replaced, once and
// counted, even without a window.
func TestIdleConnectionBreaks(t *testing.T) {
	for _, path := range []string{"/api/operation", "/api/login/Basic"} {
		h := newHouse()
		broken := false
		breaks := func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == path && !broken {
				broken = true
				panic(http.ErrAbortHandler)
			}
			return false
		}
		h.page = breaks
		h.login = func(w http.ResponseWriter, r *http.Request) { breaks(w, r); h.letIn(w, r) }
		address, _ := h.start(t)
		c := newClient(t, address, nil)
		r := c.Round()
		mustGet(t, r, "/api/status")
		mustGet(t, r, "/api/operation")
		if got := c.Counts().Retries; got != 1 {
			t.Errorf("%s: %d retries, want 1", path, got)
		}
		h.wantConnections(t, 2)
	}
}

// So it is not repeated by net/http beside us.
func TestNothingIsRepeatedUnseen(t *testing.T) {
	h := newHouse()
	gone := 0
	h.page = on("/api/operation", func(http.ResponseWriter, *http.Request) { gone++; panic(http.ErrAbortHandler) })
	address, _ := h.start(t)
	c := newClient(t, address, nil)
	r := c.Round()
	mustGet(t, r, "/api/networks")
	wantError(t, r, "/api/operation", ClassConnect, "closed the connection")
	if gone != 2 || c.Counts().Retries != 1 {
		t.Errorf("asked %d times, %d retries counted; want 2 and 1", gone, c.Counts().Retries)
	}
}

// A login that may have reached the gateway is not tried anew for each document.
func TestLoginHangs(t *testing.T) {
	h := newHouse()
	h.login = func(_ http.ResponseWriter, r *http.Request) { io.ReadAll(r.Body); <-r.Context().Done() }
	bubbled(t, h, nil, nil, func(t *testing.T, c *Client) {
		r := c.Round()
		for path := range files {
			if path == "/api/status" {
				mustGet(t, r, path)
			} else {
				wantError(t, r, path, ClassTimeout, "the login: no answer within 5s")
			}
		}
		h.wantLogins(t, 1)
		h.set(func(h *house) { h.login = nil })
		mustGet(t, c.Round(), "/api/operation")
	})
}

// TestLoginIsSentOnce has a gateway that takes logins and hangs, or hangs up. The window
// for attempts is for connections, not for logins: those lock the gateway.
func TestLoginIsSentOnce(t *testing.T) {
	for name, login := range map[string]http.HandlerFunc{
		"hangs":    func(_ http.ResponseWriter, r *http.Request) { io.ReadAll(r.Body); <-r.Context().Done() },
		"hangs up": func(_ http.ResponseWriter, r *http.Request) { io.ReadAll(r.Body); panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse()
			h.login = login
			patient := func(o *Options) { o.RetryInterval, o.RetryTimeout = time.Second, 20*time.Second }
			bubbled(t, h, patient, nil, func(t *testing.T, c *Client) {
				if _, err := c.Round().get(t.Context(), "/api/operation"); err == nil {
					t.Error("no error")
				}
				h.wantLogins(t, 1)
			})
		})
	}
}

// TestNothingActs sends none of the requests that would do something.
func TestNothingActs(t *testing.T) {
	c := New(Options{Address: "127.0.0.1:1"})
	for path, method := range map[string]string{
		"/api/sitemaster/stop": http.MethodGet, "/api/sitemaster/run": http.MethodGet, "/api/config/completed": http.MethodGet,
		"/api/operation": http.MethodPost, "/api/site_info/site_name": http.MethodPut, "/api/networks": http.MethodDelete,
	} {
		if r, err := c.newRequest(t.Context(), method, path, nil); err == nil {
			t.Errorf("%s %s can be sent: %v", method, path, r.URL)
		}
	}
	if _, err := c.newExchange(t.Context(), Request{Method: http.MethodPost, Path: "/api/operation"}); err == nil {
		t.Error("an exchange reaches beyond TEDAPI")
	}
}

// TestSessionIsNotPrinted prints a client that is logged in.
func TestSessionIsNotPrinted(t *testing.T) {
	c := New(Options{Address: "127.0.0.1:1"})
	c.session.token, c.session.record = "tok3n", "r3cord"
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, c.session); strings.Contains(text, "tok3n") || strings.Contains(text, "r3cord") {
			t.Errorf("%s prints %s", format, text)
		}
	}
}
