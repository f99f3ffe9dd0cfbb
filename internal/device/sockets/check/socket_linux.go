package check

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// socketOptions are set between socket and connect.
type socketOptions struct {
	softErrors bool   // report ICMP host and net unreachable too, not only the hard errors
	latePort   bool   // choose the local port when the destination is known
	device     string // bind to this interface
	autobind   bool   // give a unix datagram socket a name, so that it can be answered
}

// control has the shape of net.Dialer.Control.
func (o *socketOptions) control(network, _ string, raw syscall.RawConn) error {
	var err error
	if cerr := raw.Control(func(fd uintptr) { err = o.apply(int(fd), network[len(network)-1] == '6') }); cerr != nil {
		return cerr
	}
	return err
}

func (o *socketOptions) apply(fd int, v6 bool) error {
	if o.softErrors {
		level, option := unix.IPPROTO_IP, unix.IP_RECVERR
		if v6 {
			level, option = unix.IPPROTO_IPV6, unix.IPV6_RECVERR
		}
		// Where it is not to be had, soft errors stay hidden, as without it.
		_ = unix.SetsockoptInt(fd, level, option, 1)
	}
	if o.latePort {
		// A kernel without it chooses the port early, and all destinations share one
		// range of ports. That is a pity and no reason to fail.
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
	}
	if o.autobind {
		if err := unix.Bind(fd, &unix.SockaddrUnix{}); err != nil {
			return os.NewSyscallError("bind", err)
		}
	}
	return o.bindDevice(fd)
}

func (o *socketOptions) bindDevice(fd int) error {
	if o.device == "" {
		return nil
	}
	err := unix.BindToDevice(fd, o.device)
	if errors.Is(err, unix.EPERM) {
		return &verdict{ClassNotPermitted, "binding to interface " + o.device + " is not permitted: kernels before 5.7 want CAP_NET_RAW for it"}
	}
	return os.NewSyscallError("setsockopt SO_BINDTODEVICE", err)
}
