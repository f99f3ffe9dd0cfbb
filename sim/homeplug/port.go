package homeplug

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
)

// A wire carries frames. It may be closed while it reads and writes.
type wire interface {
	// read waits for the next frame. peer is where it came from, for write.
	read(buffer []byte) (n int, peer string, err error)
	// write sends without waiting for long. One goroutine uses it.
	write(ctx context.Context, frame []byte, peer string) error
	close() error
}

const (
	maxPeers  = 64   // that are remembered
	maxQueued = 1024 // frames that wait to be sent; more are lost
)

// A port is a wire with its peers and what waits to be sent.
type port struct {
	wire   wire
	tally  *tally
	log    *slog.Logger
	outbox chan outgoing

	mu    sync.Mutex
	peers []string // who hears noise; the last one asked last
}

type outgoing struct {
	frame []byte
	peer  string
}

func newPort(w wire, t *tally, log *slog.Logger) *port {
	return &port{wire: w, tally: t, log: log, outbox: make(chan outgoing, maxQueued)}
}

// receive hands over what comes in until the wire is closed.
func (p *port) receive(ctx context.Context, hear func(frame []byte, send func([]byte))) {
	buffer := make([]byte, maxFrame)
	for {
		n, peer, err := p.wire.read(buffer)
		switch {
		case err == nil:
		case errors.Is(err, syscall.ENETDOWN): // once each time that the interface goes down; it may come back
			p.log.Info("powerline interface is down", "err", err)
			continue
		default:
			if ctx.Err() == nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, os.ErrClosed) {
				p.log.Error("powerline segment cannot hear any more", "err", err)
			}
			return
		}
		p.remember(peer)
		hear(buffer[:n], func(frame []byte) { p.send(frame, peer) })
	}
}

// transmit sends what waits, one frame after the other.
func (p *port) transmit(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case out := <-p.outbox:
			err := p.wire.write(ctx, out.frame, out.peer)
			if err == nil {
				p.tally.add(func(seen *Seen) { seen.Sent++ })
				continue
			}
			p.tally.add(func(seen *Seen) { seen.Unsent++ })
			if gone(err) {
				p.forget(out.peer)
			}
			if ctx.Err() == nil {
				p.log.Info("powerline frame not sent", "peer", out.peer, "bytes", len(out.frame), "err", err)
			}
		}
	}
}

// send queues a frame. When the queue is full it is lost, as on any wire.
func (p *port) send(frame []byte, peer string) {
	select {
	case p.outbox <- outgoing{frame, peer}:
	default:
		p.tally.add(func(seen *Seen) { seen.Unsent++ })
	}
}

// remember keeps the peer for noise; the one that has been quiet longest goes.
func (p *port) remember(peer string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.peers); peer == "" || n > 0 && p.peers[n-1] == peer {
		return
	}
	p.peers = append(slices.DeleteFunc(p.peers, func(old string) bool { return old == peer }), peer)
	if len(p.peers) > maxPeers {
		p.peers = slices.Delete(p.peers, 0, 1)
	}
}

func (p *port) forget(peer string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.peers = slices.DeleteFunc(p.peers, func(old string) bool { return old == peer })
}

// everybody is who has asked; on an interface there are no names, and a frame is for all.
func (p *port) everybody() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.peers)
}

// gone tells whether a Unix socket's other side is no more.
func gone(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOENT)
}

// writePatience is how long a peer may take to make room for a frame.
const writePatience = 200 * time.Millisecond
