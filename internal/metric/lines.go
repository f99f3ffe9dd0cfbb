package metric

import (
	"math"
	"strconv"
	"strings"
)

// lines writes the lines of one family in one format. What is the same for all of
// them is prepared here, once.
type lines struct {
	family *Family
	format Format
	head   string   // up to the opening brace
	bounds []string // of a histogram: the le label of each bucket, +Inf included
}

func newLines(f *Family, format Format) *lines {
	l := &lines{family: f, format: format, head: f.Name}
	if f.Type == Histogram {
		for _, bound := range append(f.Buckets[:len(f.Buckets):len(f.Buckets)], math.Inf(1)) {
			l.bounds = append(l.bounds, `le="`+formatBound(bound)+`"`)
		}
	}
	return l
}

// formatBound writes a bucket's bound as a canonical OpenMetrics number, with a
// point even where it is whole, in both formats: a series keeps its identity when
// Prometheus negotiates another format.
func formatBound(v float64) string {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if strings.ContainsAny(s, ".eI") {
		return s
	}
	return s + ".0"
}

// appendHeader appends the HELP, TYPE and UNIT lines. OpenMetrics names a family
// without the suffix of its samples, and knows types that text 0.0.4 has not.
func (l *lines) appendHeader(b []byte) []byte {
	name, typ := l.family.Name, "gauge"
	switch l.family.Type {
	case Counter:
		typ = "counter"
	case Histogram:
		typ = "histogram"
	}
	if l.format.openMetrics() {
		switch l.family.Type {
		case Counter:
			base, ok := strings.CutSuffix(name, "_total")
			if name = base; !ok {
				typ = "unknown" // a promised counter without _total must keep its name
			}
		case Info:
			if base, ok := strings.CutSuffix(name, "_info"); ok { // else a gauge, under its promised name
				name, typ = base, "info"
			}
		case StateSet:
			typ = "stateset"
		}
	}
	b = append(b, "# HELP "...)
	b = append(b, name...)
	b = append(b, ' ')
	b = l.appendHelp(b)
	b = append(b, "\n# TYPE "...)
	b = append(b, name...)
	b = append(b, ' ')
	b = append(b, typ...)
	// A unit that the name does not end in, as promised names may have it, is left
	// out: Prometheus refuses a page that has such a line.
	if unit := l.family.Unit; l.format.openMetrics() && unit != "" && strings.HasSuffix(name, "_"+unit) {
		b = append(b, "\n# UNIT "...)
		b = append(b, name...)
		b = append(b, ' ')
		b = append(b, unit...)
	}
	return append(b, '\n')
}

func (l *lines) appendHelp(b []byte) []byte {
	help := strings.ToValidUTF8(l.family.Help, "\uFFFD")
	for i := 0; i < len(help); i++ {
		switch c := help[i]; {
		case c == '\\':
			b = append(b, '\\', '\\')
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '"' && l.format.openMetrics():
			b = append(b, '\\', '"')
		default:
			b = append(b, c)
		}
	}
	return b
}

// append appends the line of one series, or the lines of a histogram.
func (l *lines) append(b []byte, src Source, s *series, now float64) []byte {
	v := src.Snapshot.values[s.slot:]
	switch {
	case l.family.Type == Histogram:
		return l.appendHistogram(b, src.Labels, s.text, v)
	case s.running:
		return appendLine(b, l.head, "", src.Labels, s.text, "", v[0]+min(max(now-v[1], 0), v[2]))
	}
	return appendLine(b, l.head, "", src.Labels, s.text, "", v[0])
}

// appendHistogram appends cumulative buckets, the sum and the count.
func (l *lines) appendHistogram(b []byte, labels Labels, text string, v []float64) []byte {
	total := 0.0
	for i, le := range l.bounds {
		total += v[i]
		b = appendLine(b, l.head, "_bucket", labels, text, le, total)
	}
	b = appendLine(b, l.head, "_sum", labels, text, "", v[len(l.bounds)])
	return appendLine(b, l.head, "_count", labels, text, "", total)
}

// appendLine appends name+suffix{labels,text,extra} value and a line end.
func appendLine(b []byte, name, suffix string, labels Labels, text, extra string, v float64) []byte {
	b = append(b, name...)
	b = append(b, suffix...)
	open := false
	for _, part := range [...]string{string(labels), text, extra} {
		if part == "" {
			continue
		}
		if open {
			b = append(b, ',')
		} else {
			b = append(b, '{')
			open = true
		}
		b = append(b, part...)
	}
	if open {
		b = append(b, '}')
	}
	b = append(b, ' ')
	b = appendValue(b, v)
	return append(b, '\n')
}

// appendValue appends v as Go and Prometheus write floats. Whole numbers, which
// most values are, take a shorter way to the same number.
func appendValue(b []byte, v float64) []byte {
	if i := int64(v); float64(i) == v && -1e15 < v && v < 1e15 {
		return strconv.AppendInt(b, i, 10)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}
