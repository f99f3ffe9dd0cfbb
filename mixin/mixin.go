// Package mixin carries what other programs need to make use of the readings: rule
// files for Prometheus, as plain YAML, and dashboards for Grafana, as plain JSON, one of
// each per device kind. Each rule has promtool tests beside it, under tests/, which are
// not embedded.
//
//	rules/<kind>.yml          recording rules
//	alerts/<kind>.yml         alert rules; alerts/exporter.yml watches home_exporter
//	dashboards/<kind>.json    a dashboard
package mixin

import (
	"embed"
	"io/fs"
)

//go:embed rules alerts dashboards
var files embed.FS

// Files returns the files under the paths above, for installing them.
func Files() fs.FS { return files }
