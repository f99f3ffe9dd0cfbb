//go:build unix

package sockets

import (
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// A boundTCP is a TCP socket with an address. Package net cannot make one without listening on it or connecting it.
type boundTCP struct {
	port int
	fd   int
	once sync.Once
}

// bindTCP binds a new socket to that port of host, or to a free one if port is 0.
func bindTCP(host net.IP, port int) (*boundTCP, error) {
	family, address := sockaddr(host, port)
	fd, err := newTCP(family)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	b := &boundTCP{fd: fd}
	if b.port, err = bindTo(fd, address); err != nil {
		b.Close()
		return nil, fmt.Errorf("take tcp port %d of %s: %w", port, host, err)
	}
	return b, nil
}

func bindTo(fd int, address unix.Sockaddr) (port int, err error) {
	if err := setReuseAddr(uintptr(fd)); err != nil {
		return 0, err
	}
	if err := unix.Bind(fd, address); err != nil {
		return 0, os.NewSyscallError("bind", err)
	}
	bound, err := unix.Getsockname(fd)
	if err != nil {
		return 0, os.NewSyscallError("getsockname", err)
	}
	switch bound := bound.(type) {
	case *unix.SockaddrInet4:
		return bound.Port, nil
	case *unix.SockaddrInet6:
		return bound.Port, nil
	}
	return 0, fmt.Errorf("getsockname: unexpected address %T", bound)
}

// newTCP makes a socket that a child process does not inherit. Not every Unix can say so in socket(2).
func newTCP(family int) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(family, unix.SOCK_STREAM, unix.IPPROTO_TCP)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	return fd, err
}

func sockaddr(host net.IP, port int) (family int, address unix.Sockaddr) {
	if ip4 := host.To4(); ip4 != nil {
		return unix.AF_INET, &unix.SockaddrInet4{Port: port, Addr: [4]byte(ip4)}
	}
	return unix.AF_INET6, &unix.SockaddrInet6{Port: port, Addr: [16]byte(host.To16())}
}

// listen makes the kernel accept connections into a queue of backlog; nobody takes them out.
func (b *boundTCP) listen(backlog int) error {
	return os.NewSyscallError("listen", unix.Listen(b.fd, backlog))
}

// Close gives the port back. It may be called more than once.
func (b *boundTCP) Close() error {
	var err error
	b.once.Do(func() { err = os.NewSyscallError("close", unix.Close(b.fd)) })
	return err
}

func setReuseAddr(fd uintptr) error {
	return os.NewSyscallError("setsockopt SO_REUSEADDR", unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1))
}
