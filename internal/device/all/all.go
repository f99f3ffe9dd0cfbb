// Package all is the list of device kinds: one line per kind, the only one outside
// its folder.
package all

import (
	"home_exporter/internal/device"
	"home_exporter/internal/device/hitron"
	"home_exporter/internal/device/homeplug"
	"home_exporter/internal/device/powerwall"
	"home_exporter/internal/device/sockets"
)

// Kinds returns every kind that home_exporter knows, in the order of the documents.
func Kinds() []*device.Kind {
	return []*device.Kind{
		sockets.Kind(),
		homeplug.Kind(),
		powerwall.Kind(),
		hitron.Kind(),
	}
}
