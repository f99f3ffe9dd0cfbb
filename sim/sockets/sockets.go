// Package sockets is a house full of real sockets on the loopback interface, each with one habit of the sockets that
// people watch at home: some answer, some refuse, one sleeps, one comes and goes. It opens nothing that other machines
// can reach, and needs no privilege.
//
// What goes over the wire:
//
//	TCP     accept and listen to whatever comes; some greet with one line, one speaks TLS, some never say a word
//	UDP     echo, silence, a DNS answer (RFC 1035 section 4), an NTP answer (RFC 5905 section 7.3)
//	Unix    a stream, a datagram and a seqpacket socket in a directory
//
// Every port is the kernel's choice and is kept for the life of the Sim, also while nothing listens on it, so that a
// stopped socket is really refused and always comes back on its own port (hold.go says how). Each socket counts what
// it saw, for tests to ask.
package sockets

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

// Options say where and when. The zero value of each field but Dir is useful.
type Options struct {
	// Dir is the folder for the Unix sockets. It is made if missing. Its path must be short: a socket's path has room
	// for about a hundred bytes.
	Dir string

	// FlapUp and FlapDown are how long a flapping socket stays open and closed: 45 s and 15 s if zero.
	FlapUp, FlapDown time.Duration

	// After starts each of these waits: time.After if nil. It is called when the change before is complete, so a test
	// that hands in its own knows then what state the flapping sockets are in.
	After func(time.Duration) <-chan time.Time

	// Now dates the certificate and the time server's answers: time.Now if nil.
	Now func() time.Time

	// Log hears of sockets that could not come back: nobody if nil.
	Log *slog.Logger
}

func (o *Options) setDefaults() error {
	if o.Dir == "" {
		return errors.New("simulated sockets: no directory for the unix sockets")
	}
	if o.FlapUp < 0 || o.FlapDown < 0 {
		return fmt.Errorf("simulated sockets: a flap of %v up and %v down is not possible", o.FlapUp, o.FlapDown)
	}
	if o.FlapUp == 0 {
		o.FlapUp = 45 * time.Second
	}
	if o.FlapDown == 0 {
		o.FlapDown = 15 * time.Second
	}
	if o.After == nil {
		o.After = time.After
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}

// A Sim is a running set of simulated sockets.
type Sim struct {
	cancel   context.CancelFunc
	wg       sync.WaitGroup
	cert     *x509.Certificate
	stations []*station
	leftOut  []LeftOut

	once    sync.Once
	shutErr error
}

// LeftOut names a socket that this machine cannot have, and why.
type LeftOut struct {
	Name string
	Err  error
}

// Start opens all sockets of the house. They live until Close, or until ctx ends.
func Start(ctx context.Context, o Options) (*Sim, error) {
	if err := o.setDefaults(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("simulated sockets: %w", err)
	}
	pair, cert, err := selfSigned(o.Now())
	if err != nil {
		return nil, fmt.Errorf("simulated sockets: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &Sim{cancel: cancel, cert: cert}
	if err := s.moveIn(ctx, house(o.Dir, pair, o.Now)); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.wg.Go(func() {
		<-ctx.Done()
		s.shut()
	})
	s.wg.Go(func() { s.flap(ctx, o) })
	return s, nil
}

// Certificate is what the TLS socket shows.
func (s *Sim) Certificate() *x509.Certificate { return s.cert }

// Sockets lists what was opened, in the order of the house.
func (s *Sim) Sockets() []Socket {
	out := make([]Socket, len(s.stations))
	for i, st := range s.stations {
		out[i] = st.Socket
	}
	return out
}

// Socket is the socket of that name.
func (s *Sim) Socket(name string) (Socket, bool) {
	st, err := s.station(name)
	if err != nil {
		return Socket{}, false
	}
	return st.Socket, true
}

// LeftOut lists what this machine cannot have, such as an IPv6 listener where there is no IPv6.
func (s *Sim) LeftOut() []LeftOut { return slices.Clone(s.leftOut) }

// Stop closes the socket of that name, and the connections it has, until StartAgain. Its port stays taken
// (hold.go). One that only refuses goes on refusing.
func (s *Sim) Stop(name string) error {
	st, err := s.station(name)
	if err != nil {
		return err
	}
	return st.set(func(w *wish) { w.stopped = true })
}

// StartAgain opens a stopped socket on the port that it had. One that flaps is open again when its schedule says so.
func (s *Sim) StartAgain(name string) error {
	st, err := s.station(name)
	if err != nil {
		return err
	}
	return st.set(func(w *wish) { w.stopped = false })
}

// Seen tells what the socket of that name has seen since Start. A name that does not exist has seen nothing.
func (s *Sim) Seen(name string) Counts {
	st, err := s.station(name)
	if err != nil {
		return Counts{}
	}
	return st.tally.counts()
}

// Await waits until the socket of that name has seen enough, and returns what it has seen.
func (s *Sim) Await(ctx context.Context, name string, enough func(Counts) bool) (Counts, error) {
	st, err := s.station(name)
	if err != nil {
		return Counts{}, err
	}
	return st.tally.await(ctx, enough)
}

// Close closes every socket and waits for all that ran. It may be called more than once.
func (s *Sim) Close() error {
	s.cancel()
	s.wg.Wait()
	s.shut()
	return s.shutErr
}

func (s *Sim) shut() {
	s.once.Do(func() {
		var errs []error
		for _, st := range s.stations {
			errs = append(errs, st.shut())
		}
		s.shutErr = errors.Join(errs...)
	})
}

func (s *Sim) station(name string) (*station, error) {
	for _, st := range s.stations {
		if st.Name == name {
			return st, nil
		}
	}
	return nil, fmt.Errorf("no simulated socket is named %q", name)
}
