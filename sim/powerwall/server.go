package powerwall

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// A server is the gateway's web server while it is on.
type server struct {
	http  *http.Server
	conns sync.WaitGroup // one for each connection that net/http serves
	loop  sync.WaitGroup

	mu   sync.Mutex
	open map[net.Conn]struct{}
}

// connKey finds a request's connection in its context.
type connKey struct{}

// serve begins to accept.
func (s *Sim) serve(l net.Listener) *server {
	v := &server{open: map[net.Conn]struct{}{}}
	v.http = &http.Server{
		Handler:           s,
		ConnState:         v.follow,
		ErrorLog:          log.New(io.Discard, "", 0), // failed handshakes are the tests' business
		BaseContext:       func(net.Listener) context.Context { return s.ctx },
		ConnContext:       func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
		ReadHeaderTimeout: time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	l = tls.NewListener(&lineListener{Listener: l, sim: s}, s.tls.config)
	v.loop.Go(func() { v.http.Serve(l) }) // ends with http.ErrServerClosed at close
	return v
}

// follow keeps the list of connections. net/http calls it with StateNew before it starts the connection's goroutine,
// and with StateClosed as the last thing in it.
func (v *server) follow(c net.Conn, state http.ConnState) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch state {
	case http.StateNew:
		v.conns.Add(1)
		v.open[c] = struct{}{}
	case http.StateClosed, http.StateHijacked:
		delete(v.open, c)
		v.conns.Done()
	}
}

// drop ends every connection without a farewell.
func (v *server) drop() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for c := range v.open {
		lineOf(c).Close()
	}
}

// close ends listener and connections and waits for their goroutines.
func (v *server) close() error {
	v.drop() // first, because the farewell of TLS waits for a line that hangs
	err := v.http.Close()
	v.loop.Wait()
	v.drop() // a connection that was being accepted
	v.conns.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil // a client or a fault was first
	}
	return err
}

// lineOf is the connection below TLS: closing it says nothing to the other side inside TLS.
func lineOf(c net.Conn) net.Conn {
	if t, ok := c.(interface{ NetConn() net.Conn }); ok {
		return t.NetConn()
	}
	return c
}

// ServeHTTP answers one request.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := s.nameOf(r)
	seen := requestOf(r, name)
	count := s.tally.enter()
	leave := sync.OnceFunc(func() { count(seen) })
	defer leave()

	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		seen.Status = http.StatusRequestEntityTooLarge
		http.Error(w, "request entity too large", seen.Status) // nobody reads it if the client has left
		return
	}
	broken := s.faults.take(name)
	a := s.answerTo(r, name, body, broken)
	for _, f := range broken {
		if f.answer != nil {
			f.answer(a)
		}
	}
	if !wait(r.Context(), a.delay) || !s.lines.spoken(r.Context()) {
		panic(http.ErrAbortHandler) // nobody listens any more
	}
	if a.end != unsaid && a.end != reset {
		seen.Status = a.status
	}
	a.send(w, r, leave)
}

// maxRequest is more than any client has to say.
const maxRequest = 256 << 10

func requestOf(r *http.Request, name Endpoint) Request {
	seen := Request{Endpoint: name, Method: r.Method, Path: r.URL.Path}
	if c, ok := r.Context().Value(connKey{}).(net.Conn); ok {
		if l, ok := lineOf(c).(*line); ok {
			seen.Connection = l.number
		}
	}
	if r.TLS != nil {
		seen.ServerName = r.TLS.ServerName
	}
	for _, c := range r.Cookies() {
		if !slices.Contains(seen.Cookies, c.Name) {
			seen.Cookies = append(seen.Cookies, c.Name)
		}
	}
	seen.Auth, _, _ = strings.Cut(r.Header.Get("Authorization"), " ")
	return seen
}

// wait lets d pass; false when ctx has ended before.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
