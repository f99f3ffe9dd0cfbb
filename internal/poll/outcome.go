package poll

import (
	"time"

	"home_exporter/internal/device"
)

// Result is what a poll was worth.
type Result uint8

// The results. Down is OK: the device was asked and told its state.
const (
	OK      Result = iota // all that was asked for
	Partial               // readings, and an error that tells what is missing
	Failed                // no readings
)

var resultNames = [...]string{"ok", "partial", "failed"}

func (r Result) String() string { return resultNames[r] }

// An Outcome is what is remembered of one poll.
type Outcome struct {
	Start    time.Time
	Duration time.Duration
	Result   Result
	Err      error // nil when all was well
}

// Reason returns the reason of the error, empty when there is none.
func (o Outcome) Reason() device.Reason {
	if o.Err == nil {
		return ""
	}
	return device.ReasonOf(o.Err)
}

// State is how a device is, in one word.
type State uint8

// The states.
const (
	Unasked     State = iota // not asked yet
	Well                     // all readings, nothing to say
	Down                     // asked, and not well: a closed socket
	Incomplete               // some readings are missing
	Unreachable              // the last poll failed; earlier readings are still shown
	Stale                    // the last poll failed, and no readings are left
)

// States is all states.
var States = []State{Unasked, Well, Down, Incomplete, Unreachable, Stale}

var stateNames = [...]string{"new", "ok", "down", "partial", "failed", "stale"}

func (s State) String() string { return stateNames[s] }

// health is the state as the last poll alone tells it: not Stale.
func (o Outcome) health() State {
	switch {
	case o.Start.IsZero():
		return Unasked
	case o.Result == Failed:
		return Unreachable
	case o.Result == Partial:
		return Incomplete
	case o.Err != nil:
		return Down
	}
	return Well
}

// state is the state of e now. Set.mu is held.
func (e *entry) state(now time.Time) State {
	h := e.last.health()
	if h == Unreachable && e.fresh(now) == nil {
		return Stale
	}
	return h
}

// How many outcomes are remembered per device. One of a swarm remembers only what
// went wrong, because that is rare.
const (
	historyGood  = 5
	historyBad   = 5
	historySwarm = 3
)

// history is the last few good and bad polls, apart, so that a frequent sort does
// not push the rare one out. Newest last.
type history struct {
	good, bad []Outcome
}

// remember files e.last in the history. Set.mu is held.
func (e *entry) remember() {
	if e.last.Err == nil {
		if !e.swarm {
			h := e.makeHistory()
			h.good = pushed(h.good, e.last, historyGood)
		}
		return
	}
	limit := historyBad
	if e.swarm {
		limit = historySwarm
	}
	h := e.makeHistory()
	h.bad = pushed(h.bad, e.last, limit)
}

func (e *entry) makeHistory() *history {
	if e.history == nil {
		e.history = &history{}
	}
	return e.history
}

// pushed returns list with o at its end and at most limit outcomes, in place.
func pushed(list []Outcome, o Outcome, limit int) []Outcome {
	if len(list) < limit {
		return append(list, o)
	}
	copy(list, list[1:])
	list[len(list)-1] = o
	return list
}
