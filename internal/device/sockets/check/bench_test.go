package check

import (
	"context"
	"net"
	"testing"
	"time"
)

// benchListener accepts and closes; the dialling side closes with RST, so that no
// TIME_WAIT builds up and the figures do not depend on the run before.
func benchListener(b *testing.B) net.Addr {
	b.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	b.Cleanup(func() { l.Close(); <-done })
	return l.Addr()
}

// BenchmarkBareDial is the loop that BenchmarkCheckTCP is compared with.
func BenchmarkBareDial(b *testing.B) {
	address := benchListener(b).String()
	d := net.Dialer{KeepAlive: -1}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			conn, err := d.DialContext(ctx, "tcp", address)
			if err != nil {
				b.Error(err)
				cancel()
				return
			}
			conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
			cancel()
		}
	})
}

func BenchmarkCheckTCP(b *testing.B) {
	host, port, _ := net.SplitHostPort(benchListener(b).String())
	c := NewChecker(CheckerOptions{})
	target, err := NewTarget("tcp", host, port, &Options{Reset: true})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			if r := c.Check(ctx, target); !r.Up() {
				b.Error(r.Err)
				cancel()
				return
			}
			cancel()
		}
	})
}
