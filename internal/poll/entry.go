package poll

import (
	"context"
	"sync/atomic"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// An entry is one device that runs. There may be a hundred thousand: what only few
// of them need stands behind a pointer, and moments are plain numbers.
type entry struct {
	kind   *kindState
	name   string
	digest device.Digest
	labels metric.Labels
	device device.Device
	owner  *entry // the finder that found it; nil for those of the configuration

	// What a scrape shows. The worker that asks the device stores latest before until,
	// and others load them the other way round.
	latest atomic.Pointer[metric.Snapshot] // nil before the first readings
	until  atomic.Int64                    // nanoseconds on the clock of the set

	// Guarded by Set.mu:
	pace     *device.Pace
	due      time.Duration // on the clock of the set
	running  *run          // nil when no poll is under way
	wanted   *want         // nil when nobody asked for a poll out of turn
	lastGood int64         // end of the last poll that brought readings, as in outcome.start
	since    int64         // start of the first poll that told the present health
	last     outcome       // of the last poll; zero before the first
	rare     *rare         // nil while there is nothing to tell
	place    int32         // in the queue; -1 when not in it
	failures int32         // failed polls in a row
	swarm    bool
	gone     bool // no longer in the set
}

// rare is what few entries of a swarm have. Set.mu guards it but for what says
// otherwise.
type rare struct {
	after     *entry        // not to be asked before this one's device is closed
	pause     time.Duration // the pause that failures or the device brought; zero by schedule
	notBefore time.Duration // until then the device wants to be left alone
	counts    counters      // of one that is not of a swarm
	purses    purses        // never changes
	place     string        // Spec.Place; never changes
	good, bad history
	// specs is what a finder has found while it could not be applied as a whole, nil
	// when it was. Set.applying guards it.
	specs []device.Spec
}

// A run is a poll under way, or what is left of an entry that leaves.
type run struct {
	ctx    context.Context
	cancel context.CancelFunc
	start  time.Time
	due    time.Time     // when it should have started
	keep   time.Duration // for how long its readings may be shown
	want   *want         // who waits for its end, nil when nobody does
	// successor is the entry that takes the place of this one when the run has ended
	// and the device is closed: two never talk to the same device.
	successor *entry
}

// A want is a demand for a poll out of turn.
type want struct {
	done     chan struct{} // closed when the poll is filed
	deadline time.Time     // the latest of those who asked; zero when one has none
}

// fresh returns the snapshot if it may still be shown.
func (e *entry) fresh(now time.Duration) *metric.Snapshot {
	if int64(now) > e.until.Load() {
		return nil
	}
	return e.latest.Load()
}

// isFinder reports whether the entry yields further devices.
func (e *entry) isFinder() bool {
	_, ok := e.device.(device.Finder)
	return ok
}

// makeRare returns e.rare, which must be there now.
func (e *entry) makeRare() *rare {
	if e.rare == nil {
		e.rare = &rare{}
	}
	return e.rare
}

// purses returns what is left of the entry's budgets. Set.mu is held.
func (e *entry) purses() purses {
	if e.rare == nil {
		return nil
	}
	return e.rare.purses
}

// counts returns what counts the entry's polls: its own counters, or those of the kind
// for one of a swarm. Set.mu is held.
func (e *entry) counts() *counters {
	if e.swarm {
		return &e.kind.swarm
	}
	return &e.makeRare().counts
}

// after returns the entry whose device must be closed before this one is asked, nil
// mostly. Set.mu is held.
func (e *entry) after() *entry {
	if e.rare == nil {
		return nil
	}
	return e.rare.after
}

// rest returns the present pause and until when the device wants to be left alone,
// zero by schedule. Set.mu is held.
func (e *entry) rest() (pause, notBefore time.Duration) {
	if e.rare == nil {
		return 0, 0
	}
	return e.rare.pause, e.rare.notBefore
}

// setRest sets what rest returns. Set.mu is held.
func (e *entry) setRest(pause, notBefore time.Duration) {
	if pause > 0 || e.rare != nil {
		r := e.makeRare()
		r.pause, r.notBefore = pause, notBefore
	}
}

// release frees who waits for a poll that will not begin. Set.mu is held.
func (e *entry) release() {
	if e.wanted != nil {
		close(e.wanted.done)
		e.wanted = nil
	}
}

// phase is the entry's place within its interval: the same after each start, and
// spread evenly over all entries.
func (e *entry) phase() time.Duration {
	h := fnv(fnv(fnvStart, e.kind.kind.Name)*fnvPrime, e.name)
	// FNV's high bits hardly differ between names that end differently: mix them.
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	h ^= h >> 32
	return time.Duration(h % uint64(e.pace.Interval))
}

// FNV-1a, 64 bits, as hash/fnv has it, which allocates. A zero byte between two texts
// is one multiplication.
const (
	fnvStart = 14695981039346656037
	fnvPrime = 1099511628211
)

func fnv(h uint64, text string) uint64 {
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * fnvPrime
	}
	return h
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
