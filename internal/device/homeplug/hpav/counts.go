package hpav

import "maps"

// Counts is what went over the wire, since the client began.
type Counts struct {
	Sent, Timeouts, Repeats [MessageCount]uint64
	Received                map[Verdict]uint64
}

// A Verdict is what a received frame was worth.
type Verdict string

// The verdicts.
const (
	Accepted   Verdict = "ok"
	Malformed  Verdict = "malformed"  // not what it says
	Unexpected Verdict = "unexpected" // nobody asked for it: indications, other programs
	Foreign    Verdict = "foreign"    // for another host
	Duplicate  Verdict = "duplicate"  // a second answer; the newest counts
	Late       Verdict = "late"       // an answer that was given up
)

// Verdicts returns all verdicts.
func Verdicts() []Verdict {
	return []Verdict{Accepted, Malformed, Unexpected, Foreign, Duplicate, Late}
}

// Counts returns what went over the wire so far.
func (c *Client) Counts() Counts {
	out := c.counts
	out.Received = maps.Clone(c.counts.Received)
	return out
}
