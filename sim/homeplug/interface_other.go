//go:build !linux

package homeplug

import (
	"errors"
	"fmt"
)

func openInterface(name string, _ uint16) (wire, error) {
	return nil, fmt.Errorf("interface %s: raw sockets as Linux has them: %w", name, errors.ErrUnsupported)
}
