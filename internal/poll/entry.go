package poll

import (
	"context"
	"hash/fnv"
	"sync/atomic"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// An entry is one device that runs. There may be a hundred thousand: what only few
// of them need stands behind a pointer.
type entry struct {
	kind   *kindState
	name   string
	digest device.Digest
	labels metric.Labels
	device device.Device
	owner  *entry // the finder that found it; nil for those of the configuration
	purses purses
	counts *counters // its own, or those of the kind for one of a swarm

	// latest is what a scrape shows, nil before the first readings.
	latest atomic.Pointer[reading]

	// Guarded by Set.mu:
	pace     *device.Pace
	due      time.Duration // on the clock of the set
	place    int           // in the queue; -1 when not in it
	running  *run          // nil when no poll is under way
	wanted   *want         // nil when nobody asked for a poll out of turn
	pause    time.Duration // the pause that failures or the device brought; zero by schedule
	last     Outcome       // of the last poll; zero before the first
	lastGood time.Time     // end of the last poll that brought readings
	history  *history      // nil while there is nothing to tell
	failures int32         // failed polls in a row
	swarm    bool
	gone     bool // no longer in the set
}

// A reading is a device's last snapshot and for how long it may be shown.
type reading struct {
	snapshot *metric.Snapshot
	until    time.Time
}

// A run is a poll under way.
type run struct {
	ctx    context.Context
	cancel context.CancelFunc
	start  time.Time
	keep   time.Duration // for how long its readings may be shown
	want   *want         // who waits for its end, nil when nobody does
	// successor is the entry that takes the place of this one when the run has ended
	// and the device is closed: two never talk to the same device.
	successor *entry
}

// A want is a demand for a poll out of turn.
type want struct {
	done     chan struct{} // closed when the poll is filed
	deadline time.Time     // of who asked; zero for none
}

// fresh returns the snapshot if it may still be shown.
func (e *entry) fresh(now time.Time) *metric.Snapshot {
	r := e.latest.Load()
	if r == nil || now.After(r.until) {
		return nil
	}
	return r.snapshot
}

// isFinder reports whether the entry yields further devices.
func (e *entry) isFinder() bool {
	_, ok := e.device.(device.Finder)
	return ok
}

// phase is the entry's place within its interval: the same after each start, and
// spread evenly over all entries.
func (e *entry) phase() time.Duration {
	h := fnv.New64a()
	h.Write([]byte(e.kind.kind.Name))
	h.Write([]byte{0})
	h.Write([]byte(e.name))
	// FNV's high bits hardly differ between names that end differently: mix them.
	x := h.Sum64()
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	x ^= x >> 32
	return time.Duration(x % uint64(e.pace.Interval))
}

// slotAfter returns the first moment after t that is the entry's by schedule.
func (e *entry) slotAfter(t time.Time) time.Time {
	interval := int64(e.pace.Interval)
	passed := (t.UnixNano() - int64(e.phase())) % interval
	if passed < 0 {
		passed += interval
	}
	return t.Add(time.Duration(interval - passed))
}
