package hitron

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
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
	return &testClock{now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
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

// factory is a certificate for tests that do not look at it: keys take long to make.
var factory = sync.OnceValues(func() (tls.Certificate, error) { return NewCertificate(2048) })

// start runs a modem for a test.
func start(t *testing.T, o Options) *Sim {
	t.Helper()
	if o.Certificate == nil && !o.Plain {
		pair, err := factory()
		if err != nil {
			t.Fatal(err)
		}
		o.Certificate = &pair
	}
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

// newClient is a plain client that trusts anybody and follows nothing.
func newClient(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	t.Cleanup(transport.CloseIdleConnections)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{
		Transport: transport, Jar: jar, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// A reply is what came.
type reply struct {
	status int
	header http.Header
	body   string
	err    error
}

func do(c *http.Client, r *http.Request) reply {
	response, err := c.Do(r)
	if err != nil {
		return reply{err: err}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(body), err}
}

func get(t *testing.T, c *http.Client, s *Sim, path string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return do(c, r)
}

func post(t *testing.T, c *http.Client, s *Sim, path string, fields url.Values) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+path, strings.NewReader(fields.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(c, r)
}

// page gets a document of dialect Data, which must be there.
func page(t *testing.T, c *http.Client, s *Sim, name Endpoint) string {
	t.Helper()
	got := get(t, c, s, "/data/"+string(name)+".asp")
	if got.err != nil || got.status != http.StatusOK {
		t.Fatalf("%s: status %d, %v", name, got.status, got.err)
	}
	return got.body
}

// table reads a document of dialect Data.
func table(t *testing.T, c *http.Client, s *Sim, name Endpoint) []map[string]any {
	t.Helper()
	var out []map[string]any
	decode(t, page(t, c, s, name), &out)
	return out
}

func decode(t *testing.T, body string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), into); err != nil {
		t.Fatalf("%v in:\n%.500s", err, body)
	}
}
