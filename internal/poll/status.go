package poll

import (
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// A Status is what is known of one device, for a page, the API or a command.
type Status struct {
	Kind, Name  string
	State       State
	Since       time.Time // start of the first poll that told this state; zero before the first
	Last        Outcome   // zero before the first poll
	LastSuccess time.Time // end of the last poll that brought readings
	Until       time.Time // to when the readings are shown; zero when there are none
	Interval    time.Duration
	Configured  time.Duration // the interval that the configuration asks for
	OnScrape    bool
	Series      int
	Finder      bool   // it yields other devices
	FoundBy     string // the name of the finder, empty for a configured device
	Budgets     []BudgetStatus
	Good, Bad   []Outcome // the last few polls without and with an error, newest last
	Labels      metric.Labels
}

// A BudgetStatus is what is left of a budget.
type BudgetStatus struct {
	device.Budget
	Left int
}

// Devices returns the status of the matching devices: kinds in their order, devices
// by name.
func (s *Set) Devices(f Filter) []Status {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Status
	for _, k := range s.kinds {
		if !f.kind(k.kind.Name) {
			continue
		}
		for _, e := range f.of(k.entries) {
			all = append(all, s.status(e, now))
		}
	}
	return all
}

// Names returns the names of the devices of a kind, in order.
func (s *Set) Names(kind string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	if k := s.kindOf(kind); k != nil {
		for _, e := range k.entries {
			names = append(names, e.name)
		}
	}
	return names
}

func (s *Set) status(e *entry, now time.Time) Status {
	clock := now.Sub(s.epoch)
	st := Status{
		Kind: e.kind.kind.Name, Name: e.name, State: e.state(clock), Since: timeOf(e.since),
		Last: e.last.public(), LastSuccess: timeOf(e.lastGood),
		Interval: e.interval(), Configured: e.pace.Interval,
		OnScrape: e.pace.OnScrape, Finder: e.isFinder(), Labels: e.labels,
	}
	if e.owner != nil {
		st.FoundBy = e.owner.name
	}
	if snapshot := e.fresh(clock); snapshot != nil {
		st.Until = now.Add(time.Duration(e.until.Load()) - clock)
		st.Series = snapshot.Len()
	}
	for _, p := range e.purses() {
		st.Budgets = append(st.Budgets, BudgetStatus{p.Budget(), p.Left(now)})
	}
	if e.rare != nil {
		st.Good = e.rare.good.public()
		st.Bad = e.rare.bad.public()
	}
	return st
}

// Ready reports whether every device was asked once, or had its time for it.
func (s *Set) Ready() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.kinds {
		for _, e := range k.entries {
			waiting := e.last.start == 0 && !e.pace.OnScrape
			if waiting && s.now() < e.due+e.pace.Timeout {
				return false
			}
		}
	}
	return true
}
