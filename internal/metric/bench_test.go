package metric_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"

	"home_exporter/internal/metric"
)

// The benchmarks tell the same 100,000 sockets with six series each in two ways:
// held encoded and written by WritePage, and through the registry of client_golang.
const benchSockets = 100_000

// socketLabels are the labels of all series of a socket.
var socketLabels = []string{"name", "host", "port", "protocol"}

// socketFamilies are the six series of a socket, in four families.
var socketFamilies = []*metric.Family{
	{Name: "connection_status_up", Help: "Connection status of the socket."},
	{Name: "connection_status_last_success_timestamp_seconds", Unit: "seconds",
		Help: "When the socket was last found up, in seconds since 1970."},
	{Name: "connection_status_transitions_total", Type: metric.Counter, Labels: []string{"to"},
		Help: "Changes of state, to up and to down; the first state found is not a change."},
	{Name: "connection_status_state_seconds_total", Type: metric.Counter, Unit: "seconds", Labels: []string{"state"},
		Help: "Time spent up, down, and unknown."},
}

// A benchSocket is what is known of one socket.
type benchSocket struct {
	labels      []string // values of socketLabels
	up          bool
	at          time.Time // of the last check, which succeeded
	transitions [2]float64
	seconds     [2]float64 // up, down
}

// benchStart is some moment; the sockets were checked in the minute before.
var benchStart = time.Date(2025, 11, 21, 12, 0, 0, 0, time.UTC)

// newBenchSocket makes up socket i, always in the same way. All its strings are new.
func newBenchSocket(i int) benchSocket {
	n := strconv.Itoa(i)
	return benchSocket{
		labels:      []string{"socket-" + n, "host-" + n + ".example.net", strconv.Itoa(1024 + i%60_000), "tcp"},
		up:          i%20 != 0,
		at:          benchStart.Add(-time.Duration(i) * 617_283 * time.Nanosecond),
		transitions: [2]float64{float64(i % 7), float64(i % 7)},
		seconds:     [2]float64{86_400 + float64(i)*1.234567, float64(i%1000) * 0.765432},
	}
}

// add adds the series as the sockets kind does: the time up is still running.
func (s *benchSocket) add(b *metric.Batch) {
	b.AddBool(socketFamilies[0], s.up)
	b.AddTime(socketFamilies[1], s.at)
	b.Add(socketFamilies[2], s.transitions[0], "up")
	b.Add(socketFamilies[2], s.transitions[1], "down")
	b.AddRunning(socketFamilies[3], s.seconds[0], s.at, time.Minute, "up")
	b.Add(socketFamilies[3], s.seconds[1], "down")
}

// heldBy returns what hold makes, and how much memory that takes once all garbage
// is gone.
func heldBy[T any](hold func() T) (T, float64) {
	before := heapInUse()
	held := hold()
	after := heapInUse()
	runtime.KeepAlive(held)
	return held, float64(after) - float64(before)
}

func heapInUse() uint64 {
	runtime.GC()
	runtime.GC() // the first one may leave what finalizers and cleanups held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// snapshots holds the sockets as the poller does.
func snapshots() []metric.Group {
	var shapes metric.Shapes
	var batch metric.Batch
	sources := make([]metric.Source, benchSockets)
	for i := range sources {
		s := newBenchSocket(i)
		batch.Reset()
		s.add(&batch)
		snapshot, _ := shapes.Freeze(&batch, nil)
		var pairs []string
		for l, name := range socketLabels {
			pairs = append(pairs, name, s.labels[l])
		}
		sources[i] = metric.Source{Labels: metric.EncodeLabels(pairs...), Snapshot: snapshot}
	}
	return []metric.Group{{Families: socketFamilies, Sources: sources}}
}

// BenchmarkPage600k writes a page of 600,000 series. What they hold is all that a
// page is made of: snapshots, the one shape, the labels of each socket.
func BenchmarkPage600k(b *testing.B) {
	groups, held := heldBy(snapshots)
	b.ReportAllocs()
	for b.Loop() {
		if err := metric.WritePage(io.Discard, metric.Text, benchStart, groups); err != nil {
			b.Fatal(err)
		}
	}
	report(b, held)
}

// BenchmarkRegistry600k has client_golang write a page of the same 600,000 series,
// uncompressed, in the way that takes it less time: const metrics, made at each scrape
// from plain data.
//
// What it reports as held is what the same series take in vectors (see
// BenchmarkRegistryVectors), the way to keep readings with client_golang. Const
// metrics hold nothing between scrapes but the plain data of the exporter; what a
// scrape then holds all at once, before the first line is written, is reported too.
func BenchmarkRegistry600k(b *testing.B) {
	_, held := heldBy(vectors)
	registry := registryOf(constMetrics())
	_, gathered := heldBy(func() []*dto.MetricFamily {
		families, err := registry.Gather()
		if err != nil {
			b.Fatal(err)
		}
		return families
	})
	scrape(b, registry)
	report(b, held)
	b.ReportMetric(gathered, "scrape-held-B")
}

// BenchmarkRegistryVectors is BenchmarkRegistry600k with the series in vectors, which
// the exporter keeps up to date.
func BenchmarkRegistryVectors(b *testing.B) {
	collectors, held := heldBy(vectors)
	scrape(b, registryOf(collectors))
	report(b, held)
}

func registryOf(collectors []prometheus.Collector) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors...)
	return registry
}

// scrape is the loop of the benchmarks of the registry.
func scrape(b *testing.B, registry *prometheus.Registry) {
	handler := promhttp.HandlerFor(registry, promhttp.HandlerOpts{DisableCompression: true})
	request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	b.ReportAllocs()
	for b.Loop() {
		w := &discard{header: make(http.Header)}
		handler.ServeHTTP(w, request)
		if w.status >= 400 || w.written < benchSockets {
			b.Fatalf("status %d after %d bytes", w.status, w.written)
		}
	}
}

func report(b *testing.B, held float64) {
	b.ReportMetric(held, "held-B")
	b.ReportMetric(held/(6*benchSockets), "held-B/series")
}

// discard is a client that reads and forgets.
type discard struct {
	header  http.Header
	status  int
	written int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(p []byte) (int, error) { d.written += len(p); return len(p), nil }

// vectors holds the sockets in one GaugeVec or CounterVec per family.
func vectors() []prometheus.Collector {
	opts := func(f *metric.Family) (prometheus.Opts, []string) {
		return prometheus.Opts{Name: f.Name, Help: f.Help}, append(socketLabels[:4:4], f.Labels...)
	}
	gauge := func(f *metric.Family) *prometheus.GaugeVec {
		o, labels := opts(f)
		return prometheus.NewGaugeVec(prometheus.GaugeOpts(o), labels)
	}
	counter := func(f *metric.Family) *prometheus.CounterVec {
		o, labels := opts(f)
		return prometheus.NewCounterVec(prometheus.CounterOpts(o), labels)
	}
	up, success := gauge(socketFamilies[0]), gauge(socketFamilies[1])
	transitions, seconds := counter(socketFamilies[2]), counter(socketFamilies[3])
	for i := range benchSockets {
		s := newBenchSocket(i)
		up.WithLabelValues(s.labels...).Set(number(s.up))
		success.WithLabelValues(s.labels...).Set(metric.Seconds(s.at))
		for i, state := range [...]string{"up", "down"} {
			labels := append(s.labels[:4:4], state)
			transitions.WithLabelValues(labels...).Add(s.transitions[i])
			seconds.WithLabelValues(labels...).Add(s.seconds[i])
		}
	}
	return []prometheus.Collector{up, success, transitions, seconds}
}

func number(v bool) float64 {
	if v {
		return 1
	}
	return 0
}

// constMetrics holds the sockets as plain data and makes their metrics when asked.
func constMetrics() []prometheus.Collector {
	c := &constCollector{sockets: make([]benchSocket, benchSockets)}
	for i := range c.sockets {
		c.sockets[i] = newBenchSocket(i)
	}
	for i, f := range socketFamilies {
		c.descs[i] = prometheus.NewDesc(f.Name, f.Help, append(socketLabels[:4:4], f.Labels...), nil)
	}
	return []prometheus.Collector{c}
}

type constCollector struct {
	sockets []benchSocket
	descs   [4]*prometheus.Desc
}

func (c *constCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		out <- d
	}
}

func (c *constCollector) Collect(out chan<- prometheus.Metric) {
	for i := range c.sockets {
		s := &c.sockets[i]
		out <- prometheus.MustNewConstMetric(c.descs[0], prometheus.GaugeValue, number(s.up), s.labels...)
		out <- prometheus.MustNewConstMetric(c.descs[1], prometheus.GaugeValue, metric.Seconds(s.at), s.labels...)
		running := s.seconds[0] + min(benchStart.Sub(s.at), time.Minute).Seconds()
		for i, state := range [...]string{"up", "down"} {
			labels := append(s.labels[:4:4], state)
			out <- prometheus.MustNewConstMetric(c.descs[2], prometheus.CounterValue, s.transitions[i], labels...)
			seconds := s.seconds[i]
			if state == "up" {
				seconds = running
			}
			out <- prometheus.MustNewConstMetric(c.descs[3], prometheus.CounterValue, seconds, labels...)
		}
	}
}

// BenchmarkFreezeSame is a poll that brings the same series as the one before.
func BenchmarkFreezeSame(b *testing.B) {
	var shapes metric.Shapes
	var batch metric.Batch
	s := newBenchSocket(1)
	s.add(&batch)
	last, _ := shapes.Freeze(&batch, nil)
	b.ReportAllocs()
	for b.Loop() {
		batch.Reset()
		s.add(&batch)
		last, _ = shapes.Freeze(&batch, last)
	}
}
