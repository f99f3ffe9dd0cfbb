package hitron

import (
	"math"
	"slices"

	"home_exporter/internal/device/hitron/coda"
)

// A health is the state of a connection in one number, and what it consists of.
type health struct {
	score      float64 // 0 to 100
	components []component
}

// A component is one part of the health, from 0 to 1.
type component struct {
	name   string
	value  float64
	weight float64
}

// per6_4 brings the power of an OFDMA channel in 1.6 MHz to that in 6.4 MHz, the width
// of the SC-QAM channels that the limits are made for: 10·log10(6.4 / 1.6).
const per6_4 = 6.02

// Weights and caps of the score.
const (
	weightPower, weightSNR, weightUpstream, weightOFDM, weightErrors = 20, 25, 20, 15, 20
	// capBroken bounds the score of a modem of which one component is at 0.
	capBroken = 40
)

// healthOf judges a reading. lossRate is the codewords lost per second, nil where that
// is not known. It reports false when nothing can be said.
func healthOf(r *Reading, l limits, lossRate *float64) (health, bool) {
	var h health
	h.add("ds_power", weightPower, scores(r.Downstream, func(c coda.DownstreamChannel) (*float64, bounds) {
		return c.Power, l.downstreamPower
	}))
	h.add("ds_snr", weightSNR, scores(r.Downstream, func(c coda.DownstreamChannel) (*float64, bounds) {
		if c.Modulation == "64QAM" {
			return c.SNR, l.snr64
		}
		return c.SNR, l.snr256
	}))
	upstream := scores(r.Upstream, func(c coda.UpstreamChannel) (*float64, bounds) { return c.Power, l.upstreamPower })
	upstream = append(upstream, scores(r.OFDMA, func(c coda.OFDMAChannel) (*float64, bounds) {
		if c.Power1_6 == nil {
			return nil, bounds{}
		}
		return new(*c.Power1_6 + per6_4), l.upstreamPower
	})...)
	h.add("us_power", weightUpstream, upstream)
	h.add("ofdm", weightOFDM, scores(r.OFDM, func(c coda.OFDMChannel) (*float64, bounds) { return c.SNR, l.ofdmSNR }))
	if lossRate != nil {
		h.add("errors", weightErrors, []float64{max(0, 1-math.Log10(1+*lossRate)/2)})
	}
	if len(h.components) == 0 {
		return h, false
	}
	h.score = h.total()
	if broken(r) {
		h.score = 0
	}
	return h, true
}

// scores judges each channel of which the level is known.
func scores[C any](channels []C, level func(C) (*float64, bounds)) []float64 {
	var all []float64
	for _, c := range channels {
		if v, b := level(c); v != nil {
			all = append(all, b.score(*v))
		}
	}
	return all
}

// add adds a component: the mean of the worst quarter, so that one bad channel among
// many still shows. Without scores there is none.
func (h *health) add(name string, weight float64, scores []float64) {
	if len(scores) == 0 {
		return
	}
	slices.Sort(scores)
	worst := scores[:(len(scores)+3)/4]
	sum := 0.0
	for _, s := range worst {
		sum += s
	}
	h.components = append(h.components, component{name, sum / float64(len(worst)), weight})
}

// total is the weighted mean of the components that there are.
func (h *health) total() float64 {
	sum, weights, lowest := 0.0, 0.0, 1.0
	for _, c := range h.components {
		sum += c.value * c.weight
		weights += c.weight
		lowest = min(lowest, c.value)
	}
	score := 100 * sum / weights
	if lowest == 0 {
		score = min(score, capBroken)
	}
	return score
}

// broken reports whether the modem has no access to the network.
func broken(r *Reading) bool {
	if permitted, known := r.access(); known && !permitted {
		return true
	}
	// A modem works without the time of day.
	return r.Provisioning != nil && slices.ContainsFunc(r.Provisioning.Stages, func(s coda.Stage) bool {
		return !s.OK && s.Name != "time_of_day"
	})
}
