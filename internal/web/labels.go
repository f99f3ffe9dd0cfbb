package web

import (
	"iter"
	"strings"

	"home_exporter/internal/metric"
)

var unescapeLabel = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n")

// pairs takes encoded labels apart again, as package metric has put them together.
func pairs(l metric.Labels) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for rest := string(l); rest != ""; {
			name, after, ok := strings.Cut(rest, `="`)
			if !ok {
				return
			}
			end := endOfValue(after)
			if end < 0 || !yield(name, unescapeLabel.Replace(after[:end])) {
				return
			}
			rest = strings.TrimPrefix(after[end+1:], ",")
		}
	}
}

// endOfValue returns the index of the first quote that is not escaped, or -1.
func endOfValue(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// labelMap returns labels as a map, nil when there are none.
func labelMap(l metric.Labels) map[string]string {
	var m map[string]string
	for name, value := range pairs(l) {
		if m == nil {
			m = make(map[string]string)
		}
		m[name] = value
	}
	return m
}
