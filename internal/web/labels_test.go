package web

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/metric"
)

// What package metric has put together comes apart again.
func FuzzPairs(f *testing.F) {
	f.Add("web", "127.0.0.1")
	f.Add(`a"b`, `c\`)
	f.Add("\n\\n", `",x="y`)
	f.Add("", "ö")
	f.Fuzz(func(t *testing.T, a, b string) {
		want := map[string]string{"a": labelText(a), "b": labelText(b)}
		got := maps.Collect(pairs(metric.EncodeLabels("a", a, "b", b)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// labelText is what package metric keeps of a value: valid UTF-8, and for this test
// not so long that it is cut.
func labelText(s string) string {
	if len(s) > 1024 {
		return maps.Collect(pairs(metric.EncodeLabels("x", s)))["x"]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

func TestPairsOfNonsense(t *testing.T) {
	for _, text := range []metric.Labels{"", "a", `a="`, `a="b`, `a="b\`, `="",,`, `a="b"c="d"`} {
		for range pairs(text) { // must end, and not panic
		}
	}
}
