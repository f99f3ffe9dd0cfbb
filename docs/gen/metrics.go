package main

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
)

var typeNames = map[metric.Type]string{
	metric.Gauge: "gauge", metric.Counter: "counter", metric.Info: "info",
	metric.StateSet: "state set", metric.Histogram: "histogram",
}

// metricsPage is the reference of all metrics.
func metricsPage(kinds []*device.Kind) []byte {
	var b bytes.Buffer
	b.WriteString("# Metrics\n\nGenerated from the code by `go generate`; do not edit.\n\n" +
		"A metric marked ● is a promise to existing dashboards: its name, labels and meaning do not change. " +
		"Where two devices of a kind would have series with the same labels, a label `device` with the name of the entry tells them apart.\n")
	for _, k := range kinds {
		fmt.Fprintf(&b, "\n## %s: %s\n", k.Name, k.Summary)
		if len(k.Labels) > 0 {
			fmt.Fprintf(&b, "\nEvery series also has the labels %s.\n", code(k.Labels))
		}
		writeTable(&b, k.Families)
	}
	b.WriteString("\n## The exporter itself\n\n" +
		"Of devices that stand for many of their sort, such as sockets, these tell per kind, with an empty label `device`. " +
		"Beside them are `home_exporter_build_info`, `home_exporter_config_last_reload_successful`, " +
		"`home_exporter_config_last_reload_success_timestamp_seconds`, the metrics of the HTTP server (`home_exporter_http_*`, " +
		"`home_exporter_scrape*`), and `go_*` and `process_*`.\n")
	writeTable(&b, poll.Families)
	return b.Bytes()
}

func writeTable(b *bytes.Buffer, families []*metric.Family) {
	sorted := slices.SortedFunc(slices.Values(families), func(x, y *metric.Family) int { return cmp.Compare(x.Name, y.Name) })
	b.WriteString("\n| metric | type | labels | meaning |\n| --- | --- | --- | --- |\n")
	for _, f := range sorted {
		mark := ""
		if f.Promised {
			mark = " ●"
		}
		fmt.Fprintf(b, "| `%s`%s | %s | %s | %s |\n", f.Name, mark, typeNames[f.Type], code(f.Labels), strings.ReplaceAll(f.Help, "|", `\|`))
	}
}

func code(names []string) string {
	var quoted []string
	for _, n := range names {
		quoted = append(quoted, "`"+n+"`")
	}
	return strings.Join(quoted, ", ")
}
