package sockets

import (
	"fmt"
	"io"
	"sync"
)

// A station is one simulated socket with its place: the address that it holds on to, and the service that is there
// while the socket is open.
type station struct {
	Socket
	tally tally
	hold  io.Closer                 // keeps the port; nil where nothing has to be kept
	serve func() (io.Closer, error) // opens the service; nil for a socket that only refuses

	mu      sync.Mutex
	wish    wish
	service io.Closer // nil while closed
	gone    bool      // shut was called
}

// A wish is how the world wants a station to be. It is open when nobody has a reason against it.
type wish struct {
	stopped bool // by Stop
	lapsed  bool // by the flap schedule
}

// set changes the wish and makes it true before it returns.
func (st *station) set(change func(*wish)) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.gone {
		return fmt.Errorf("simulated socket %s: the simulation has ended", st.Name)
	}
	change(&st.wish)
	if st.wish.stopped || st.wish.lapsed {
		return st.closeService()
	}
	if st.service != nil || st.serve == nil {
		return nil
	}
	if st.hold != nil && !canShare {
		st.hold.Close()
		st.hold = nil
	}
	service, err := st.serve()
	if err != nil {
		return fmt.Errorf("simulated socket %s: %w", st.Name, err)
	}
	st.service = service
	return nil
}

// shut closes the station for good. Calls after the first do nothing.
func (st *station) shut() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.gone {
		return nil
	}
	st.gone = true
	err := st.closeService()
	if st.hold != nil {
		st.hold.Close()
	}
	return err
}

func (st *station) closeService() error {
	if st.service == nil {
		return nil
	}
	service := st.service
	st.service = nil
	if err := service.Close(); err != nil {
		return fmt.Errorf("simulated socket %s: %w", st.Name, err)
	}
	return nil
}
