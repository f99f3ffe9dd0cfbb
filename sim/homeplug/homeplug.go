// Package homeplug is a powerline segment with any number of adapters on it, as a host sees them that is plugged into
// one of them: simulated adapters that answer real management messages in real Ethernet frames.
//
// What goes over the wire, after destination, source and EtherType (offsets from there; numbers little endian):
//
//	88e1  standard  | MMV 0 | type 2 | entry            MMV 1, 2: | FMI 2 | entry
//	88e1  vendor    | MMV 0 | type 2 | 00 b0 52 | entry   MMV 1:  | FMI 2 | 00 b0 52 | entry
//	8912  Broadcom  | MMV   | type 2 | FMI 2 | 00 1f 84 | sequence 1 | entry
//
// A request's type ends in binary 00 and its confirm's in 01. The confirm has the MMV of the request, comes from the
// adapter's own address and goes to the requester's. FMI says which fragment it is. The layouts follow public sources:
// qca/open-plc-utils (mme/qualcomm.h, plc/NetInfo1.c and 2, LinkStatistics.c, ToneMaps1.c and 2, Attributes1.c and 2),
// ffainelli/faifa (frame.c, homeplug_av.h) and serock/pla-util (pla/src).
//
// A request is heard by: the fixed address 00:b0:52:00:00:01, every local Atheros adapter; broadcast, everybody; an
// adapter's address, that adapter. Remote adapters are heard as long as one local adapter is on.
//
// Frames come and go at two meeting places, which may be used at once: an Ethernet interface (one end of a veth pair;
// raw sockets, so root and Linux), and a Unix datagram socket where each datagram is one whole frame.
//
// Rates drift and counters grow with the clock. Habits (habits.go) make adapters slow, forgetful or wrong. The Sim
// keeps what it was asked, notes what must never be sent (forbidden.go), and shows its values for tests to compare.
package homeplug

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// A Sim is a running segment. Its methods may be called from any goroutine.
type Sim struct {
	options Options
	ports   []*port
	tally   tally

	ctx    context.Context // ends with the Sim; delayed answers live inside it
	cancel context.CancelFunc
	wg     sync.WaitGroup
	once   sync.Once
	shut   error

	mu       sync.Mutex // for what follows
	ended    bool
	adapters []*adapter
	networks []Network
	links    map[pair]*link
	segment  Habits // of every adapter
	rewrite  func(frame []byte) [][]byte
	pending  int // delayed answers
	sequence byte
	noise    context.CancelFunc // nil while it is quiet
}

// Start opens the meeting places. They live until Close, or until ctx ends. The interface is looked up in the network
// namespace of the calling thread.
func Start(ctx context.Context, o Options) (*Sim, error) {
	s, err := build(o)
	if err != nil {
		return nil, fmt.Errorf("simulated powerline: %w", err)
	}
	if o.Interface == "" && o.Socket == "" {
		return nil, errors.New("simulated powerline: neither an interface nor a socket to meet at")
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	if err := s.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("simulated powerline: %w", err), s.Close())
	}
	for _, p := range s.ports {
		s.wg.Go(func() { p.receive(s.ctx, s.hear) })
		s.wg.Go(func() { p.transmit(s.ctx) })
	}
	s.wg.Go(func() {
		<-s.ctx.Done()
		s.shutDown()
	})
	return s, nil
}

// open opens the meeting places that the options name.
func (s *Sim) open() error {
	if name := s.options.Interface; name != "" {
		for _, etherType := range []uint16{etherHomePlug, etherMediaXtream} {
			wire, err := openInterface(name, etherType)
			if err != nil {
				return err
			}
			p := newPort(wire, &s.tally, s.options.Log)
			if etherType == etherHomePlug {
				p.peers = []string{""} // hears noise from the start, once
			}
			s.ports = append(s.ports, p)
		}
	}
	if path := s.options.Socket; path != "" {
		wire, err := openSocket(path)
		if err != nil {
			return err
		}
		s.ports = append(s.ports, newPort(wire, &s.tally, s.options.Log))
	}
	return nil
}

// Socket is the path of the Unix datagram socket; empty if there is none.
func (s *Sim) Socket() string { return s.options.Socket }

// Close ends the segment and waits for all that ran. It may be called more than once.
func (s *Sim) Close() error {
	s.cancel()
	s.shutDown()
	s.wg.Wait()
	return s.shut
}

func (s *Sim) shutDown() {
	s.once.Do(func() {
		s.mu.Lock()
		s.ended = true
		s.mu.Unlock()
		var errs []error
		for _, p := range s.ports {
			errs = append(errs, p.wire.close())
		}
		s.shut = errors.Join(errs...)
	})
}
