package poll

import "home_exporter/internal/metric"

// Families is what home_exporter says of its own asking. Where a device stands for
// many of its sort (a socket), it is told of the kind, with an empty device label.
var Families = []*metric.Family{
	deviceUp, devices, pollDuration, pollInterval, polls, pollFailures, pollsSkipped,
	lastSuccess, droppedSamples, budgetRemaining, budgetLimit, startDelay, pollsInFlight, workers,
}

var (
	deviceUp = &metric.Family{
		Name: "home_exporter_device_up", Labels: []string{"kind", "device"},
		Help: "Whether the last poll of the device brought readings.",
	}
	devices = &metric.Family{
		Name: "home_exporter_devices", Labels: []string{"kind", "state"},
		Help: "Number of devices in each state as of their last poll: new, ok, down, partial, failed, stale.",
	}
	pollDuration = &metric.Family{
		Name: "home_exporter_poll_duration_seconds", Labels: []string{"kind", "device"}, Unit: "seconds",
		Help: "How long the last poll of the device took.",
	}
	pollInterval = &metric.Family{
		Name: "home_exporter_poll_interval_seconds", Labels: []string{"kind", "device"}, Unit: "seconds",
		Help: "Time from poll to poll at the present pace, longer than configured while the device asks for patience.",
	}
	polls = &metric.Family{
		Name: "home_exporter_polls_total", Type: metric.Counter, Labels: []string{"kind", "device", "result"},
		Help: "Polls by result: ok, partial (readings and an error), failed (no readings).",
	}
	pollFailures = &metric.Family{
		Name: "home_exporter_poll_failures_total", Type: metric.Counter, Labels: []string{"kind", "device", "reason"},
		Help: "Polls that failed or were partial, by reason.",
	}
	pollsSkipped = &metric.Family{
		Name: "home_exporter_polls_skipped_total", Type: metric.Counter, Labels: []string{"kind", "device"},
		Help: "Polls left out because their time had passed before they could begin.",
	}
	lastSuccess = &metric.Family{
		Name: "home_exporter_last_success_timestamp_seconds", Labels: []string{"kind", "device"}, Unit: "seconds",
		Help: "When the device last gave readings, in seconds since 1970.",
	}
	droppedSamples = &metric.Family{
		Name: "home_exporter_dropped_samples_total", Type: metric.Counter, Labels: []string{"kind", "device"},
		Help: "Samples of the device that were left out: duplicates, not a number, or too many.",
	}
	budgetRemaining = &metric.Family{
		Name: "home_exporter_budget_remaining", Labels: []string{"kind", "device", "budget"},
		Help: "Requests that the device may still get now out of this budget.",
	}
	budgetLimit = &metric.Family{
		Name: "home_exporter_budget_limit", Labels: []string{"kind", "device", "budget"},
		Help: "Requests that a full budget allows.",
	}
	startDelay = &metric.Family{
		Name: "home_exporter_poll_start_delay_seconds", Type: metric.Histogram, Unit: "seconds", Buckets: delayBounds,
		Help: "How long after their time scheduled polls began.",
	}
	pollsInFlight = &metric.Family{
		Name: "home_exporter_polls_in_flight",
		Help: "Polls under way.",
	}
	workers = &metric.Family{
		Name: "home_exporter_poll_workers",
		Help: "Workers that ask or wait to ask; they come and go with the load.",
	}
)
