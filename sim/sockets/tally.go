package sockets

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// Counts are what one socket has seen.
type Counts struct {
	Accepts   uint64 // connections accepted
	Datagrams uint64 // datagrams and packets that came without a connection
	Bytes     uint64 // bytes that came, TLS records counted as they are
	Bogus     uint64 // requests that a real device would refuse: wrong format, a failed handshake, too many at once
}

// A tally keeps the counts of one socket and wakes those who wait for them.
type tally struct {
	mu      sync.Mutex
	seen    Counts
	changed chan struct{} // made by the first who waits, closed at the next change
}

func (t *tally) counts() Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.seen
}

func (t *tally) add(more Counts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen.Accepts += more.Accepts
	t.seen.Datagrams += more.Datagrams
	t.seen.Bytes += more.Bytes
	t.seen.Bogus += more.Bogus
	if t.changed != nil {
		close(t.changed)
		t.changed = nil
	}
}

func (t *tally) await(ctx context.Context, enough func(Counts) bool) (Counts, error) {
	for {
		seen, changed := t.watch()
		if enough(seen) {
			return seen, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return seen, fmt.Errorf("wait for more than %+v: %w", seen, ctx.Err())
		}
	}
}

// watch returns the counts and a channel that closes when they change.
func (t *tally) watch() (Counts, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.changed == nil {
		t.changed = make(chan struct{})
	}
	return t.seen, t.changed
}

// A countedConn adds what is read from it to a tally.
type countedConn struct {
	net.Conn
	tally *tally
}

func (c countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.tally.add(Counts{Bytes: uint64(n)})
	}
	return n, err
}
