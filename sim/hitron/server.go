package hitron

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// A server is the modem's web server while it is on.
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
	l = countingListener{l, &s.tally}
	if s.tls != nil {
		l = s.tls.over(l)
	}
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
		rawConn(c).Close()
	}
}

// close ends listener and connections and waits for their goroutines.
func (v *server) close() error {
	err := v.http.Close()
	v.loop.Wait()
	v.drop() // a connection that was being accepted
	v.conns.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil // a client or a fault was first
	}
	return err
}

// rawConn is the TCP connection below TLS: closing it says nothing to the other side inside TLS.
func rawConn(c net.Conn) net.Conn {
	if t, ok := c.(interface{ NetConn() net.Conn }); ok {
		return t.NetConn()
	}
	return c
}

// A countingListener counts the connections.
type countingListener struct {
	net.Listener
	tally *tally
}

func (l countingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.tally.add(func(seen *Seen) { seen.Connections++ })
	}
	return c, err
}

// ServeHTTP answers one request.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := s.nameOf(r)
	leave := sync.OnceFunc(s.tally.enter(name))
	defer leave()

	broken := s.faults.take(name)
	a := s.answerTo(r, name, broken)
	for _, f := range broken {
		if f.answer != nil {
			f.answer(a)
		}
	}
	if !wait(r.Context(), a.delay) {
		panic(http.ErrAbortHandler) // nobody listens any more
	}
	a.send(w, r, leave)
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
