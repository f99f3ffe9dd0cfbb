package hitron

import (
	"slices"
	"time"

	"home_exporter/internal/device/hitron/coda"
)

// An endpoint is what is remembered of one page: when to ask for it, and how that
// went.
type endpoint struct {
	due      time.Time // not before
	success  time.Time // the last one
	asked    bool
	up       bool
	had      bool // since the modem started
	missing  bool // the firmware does not have the page
	failures int  // in a row
	err      error
	took     time.Duration
	errors   map[coda.Class]uint64
	mistakes map[string]uint64
}

// never is later than any poll.
var never = time.Unix(1<<40, 0)

// recheck is after what time a page that the firmware did not have is asked for again:
// firmware is updated at night.
const recheck = 24 * time.Hour

// fastPages are asked for at each poll, slowPages at the slow interval; the page Model
// changes with the firmware only, which takes a restart.
var (
	fastPages = []coda.Page{coda.Downstream, coda.Upstream, coda.System}
	slowPages = []coda.Page{coda.OFDM, coda.OFDMA, coda.WAN, coda.Provisioning, coda.Link, coda.Log, coda.Model}
)

// pageOrder is the order in which pages are asked for.
var pageOrder = append(append([]coda.Page(nil), fastPages...), slowPages...)

func isFast(p coda.Page) bool { return slices.Contains(fastPages, p) }

// succeeded notes a page that was had.
func (e *endpoint) succeeded(p coda.Page, now time.Time, s *settings, mistakes []coda.Mistake) {
	e.asked, e.up, e.had, e.missing, e.failures, e.err, e.success = true, true, true, false, 0, nil, now
	for _, m := range mistakes {
		if e.mistakes == nil {
			e.mistakes = make(map[string]uint64)
		}
		e.mistakes[m.Field]++
	}
	switch {
	case isFast(p):
		e.due = time.Time{}
	case p == coda.Model:
		e.due = never
	default:
		// Polls come at steps of the interval: the nearest one is meant.
		e.due = now.Add(s.slow - s.interval/2)
	}
}

// failed notes a page that was not had.
func (e *endpoint) failed(p coda.Page, now time.Time, s *settings, err *coda.Error) {
	e.asked, e.up, e.missing, e.err = true, false, false, err
	if e.errors == nil {
		e.errors = make(map[coda.Class]uint64)
	}
	e.errors[err.Class]++
	if isFast(p) {
		return
	}
	wait := min(s.interval<<min(e.failures, 10), s.slow)
	e.failures++
	e.due = now.Add(max(wait, err.RetryAfter) - s.interval/2)
}

// lacks notes, after failed, that the firmware does not have the page.
func (e *endpoint) lacks(now time.Time, s *settings) {
	e.missing, e.due = true, now.Add(recheck-s.interval/2)
}

// restarted notes that the modem has started anew: all may be different now.
func (e *endpoint) restarted(now time.Time) { e.due, e.had, e.failures = now, false, 0 }
