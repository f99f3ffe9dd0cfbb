package hpav

import (
	"net"
	"time"
)

// maxRead is more than a frame may have, so that one that is too long shows.
const maxRead = 2048

// drainTime is how long frames are taken out of a socket that were there before the
// survey; it bounds that where they come without end.
const drainTime = time.Millisecond

// drain takes out of the socket what has arrived before: answers that came too late for
// the survey before must not pass for those of this one.
func (s *survey) drain() error {
	if err := s.conn.SetReadDeadline(time.Now().Add(drainTime)); err != nil {
		return err
	}
	buffer := make([]byte, maxRead)
	for {
		n, _, err := s.conn.ReadFrom(buffer)
		if err != nil {
			// Also one that was pending, of an interface that was down: if it still is,
			// sending will say so.
			return s.conn.SetReadDeadline(time.Time{})
		}
		s.count(buffer[:n], s.judgeStale(buffer[:n]), nil)
	}
}

// A reader reads frames, in its own goroutine, until it is stopped or an error ends it.
type reader struct {
	conn   net.PacketConn
	frames chan []byte
	ended  chan struct{}
	err    error // once it has ended
	stops  chan struct{}
}

func listen(conn net.PacketConn) *reader {
	r := &reader{conn: conn, frames: make(chan []byte, 64), ended: make(chan struct{}), stops: make(chan struct{})}
	go func() {
		defer close(r.ended)
		r.err = r.read()
	}()
	return r
}

func (r *reader) read() error {
	buffer := make([]byte, maxRead)
	for {
		n, _, err := r.conn.ReadFrom(buffer)
		if err != nil {
			return err
		}
		b := make([]byte, n)
		copy(b, buffer)
		select { // what was read is handed over while there is room
		case r.frames <- b:
			continue
		default:
		}
		select {
		case r.frames <- b:
		case <-r.stops:
			return nil
		}
	}
}

// stop ends the goroutine, and waits for it.
func (r *reader) stop() {
	close(r.stops)
	r.conn.SetReadDeadline(time.Unix(1, 0)) // wakes it
	<-r.ended
	r.conn.SetReadDeadline(time.Time{})
}
