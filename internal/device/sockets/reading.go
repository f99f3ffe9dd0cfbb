package sockets

import (
	"time"

	"home_exporter/internal/device/sockets/check"
)

// A Reading is what one poll learned.
type Reading struct {
	At        time.Time     // end of the check
	Duration  time.Duration // of the whole check
	Scheduled bool          // false when the socket was left alone: it is outside its hours
	Result    check.Result  // only when Scheduled
}

// answerTime is the time from the address to the connection, or to the answer where
// there are no connections. Silence took no time to answer.
func (r Reading) answerTime() (time.Duration, bool) {
	if took, ok := r.Result.Phases.Connect.Duration(); ok {
		return took, true
	}
	if !r.Result.Answered {
		return 0, false
	}
	return r.Result.Phases.Exchange.Duration()
}

// state is what a socket is known to be.
type state uint8

const (
	unknown state = iota
	up
	down
)

var stateNames = [...]string{"unknown", "up", "down"}

func stateOf(c check.Class) state {
	if c.Up() {
		return up
	}
	return down
}
