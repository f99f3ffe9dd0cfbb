package homeplug

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"
)

// A socketWire is a Unix datagram socket; each datagram is a frame.
type socketWire struct {
	conn  *net.UnixConn
	path  string
	stuck string // the peer that made no room last time; only write uses it
}

// openSocket makes the socket. One that was left by a process that is gone is replaced.
func openSocket(path string) (wire, error) {
	address := &net.UnixAddr{Name: path, Net: "unixgram"}
	conn, err := net.ListenUnixgram("unixgram", address)
	if errors.Is(err, syscall.EADDRINUSE) && abandoned(address) {
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("remove the socket that was left: %w", err)
		}
		conn, err = net.ListenUnixgram("unixgram", address)
	}
	if err != nil {
		return nil, err
	}
	return &socketWire{conn: conn, path: path}, nil
}

// abandoned tells whether it is a socket that nobody has open.
func abandoned(address *net.UnixAddr) bool {
	info, err := os.Lstat(address.Name)
	if err != nil || info.Mode().Type() != fs.ModeSocket {
		return false
	}
	conn, err := net.DialUnix("unixgram", nil, address)
	if err == nil {
		conn.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

func (w *socketWire) read(buffer []byte) (int, string, error) {
	n, from, err := w.conn.ReadFromUnix(buffer)
	if err != nil || from == nil {
		return n, "", err
	}
	return n, from.Name, nil
}

// write waits a little while the peer's queue is full. The kernel does not tell when there is room in it again, so it
// is tried again. A peer that made no room in time is not waited for again until it has: it would hold up the others.
func (w *socketWire) write(ctx context.Context, frame []byte, peer string) error {
	const again = time.Millisecond
	if peer == "" {
		return errors.New("the request came from a socket without a path")
	}
	patience := writePatience
	if peer == w.stuck {
		patience = 0
	}
	address := &net.UnixAddr{Name: peer, Net: "unixgram"}
	for end := time.Now().Add(patience); ; {
		if err := w.conn.SetWriteDeadline(time.Now().Add(again)); err != nil {
			return err
		}
		_, err := w.conn.WriteToUnix(frame, address)
		full := errors.Is(err, os.ErrDeadlineExceeded)
		if full && ctx.Err() == nil && time.Now().Before(end) {
			continue
		}
		if full {
			w.stuck = peer
		} else if peer == w.stuck {
			w.stuck = ""
		}
		return err
	}
}

func (w *socketWire) close() error {
	err := w.conn.Close()
	if rm := os.Remove(w.path); rm != nil && !errors.Is(rm, fs.ErrNotExist) {
		err = errors.Join(err, rm)
	}
	return err
}
