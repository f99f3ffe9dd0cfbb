package hitron

import (
	"slices"
	"time"

	"home_exporter/internal/device/hitron/coda"
)

// A history is what goes on from poll to poll.
type history struct {
	uptime           *time.Duration
	boot             uint64 // another number for each start of the modem
	reboots          uint64
	downstream, ofdm ledger
	wedge            wedgeGuard
	events           eventTally
	lost             lossRate
	downSet, upSet   channelSet
	counted          bool // the page Downstream was read in this poll
}

// rebooted is how far the uptime must go back to count as a restart: the page is not
// read at the moment that it is made.
const rebooted = time.Minute

// page takes a page that was just read. Pages come in the order of pageOrder.
func (h *history) page(m *modem, p coda.Page, now time.Time) {
	r := &m.reading
	switch p {
	case coda.System:
		if h.started(r.System.Uptime) {
			for _, slow := range slowPages {
				m.endpoints[slow].due = now // all may be different now
			}
		}
	case coda.OFDM:
		h.wedge.look(r.OFDM, now)
		h.ofdm.update(ofdmCounts(r.OFDM), h.boot)
	case coda.Downstream:
		h.counted = true
		h.downSet.update(idsOf(r.Downstream, func(c coda.DownstreamChannel) string { return c.Channel }))
	case coda.Upstream:
		h.upSet.update(idsOf(r.Upstream, func(c coda.UpstreamChannel) string { return c.Channel }))
	case coda.Log:
		h.events.update(r.Log)
	}
}

// started takes an uptime and reports whether the modem has started since the last.
func (h *history) started(uptime *time.Duration) bool {
	if uptime == nil {
		return false
	}
	before := h.uptime
	h.uptime = uptime
	if before == nil || *uptime >= *before {
		return false
	}
	h.boot++
	h.wedge.reset()
	if *before-*uptime > rebooted {
		h.reboots++
	}
	return true
}

// update ends a poll: by now it is known whether the modem has started anew, which
// the counters need.
func (h *history) update(r *Reading, now time.Time) {
	counted := h.counted && r.Downstream != nil // a poll that was cut short may have counted last
	h.counted = false
	if !counted {
		return
	}
	h.downstream.update(downstreamCounts(r.Downstream), h.boot)
	h.lost.add(now, h.downstream.lost+h.ofdm.lost)
}

// A channelSet notices that other channels are in use than before.
type channelSet struct {
	ids     []string
	changes uint64
	known   bool
}

func (s *channelSet) update(ids []string) {
	slices.Sort(ids)
	if s.known && !slices.Equal(ids, s.ids) {
		s.changes++
	}
	s.ids, s.known = ids, true
}

func idsOf[C any](channels []C, id func(C) string) []string {
	var all []string
	for _, c := range channels {
		all = append(all, id(c))
	}
	return all
}
