package metric

import (
	"cmp"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// isCleaned reports whether got is value as the page should tell it: cleaned, and if
// long, cut at most three bytes before the limit, where no rune ends up in halves.
func isCleaned(got, value string) bool {
	if len(value) <= maxLabelValue {
		return got == cleaned(value)
	}
	for n := maxLabelValue; n > maxLabelValue-utf8.UTFMax; n-- {
		if got == cleaned(value[:n]) && strings.HasPrefix(cleaned(value), got) {
			return true
		}
	}
	return false
}

// control is of the category Cc, without tabs and line ends.
var control = regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f-\x{9f}]`)

// cleaned has one U+FFFD for each run of bytes that are not UTF-8, and one for each
// control character.
func cleaned(value string) string {
	return control.ReplaceAllString(strings.ToValidUTF8(value, "\uFFFD"), "\uFFFD")
}

// FuzzPage feeds a page with the words and numbers of a hostile device. Whatever
// they are, the text page parses and tells them, and the OpenMetrics page has the
// same samples. (The module test/promparse reads both with Prometheus' own parser.)
func FuzzPage(f *testing.F) {
	f.Add("plug", "living room", "Power drawn.", 21.5, uint64(3))
	f.Add("", "", "", 0.0, uint64(0))
	f.Add("\\", "\"", "\n", math.Inf(1), uint64(math.MaxUint64))
	f.Add("\x00\x1b[0m\r\n\x7f", "\xff\xfe\xc3", "\x00\\n\xff\r\t", math.Inf(-1), uint64(1))
	f.Add("\",x=\"y\"} 1\n# EOF\n", "a\u2028\u0085b", " # EOF", math.NaN(), uint64(1)<<63)
	f.Add(strings.Repeat("€", 1000), strings.Repeat("\x80", 3000), "\"quoted\"", math.Copysign(0, -1), uint64(1)<<53+1)
	f.Add(strings.Repeat("x", 1022)+"🔌", strings.Repeat("\\", 1025), "# HELP fuzz x", 1e300, uint64(7))
	f.Add("e\u0301", "𝔘", "{} 1 2", -1e15, uint64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, own, device, help string, v float64, n uint64) {
		families := []*Family{
			{Name: "fuzz_about_info", Help: help, Type: Info, Labels: []string{"own"}},
			{Name: "fuzz_mode", Help: help, Type: StateSet},
			{Name: "fuzz_running", Help: help},
			{Name: "fuzz_time_seconds", Help: help, Type: Histogram, Unit: "seconds", Buckets: []float64{0.1, 10}, Labels: []string{"own"}},
			{Name: "fuzz_value", Help: help, Labels: []string{"own", "more"}},
			{Name: "fuzz_value_total", Help: help, Type: Counter, Labels: []string{"own"}},
		}
		snapshot, dropped := frozen(func(b *Batch) {
			b.Add(families[0], 1, own)
			b.AddState(families[1], own, []string{own})
			b.AddRunning(families[2], v, at(40), time.Minute)
			b.AddHistogram(families[3], []uint64{n, 1, n}, v, own)
			b.Add(families[4], v, own, device)
			b.Add(families[5], v, own)
		})
		want := []string{"fuzz_about_info", "fuzz_mode"}
		if !math.IsNaN(v) {
			want = append(want, "fuzz_running", "fuzz_time_seconds", "fuzz_value", "fuzz_value_total")
		}
		if dropped != len(families)-len(want) {
			t.Errorf("%d samples were dropped, want %d", dropped, len(families)-len(want))
		}
		group := Group{Families: families, Sources: []Source{{EncodeLabels("device", device), snapshot}}}
		page := written(t, Text, at(45), group)
		parser := expfmt.NewTextParser(model.LegacyValidation)
		parsed, err := parser.TextToMetricFamilies(strings.NewReader(page))
		if err != nil {
			t.Fatalf("the text page does not parse: %v\n%s", err, page)
		}
		if len(parsed) != len(want) {
			t.Errorf("parsed %d families, want %d", len(parsed), len(want))
		}
		for _, name := range want {
			family := parsed[name]
			if len(family.GetMetric()) != 1 {
				t.Errorf("%s: parsed %d series, want 1", name, len(family.GetMetric()))
				continue
			}
			checkHelp(t, family, help)
			checkLabels(t, family, own, device)
			checkValue(t, family, v, n)
		}
		if got, want := sampleLines(written(t, OpenMetrics, at(45), group)), sampleLines(page); got != want {
			t.Errorf("OpenMetrics samples %q, text samples %q", got, want)
		}
	})
}

func checkHelp(t *testing.T, family *dto.MetricFamily, help string) {
	t.Helper()
	// The parser passes over blanks before the help.
	want := strings.TrimLeft(strings.ToValidUTF8(help, "\uFFFD"), " \t")
	if got := family.GetHelp(); got != want {
		t.Errorf("%s: help %q, want %q", family.GetName(), got, want)
	}
}

func checkLabels(t *testing.T, family *dto.MetricFamily, own, device string) {
	t.Helper()
	// The parser takes an empty value as it is, so that no label can be missing.
	count := map[string]int{"fuzz_running": 1, "fuzz_value": 3}
	if got, want := len(family.Metric[0].Label), cmp.Or(count[family.GetName()], 2); got != want {
		t.Errorf("%s: parsed %d labels, want %d", family.GetName(), got, want)
	}
	given := map[string]string{"device": device, "own": own, "more": device, "fuzz_mode": own}
	for _, pair := range family.Metric[0].Label {
		if value, ok := given[pair.GetName()]; !ok || !isCleaned(pair.GetValue(), value) {
			t.Errorf("%s: label %s is %q, given was %q", family.GetName(), pair.GetName(), pair.GetValue(), value)
		}
	}
}

func checkValue(t *testing.T, family *dto.MetricFamily, v float64, n uint64) {
	t.Helper()
	m := family.Metric[0]
	switch family.GetName() {
	case "fuzz_value":
		if got := m.Gauge.GetValue(); got != v {
			t.Errorf("fuzz_value is %v, want %v", got, v)
		}
	case "fuzz_value_total":
		if got := m.Counter.GetValue(); got != v {
			t.Errorf("fuzz_value_total is %v, want %v", got, v)
		}
	case "fuzz_running":
		if got := m.Gauge.GetValue(); got != v+5 {
			t.Errorf("fuzz_running is %v, want %v", got, v+5)
		}
	case "fuzz_time_seconds":
		h := m.Histogram
		if got := h.GetSampleSum(); got != v {
			t.Errorf("fuzz_time_seconds_sum is %v, want %v", got, v)
		}
		// The parser reads counts as floats too, and what is past uint64 it cannot hold.
		total := float64(n) + 1 + float64(n)
		if got := h.GetSampleCount(); total < math.MaxUint64 && got != uint64(total) {
			t.Errorf("fuzz_time_seconds_count is %v, want %v", got, uint64(total))
		}
		if got := len(h.GetBucket()); got != 3 {
			t.Errorf("fuzz_time_seconds has %d buckets, want 3", got)
		}
	}
}
