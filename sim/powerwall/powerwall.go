// Package powerwall is a Tesla Energy Gateway on a real TCP socket of the loopback interface: HTTPS with the
// certificates, logins, documents and faults that owners of Powerwalls report.
//
// What goes over the wire:
//
//	TLS      server name "", teg, powerwall or powerpack; the handshake ends for any other
//	         certificate self-signed, or issued by a CA of its own that is not sent
//	HTTP     POST /api/login/Basic {"username":"customer","password":...} -> token, cookies AuthCookie and UserRecord
//	         GET  /api/status, /api/system_status, /api/meters/aggregates, ... -> one JSON document each
//	         GET  /api/devices/vitals -> protobuf
//	         GET  /tedapi/din, POST /tedapi/v1, /tedapi/device/<din>/v1 -> Basic Tesla_Energy_Device, protobuf
//	         POST /tedapi/v1r -> protobuf, signed with the client's RSA key
//
//	TEDAPI   Message{1: envelope{1 channel, 2 sender, 3 recipient, 4|15|16 payload}, 2: tail}
//	v1r      RoutableMessage{6: to, 10: envelope, 12: status, 13: signature, 50: request's uuid, 51: uuid}
//
// Documents and habits follow what public projects have captured: vloschiavo/powerwall2 (samples), foogod/go-powerwall
// (types.go, meters.go, system.go), jasonacox/pypowerwall (tesla.proto, pypowerwall/tedapi, pwsimulator/stub.py),
// jrester/tesla_powerwall, Teslemetry/aiopowerwall.
//
// The readings come from one of two sources: Golden stands still and says always the same, Alive moves with the clock.
// Both go through the same switches (switches.go, faults.go), which may be moved while the gateway runs. A Sim counts
// what it saw, lists what would have changed a real gateway, and shows what it says as numbers, for tests to compare.
package powerwall

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

// A Sim is a running gateway. Its methods may be called from any goroutine.
type Sim struct {
	options   Options
	profile   profile
	documents documents
	tally     tally
	faults    faults
	lines     lines
	tls       *tlsServer
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
	source   source
	boot     time.Time
	rebooted bool
	switches switches
	sessions sessions
	keys     []Key
}

// Start turns a gateway on. It lives until Close, or until ctx ends.
func Start(ctx context.Context, o Options) (*Sim, error) {
	if err := o.setDefaults(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("simulated gateway: %w", err)
	}
	s := &Sim{options: o, profile: profiles[o.Firmware], keys: append([]Key(nil), o.Keys...)}
	s.sessions.begin(o.Password)
	if err := s.prepare(); err != nil {
		return nil, fmt.Errorf("simulated gateway: %w", err)
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

// prepare makes what the gateway has before it is reachable: values, a certificate, an address.
func (s *Sim) prepare() error {
	start := s.options.Now()
	s.boot = start
	var err error
	if s.documents, err = readDocuments(); err != nil {
		return err
	}
	golden, err := readGolden(s.documents)
	if err != nil {
		return err
	}
	switch s.options.Values {
	case Golden:
		s.source = golden
	case Alive:
		s.boot = start.Add(-s.options.Uptime)
		s.source = newAlive(s.options, golden.state, start)
	default:
		return fmt.Errorf("no values %d are known", s.options.Values)
	}
	if s.hold, s.address, err = hold.Address(s.options.Address); err != nil {
		return err
	}
	if s.tls, err = s.newTLSServer(); err != nil {
		return errors.Join(err, s.hold.Close())
	}
	return nil
}

// URL is the gateway's base address, such as https://127.0.0.1:40123. It stays the same while the gateway is off.
func (s *Sim) URL() string { return "https://" + s.address }

// Address is host:port.
func (s *Sim) Address() string { return s.address }

// Certificate is what the gateway shows now.
func (s *Sim) Certificate() *x509.Certificate { return s.tls.shown.Load().Leaf }

// ExchangeCertificate shows another certificate from now on, and ends the connections that saw the old one.
func (s *Sim) ExchangeCertificate(pair tls.Certificate) error {
	if err := s.tls.show(pair); err != nil {
		return fmt.Errorf("simulated gateway: %w", err)
	}
	s.DropConnections()
	return nil
}

// Off closes the gateway's listener and connections. Its address refuses, and stays the gateway's.
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

// On opens the listener at the address that the gateway had. The values go on as if it had been on.
func (s *Sim) On() error {
	s.power.Lock()
	defer s.power.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return errors.New("simulated gateway: the simulation has ended")
	}
	if s.server != nil {
		return nil
	}
	var config net.ListenConfig
	l, err := config.Listen(s.ctx, "tcp", s.address)
	if err != nil {
		return fmt.Errorf("simulated gateway: %w", err)
	}
	s.server = s.serve(l)
	return nil
}

// Away takes the gateway off the network, as Off does, and brings it back when d has passed on the real clock. It
// does not wait; what went wrong with coming back, Close says.
func (s *Sim) Away(d time.Duration) error {
	if err := s.Off(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return errors.New("simulated gateway: the simulation has ended")
	}
	s.wg.Go(func() {
		if !wait(s.ctx, d) {
			return
		}
		if err := s.On(); err != nil && s.ctx.Err() == nil {
			s.mu.Lock()
			s.shut = errors.Join(s.shut, err)
			s.mu.Unlock()
		}
	})
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

// Close turns the gateway off for good and waits for all that ran. It may be called more than once.
func (s *Sim) Close() error {
	s.cancel()
	s.shutDown()
	s.wg.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shut
}

func (s *Sim) shutDown() {
	s.once.Do(func() {
		s.mu.Lock()
		s.gone = true
		s.mu.Unlock()
		err := errors.Join(s.Off(), s.hold.Close())
		s.mu.Lock()
		s.shut = errors.Join(s.shut, err)
		s.mu.Unlock()
	})
}
