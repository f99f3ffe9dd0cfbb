package web

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// tally is what we say of our own answering.
type tally struct {
	requests *prometheus.CounterVec
	duration prometheus.Histogram
	inFlight prometheus.Gauge
	rejected prometheus.Counter
}

func newTally() *tally {
	return &tally{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "home_exporter_http_requests_total",
			Help: "HTTP requests by path, other for paths that do not exist, and status code.",
		}, []string{"path", "code"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "home_exporter_scrape_duration_seconds",
			Help:    "How long scrapes took, waiting for devices that are asked when scraped included.",
			Buckets: []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30},
		}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "home_exporter_scrapes_in_flight",
			Help: "Scrapes being answered.",
		}),
		rejected: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "home_exporter_scrapes_rejected_total",
			Help: "Scrapes and probes turned away with 503 because too many were being answered.",
		}),
	}
}

// register makes the metrics known to r, unless that is nil.
func (t *tally) register(r prometheus.Registerer) error {
	if r == nil {
		return nil
	}
	for _, c := range []prometheus.Collector{t.requests, t.duration, t.inFlight, t.rejected} {
		if err := r.Register(c); err != nil {
			return err
		}
	}
	return nil
}

// begin shows a zero for what has not been asked for yet, so that a first request is a
// rise and not a new series.
func (t *tally) begin(paths []string) {
	for _, path := range paths {
		t.requests.WithLabelValues(path, "200")
	}
}

// count counts a request. One without a status was answered with 200 by net/http.
func (t *tally) count(path string, status int) {
	if status == 0 {
		status = 200
	}
	t.requests.WithLabelValues(path, strconv.Itoa(status)).Inc()
}

// scrape notes the begin of a scrape; the returned func notes its end.
func (t *tally) scrape() func() {
	start := time.Now()
	t.inFlight.Inc()
	return func() {
		t.inFlight.Dec()
		t.duration.Observe(time.Since(start).Seconds())
	}
}
