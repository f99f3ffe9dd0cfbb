package poll

import (
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// Readings returns the fresh readings of the matching devices. The groups do not
// change any more.
func (s *Set) Readings(f Filter) []metric.Group {
	return s.readings(f, s.now())
}

// Collect returns what a page shows now: the fresh readings of the matching devices,
// and what is to say of their polls.
func (s *Set) Collect(f Filter) []metric.Group {
	now := time.Now()
	var own metric.Batch
	s.addAllOwn(&own, f, now)
	snapshot, _ := s.shapes.Freeze(&own, nil)
	about := metric.Group{Families: Families, Sources: []metric.Source{{Snapshot: snapshot}}}
	return append(s.readings(f, now.Sub(s.epoch)), about)
}

// addAllOwn adds what is to say of the polls of the matching devices.
func (s *Set) addAllOwn(own *metric.Batch, f Filter, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.kinds {
		if f.kind(k.kind.Name) {
			s.addOwn(own, k, f, now)
		}
	}
	if f.All() {
		own.AddHistogram(startDelay, s.delays.counts[:], s.delays.sum)
		own.Add(pollsInFlight, float64(s.inFlight))
		own.Add(workers, float64(s.workers))
	}
}

// readings holds the lock only to see what runs: lists of entries are never changed
// in place.
func (s *Set) readings(f Filter, now time.Duration) []metric.Group {
	var running []kindState
	s.mu.Lock()
	for _, k := range s.kinds {
		if f.kind(k.kind.Name) {
			running = append(running, kindState{kind: k.kind, entries: k.entries})
		}
	}
	s.mu.Unlock()
	var groups []metric.Group
	for _, k := range running {
		groups = append(groups, metric.Group{Families: k.kind.Families, Sources: sources(k.kind, k.entries, f, now)})
	}
	return groups
}

// sources returns the fresh readings of the matching devices of a kind.
func sources(k *device.Kind, entries []*entry, f Filter, now time.Duration) []metric.Source {
	tell := !k.Identified && severalDevices(entries)
	matching := f.of(entries)
	sources := make([]metric.Source, 0, len(matching))
	for _, e := range matching {
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

// severalDevices reports whether there are two at least. A finder is no device.
func severalDevices(entries []*entry) bool {
	n := 0
	for _, e := range entries {
		if !e.isFinder() {
			n++
		}
		if n > 1 {
			return true
		}
	}
	return false
}

// addOwn adds what is to say of the polls of a kind's matching devices.
func (s *Set) addOwn(b *metric.Batch, k *kindState, f Filter, now time.Time) {
	name := k.kind.Name
	clock := now.Sub(s.epoch)
	var states [len(stateNames)]int
	swarm := false
	for _, e := range f.of(k.entries) {
		states[e.state(clock)]++
		if e.swarm {
			swarm = true
			continue
		}
		if e.last.start != 0 {
			b.AddBool(deviceUp, e.last.result != Failed, name, e.name)
			b.Add(pollDuration, e.last.took.Seconds(), name, e.name)
		}
		b.AddTime(lastSuccess, timeOf(e.lastGood), name, e.name)
		if !e.pace.OnScrape {
			b.Add(pollInterval, e.interval().Seconds(), name, e.name)
		}
		for _, p := range e.purses() {
			b.Add(budgetRemaining, float64(p.Left(now)), name, e.name, p.Budget().Name)
			b.Add(budgetLimit, float64(p.Budget().Requests), name, e.name, p.Budget().Name)
		}
		addCounters(b, e.counts(), name, e.name)
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
func (e *entry) interval() time.Duration {
	pause, _ := e.rest()
	return max(e.pace.Interval, pause)
}

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
