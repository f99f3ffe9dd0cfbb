package main

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// parseOwn reads the series of home_exporter itself out of a text page. The hundred
// thousand others are passed over.
func parseOwn(page io.Reader) (map[string]float64, error) {
	own := make(map[string]float64)
	lines := bufio.NewScanner(page)
	for lines.Scan() {
		series, text, ok := strings.Cut(lines.Text(), " ")
		if !ok || !strings.HasPrefix(series, "home_exporter_") {
			continue
		}
		// A label value may have a blank; ours have none before the value.
		if i := strings.LastIndexByte(lines.Text(), ' '); i > 0 {
			series, text = lines.Text()[:i], lines.Text()[i+1:]
		}
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			own[series] = v
		}
	}
	return own, lines.Err()
}
