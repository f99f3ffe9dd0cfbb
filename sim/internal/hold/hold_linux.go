package hold

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// A Hold keeps an address while nobody listens there: a socket that is bound and does not listen. The kernel answers
// a SYN to it with RST, gives its port to nobody who lets the kernel choose, and lets a listener that asks for this very
// port have it too, since both have SO_REUSEADDR (socket(7); package net sets it for every listener).
type Hold struct{ fd int }

// Address takes the address, with a free port for port 0, and says which it was.
func Address(address string) (*Hold, string, error) {
	want, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, "", err
	}
	if want.IP == nil {
		return nil, "", fmt.Errorf("listen at %q: no host is given", address)
	}
	var family int
	var to unix.Sockaddr
	if ip4 := want.IP.To4(); ip4 != nil {
		family, to = unix.AF_INET, &unix.SockaddrInet4{Port: want.Port, Addr: [4]byte(ip4)}
	} else {
		family, to = unix.AF_INET6, &unix.SockaddrInet6{Port: want.Port, Addr: [16]byte(want.IP.To16())}
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if err != nil {
		return nil, "", os.NewSyscallError("socket", err)
	}
	h := &Hold{fd}
	port, err := h.bind(to)
	if err != nil {
		return nil, "", errors.Join(fmt.Errorf("listen at %s: %w", address, err), h.Close())
	}
	return h, net.JoinHostPort(want.IP.String(), strconv.Itoa(port)), nil
}

func (h *Hold) bind(to unix.Sockaddr) (port int, err error) {
	if err := unix.SetsockoptInt(h.fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return 0, os.NewSyscallError("setsockopt SO_REUSEADDR", err)
	}
	if err := unix.Bind(h.fd, to); err != nil {
		return 0, os.NewSyscallError("bind", err)
	}
	bound, err := unix.Getsockname(h.fd)
	if err != nil {
		return 0, os.NewSyscallError("getsockname", err)
	}
	switch bound := bound.(type) {
	case *unix.SockaddrInet4:
		return bound.Port, nil
	case *unix.SockaddrInet6:
		return bound.Port, nil
	}
	return 0, fmt.Errorf("getsockname: address %T: %w", bound, syscall.EAFNOSUPPORT)
}

// Close lets the address go.
func (h *Hold) Close() error { return os.NewSyscallError("close", unix.Close(h.fd)) }
