package metric

import (
	"io"
	"strings"
)

// Format is a text format of the exposition.
type Format uint8

// The formats: Prometheus text 0.0.4, and OpenMetrics text 1.0.0 and 0.0.1, which
// differ from each other only in their content type.
const (
	Text Format = iota
	OpenMetrics
	OpenMetrics001
)

// ContentType returns the value of the Content-Type header.
func (f Format) ContentType() string {
	switch f {
	case OpenMetrics:
		return "application/openmetrics-text; version=1.0.0; charset=utf-8"
	case OpenMetrics001:
		return "application/openmetrics-text; version=0.0.1; charset=utf-8"
	}
	return "text/plain; version=0.0.4; charset=utf-8"
}

// End writes what must stand at the very end of a page.
func (f Format) End(w io.Writer) error {
	if !f.openMetrics() {
		return nil
	}
	_, err := io.WriteString(w, "# EOF\n")
	return err
}

func (f Format) openMetrics() bool { return f != Text }

// Negotiate returns the best format for a request with this Accept header: the one
// of highest quality that we write, the first named among equals, text 0.0.4 when
// nothing fits.
func Negotiate(accept string) Format {
	best, bestQuality := Text, 0.0
	for _, clause := range Clauses(accept) {
		format, ok := formatOf(clause)
		if ok && clause.Quality > bestQuality {
			best, bestQuality = format, clause.Quality
		}
	}
	return best
}

func formatOf(c Clause) (Format, bool) {
	switch c.Value {
	case "application/openmetrics-text":
		switch c.Params["version"] {
		case "1.0.0":
			return OpenMetrics, true
		case "", "0.0.1":
			return OpenMetrics001, true
		}
	case "text/plain":
		v, ok := c.Params["version"]
		return Text, !ok || strings.HasPrefix(v, "0.0.4")
	case "text/*", "*/*":
		return Text, true
	}
	return Text, false
}
