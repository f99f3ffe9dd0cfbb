//go:build !linux

package hold

import "net"

// A Hold keeps nothing here: while the device is off, another program may take its port.
type Hold struct{}

// Address finds a port that was free a moment ago, and usually stays so.
func Address(address string) (*Hold, string, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, "", err
	}
	defer l.Close()
	return &Hold{}, l.Addr().String(), nil
}

// Close does nothing.
func (*Hold) Close() error { return nil }
