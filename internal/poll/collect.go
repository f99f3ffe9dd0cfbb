package poll

import (
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// Readings returns the fresh readings of the matching devices. The groups do not
// change any more.
func (s *Set) Readings(f Filter) []metric.Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.readings(f, time.Now())
}

// Collect returns what a page shows now: the fresh readings of the matching devices,
// and what is to say of their polls.
func (s *Set) Collect(f Filter) []metric.Group {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	var own metric.Batch
	for _, k := range s.kinds {
		if f.kind(k.kind.Name) {
			s.addOwn(&own, k, f, now)
		}
	}
	if f.All() {
		own.AddHistogram(startDelay, s.delays.counts[:], s.delays.sum)
		own.Add(pollsInFlight, float64(s.inFlight))
		own.Add(workers, float64(s.workers))
	}
	snapshot, _ := s.shapes.Freeze(&own, nil)
	return append(s.readings(f, now), metric.Group{Families: Families, Sources: []metric.Source{{Snapshot: snapshot}}})
}

func (s *Set) readings(f Filter, now time.Time) []metric.Group {
	var groups []metric.Group
	for _, k := range s.kinds {
		if f.kind(k.kind.Name) {
			groups = append(groups, metric.Group{Families: k.kind.Families, Sources: k.sources(f, now)})
		}
	}
	return groups
}

// sources returns the fresh readings of the matching devices.
func (k *kindState) sources(f Filter, now time.Time) []metric.Source {
	tell := k.tellApart()
	sources := make([]metric.Source, 0, len(k.entries))
	for _, e := range k.entries {
		if !f.device(e.name) {
			continue
		}
		if snapshot := e.fresh(now); snapshot != nil {
			src := metric.Source{Labels: e.labels, Snapshot: snapshot}
			if tell {
				src.Labels = metric.EncodeLabels("device", e.name).Join(e.labels)
			}
			sources = append(sources, src)
		}
	}
	return sources
}

// tellApart reports whether the kind's devices need a device label.
func (k *kindState) tellApart() bool {
	if k.kind.Identified {
		return false
	}
	n := 0
	for _, e := range k.entries {
		if !e.isFinder() {
			n++
		}
	}
	return n > 1
}

// addOwn adds what is to say of the polls of a kind's matching devices.
func (s *Set) addOwn(b *metric.Batch, k *kindState, f Filter, now time.Time) {
	name := k.kind.Name
	var states [len(stateNames)]int
	swarm := false
	for _, e := range k.entries {
		if !f.device(e.name) {
			continue
		}
		states[e.state(now)]++
		if e.swarm {
			swarm = true
			continue
		}
		if !e.last.Start.IsZero() {
			b.AddBool(deviceUp, e.last.Result != Failed, name, e.name)
			b.Add(pollDuration, e.last.Duration.Seconds(), name, e.name)
		}
		b.AddTime(lastSuccess, e.lastGood, name, e.name)
		if !e.pace.OnScrape {
			b.Add(pollInterval, e.interval().Seconds(), name, e.name)
		}
		for _, p := range e.purses {
			b.Add(budgetRemaining, float64(p.Left(now)), name, e.name, p.Budget().Name)
			b.Add(budgetLimit, float64(p.Budget().Requests), name, e.name, p.Budget().Name)
		}
		addCounters(b, e.counts, name, e.name)
	}
	if len(k.entries) > 0 {
		for _, state := range States {
			b.Add(devices, float64(states[state]), name, state.String())
		}
	}
	if swarm {
		addCounters(b, &k.swarm, name, "")
	}
}

// interval is the present pace.
func (e *entry) interval() time.Duration { return max(e.pace.Interval, e.pause) }

func addCounters(b *metric.Batch, c *counters, kind, name string) {
	for r, n := range c.results {
		b.Add(polls, float64(n), kind, name, resultNames[r])
	}
	for _, reason := range device.Reasons {
		if n := c.failures[reason]; n > 0 {
			b.Add(pollFailures, float64(n), kind, name, string(reason))
		}
	}
	b.Add(pollsSkipped, float64(c.skipped), kind, name)
	b.Add(droppedSamples, float64(c.dropped), kind, name)
}
