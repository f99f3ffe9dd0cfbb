package app

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
)

// newRegistry returns a registry with what a program tells of itself.
func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		versioncollector.NewCollector("home_exporter"),
	)
	return r
}

// reloadGauges tell whether the configuration that stands in the file is in force.
type reloadGauges struct {
	successful prometheus.Gauge
	timestamp  prometheus.Gauge
}

func newReloadGauges(r prometheus.Registerer) *reloadGauges {
	g := &reloadGauges{
		successful: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "home_exporter_config_last_reload_successful",
			Help: "Whether the last attempt to read the configuration succeeded.",
		}),
		timestamp: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "home_exporter_config_last_reload_success_timestamp_seconds",
			Help: "When the configuration in force was read, in seconds since 1970.",
		}),
	}
	r.MustRegister(g.successful, g.timestamp)
	return g
}

func (g *reloadGauges) done(ok bool, now time.Time) {
	if !ok {
		g.successful.Set(0)
		return
	}
	g.successful.Set(1)
	g.timestamp.Set(float64(now.UnixNano()) / 1e9)
}
