package sockets

import (
	"net/netip"
	"time"

	"home_exporter/internal/device/sockets/check"
)

// gapIntervals is how many intervals without a check are still taken for the state
// before them. Longer ones are time of which nothing is known.
const gapIntervals = 3

// history is what is kept of a socket from check to check. There may be a hundred
// thousand, so numbers are narrow, and what few sockets have stands behind a pointer.
type history struct {
	// last is the end of the last check, zero before the first. Gaps are measured on
	// its monotonic clock: nobody loses a counter because someone set the wall clock.
	last        time.Time
	since       moment           // beginning of the present state; zero while it is unknown
	success     moment           // end of the last check that found it up
	spent       [3]time.Duration // time in each state until last
	before      time.Duration    // time down before the present state
	outage      time.Duration    // the longest time down that has ended
	tallies     *tallies         // nil while there is nothing to count
	more        *more            // nil below the level full
	probes      uint32
	successes   uint32
	consecutive uint32    // failed checks in a row
	transitions [3]uint32 // changes to each state
	state       state     // after last
	failed      check.Class
}

// tallies are counts by class. Of most sockets none is ever needed.
type tallies struct {
	failures, misses classCounts
}

// more is what only the level full tells.
type more struct {
	connect        [15]uint64 // checks that found it up, by time to connect
	connectSum     float64
	address        netip.Addr
	addressChanges uint64
	profile        profile
}

// A moment is a time of the wall clock in nanoseconds since 1970, a third of the size
// of a time.Time. Zero is none.
type moment int64

func momentOf(t time.Time) moment { return moment(t.UnixNano()) }

func (m moment) time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(m))
}

// record brings the history up to date with a check that told something.
func (h *history) record(r Reading, interval time.Duration) {
	h.pass(r.At, interval)
	now := stateOf(r.Result.Class)
	h.probes++
	if now == up {
		h.successes++
		h.success = momentOf(r.At)
		h.consecutive = 0
	} else {
		h.count().failures.add(r.Result.Class)
		h.failed = r.Result.Class
		h.consecutive++
	}
	h.enter(now, r.At)
	if h.more != nil {
		h.more.record(r, now)
	}
}

// miss counts a check that told nothing of the socket.
func (h *history) miss(c check.Class) {
	h.probes++
	h.count().misses.add(c)
}

// rest notes that the socket is left alone at this time.
func (h *history) rest(now time.Time, interval time.Duration) {
	h.pass(now, interval)
	h.enter(unknown, now)
}

// enter makes now the present state. To and from the unknown is no change.
func (h *history) enter(now state, at time.Time) {
	if now == h.state {
		return
	}
	if h.state != unknown && now != unknown {
		h.transitions[now]++
	}
	h.outage = h.longestOutage()
	h.before = h.spent[down]
	h.state = now
	h.since = 0
	if now != unknown {
		h.since = momentOf(at)
	}
}

// pass attributes the time since the last check to the state that it found. A gap
// of more than three intervals counts as one interval of that state, which a page
// has shown already, and for the rest as unknown. So the sums never fall.
func (h *history) pass(to time.Time, interval time.Duration) {
	if !h.last.IsZero() {
		gap := max(to.Sub(h.last), 0)
		known := gap
		if gap > gapIntervals*interval {
			h.spent[unknown] += gap - interval
			known = interval
		}
		h.spent[h.state] += known
		if h.more != nil && h.state != unknown {
			from := to.Add(-gap)
			h.more.profile.observe(from, from.Add(known), h.state == up)
		}
	}
	h.last = to
}

// longestOutage includes the one that lasts. Of an outage only the time counts that
// is known to be one.
func (h *history) longestOutage() time.Duration {
	if h.state == down {
		return max(h.outage, h.spent[down]-h.before)
	}
	return h.outage
}

// count returns the counts by class, which are needed now.
func (h *history) count() *tallies {
	if h.tallies == nil {
		h.tallies = &tallies{}
	}
	return h.tallies
}

// connectBounds are the buckets of the time to connect, in seconds.
var connectBounds = []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

func (m *more) record(r Reading, now state) {
	if a := r.Result.Addr.Addr(); a.IsValid() && a != m.address {
		if m.address.IsValid() {
			m.addressChanges++
		}
		m.address = a
	}
	took, ok := r.answerTime()
	if now != up || !ok {
		return
	}
	seconds := took.Seconds()
	i := 0
	for i < len(connectBounds) && seconds > connectBounds[i] {
		i++
	}
	m.connect[i]++
	m.connectSum += seconds
}

// classCounts counts by class. Few classes ever occur at one socket, most often none.
type classCounts []classCount

type classCount struct {
	class check.Class
	n     uint32
}

func (c *classCounts) add(class check.Class) {
	for i := range *c {
		if (*c)[i].class == class {
			(*c)[i].n++
			return
		}
	}
	*c = append(*c, classCount{class, 1})
}
