// Package mixin carries what other programs need to make use of the readings: rule
// files for Prometheus, as plain YAML, one per device kind and one for the exporter
// itself. Each rule has promtool tests beside it, under tests/, which are not embedded.
//
//	rules/<kind>.yml     recording rules
//	alerts/<kind>.yml    alert rules; alerts/exporter.yml watches home_exporter
package mixin

import (
	"embed"
	"io/fs"
)

//go:embed rules alerts
var files embed.FS

// Files returns the rule files under the paths above, for installing them.
func Files() fs.FS { return files }
