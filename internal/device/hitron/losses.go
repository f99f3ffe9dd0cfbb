package hitron

import (
	"slices"
	"time"

	"home_exporter/internal/device/hitron/coda"
)

// lossWindow is the least time over which lost codewords are averaged.
const lossWindow = 5 * time.Minute

// A lossMeter knows how fast a counter of lost codewords grew lately. It is read when
// its page is, so that a page that comes rarely needs a longer window: its losses come
// in lumps.
type lossMeter struct {
	window  time.Duration
	samples []lossSample
}

type lossSample struct {
	at   time.Time
	lost uint64
}

// add notes the counter, and forgets what the window no longer needs.
func (r *lossMeter) add(at time.Time, lost uint64) {
	if n := len(r.samples); n > 0 && at.Before(r.samples[n-1].at) {
		r.samples = nil // the clock was set back
	}
	r.samples = append(r.samples, lossSample{at, lost})
	outside := 0
	for i, s := range r.samples {
		if at.Sub(s.at) >= r.window {
			outside = i // the newest one that is old enough begins the window
		}
	}
	r.samples = slices.Delete(r.samples, 0, outside)
}

// perSecond returns the growth per second, nil while only one sample is known.
func (r *lossMeter) perSecond() *float64 {
	if len(r.samples) < 2 {
		return nil
	}
	first, last := r.samples[0], r.samples[len(r.samples)-1]
	took := last.at.Sub(first.at).Seconds()
	if took <= 0 {
		return nil
	}
	return new(float64(last.lost-first.lost) / took)
}

// fresh reports whether the newest sample tells something of now.
func (r *lossMeter) fresh(now time.Time) bool {
	n := len(r.samples)
	return n > 0 && now.Sub(r.samples[n-1].at) <= 2*r.window
}

// lossesPerSecond is how many codewords are lost per second, nil while the page that
// counts most of them is away. The OFDM receivers count while their page is had, also
// where its budget makes it come more rarely than its readings stand.
func (m *modem) lossesPerSecond() *float64 {
	if m.reading.Downstream == nil {
		return nil
	}
	rate := m.history.downstreamLosses.perSecond()
	meter := &m.history.ofdmLosses
	if rate == nil || !m.endpoints[coda.OFDM].up || m.history.wedge.wedged || !meter.fresh(m.polled) {
		return rate
	}
	if ofdm := meter.perSecond(); ofdm != nil {
		return new(*rate + *ofdm)
	}
	return rate
}
