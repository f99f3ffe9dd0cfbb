//go:build !unix

package sockets

import (
	"errors"
	"fmt"
	"net"
)

// A boundTCP is not to be had here.
type boundTCP struct{ port int }

func bindTCP(host net.IP, port int) (*boundTCP, error) {
	return nil, fmt.Errorf("bind tcp port %d of %s without listening: %w", port, host, errors.ErrUnsupported)
}

func (*boundTCP) listen(int) error { return errors.ErrUnsupported }

func (*boundTCP) Close() error { return nil }

func setReuseAddr(uintptr) error { return errors.ErrUnsupported }
