package check

import (
	"net"
	"net/netip"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// dialPing opens an unprivileged ping socket connected to addr (icmp(7)). The kernel
// puts the socket's own identifier into what it sends, computes the checksum, and hands
// over only replies to that identifier, without an IP header.
func dialPing(o *Options, addr netip.Addr) (net.Conn, error) {
	family, proto := unix.AF_INET, unix.IPPROTO_ICMP
	if addr.Is6() {
		family, proto = unix.AF_INET6, unix.IPPROTO_ICMPV6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, proto)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	f := os.NewFile(uintptr(fd), "ping")
	defer f.Close() // FileConn keeps a duplicate
	if err := connectPing(fd, o, addr); err != nil {
		return nil, err
	}
	return net.FileConn(f)
}

func connectPing(fd int, o *Options, addr netip.Addr) error {
	wishes := socketOptions{softErrors: true, device: o.Interface}
	if err := wishes.apply(fd, addr.Is6()); err != nil {
		return err
	}
	if o.Source.IsValid() {
		from, err := sockaddr(o.Source.Unmap())
		if err != nil {
			return err
		}
		if err := unix.Bind(fd, from); err != nil {
			return os.NewSyscallError("bind", err)
		}
	}
	to, err := sockaddr(addr)
	if err != nil {
		return err
	}
	return os.NewSyscallError("connect", unix.Connect(fd, to))
}

func sockaddr(addr netip.Addr) (unix.Sockaddr, error) {
	if addr.Is4() {
		return &unix.SockaddrInet4{Addr: addr.As4()}, nil
	}
	zone, err := zoneIndex(addr.Zone())
	if err != nil {
		return nil, err
	}
	return &unix.SockaddrInet6{Addr: addr.As16(), ZoneId: zone}, nil
}

// zoneIndex returns the number of an IPv6 zone, which is an interface name or a number.
func zoneIndex(zone string) (uint32, error) {
	if zone == "" {
		return 0, nil
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n), nil
	}
	device, err := net.InterfaceByName(zone)
	if err != nil {
		return 0, os.NewSyscallError("zone "+zone, unix.ENODEV)
	}
	return uint32(device.Index), nil
}
