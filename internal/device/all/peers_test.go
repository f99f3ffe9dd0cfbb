package all

import (
	"net"
	"sync"
	"testing"
)

// serve listens on loopback and gives each connection to a function of its own
// goroutine. When the test ends the connections are closed and the functions awaited.
func serve(t *testing.T, talk func(net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var (
		running sync.WaitGroup
		mu      sync.Mutex
		open    []net.Conn
	)
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			running.Go(func() { talk(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range open {
			c.Close()
		}
		mu.Unlock()
		running.Wait()
	})
	return l.Addr().String()
}

// silentPeer accepts, reads, and never says a word.
func silentPeer(t *testing.T) string {
	return serve(t, func(c net.Conn) {
		buf := make([]byte, 4096)
		for {
			if _, err := c.Read(buf); err != nil {
				return
			}
		}
	})
}

// rubbishPeer says what no protocol has, without end.
func rubbishPeer(t *testing.T) string {
	return serve(t, func(c net.Conn) {
		for {
			if _, err := c.Write([]byte("\x00\xff\x7f rubbish \r\n\r\n{[<")); err != nil {
				return
			}
		}
	})
}

// rudePeer hangs up as soon as it has accepted.
func rudePeer(t *testing.T) string {
	return serve(t, func(c net.Conn) { c.Close() })
}
