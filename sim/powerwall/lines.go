package powerwall

import (
	"context"
	"net"
	"sync"
)

// A ConnectionFault is one way in which a connection goes wrong before any request is made on it.
type ConnectionFault int

// The faults of connections.
const (
	ResetFirst   ConnectionFault = iota + 1 // RST as soon as the connection stands
	EndHandshake                            // the connection ends when the client has greeted
	HangFirst                               // nothing is said, ever
)

// lines are what is wrong with connections.
type lines struct {
	mu     sync.Mutex
	broken []ConnectionFault // one for each of the next connections
	silent chan struct{}     // closed when the silence ends; nil without one
	count  int
}

// BreakConnections spoils the next connections, after those that are to be spoilt already.
func (s *Sim) BreakConnections(connections int, how ConnectionFault) {
	s.lines.mu.Lock()
	defer s.lines.mu.Unlock()
	for range connections {
		s.lines.broken = append(s.lines.broken, how)
	}
}

// MendConnections takes back what BreakConnections has planned.
func (s *Sim) MendConnections() {
	s.lines.mu.Lock()
	defer s.lines.mu.Unlock()
	s.lines.broken = nil
}

// Silence is a gateway out of reach of its Wi-Fi: new connections stand and hear nothing, and requests on the others
// are not answered, until it ends.
func (s *Sim) Silence(silent bool) {
	s.lines.mu.Lock()
	defer s.lines.mu.Unlock()
	switch {
	case silent && s.lines.silent == nil:
		s.lines.silent = make(chan struct{})
	case !silent && s.lines.silent != nil:
		close(s.lines.silent)
		s.lines.silent = nil
	}
}

// next is what becomes of a new connection.
func (v *lines) next() (number int, fault ConnectionFault, silent <-chan struct{}) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.count++
	if len(v.broken) > 0 {
		fault, v.broken = v.broken[0], v.broken[1:]
	}
	return v.count, fault, v.silent
}

// spoken waits until there is no silence; false when ctx has ended before.
func (v *lines) spoken(ctx context.Context) bool {
	v.mu.Lock()
	silent := v.silent
	v.mu.Unlock()
	if silent == nil {
		return ctx.Err() == nil
	}
	select {
	case <-silent:
		return true
	case <-ctx.Done():
		return false
	}
}

// A lineListener numbers the connections and spoils those that are to be.
type lineListener struct {
	net.Listener
	sim *Sim
}

func (l *lineListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		l.sim.tally.add(func(seen *Seen) { seen.Connections++ })
		number, fault, silent := l.sim.lines.next()
		if fault == ResetFirst {
			linger(c)
			c.Close()
			continue
		}
		n := &line{Conn: c, number: number, fault: fault, silent: silent, closed: make(chan struct{})}
		return n, nil
	}
}

// linger lets Close send RST.
func linger(c net.Conn) {
	if tcp, ok := c.(interface{ SetLinger(int) error }); ok {
		tcp.SetLinger(0)
	}
}

// A line is a TCP connection with its fault.
type line struct {
	net.Conn
	number int
	fault  ConnectionFault
	silent <-chan struct{} // nothing is read before it is closed; nil for no silence
	once   sync.Once
	closed chan struct{}
}

func (l *line) Read(p []byte) (int, error) {
	switch l.fault {
	case EndHandshake:
		l.Conn.Read(p) // the greeting; whatever comes of it, the end follows
		l.Close()
		return 0, net.ErrClosed
	case HangFirst:
		<-l.closed
		return 0, net.ErrClosed
	}
	if l.silent != nil {
		select {
		case <-l.silent:
		case <-l.closed:
		}
	}
	return l.Conn.Read(p)
}

func (l *line) SetLinger(seconds int) error {
	if tcp, ok := l.Conn.(interface{ SetLinger(int) error }); ok {
		return tcp.SetLinger(seconds)
	}
	return nil
}

// Close ends also a Read that hangs.
func (l *line) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Conn.Close()
}
