package app

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"

	"home_exporter/internal/device"
	"home_exporter/internal/poll"
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

// buildInfos tells the version under the names of the programs that kinds replace,
// for the dashboards of those: as long as a device of the kind is configured.
type buildInfos struct {
	set   *poll.Set
	kinds []*device.Kind
}

// registerBuildInfos registers what is to be told of kinds.
func registerBuildInfos(r prometheus.Registerer, set *poll.Set, kinds []*device.Kind) {
	r.MustRegister(buildInfos{set, kinds})
}

// Describe tells nothing, because what there is depends on the configuration.
func (b buildInfos) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (b buildInfos) Collect(out chan<- prometheus.Metric) {
	for _, k := range b.kinds {
		if k.BuildInfo != "" && len(b.set.Names(k.Name)) > 0 {
			versioncollector.NewCollector(k.BuildInfo).Collect(out)
		}
	}
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
