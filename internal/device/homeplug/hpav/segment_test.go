package hpav

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"os"
	"slices"
	"sync"
	"testing"
	"time"
)

// A segment is an Ethernet segment in memory, in the time of its bubble. It is a
// net.PacketConn for the host, and has stations that answer.
type segment struct {
	t        testing.TB
	mu       sync.Mutex
	queue    [][]byte
	changed  chan struct{} // closed when there is something new for the reader
	deadline time.Time
	closed   error
	refuses  error // of writing
	stations []*station
	requests []sent
}

// sent is a request that went over the segment.
type sent struct {
	at      time.Time
	dst     MAC
	message Message
	frame   []byte
}

// A station is an adapter as the segment knows it.
type station struct {
	mac     MAC
	local   bool // it answers the local management address
	deaf    bool
	delay   time.Duration
	answers func(m Message, request []byte) [][]byte // frames
}

func newSegment(t testing.TB, stations ...*station) *segment {
	return &segment{t: t, changed: make(chan struct{}), stations: stations}
}

func (g *segment) wake() {
	close(g.changed)
	g.changed = make(chan struct{})
}

// deliver puts frames before the host.
func (g *segment) deliver(frames ...[]byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.queue = append(g.queue, frames...)
	g.wake()
}

// later delivers frames after a while.
func (g *segment) later(d time.Duration, frames ...[]byte) {
	time.AfterFunc(d, func() { g.deliver(frames...) })
}

// fail ends reading with an error.
func (g *segment) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = err
	g.wake()
}

func (g *segment) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		g.mu.Lock()
		changed, wait := g.changed, time.Until(g.deadline)
		switch {
		case !g.deadline.IsZero() && wait <= 0:
			g.mu.Unlock()
			return 0, nil, os.ErrDeadlineExceeded
		case len(g.queue) > 0:
			defer g.mu.Unlock()
			n := copy(b, g.queue[0])
			g.queue = g.queue[1:]
			return n, nil, nil
		case g.closed != nil:
			defer g.mu.Unlock()
			return 0, nil, g.closed
		}
		var over <-chan time.Time
		if !g.deadline.IsZero() {
			timer := time.NewTimer(wait)
			defer timer.Stop()
			over = timer.C
		}
		g.mu.Unlock()
		select {
		case <-changed:
		case <-over:
		}
	}
}

func (g *segment) SetReadDeadline(at time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.deadline = at
	g.wake()
	return nil
}

func (g *segment) WriteTo(b []byte, _ net.Addr) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refuses != nil {
		return 0, g.refuses
	}
	m, ok := requested(b)
	if !ok || len(b) < minFrame || MAC(b[6:]) != host {
		g.t.Errorf("sent %x, which is no request", b)
	}
	dst := MAC(b)
	g.requests = append(g.requests, sent{time.Now(), dst, m, bytes.Clone(b)})
	for _, s := range g.stations {
		if s.deaf || dst != s.mac && dst != Broadcast && !(dst == Local && s.local) {
			continue
		}
		g.later(s.delay, s.answers(m, b)...)
	}
	return len(b), nil
}

func (g *segment) Close() error                     { return nil }
func (g *segment) LocalAddr() net.Addr              { return nil }
func (g *segment) SetDeadline(time.Time) error      { return nil }
func (g *segment) SetWriteDeadline(time.Time) error { return nil }

// requested finds which message a frame is.
func requested(b []byte) (Message, bool) {
	for m := range MessageCount {
		f := &forms[m]
		if binary.BigEndian.Uint16(b[12:]) == f.etherType && b[14] == f.mmv && binary.LittleEndian.Uint16(b[15:]) == f.mmtype {
			return m, true
		}
	}
	return 0, false
}

// count returns how often somebody was asked a message; the zero address is anybody.
func (g *segment) count(dst MAC, m Message) (n int) {
	for _, r := range g.requests {
		if r.message == m && (dst == MAC{} || r.dst == dst) {
			n++
		}
	}
	return n
}

// clear forgets what was asked.
func (g *segment) clear() { g.requests = nil }

// survey runs one, and returns how long it took besides.
func (g *segment) survey(c *Client) ([]Adapter, time.Duration, error) {
	begun := time.Now()
	all, err := c.Survey(context.Background(), g, host)
	return all, time.Since(begun), err
}

// mustSurvey runs a survey that has to succeed.
func (g *segment) mustSurvey(c *Client) ([]Adapter, time.Duration) {
	g.t.Helper()
	all, took, err := g.survey(c)
	if err != nil {
		g.t.Fatal(err)
	}
	return all, took
}

// only returns options that ask for networks alone.
func only(change ...func(*Options)) Options {
	o := Defaults()
	o.Others, o.Statistics, o.Details = false, 0, 0
	for _, c := range change {
		c(&o)
	}
	return o
}

// of returns what is told of one adapter.
func of(t testing.TB, all []Adapter, mac MAC) Adapter {
	t.Helper()
	i := slices.IndexFunc(all, func(a Adapter) bool { return a.MAC == mac })
	if i < 0 {
		t.Fatalf("%s is not among %v", mac, macs(all))
	}
	return all[i]
}

func macs(all []Adapter) (out []MAC) {
	for _, a := range all {
		out = append(out, a.MAC)
	}
	return out
}
