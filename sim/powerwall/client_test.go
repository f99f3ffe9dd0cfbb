package powerwall

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is for what must come: a busy machine may take its time.
const patience = 20 * time.Second

// A testClock stands still until it is moved.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *testClock {
	return &testClock{now: time.Date(2026, 6, 4, 5, 6, 7, 0, time.UTC)}
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// start runs a gateway for a test.
func start(t *testing.T, o Options) *Sim {
	t.Helper()
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// A client is a plain client that trusts anybody, with or without a token.
type client struct {
	t     *testing.T
	sim   *Sim
	http  *http.Client
	token string
	basic string // gateway password
}

func newClient(t *testing.T, s *Sim) *client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: "powerwall"}}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{t: t, sim: s, http: &http.Client{Transport: transport, Timeout: patience}}
}

// A reply is what came.
type reply struct {
	status int
	header http.Header
	body   string
	err    error
}

func (c *client) do(method, path, kind string, body []byte) reply {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.sim.URL()+path, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		r.AddCookie(&http.Cookie{Name: authCookie, Value: c.token})
	}
	if c.basic != "" {
		r.SetBasicAuth(tedapiUser, c.basic)
	}
	return c.send(r)
}

func (c *client) send(r *http.Request) reply {
	response, err := c.http.Do(r)
	if err != nil {
		return reply{err: err}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(text), err}
}

func (c *client) get(name Endpoint) reply {
	c.t.Helper()
	return c.do(http.MethodGet, "/api/"+string(name), "", nil)
}

// login logs in with a password and keeps the token.
func (c *client) login(password string) reply {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"username": customer, "password": password, "email": "me@example.com", "force_sm_off": false})
	if err != nil {
		c.t.Fatal(err)
	}
	got := c.do(http.MethodPost, "/api/login/Basic", jsonType, body)
	var said struct{ Token string }
	if got.status == http.StatusOK && json.Unmarshal([]byte(got.body), &said) == nil {
		c.token = said.Token
	}
	return got
}

const goodPassword = "EXMPL"

// loggedIn is a client with a token.
func loggedIn(t *testing.T, s *Sim) *client {
	t.Helper()
	c := newClient(t, s)
	if got := c.login(goodPassword); got.status != http.StatusOK {
		t.Fatalf("login: %d %s, %v", got.status, got.body, got.err)
	}
	return c
}

// page gets a document, which must be there.
func (c *client) page(name Endpoint) string {
	c.t.Helper()
	got := c.get(name)
	if got.err != nil || got.status != http.StatusOK {
		c.t.Fatalf("%s: status %d, %v, %s", name, got.status, got.err, got.body)
	}
	return got.body
}

// read gets a document as a tree.
func (c *client) read(name Endpoint) *node {
	c.t.Helper()
	doc, err := parse([]byte(c.page(name)))
	if err != nil {
		c.t.Fatalf("%s: %v", name, err)
	}
	return doc
}

// raw is what stands at a path; empty for nothing.
func (n *node) rawAt(path string) string {
	if found := n.at(path); found != nil {
		return found.String()
	}
	return ""
}

func await(t *testing.T, s *Sim, enough func(Seen) bool) Seen {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	seen, err := s.Await(ctx, enough)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}
