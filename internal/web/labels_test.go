package web

import (
	"maps"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"home_exporter/internal/metric"
)

// What package metric has put together comes apart again.
func FuzzPairs(f *testing.F) {
	f.Add("web", "127.0.0.1")
	f.Add(`a"b`, `c\`)
	f.Add("\n\\n", `",x="y`)
	f.Add("", "ö")
	f.Add("\x00", strings.Repeat("x", 3000))
	f.Fuzz(func(t *testing.T, a, b string) {
		labels := metric.EncodeLabels("a", a, "b", b)
		got := maps.Collect(pairs(labels))
		if len(got["a"]) > 1024 || len(got["b"]) > 1024 {
			return // cut, and then longer again by replaced bytes: it would be cut anew
		}
		if len(got) != 2 || metric.EncodeLabels("a", got["a"], "b", got["b"]) != labels {
			t.Errorf("%s was taken apart as %q", labels, got)
		}
		for name, want := range map[string]string{"a": a, "b": b} {
			if isKept(want) && got[name] != want {
				t.Errorf("%s: got %q, want %q", name, got[name], want)
			}
		}
	})
}

// isKept reports whether package metric keeps a value as it is.
func isKept(s string) bool {
	return len(s) <= 1024 && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && !unicode.IsPrint(r)
	})
}

func TestPairsOfNonsense(t *testing.T) {
	for _, text := range []metric.Labels{"", "a", `a="`, `a="b`, `a="b\`, `="",,`, `a="b"c="d"`} {
		for range pairs(text) { // must end, and not panic
		}
	}
}
