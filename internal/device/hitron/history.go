package hitron

import (
	"time"

	"home_exporter/internal/device/hitron/coda"
)

// A history is what goes on from poll to poll.
type history struct {
	uptime           *time.Duration
	boots            uint64 // starts of the modem that were seen
	downstream, ofdm ledger
	wedge            wedgeGuard
	events           eventTally
	downSet, upSet   channelSet
	counted          bool // the page Downstream was read in this poll

	downstreamLosses, ofdmLosses lossMeter
}

// newHistory returns the history of a modem of which nothing is known yet.
func newHistory(s *settings) history {
	return history{
		wedge:            wedgeGuard{retry: s.ofdmRetry, off: !s.ofdmGuard},
		downstreamLosses: lossMeter{window: lossWindow},
		ofdmLosses:       lossMeter{window: max(lossWindow, s.slow)},
	}
}

// uptimeTolerance is how far the uptime may go back without a restart: the page is not
// read at the moment that it is made, and clocks are corrected.
const uptimeTolerance = time.Minute

// page takes a page that was just read. Pages come in the order of pageOrder.
func (h *history) page(m *modem, p coda.Page, now time.Time) {
	r := &m.reading
	switch p {
	case coda.System:
		if h.started(r.System.Uptime) {
			for _, slow := range slowPages {
				m.endpoints[slow].restarted(now)
			}
		}
	case coda.OFDM:
		h.wedge.look(r.OFDM, r.uptime(), now)
		h.ofdm.update(gather(r.OFDM, ofdmCount), h.boots)
		if !h.wedge.wedged {
			h.ofdmLosses.add(now, h.ofdm.lost)
		}
	case coda.Downstream:
		h.counted = true
		h.downSet.update(gather(r.Downstream, func(c coda.DownstreamChannel) string { return c.Channel }))
	case coda.Upstream:
		h.upSet.update(gather(r.Upstream, func(c coda.UpstreamChannel) string { return c.Channel }))
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
	if before == nil || *before-*uptime <= uptimeTolerance {
		return false
	}
	h.boots++
	h.wedge.reset()
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
	h.downstream.update(gather(r.Downstream, downstreamCount), h.boots)
	h.downstreamLosses.add(now, h.downstream.lost)
}
