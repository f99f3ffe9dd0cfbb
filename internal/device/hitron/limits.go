package hitron

import (
	"errors"
	"fmt"
	"math"

	"home_exporter/internal/device"
)

// bounds are the limits of a level. Between the two warnings it is good; at a critical
// one and beyond, the channel is of no use.
type bounds struct{ criticalLow, warnLow, warnHigh, criticalHigh float64 }

// score is 1 for a good level, 0 for a critical one, and in between on the way.
func (b bounds) score(v float64) float64 {
	switch {
	case v <= b.criticalLow || v >= b.criticalHigh:
		return 0
	case v < b.warnLow:
		return (v - b.criticalLow) / (b.warnLow - b.criticalLow)
	case v > b.warnHigh:
		return (b.criticalHigh - v) / (b.criticalHigh - b.warnHigh)
	}
	return 1
}

// limits are the bounds of everything that the health of a modem consists of.
type limits struct {
	downstreamPower, snr256, snr64, upstreamPower, ofdmSNR bounds
}

// defaultLimits are what those who look after DOCSIS connections go by, as public
// projects have it: itsDNNS/docsight (app/threshold_profiles.py) and the alarms of
// csmarshall/netdata-plugin-hitron-coda56-cable-modem. Operators have limits of their own.
func defaultLimits() limits {
	none := math.Inf(1)
	return limits{
		downstreamPower: bounds{-15, -10, 10, 15},
		snr256:          bounds{30, 33, none, none},
		snr64:           bounds{23.5, 27, none, none},
		upstreamPower:   bounds{30, 35, 50, 54},
		ofdmSNR:         bounds{27, 34, none, none},
	}
}

// thresholds is the key of that name.
type thresholds struct {
	DownstreamPower *threshold `yaml:"downstream_power,omitempty" doc:"Power of downstream SC-QAM channels, dBmV. Default: -15, -10, 10, 15."`
	DownstreamSNR   *threshold `yaml:"downstream_snr,omitempty" doc:"SNR of downstream channels with 256QAM, dB. Default: 30, 33 and no upper limits."`
	DownstreamSNR64 *threshold `yaml:"downstream_snr_64qam,omitempty" doc:"SNR of downstream channels with 64QAM, dB. Default: 23.5, 27 and no upper limits."`
	UpstreamPower   *threshold `yaml:"upstream_power,omitempty" doc:"Power of upstream channels, and of OFDMA channels in 6.4 MHz, dBmV. Default: 30, 35, 50, 54."`
	OFDMSNR         *threshold `yaml:"ofdm_snr,omitempty" doc:"MER of OFDM receivers, dB. Default: 27, 34 and no upper limits."`
}

// threshold changes some of the bounds of a level.
type threshold struct {
	CriticalLow  *float64 `yaml:"critical_low,omitempty" doc:"At or below it the channel is of no use."`
	WarnLow      *float64 `yaml:"warn_low,omitempty" doc:"Below it the level is poor."`
	WarnHigh     *float64 `yaml:"warn_high,omitempty" doc:"Above it the level is poor."`
	CriticalHigh *float64 `yaml:"critical_high,omitempty" doc:"At or above it the channel is of no use."`
}

// apply returns b with what t changes.
func (t *threshold) apply(b bounds) (bounds, error) {
	if t == nil {
		return b, nil
	}
	for _, change := range []struct {
		to   *float64
		from *float64
	}{{&b.criticalLow, t.CriticalLow}, {&b.warnLow, t.WarnLow}, {&b.warnHigh, t.WarnHigh}, {&b.criticalHigh, t.CriticalHigh}} {
		if change.from != nil {
			*change.to = *change.from
		}
	}
	endless := math.IsInf(b.criticalHigh, 1)
	if endless != math.IsInf(b.warnHigh, 1) {
		return b, errors.New("warn_high and critical_high go together: where one is set, the other must be too")
	}
	if b.criticalLow >= b.warnLow || b.warnLow > b.warnHigh || b.warnHigh >= b.criticalHigh && !endless {
		return b, fmt.Errorf("critical_low %g, warn_low %g, warn_high %g, critical_high %g do not rise",
			b.criticalLow, b.warnLow, b.warnHigh, b.criticalHigh)
	}
	return b, nil
}

// limits returns the default limits with what t changes. Mistakes are joined.
func (t *thresholds) limits() (limits, error) {
	l := defaultLimits()
	if t == nil {
		return l, nil
	}
	var errs []error
	for _, one := range []struct {
		key string
		to  *bounds
		t   *threshold
	}{
		{"downstream_power", &l.downstreamPower, t.DownstreamPower},
		{"downstream_snr", &l.snr256, t.DownstreamSNR},
		{"downstream_snr_64qam", &l.snr64, t.DownstreamSNR64},
		{"upstream_power", &l.upstreamPower, t.UpstreamPower},
		{"ofdm_snr", &l.ofdmSNR, t.OFDMSNR},
	} {
		b, err := one.t.apply(*one.to)
		if err != nil {
			errs = append(errs, device.At(one.key, err))
		}
		*one.to = b
	}
	return l, errors.Join(errs...)
}
