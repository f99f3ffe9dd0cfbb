package gateway

import (
	"context"
	"net"
	"sync"
	"testing"
)

// A socket hands each connection to a function that speaks bytes.
type socket struct {
	net.Listener
	mu    sync.Mutex
	count int
}

// newSocket starts one. The function gets the number of its connection, from 1.
func newSocket(t testing.TB, serve func(n int, conn net.Conn)) *socket {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &socket{Listener: l}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.count++
			n := s.count
			s.mu.Unlock()
			wg.Go(func() {
				defer conn.Close()
				defer context.AfterFunc(ctx, func() { conn.Close() })()
				serve(n, conn)
			})
		}
	})
	t.Cleanup(func() { cancel(); l.Close(); wg.Wait() })
	return s
}

func (s *socket) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// closedPort returns an address on which nothing listens and nobody can start to: it
// is the local end of a connection.
func closedPort(t testing.TB) string {
	t.Helper()
	s := newSocket(t, func(_ int, conn net.Conn) { conn.Read(make([]byte, 1)) })
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.LocalAddr().String()
}
