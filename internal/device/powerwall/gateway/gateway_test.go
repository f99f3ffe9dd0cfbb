package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// patient is a timeout that only a broken client reaches.
	patient  = 20 * time.Second
	password = "Pa55-wört"
	email    = "me@example.com"
)

// A house is a gateway as a web server: it asks for a login, and takes down what it is
// asked. Its fields are for changing before or between requests.
type house struct {
	mu       sync.Mutex
	tokenFor int // requests a token is good for; 0 for all
	refusal  int // status for a token that is not good
	// login, if not nil, answers logins instead, and page whatever else comes first; it
	// reports whether it did.
	login http.HandlerFunc
	page  func(http.ResponseWriter, *http.Request) bool
	open  map[string]bool // paths without login

	token     string // what is valid now
	used      int
	logins    int
	asked     []string // "GET /api/status 200"
	now, peak int      // requests being served
	names     []string // server names of the handshakes
	conns     int
}

func newHouse() *house {
	return &house{refusal: http.StatusUnauthorized, open: map[string]bool{"/api/status": true}}
}

// set changes the house.
func (h *house) set(change func(*house)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(h)
}

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) { r.status = status; r.ResponseWriter.WriteHeader(status) }

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (h *house) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.now++
	h.peak = max(h.peak, h.now)
	h.mu.Unlock()
	rec := &recorder{w, http.StatusOK}
	defer h.set(func(h *house) {
		h.now--
		h.asked = append(h.asked, fmt.Sprintf("%s %s %d", r.Method, r.URL.Path, rec.status))
	})
	h.serve(rec, r)
}

func (h *house) serve(w http.ResponseWriter, r *http.Request) {
	if len(r.TransferEncoding) > 0 || r.Method == http.MethodGet && r.ContentLength != 0 {
		says(http.StatusBadRequest, `{"error":"a body"}`)(w, r)
		return
	}
	switch h.mu.Lock(); {
	case r.Method == http.MethodPost && r.URL.Path == "/api/login/Basic":
		h.logins++
		login := h.login
		h.mu.Unlock()
		if login == nil {
			login = h.letIn
		}
		login(w, r)
	case h.page != nil:
		page := h.page
		h.mu.Unlock()
		if !page(w, r) {
			h.document(w, r)
		}
	default:
		h.mu.Unlock()
		h.document(w, r)
	}
}

// letIn answers a login as gateways do.
func (h *house) letIn(w http.ResponseWriter, r *http.Request) {
	var form map[string]any
	err := json.NewDecoder(r.Body).Decode(&form)
	if err != nil || form["username"] != "customer" || form["email"] != email || form["password"] != password ||
		form["force_sm_off"] != false || len(form) != 4 || r.Header.Get("Cookie") != "" || r.Header.Get("Content-Type") != "application/json" {
		says(http.StatusUnauthorized, `{"code":401,"error":"bad credentials","message":"Login Error"}`)(w, r)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.token, h.used = fmt.Sprintf("T0ken-%d_==", h.logins), 0
	w.Header().Add("Set-Cookie", "AuthCookie="+h.token+"; Path=/")
	w.Header().Add("Set-Cookie", "UserRecord=UserRec0rd==; Path=/")
	fmt.Fprintf(w, `{"email":%q,"roles":["Home_Owner"],"token":%q,"provider":"Basic","loginTime":"2024-06-21T12:30:00.123456789+02:00"}`, email, h.token)
}

func (h *house) document(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.used++
	good := h.open[r.URL.Path] || h.token != "" && r.Header.Get("Cookie") == "AuthCookie="+h.token+"; UserRecord=UserRec0rd==" &&
		(h.tokenFor == 0 || h.used <= h.tokenFor)
	refusal := h.refusal
	h.mu.Unlock()
	file, there := files[r.URL.Path]
	switch {
	case r.URL.Path == "/api/logout":
		h.set(func(h *house) { h.token = "" })
		w.WriteHeader(http.StatusNoContent)
	case !good:
		says(refusal, `{"code":401,"message":"Token Expired"}`)(w, r)
	case !there:
		says(http.StatusNotFound, `{"code":404,"error":"File Not Found"}`)(w, r)
	default:
		http.ServeFile(w, r, "testdata/"+file)
	}
}

// says answers everything with one status and body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// on answers one path only.
func on(path string, answer http.HandlerFunc) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == path {
			answer(w, r)
		}
		return r.URL.Path == path
	}
}

// start serves the house with TLS and returns its address and certificate.
func (h *house) start(t testing.TB) (string, *x509.Certificate) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = quiet
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			h.set(func(h *house) { h.conns++ })
		}
	}
	s.TLS = &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		h.set(func(h *house) { h.names = append(h.names, hello.ServerName) })
		switch hello.ServerName {
		case "", "teg", "powerwall", "powerpack":
			return nil, nil
		}
		return nil, errors.New("unknown name")
	}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String(), s.Certificate()
}

// wantAsked compares all requests since the last call, and that there was never more
// than one at a time.
func (h *house) wantAsked(t testing.TB, want ...string) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if strings.Join(h.asked, "\n") != strings.Join(want, "\n") {
		t.Errorf("asked\n%s\nwant\n%s", strings.Join(h.asked, "\n"), strings.Join(want, "\n"))
	}
	if h.peak > 1 {
		t.Errorf("%d requests at a time", h.peak)
	}
	h.asked = nil
}

func (h *house) countLogins() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.logins
}

func (h *house) wantLogins(t testing.TB, want int) {
	t.Helper()
	if got := h.countLogins(); got != want {
		t.Errorf("%d logins, want %d", got, want)
	}
}

func (h *house) wantConnections(t testing.TB, want int) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.conns != want {
		t.Errorf("%d connections, want %d", h.conns, want)
	}
}

// newClient returns a client for a gateway at address.
func newClient(t testing.TB, address string, change func(*Options)) *Client {
	t.Helper()
	o := Options{Address: address, RequestTimeout: patient, Email: email, Password: func() string { return password }}
	if change != nil {
		change(&o)
	}
	c := New(o)
	t.Cleanup(func() {
		c.session.drop() // no farewell
		c.Close(context.Background())
	})
	return c
}

// want asks for path in a round of its own or the given one, which must work.
func mustGet(t testing.TB, r *Round, path string) {
	t.Helper()
	if _, err := r.get(t.Context(), path); err != nil {
		t.Fatalf("get %s: %v", path, err)
	}
}

// wantError asks for path, which must fail in that class with those words.
func wantError(t testing.TB, r *Round, path string, want Class, parts ...string) *Error {
	t.Helper()
	_, err := r.get(t.Context(), path)
	return isError(t, err, want, parts...)
}

func isError(t testing.TB, err error, want Class, parts ...string) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Class != want {
		t.Fatalf("error %v (%+v), want class %s", err, e, want)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	return e
}
