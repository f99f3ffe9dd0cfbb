package poll

import (
	"time"

	"home_exporter/internal/device"
)

// counters counts polls, of one device or of a kind's whole swarm. Set.mu guards it.
type counters struct {
	results  [len(resultNames)]uint64
	failures map[device.Reason]uint64 // of polls that were failed or partial
	dropped  uint64                   // samples that were no samples
	skipped  uint64                   // slots missed because the time had passed
}

func (c *counters) add(o outcome, dropped int) {
	c.results[o.result]++
	c.dropped += uint64(dropped)
	if o.result == OK {
		return
	}
	if c.failures == nil {
		c.failures = make(map[device.Reason]uint64)
	}
	c.failures[reasonOf(o.err)]++
}

// delayBounds are the buckets of the start delays, in seconds.
var delayBounds = []float64{0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

// delays is a histogram of how late polls began. Set.mu guards it.
type delays struct {
	counts [12]uint64 // one more than bounds
	sum    float64
}

func (d *delays) observe(late time.Duration) {
	seconds := max(late, 0).Seconds()
	i := 0
	for i < len(delayBounds) && seconds > delayBounds[i] {
		i++
	}
	d.counts[i]++
	d.sum += seconds
}
