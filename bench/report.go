package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
)

// A row is one figure.
type row struct {
	what  string
	reach string // what is promised
	ours  string
	peer  string // what it is compared with, and its figure; empty for an absolute figure
	ratio string
	met   bool
}

func (r row) String() string {
	verdict := "reached"
	if !r.met {
		verdict = "MISSED"
	}
	return fmt.Sprintf("%s: %s, peer: %s, ratio: %s (%s: %s)", r.what, r.ours, r.peer, r.ratio, r.reach, verdict)
}

const (
	tableBegin = "<!-- figures: go run ./bench -->\n"
	tableEnd   = "<!-- end of figures -->\n"
)

// write writes the rows to bench/README.md, and to the README between its marks.
func write(rows []row) error {
	table := tableOf(rows)
	page := "# Figures\n\nWritten by `go run ./bench`; do not edit. How each is measured stands in the source of its part.\n\n" +
		machine() + "\n\n" + table
	if err := os.WriteFile("bench/README.md", []byte(page), 0o644); err != nil {
		return err
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		return err
	}
	before, rest, okBegin := strings.Cut(string(readme), tableBegin)
	_, after, okEnd := strings.Cut(rest, tableEnd)
	if !okBegin || !okEnd {
		return fmt.Errorf("README.md has no place for the figures: %s", strings.TrimSpace(tableBegin))
	}
	return os.WriteFile("README.md", []byte(before+tableBegin+table+tableEnd+after), 0o644)
}

func tableOf(rows []row) string {
	var b bytes.Buffer
	b.WriteString("| what | reach | measured | against | ratio | |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, r := range rows {
		mark := "✓"
		if !r.met {
			mark = "missed"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.what, r.reach, r.ours, r.peer, r.ratio, mark)
	}
	return b.String()
}

// machine describes where this runs.
func machine() string {
	model := "unknown processor"
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if name, ok := strings.CutPrefix(line, "model name"); ok {
				model = strings.TrimSpace(strings.TrimLeft(name, "\t :"))
				break
			}
		}
	}
	return fmt.Sprintf("Machine: %d × %s, %s/%s, %s.", runtime.NumCPU(), model, runtime.GOOS, runtime.GOARCH, runtime.Version())
}

// median of an odd number of figures.
func median(figures []float64) float64 {
	sorted := slices.Sorted(slices.Values(figures))
	return sorted[len(sorted)/2]
}
