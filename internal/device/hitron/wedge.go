package hitron

import (
	"time"

	"home_exporter/internal/device/hitron/coda"
)

// A wedgeGuard notices that the modem has stopped counting on its OFDM page. Some
// firmware of the CODA-56 does so after some 200 fetches of it, while power and SNR
// go on, and restarts after some 400 (andyp-79/cablemodem-status, issue 41). Then the
// page is left alone, until the modem has started anew or a long time has passed.
type wedgeGuard struct {
	retry   time.Duration
	off     bool // nobody wants it
	counted bool // the counters have been seen above zero since the modem started
	wedged  bool
	until   time.Time
}

// settling is for how long a modem starts: until then pages may be missing or empty, and
// counters at zero.
const settling = 10 * time.Minute

// closed reports whether the page is not to be fetched now.
func (g *wedgeGuard) closed(now time.Time) bool { return g.wedged && now.Before(g.until) }

// reset forgets all: the modem has started anew.
func (g *wedgeGuard) reset() { g.counted, g.wedged = false, false }

// look judges a fresh OFDM page of a modem that has run for so long, nil where that is
// not known. One that has settled must have counted something, also before anybody
// looked. Where the counters are wedged they are taken out of the page: no value is
// better than one that looks like a reset.
func (g *wedgeGuard) look(channels []coda.OFDMChannel, uptime *time.Duration, now time.Time) {
	locked, zero := 0, 0
	for _, c := range channels {
		if !c.Locked() {
			continue
		}
		locked++
		if isZero(c.Octets) && isZero(c.Corrected) && isZero(c.Uncorrected) {
			zero++
		}
	}
	switch {
	case locked == 0 || g.off:
		return
	case zero < locked:
		g.counted, g.wedged = true, false
		return
	case !g.counted && (uptime == nil || *uptime <= settling):
		return
	}
	g.wedged, g.until = true, now.Add(g.retry)
	for i := range channels {
		channels[i].Octets, channels[i].Corrected, channels[i].Uncorrected = nil, nil, nil
	}
}

func isZero(n *uint64) bool { return n != nil && *n == 0 }
