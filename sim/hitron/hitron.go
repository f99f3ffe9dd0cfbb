// Package hitron is a Hitron cable modem on a real TCP socket of the loopback interface: the local web pages that such
// a modem serves about its DOCSIS channels, with the habits and the faults that owners report.
//
// What goes over the wire, one JSON document for each GET:
//
//	Data       GET /data/dsinfo.asp and others: arrays of objects, nearly every value a string, labelled
//	           text/html; no login, or a guest session of POST /goform/home (CODA-56, CODA-45, CODA-54)
//	Device     GET /1/Device/CM/DsInfo and others: an object with errCode and a list, after a login that gives the
//	           cookie PHPSESSID; one session at a time (CODA-4680, CODA-4582)
//	DataLogin  as Data with fewer fields, after GET / has given the cookie preSession and POST /goform/login has
//	           accepted it; 302 without (CGNV4)
//
// The documents follow captures in public projects: hairyhenderson/hitron_coda, yrro/hitron-exporter,
// itsDNNS/docsight and anupcshan/coda56-exporter.
//
// The channels come from one of two sources: Golden stands still and says always the same, Alive moves with the clock.
// Both go through the same switches (switches.go, faults.go), which may be moved while the modem runs. A Sim counts
// what it saw, and shows what it says as numbers, for tests to compare.
package hitron

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"home_exporter/sim/internal/hold"
)

// A Sim is a running modem. Its methods may be called from any goroutine.
type Sim struct {
	options   Options
	endpoints map[string]endpoint
	source    source
	tally     tally
	faults    faults
	tls       *tlsServer // nil for plain HTTP
	address   string
	hold      *hold.Hold

	ctx    context.Context // ends with the Sim; requests live inside it
	cancel context.CancelFunc
	wg     sync.WaitGroup
	once   sync.Once
	shut   error

	power sync.Mutex // one On or Off at a time; taken before mu

	mu       sync.Mutex // for what follows
	gone     bool
	server   *server // nil while off
	boot     time.Time
	rebooted bool
	switches switches
	sessions sessions
}

// Start turns a modem on. It lives until Close, or until ctx ends.
func Start(ctx context.Context, o Options) (*Sim, error) {
	if err := o.setDefaults(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("simulated modem: %w", err)
	}
	s := &Sim{options: o, endpoints: endpointsOf(o)}
	s.switches.keepAlive = true
	s.sessions.password = o.Password
	if err := s.prepare(); err != nil {
		return nil, fmt.Errorf("simulated modem: %w", err)
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	if err := s.On(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.wg.Go(func() {
		<-s.ctx.Done()
		s.shutDown()
	})
	return s, nil
}

// prepare makes what the modem has before it is reachable: values, a certificate, an address.
func (s *Sim) prepare() error {
	var err error
	now := s.options.Now()
	switch s.options.Values {
	case Golden:
		if s.source, err = readGolden(); err != nil {
			return err
		}
		s.boot = now
	case Alive:
		s.source = newAlive(s.options.Seed)
		s.boot = now.Add(-s.options.Uptime)
	default:
		return fmt.Errorf("no values %d are known", s.options.Values)
	}
	if !s.options.Plain {
		if s.tls, err = newTLSServer(s.options.TLS, s.options.Certificate); err != nil {
			return err
		}
	}
	s.hold, s.address, err = hold.Address(s.options.Address)
	return err
}

// URL is the modem's base address, such as https://127.0.0.1:40123. It stays the same while the modem is off.
func (s *Sim) URL() string {
	if s.tls == nil {
		return "http://" + s.address
	}
	return "https://" + s.address
}

// Address is host:port.
func (s *Sim) Address() string { return s.address }

// Certificate is what the modem shows now; nil with plain HTTP.
func (s *Sim) Certificate() *x509.Certificate {
	if s.tls == nil {
		return nil
	}
	return s.tls.shown.Load().Leaf
}

// ExchangeCertificate shows another certificate from now on, and ends the connections that saw the old one.
func (s *Sim) ExchangeCertificate(pair tls.Certificate) error {
	if s.tls == nil {
		return errors.New("simulated modem: plain HTTP has no certificate")
	}
	if err := s.tls.show(pair); err != nil {
		return fmt.Errorf("simulated modem: %w", err)
	}
	s.DropConnections()
	return nil
}

// Off closes the modem's listener and connections. Its address refuses, and stays the modem's.
func (s *Sim) Off() error {
	s.power.Lock()
	defer s.power.Unlock()
	s.mu.Lock()
	server := s.server
	s.server = nil
	s.mu.Unlock()
	if server == nil {
		return nil
	}
	return server.close()
}

// On opens the listener at the address that the modem had. The values go on as if it had been on.
func (s *Sim) On() error {
	s.power.Lock()
	defer s.power.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return errors.New("simulated modem: the simulation has ended")
	}
	if s.server != nil {
		return nil
	}
	var config net.ListenConfig
	l, err := config.Listen(s.ctx, "tcp", s.address)
	if err != nil {
		return fmt.Errorf("simulated modem: %w", err)
	}
	s.server = s.serve(l)
	return nil
}

// DropConnections ends every connection, also in the middle of an answer. New ones are welcome.
func (s *Sim) DropConnections() {
	s.mu.Lock()
	server := s.server
	s.mu.Unlock()
	if server != nil {
		server.drop()
	}
}

// Close turns the modem off for good and waits for all that ran. It may be called more than once.
func (s *Sim) Close() error {
	s.cancel()
	s.shutDown()
	s.wg.Wait()
	return s.shut
}

func (s *Sim) shutDown() {
	s.once.Do(func() {
		s.mu.Lock()
		s.gone = true
		s.mu.Unlock()
		s.shut = errors.Join(s.Off(), s.hold.Close())
	})
}
