package config

import (
	"fmt"
	"slices"
	"strings"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// labelRules is what the labels that a kind gives its devices may be called: not like
// those that its families have, or that the program adds.
type labelRules map[string]string

func newLabelRules(kind *device.Kind) labelRules {
	taken := labelRules{
		"device":   "home_exporter adds it",
		"le":       "it is for histograms",
		"quantile": "it is for summaries",
	}
	for _, f := range kind.Families {
		for _, name := range f.Labels {
			taken[name] = f.Name + " has it"
		}
	}
	return taken
}

// check reports what Prometheus would refuse in labels: the whole page, for the sake of
// one device.
func (r labelRules) check(labels metric.Labels) error {
	var seen []string
	for rest := string(labels); rest != ""; {
		name, after, ok := strings.Cut(rest, `="`)
		end := endOfValue(after)
		switch reason, taken := r[name]; {
		case !ok, end < 0:
			return fmt.Errorf("%q is not of the form name=\"value\"", rest)
		case !isLabelName(name) || strings.HasPrefix(name, "__"):
			return fmt.Errorf("%q is no name of a label: letters, digits and _, no digit first, not two _", name)
		case taken:
			return fmt.Errorf("a label cannot be called %s: %s", name, reason)
		case slices.Contains(seen, name):
			return fmt.Errorf("the label %s is given twice", name)
		}
		seen = append(seen, name)
		rest = after[end+1:]
		if rest != "" {
			rest, ok = strings.CutPrefix(rest, ",")
			if !ok || rest == "" {
				return fmt.Errorf("after the label %s a comma and a further label are expected", name)
			}
		}
	}
	return nil
}

func isLabelName(name string) bool {
	for i, c := range []byte(name) {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// endOfValue returns the offset of the quote that ends an escaped label value, or -1
// when there is none.
func endOfValue(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		case '\n':
			return -1
		}
	}
	return -1
}
