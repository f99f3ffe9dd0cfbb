package sockets

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"home_exporter/internal/device/sockets/check"
	"home_exporter/internal/metric"
)

// start is when the tests of this package begin, a Monday at midnight.
var start = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// after returns the moment so many seconds after start.
func after(seconds float64) time.Time {
	return start.Add(time.Duration(seconds * float64(time.Second)))
}

// newTestSocket returns a socket that is checked every 10 s and has no target.
func newTestSocket(t testing.TB, l level) *socket {
	t.Helper()
	target, err := check.NewTarget("tcp", "192.0.2.1", "80", nil)
	if err != nil {
		t.Fatal(err)
	}
	st := &settings{level: l, interval: 10 * time.Second, windows: windows{zone: time.UTC}}
	s := &socket{target: target, settings: st}
	if l == full {
		s.history.more = &more{profile: profile{zone: time.UTC}}
	}
	return s
}

// reading returns what a check that ended so many seconds after start found.
func reading(seconds float64, c check.Class) Reading {
	return Reading{At: after(seconds), Scheduled: true, Result: check.Result{Class: c}}
}

// A book keeps what a socket last told, and shows pages of it.
type book struct {
	labels   metric.Labels
	shapes   metric.Shapes
	snapshot *metric.Snapshot
}

// file keeps what the socket tells after r, as the scheduler does.
func (b *book) file(t *testing.T, s *socket, r Reading) {
	t.Helper()
	var batch metric.Batch
	s.add(&batch, r)
	b.keep(t, &batch)
}

func (b *book) keep(t *testing.T, batch *metric.Batch) {
	t.Helper()
	var dropped int
	if b.snapshot, dropped = b.shapes.Freeze(batch, b.snapshot); dropped > 0 {
		t.Fatalf("%d samples were dropped", dropped)
	}
}

// page returns the page of a moment, in the text format.
func (b *book) page(t *testing.T, now time.Time) string {
	t.Helper()
	var out strings.Builder
	group := metric.Group{Families: families, Sources: []metric.Source{{Labels: b.labels, Snapshot: b.snapshot}}}
	if err := metric.WritePage(&out, metric.Text, now, []metric.Group{group}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// values returns the samples of the page of a moment by series, as Prometheus' parser
// for the text format sees them.
func (b *book) values(t *testing.T, now time.Time) map[string]float64 {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	parsed, err := parser.TextToMetricFamilies(strings.NewReader(b.page(t, now)))
	if err != nil {
		t.Fatal(err)
	}
	values := make(map[string]float64)
	for _, name := range slices.Sorted(maps.Keys(parsed)) {
		f := parsed[name]
		for _, m := range f.GetMetric() {
			series := name
			for _, l := range m.GetLabel() {
				series += " " + l.GetName() + "=" + l.GetValue()
			}
			switch f.GetType() {
			case dto.MetricType_COUNTER:
				values[series] = m.GetCounter().GetValue()
			case dto.MetricType_HISTOGRAM:
				values[series+" count"] = float64(m.GetHistogram().GetSampleCount())
				values[series+" sum"] = m.GetHistogram().GetSampleSum()
			default:
				values[series] = m.GetGauge().GetValue()
			}
		}
	}
	return values
}
