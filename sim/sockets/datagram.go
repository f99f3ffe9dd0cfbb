package sockets

import (
	"errors"
	"io"
	"net"
	"sync"
)

// maxDatagram is more than UDP can carry (65,507 bytes over IPv4).
const maxDatagram = 64 << 10

// A datagrams serves one packet socket with one goroutine.
type datagrams struct {
	conn   net.PacketConn
	answer func(request []byte) ([]byte, error) // nil, nil is silence; an error is a request that a device would refuse
	tally  *tally
	done   chan struct{}
	wg     sync.WaitGroup
}

var _ io.Closer = (*datagrams)(nil)

func serveDatagrams(c net.PacketConn, answer func([]byte) ([]byte, error), t *tally) *datagrams {
	d := &datagrams{conn: c, answer: answer, tally: t, done: make(chan struct{})}
	d.wg.Go(d.run)
	return d
}

// Close closes the socket and waits for its goroutine.
func (d *datagrams) Close() error {
	err := d.conn.Close()
	close(d.done)
	d.wg.Wait()
	return err
}

func (d *datagrams) run() {
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := d.conn.ReadFrom(buf)
		switch {
		case err == nil:
			d.handle(buf[:n], from)
		case errors.Is(err, net.ErrClosed):
			return
		case !pause(d.done):
			return
		}
	}
}

// handle counts after it has answered, so that who waits for the count may also look for the answer.
func (d *datagrams) handle(request []byte, from net.Addr) {
	seen := Counts{Datagrams: 1, Bytes: uint64(len(request))}
	reply, err := d.answer(request)
	if err != nil {
		seen.Bogus = 1
	}
	if reply != nil {
		d.conn.WriteTo(reply, from) // as on the network: whether it arrives is the client's affair
	}
	d.tally.add(seen)
}

// silent takes every datagram and answers none.
func silent([]byte) ([]byte, error) { return nil, nil }

// echo sends back what came (RFC 862).
func echo(request []byte) ([]byte, error) { return request, nil }
