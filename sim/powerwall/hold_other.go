//go:build !linux

package powerwall

import "net"

// A hold keeps nothing here: while the gateway is off, another program may take its port.
type hold struct{}

// holdAddress finds a port that was free a moment ago, and usually stays so.
func holdAddress(address string) (*hold, string, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, "", err
	}
	defer l.Close()
	return &hold{}, l.Addr().String(), nil
}

func (*hold) close() error { return nil }
