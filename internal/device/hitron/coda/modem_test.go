package coda

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// patient is a timeout that only a broken client reaches.
const patient = 20 * time.Second

// A modem is a web server that takes down what it is asked.
type modem struct {
	*httptest.Server
	mu             sync.Mutex
	serve          http.HandlerFunc
	asked          []string // "GET /data/dsinfo.asp"
	now, peak      int      // requests being served
	newConnections int
}

// newModem starts a modem that answers as serve does.
func newModem(t testing.TB, overTLS bool, serve http.HandlerFunc) *modem {
	t.Helper()
	m := &modem{serve: serve}
	m.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		m.asked = append(m.asked, r.Method+" "+r.URL.Path)
		m.now++
		m.peak = max(m.peak, m.now)
		serve := m.serve
		m.mu.Unlock()
		defer func() {
			m.mu.Lock()
			m.now--
			m.mu.Unlock()
		}()
		serve(w, r)
	}))
	m.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			m.mu.Lock()
			m.newConnections++
			m.mu.Unlock()
		}
	}
	m.Config.ErrorLog = quiet
	if overTLS {
		m.StartTLS()
	} else {
		m.Start()
	}
	t.Cleanup(m.Close)
	return m
}

// becomes changes how the modem answers.
func (m *modem) becomes(serve http.HandlerFunc) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.serve = serve
}

// wantAsked compares all requests so far, and that there was never more than one.
func (m *modem) wantAsked(t testing.TB, want ...string) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if strings.Join(m.asked, "\n") != strings.Join(want, "\n") {
		t.Errorf("asked\n%s\nwant\n%s", strings.Join(m.asked, "\n"), strings.Join(want, "\n"))
	}
	if m.peak > 1 {
		t.Errorf("%d requests at a time", m.peak)
	}
}

func (m *modem) wantConnections(t testing.TB, want int) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.newConnections != want {
		t.Errorf("%d connections, want %d", m.newConnections, want)
	}
}

// healthy serves the documents of a CODA-56, mislabelled as it does.
func healthy(t testing.TB) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := range PageCount {
			if path, _ := Page(i).Path(Data); path == r.URL.Path {
				w.Header().Set("Content-Type", "text/html")
				w.Write(document(t, Page(i)))
				return
			}
		}
		http.NotFound(w, r)
	}
}

// says answers everything with one status and body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// newClient returns a client of dialect Data, unless change says otherwise.
func newClient(t testing.TB, base string, change func(*Options)) *Client {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Base: u, Dialect: Data, Timeout: patient}
	if change != nil {
		change(&o)
	}
	c := New(o)
	t.Cleanup(func() {
		c.session = false // no farewell
		if err := c.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return c
}

func fetch(t testing.TB, c *Client, p Page) (*Sheet, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*patient)
	defer cancel()
	return c.Fetch(ctx, p)
}

func mustFetch(t testing.TB, c *Client, p Page) *Sheet {
	t.Helper()
	s, err := fetch(t, c, p)
	if err != nil {
		t.Fatalf("fetch %s: %v", p, err)
	}
	return s
}

// wantError fetches a page, which must fail in that class with that sentence.
func wantError(t testing.TB, c *Client, p Page, want Class, parts ...string) *Error {
	t.Helper()
	_, err := fetch(t, c, p)
	var e *Error
	if !errors.As(err, &e) || e.Class != want {
		t.Fatalf("fetch %s: error %v (%+v), want class %s", p, err, e, want)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	return e
}

// A wire hands each connection to a function that speaks bytes.
type wire struct {
	net.Listener
	mu    sync.Mutex
	count int
}

// newWire starts one. The function gets the number of its connection, from 1.
func newWire(t testing.TB, serve func(n int, conn net.Conn, r *bufio.Reader)) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: l}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			w.mu.Lock()
			w.count++
			n := w.count
			w.mu.Unlock()
			wg.Go(func() {
				defer conn.Close()
				defer context.AfterFunc(ctx, func() { conn.Close() })()
				serve(n, conn, bufio.NewReader(conn))
			})
		}
	})
	t.Cleanup(func() { cancel(); l.Close(); wg.Wait() })
	return w
}

func (w *wire) url(scheme string) string { return scheme + "://" + w.Addr().String() }

func (w *wire) wantConnections(t testing.TB, want int) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.count != want {
		t.Errorf("%d connections, want %d", w.count, want)
	}
}

// take reads a request and returns its method, empty at the end of the connection.
func take(r *bufio.Reader) string {
	request, err := http.ReadRequest(r)
	if err != nil {
		return ""
	}
	return request.Method
}

// answer writes a document.
func answer(conn net.Conn, body string) {
	fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// closedPort returns an address on which nothing listens and nobody can start to: it
// is the local end of a connection.
func closedPort(t testing.TB) string {
	t.Helper()
	w := newWire(t, func(_ int, _ net.Conn, r *bufio.Reader) { r.ReadByte() })
	conn, err := net.Dial("tcp", w.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.LocalAddr().String()
}
