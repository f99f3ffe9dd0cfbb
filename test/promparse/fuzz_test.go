package promparse

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/metric"
)

// FuzzPage has Prometheus read pages with the words and numbers of a hostile device:
// each parses in each format, and the samples are the same.
func FuzzPage(f *testing.F) {
	f.Add("plug", "living room", "Power drawn.", 21.5, uint64(3))
	f.Add("", "", "", 0.0, uint64(0))
	f.Add("\\", "\"", "\n", math.Inf(1), uint64(math.MaxUint64))
	f.Add("\x00\x1b[0m\r\n\x7f", "\xff\xfe\xc3", "\x00\\n\xff\r\t", math.Inf(-1), uint64(1))
	f.Add("\",x=\"y\"} 1\n# EOF\n", "a\u2028\u0085b", " # EOF", math.Copysign(0, -1), uint64(1)<<63)
	f.Add(strings.Repeat("€", 1000), strings.Repeat("\x80", 3000), "\"quoted\"", 1e300, uint64(1)<<53+1)
	f.Fuzz(func(t *testing.T, own, device, help string, v float64, n uint64) {
		if math.IsNaN(v) {
			v = 0 // no sample: package metric tests that it is dropped
		}
		families := []*metric.Family{
			{Name: "fuzz_about_info", Help: help, Type: metric.Info, Labels: []string{"own"}},
			{Name: "fuzz_mode", Help: help, Type: metric.StateSet},
			{Name: "fuzz_running_watts", Help: help, Unit: "watts"},
			{Name: "fuzz_time_seconds", Help: help, Type: metric.Histogram, Unit: "seconds", Buckets: []float64{0.1, 10}, Labels: []string{"own"}},
			{Name: "fuzz_value", Help: help, Labels: []string{"own", "more"}},
			{Name: "fuzz_work_joules_total", Help: help, Unit: "joules", Type: metric.Counter, Labels: []string{"own"}},
		}
		group := metric.Group{Families: families, Sources: []metric.Source{source(t, device, func(b *metric.Batch) {
			b.Add(families[0], 1, own)
			b.AddState(families[1], own, []string{own})
			b.AddRunning(families[2], v, now.Add(-5*time.Second), time.Minute)
			b.AddHistogram(families[3], []uint64{n, 1, n}, v, own)
			b.Add(families[4], v, own, device)
			b.Add(families[5], v, own)
		})}}
		text, openMetrics := read(t, metric.Text, group), read(t, metric.OpenMetrics, group)
		if diff := cmp.Diff(text.Samples, openMetrics.Samples); diff != "" {
			t.Errorf("samples (-text +OpenMetrics):\n%s", diff)
		}
		if got, want := len(text.Samples), len(families)+4; got != want {
			t.Errorf("%d samples, want %d", got, want)
		}
		for _, s := range []scrape{text, openMetrics} {
			if len(s.Type) != len(families) || len(s.Help) != len(families) {
				t.Errorf("%d types and %d helps of %d families", len(s.Type), len(s.Help), len(families))
			}
			// The text parser passes over a help that begins with a NUL or has only blanks.
			got, want := s.Help["fuzz_value"], strings.ToValidUTF8(help, "\uFFFD")
			if strings.Trim(got, " \t\x00") != strings.Trim(want, " \t\x00") {
				t.Errorf("help %q, want %q", got, want)
			}
		}
		if len(openMetrics.Unit) != 3 {
			t.Errorf("units %v, want 3", openMetrics.Unit)
		}
	})
}
