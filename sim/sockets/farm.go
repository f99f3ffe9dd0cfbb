package sockets

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// A Farm is many equal listeners and one black hole, for tests and benchmarks under load. The listeners accept and hang
// up at once (with FIN: a reset could reach a client before it has noticed that it is connected).
type Farm struct {
	sockets   []Socket
	listeners []net.Listener
	hole      *hole
	accepts   atomic.Uint64
	done      chan struct{}
	wg        sync.WaitGroup
	close     func() error
}

// StartFarm opens n listeners, each at a port of the kernel's choice, and the hole. They live until Close. Each costs a
// file descriptor: when there are not enough, the error tells how many there were.
func StartFarm(ctx context.Context, n int) (*Farm, error) {
	f := &Farm{done: make(chan struct{})}
	f.close = sync.OnceValue(f.shut)
	for i := range n {
		if err := f.plant(ctx, fmt.Sprintf("farm-%04d", i)); err != nil {
			return nil, errors.Join(fmt.Errorf("listener %d of %d: %w", i+1, n, err), f.Close())
		}
	}
	h, err := openHole(ctx, net.ParseIP(loopback), 0)
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return nil, errors.Join(err, f.Close())
	}
	f.hole = h
	return f, nil
}

// Sockets lists the listeners.
func (f *Farm) Sockets() []Socket { return f.sockets }

// Hole is the port that drops SYNs; false where the system cannot have one.
func (f *Farm) Hole() (Socket, bool) {
	if f.hole == nil {
		return Socket{}, false
	}
	return Socket{
		Name: "farm-hole", Host: loopback, Port: f.hole.bound.port, Protocol: "tcp",
		Find: Down, Class: "timeout", About: "drops every SYN",
	}, true
}

// Accepts is how many connections were accepted, all listeners together.
func (f *Farm) Accepts() uint64 { return f.accepts.Load() }

// Close closes everything and waits for the goroutines. It may be called more than once.
func (f *Farm) Close() error { return f.close() }

func (f *Farm) plant(ctx context.Context, name string) error {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp4", net.JoinHostPort(loopback, "0"))
	if err != nil {
		return err
	}
	f.listeners = append(f.listeners, l)
	f.sockets = append(f.sockets, Socket{
		Name: name, Host: loopback, Port: l.Addr().(*net.TCPAddr).Port, Protocol: "tcp",
		Find: Up, About: "accepts and hangs up",
	})
	f.wg.Go(func() { f.accept(l) })
	return nil
}

func (f *Farm) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			f.accepts.Add(1)
			conn.Close()
		case errors.Is(err, net.ErrClosed):
			return
		case !pause(f.done):
			return
		}
	}
}

func (f *Farm) shut() error {
	close(f.done)
	var errs []error
	for _, l := range f.listeners {
		errs = append(errs, l.Close())
	}
	if f.hole != nil {
		errs = append(errs, f.hole.Close())
	}
	f.wg.Wait()
	return errors.Join(errs...)
}
