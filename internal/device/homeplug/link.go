package homeplug

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"home_exporter/internal/device"
	"home_exporter/internal/device/homeplug/hpav"
)

// A link carries whole Ethernet frames. Its WriteTo takes no address: that is in the
// frame.
type link struct {
	net.PacketConn
	self hpav.MAC // address of our side
}

// unixPrefix begins a port that is no interface but a datagram socket, on which each
// datagram is a frame. It leads to simulated adapters, without any privilege.
const unixPrefix = "unix:"

// dial opens a port. Errors are of type *portError.
func dial(port string) (*link, error) {
	open := openInterface
	path, isUnix := strings.CutPrefix(port, unixPrefix)
	if isUnix {
		open, port = openSocket, path
	}
	l, err := open(port)
	if err != nil {
		return nil, &portError{port: port, err: bare(err)}
	}
	return l, nil
}

// bare takes from an error of package net whose socket it is: that is said otherwise.
func bare(err error) error {
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		return op.Err
	}
	return err
}

// A portError says which interface it was.
type portError struct {
	port string
	err  error
}

func (e *portError) Error() string { return "interface " + e.port + ": " + e.err.Error() }

func (e *portError) Unwrap() error { return e.err }

// portErrors is what several interfaces said, in one line.
type portErrors []error

func (e portErrors) Error() string {
	var all []string
	for _, err := range e {
		all = append(all, err.Error())
	}
	return strings.Join(all, "; ")
}

func (e portErrors) Unwrap() []error { return e }

// missing is the error of an interface that there is not.
func missing() error {
	var there []string
	if all, err := net.Interfaces(); err == nil {
		for _, ifi := range all {
			there = append(there, ifi.Name)
		}
	}
	return unreachable("there is no such interface; there are %s", strings.Join(there, ", "))
}

// unreachable returns an error of a way to the adapters that there is not.
func unreachable(format string, args ...any) error {
	return &device.Error{Reason: device.Unreachable, Err: fmt.Errorf(format, args...)}
}
