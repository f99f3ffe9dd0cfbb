package sockets

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// A hole is a TCP port that drops SYNs, as a sleeping device or a firewall does. It listens with a backlog of 0 and
// never accepts; once the queue is full (tcp_conn_request in Linux' net/ipv4/tcp_input.c), the kernel lets every
// further SYN go unanswered. The connections that fill it must stay open.
type hole struct {
	bound *boundTCP
	fill  []net.Conn
}

const (
	// fillTimeout tells a full queue from one with room. On the loopback interface a connection takes microseconds.
	fillTimeout = 150 * time.Millisecond

	// maxFill is more than any system puts into a queue of length 0: Linux takes one, others a few.
	maxFill = 16
)

// openHole makes a hole at that port of host, or at a free one if port is 0.
func openHole(ctx context.Context, host net.IP, port int) (*hole, error) {
	bound, err := bindTCP(host, port)
	if err != nil {
		return nil, fmt.Errorf("open a black hole: %w", err)
	}
	h := &hole{bound: bound}
	if err := h.plug(ctx, host); err != nil {
		h.Close()
		return nil, fmt.Errorf("open a black hole at port %d: %w", bound.port, err)
	}
	return h, nil
}

// plug connects until a connection is not answered. A busy machine may be slow to answer the very first: that one alone
// proves nothing.
func (h *hole) plug(ctx context.Context, host net.IP) error {
	if err := h.bound.listen(0); err != nil {
		return err
	}
	address := (&net.TCPAddr{IP: host, Port: h.bound.port}).String()
	dialer := net.Dialer{Timeout: fillTimeout, KeepAlive: -1}
	for tried := range maxFill {
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			h.fill = append(h.fill, conn)
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if t, ok := errors.AsType[net.Error](err); !ok || !t.Timeout() {
			return err
		}
		if tried > 0 {
			return nil
		}
	}
	return fmt.Errorf("the kernel answered %d connections to a queue of length 0", maxFill)
}

// Close refuses from now on.
func (h *hole) Close() error {
	err := h.bound.Close()
	for _, c := range h.fill {
		c.Close()
	}
	return err
}
