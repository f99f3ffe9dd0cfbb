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
func (o Outcome) Reason() device.Reason { return reasonOf(o.Err) }

func reasonOf(err error) device.Reason {
	if err == nil {
		return ""
	}
	return device.ReasonOf(err)
}

// An outcome is an Outcome as it is stored.
type outcome struct {
	err    error
	start  int64 // as moment makes it; zero for no poll
	took   time.Duration
	result Result
}

// public returns o as others see it.
func (o outcome) public() Outcome {
	return Outcome{Start: timeOf(o.start), Duration: o.took, Result: o.result, Err: o.err}
}

// moment returns t as it is stored: nanoseconds since 1970, a third of a time.Time.
func moment(t time.Time) int64 { return t.UnixNano() }

// timeOf returns the time of a stored moment, the zero time for none.
func timeOf(moment int64) time.Time {
	if moment == 0 {
		return time.Time{}
	}
	return time.Unix(0, moment)
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
func (o outcome) health() State {
	switch {
	case o.start == 0:
		return Unasked
	case o.result == Failed:
		return Unreachable
	case o.result == Partial:
		return Incomplete
	case o.err != nil:
		return Down
	}
	return Well
}

// state is the state of e now. Set.mu is held.
func (e *entry) state(now time.Duration) State {
	h := e.last.health()
	if h == Unreachable && e.fresh(now) == nil {
		return Stale
	}
	return h
}
