package sockets

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

const (
	maxConns = 256                   // at once on one listener; a check needs one
	connLife = time.Minute           // longer than any check waits for an answer
	errPause = 10 * time.Millisecond // after an error of accept or read, which for lack of descriptors comes again at once
)

// A stream serves one listener: one goroutine accepts, and one for each connection talks.
type stream struct {
	listener net.Listener
	talk     func(net.Conn) error // an error is a request that a device would refuse
	tally    *tally
	done     chan struct{}
	wg       sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]struct{} // nil when closed
}

func serveStream(l net.Listener, talk func(net.Conn) error, t *tally) *stream {
	s := &stream{listener: l, talk: talk, tally: t, done: make(chan struct{}), conns: map[net.Conn]struct{}{}}
	s.wg.Go(s.accept)
	return s
}

// Close closes the listener and its connections and waits for their goroutines.
func (s *stream) Close() error {
	err := s.listener.Close()
	close(s.done)
	for _, c := range s.takeAll() {
		c.Close()
	}
	s.wg.Wait()
	return err
}

func (s *stream) accept() {
	for {
		conn, err := s.listener.Accept()
		switch {
		case err == nil:
			s.begin(conn)
		case errors.Is(err, net.ErrClosed):
			return
		case !pause(s.done):
			return
		}
	}
}

func (s *stream) begin(conn net.Conn) {
	if !s.keep(conn) {
		conn.Close()
		s.tally.add(Counts{Accepts: 1, Bogus: 1})
		return
	}
	s.tally.add(Counts{Accepts: 1})
	s.wg.Go(func() {
		defer s.drop(conn)
		conn.SetDeadline(time.Now().Add(connLife))
		if err := s.talk(countedConn{conn, s.tally}); err != nil {
			s.tally.add(Counts{Bogus: 1})
		}
	})
}

func (s *stream) keep(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns == nil || len(s.conns) >= maxConns {
		return false
	}
	s.conns[conn] = struct{}{}
	return true
}

func (s *stream) drop(conn net.Conn) {
	conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
}

func (s *stream) takeAll() []net.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []net.Conn
	for c := range s.conns {
		all = append(all, c)
	}
	s.conns = nil
	return all
}

// pause waits a moment, or returns false at once when done is closed.
func pause(done <-chan struct{}) bool {
	t := time.NewTimer(errPause)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-done:
		return false
	}
}

// hear takes whatever comes until the other side hangs up, and never says a word.
func hear(conn net.Conn) error {
	io.Copy(io.Discard, conn)
	return nil
}

// greet says one line, as servers of SMTP and FTP do (RFC 5321 section 3.1, RFC 959 section 5.4), and then listens.
func greet(line string) func(net.Conn) error {
	return func(conn net.Conn) error {
		if _, err := io.WriteString(conn, line+"\r\n"); err != nil {
			return nil // hung up already: a port check does
		}
		return hear(conn)
	}
}

// speakTLS makes the server's side of the handshake. Who hangs up without a word was only looking for an open port.
func speakTLS(pair tls.Certificate) func(net.Conn) error {
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	return func(conn net.Conn) error {
		server := tls.Server(conn, config)
		err := server.HandshakeContext(context.Background()) // bounded by the deadline of conn
		if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		return hear(server)
	}
}
