package sockets

import (
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"syscall"
)

// A port that nobody listens on refuses, but anybody may take it. A hold keeps the port and refuses all the same:
//
//   - TCP: a socket that is bound and does not listen. The kernel answers a SYN to it with RST.
//   - UDP: a socket that is bound and connected to a peer who never sends. The kernel gives it that peer's datagrams
//     only, and answers all others with ICMP "port unreachable".
//
// On Linux a socket that serves can share the address with its hold, when both have SO_REUSEADDR and the hold does not
// listen (socket(7)). Sockets of other programs that let the kernel choose a port never get one with a hold on it.
// Elsewhere the hold is given up when the service opens, and a stopped service's port is free for anybody.
const canShare = runtime.GOOS == "linux"

// quietPeer is the discard port (RFC 863) of this machine: even if a service is there, it never sends.
const quietPeer = 9

// holdTCP takes a free TCP port of host.
func holdTCP(host net.IP) (io.Closer, int, error) {
	b, err := bindTCP(host, 0)
	if err == nil {
		return b, b.port, nil
	}
	if !errors.Is(err, errors.ErrUnsupported) {
		return nil, 0, err
	}
	// Without such sockets: a port that was free a moment ago, and usually stays so.
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: host})
	if err != nil {
		return nil, 0, err
	}
	defer l.Close()
	return io.NopCloser(nil), l.Addr().(*net.TCPAddr).Port, nil
}

// holdUDP takes a free UDP port of host.
func holdUDP(host net.IP) (io.Closer, int, error) {
	c, err := net.DialUDP("udp", &net.UDPAddr{IP: host}, &net.UDPAddr{IP: host, Port: quietPeer})
	if err != nil {
		return nil, 0, err
	}
	if err := shareLater(c); err != nil {
		c.Close()
		return nil, 0, fmt.Errorf("share the address of %s: %w", c.LocalAddr(), err)
	}
	return c, c.LocalAddr().(*net.UDPAddr).Port, nil
}

// shareLater lets others who ask for this very port have it too. It must not be set before the kernel has chosen the
// port: among sockets that share, Linux may choose one that is taken.
func shareLater(c *net.UDPConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	return share("", "", raw)
}

// share has the form of net.ListenConfig's Control.
func share(_, _ string, c syscall.RawConn) error {
	if !canShare {
		return nil
	}
	var err error
	if e := c.Control(func(fd uintptr) { err = setReuseAddr(fd) }); e != nil {
		return e
	}
	return err
}
