//go:build !linux

package homeplug

import (
	"fmt"
	"runtime"

	"home_exporter/internal/device"
)

// openInterface says that this platform cannot.
func openInterface(string) (*link, error) {
	return nil, &device.Error{
		Reason: device.Permission,
		Err:    fmt.Errorf("powerline adapters are asked by raw Ethernet frames, which home_exporter does not support on %s", runtime.GOOS),
		Hint:   "Run home_exporter on a Linux machine in the same network.",
	}
}

// candidates returns nothing to try but that answer.
func candidates() ([]string, error) {
	_, err := openInterface("")
	return nil, err
}
