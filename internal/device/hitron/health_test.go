package hitron

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device/hitron/coda"
	simhitron "home_exporter/sim/hitron"
)

// downstream returns channels with these levels; the shorter list is repeated at its
// last value.
func downstream(modulation string, powers, snrs []float64) []coda.DownstreamChannel {
	var all []coda.DownstreamChannel
	for i := range max(len(powers), len(snrs)) {
		c := coda.DownstreamChannel{Modulation: modulation}
		if len(powers) > 0 {
			c.Power = &powers[min(i, len(powers)-1)]
		}
		if len(snrs) > 0 {
			c.SNR = &snrs[min(i, len(snrs)-1)]
		}
		all = append(all, c)
	}
	return all
}

func upstream(powers ...float64) []coda.UpstreamChannel {
	var all []coda.UpstreamChannel
	for _, p := range powers {
		all = append(all, coda.UpstreamChannel{Power: &p})
	}
	return all
}

func ofdm(snrs ...float64) []coda.OFDMChannel {
	var all []coda.OFDMChannel
	for _, v := range snrs {
		all = append(all, coda.OFDMChannel{SNR: &v})
	}
	return all
}

func repeat(v float64, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = v
	}
	return all
}

// poor is a connection with something wrong in each part but OFDM.
var poor = Reading{
	Downstream: downstream("256QAM", append([]float64{-11}, repeat(2, 7)...), append([]float64{31.5, 32.4}, repeat(37, 6)...)),
	Upstream:   upstream(51, 52, 49, 48),
}

// TestHealth judges connections by the default limits.
func TestHealth(t *testing.T) {
	stage := func(ok bool) *coda.ProvisioningInfo {
		return &coda.ProvisioningInfo{Stages: []coda.Stage{{Name: "dhcp", OK: true}, {Name: "traffic", OK: ok}}}
	}
	for _, tt := range []struct {
		name       string
		reading    Reading
		lost       *float64
		score      float64
		components map[string]float64
	}{
		{"in order", Reading{
			Downstream: downstream("256QAM", repeat(0.5, 31), repeat(38.6, 31)), Upstream: upstream(42, 43, 44, 41), OFDM: ofdm(38, 40),
		}, new(0.0), 100, map[string]float64{"ds_power": 1, "ds_snr": 1, "us_power": 1, "ofdm": 1, "errors": 1}},
		{"poor", poor, new(9.0), 63.82, map[string]float64{"ds_power": 0.9, "ds_snr": 0.65, "us_power": 0.5, "errors": 0.5}},
		{"poor and losing much", poor, new(99.0), 40, map[string]float64{"ds_power": 0.9, "ds_snr": 0.65, "us_power": 0.5, "errors": 0}},
		{"losing more than much", Reading{}, new(1e6), 0, map[string]float64{"errors": 0}},
		{"64QAM in order where 256QAM is not", Reading{Downstream: downstream("64QAM", nil, []float64{27})}, nil, 100, map[string]float64{"ds_snr": 1}},
		{"64QAM half way", Reading{Downstream: downstream("64QAM", nil, []float64{25.25})}, nil, 50, map[string]float64{"ds_snr": 0.5}},
		{"64QAM critical", Reading{Downstream: downstream("64QAM", nil, []float64{23.5})}, nil, 0, map[string]float64{"ds_snr": 0}},
		{"256QAM at the level of 64QAM", Reading{Downstream: downstream("256QAM", nil, []float64{27})}, nil, 0, map[string]float64{"ds_snr": 0}},
		{"an unknown modulation counts as 256QAM", Reading{Downstream: downstream("unknown", nil, []float64{31.5})}, nil, 50, map[string]float64{"ds_snr": 0.5}},
		{"OFDMA by its power in 6.4 MHz", Reading{OFDMA: []coda.OFDMAChannel{{Operating: true, Power1_6: new(44.98)}}}, nil, 75, map[string]float64{"us_power": 0.75}},
		{"OFDMA that is off", Reading{OFDMA: []coda.OFDMAChannel{{}}, OFDM: ofdm(30.5)}, nil, 50, map[string]float64{"ofdm": 0.5}},
		{"the worst of upstream and OFDMA", Reading{Upstream: upstream(40), OFDMA: []coda.OFDMAChannel{{Power1_6: new(26.48)}}}, nil, 50, map[string]float64{"us_power": 0.5}},
		{"one bad channel of four", Reading{Upstream: upstream(40, 40, 40, 30)}, nil, 0, map[string]float64{"us_power": 0}},
		{"one bad channel of five", Reading{Upstream: upstream(40, 40, 40, 40, 30)}, nil, 50, map[string]float64{"us_power": 0.5}},
		{"access denied", Reading{Upstream: upstream(40), WAN: &coda.WANInfo{NetworkAccess: new(false)}}, nil, 0, map[string]float64{"us_power": 1}},
		{"access denied by the other page", Reading{Upstream: upstream(40), Provisioning: &coda.ProvisioningInfo{NetworkAccess: new(false)}}, nil, 0, map[string]float64{"us_power": 1}},
		{"a stage that has failed", Reading{Upstream: upstream(40), Provisioning: stage(false)}, nil, 0, map[string]float64{"us_power": 1}},
		{"all stages done", Reading{Upstream: upstream(40), Provisioning: stage(true)}, nil, 100, map[string]float64{"us_power": 1}},
		{"the cap lifts nothing", Reading{Upstream: upstream(30), OFDM: ofdm(28)}, nil, 100 * (15 * 1 / 7.0) / 35, map[string]float64{"us_power": 0, "ofdm": 1 / 7.0}},
		{"the cap", Reading{Upstream: upstream(30), OFDM: ofdm(40), Downstream: downstream("256QAM", []float64{0}, []float64{40})}, nil, 40,
			map[string]float64{"ds_power": 1, "ds_snr": 1, "us_power": 0, "ofdm": 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, ok := healthOf(&tt.reading, defaultLimits(), tt.lost)
			if !ok {
				t.Fatal("nothing can be said")
			}
			if math.Abs(h.score-tt.score) > 0.005 {
				t.Errorf("score %v, want %v", h.score, tt.score)
			}
			got := make(map[string]float64)
			for _, c := range h.components {
				got[c.name] = math.Round(c.value*1e9) / 1e9
			}
			for name, v := range tt.components {
				tt.components[name] = math.Round(v*1e9) / 1e9
			}
			if diff := cmp.Diff(tt.components, got); diff != "" {
				t.Errorf("components (-want +got):\n%s", diff)
			}
		})
	}
	if _, ok := healthOf(&Reading{}, defaultLimits(), nil); ok {
		t.Error("something is said of nothing")
	}
}

// TestRawScore is the score of the poor connection that loses much, without the cap.
func TestRawScore(t *testing.T) {
	h, _ := healthOf(&poor, defaultLimits(), new(99.0))
	sum, weights := 0.0, 0.0
	for _, c := range h.components {
		sum, weights = sum+c.value*c.weight, weights+c.weight
	}
	if got := 100 * sum / weights; math.Abs(got-52.06) > 0.005 {
		t.Errorf("%v, want 52.06", got)
	}
}

// TestBounds scores levels at and between the limits.
func TestBounds(t *testing.T) {
	power := bounds{-15, -10, 10, 15}
	endless := bounds{30, 33, math.Inf(1), math.Inf(1)}
	for _, tt := range []struct {
		b       bounds
		v, want float64
	}{
		{power, -20, 0}, {power, -15, 0}, {power, -14, 0.2}, {power, -10, 1}, {power, 0, 1}, {power, 10, 1}, {power, 12.5, 0.5}, {power, 15, 0}, {power, 99, 0},
		{endless, 30, 0}, {endless, 31.5, 0.5}, {endless, 33, 1}, {endless, 1e300, 1},
	} {
		if got := tt.b.score(tt.v); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%v at %v: %v, want %v", tt.b, tt.v, got, tt.want)
		}
	}
}

// TestHealthOfModem follows a modem that begins to lose codewords, then its access.
func TestHealthOfModem(t *testing.T) {
	r := newRig(t, simhitron.Options{})
	s := r.well(0)
	s.lack(t, `modem_health_component{component="errors"}`)
	s.want(t, series{`modem_health_component{component="ds_power"}`: 1, `modem_health_component{component="ofdm"}`: 1})
	r.well(time.Minute).want(t, series{`modem_health_component{component="errors"}`: 1})
	r.sim.SetCodewords(7, 8573, 278+99*60)
	s = r.well(time.Minute)
	s.want(t, series{`modem_health_component{component="errors"}`: 1 - math.Log10(1+99*60/120.0)/2})
	r.sim.DenyAccess(true)
	r.well(5*time.Minute).want(t, series{"modem_health_score": 0, "modem_wan_network_access": 0, `modem_provisioning_stage_ok{stage="traffic"}`: 0})
}

// TestThresholds judges by the configured limits.
func TestThresholds(t *testing.T) {
	r := newRig(t, simhitron.Options{}, func(e *entry) {
		e.Thresholds = &thresholds{UpstreamPower: &threshold{WarnHigh: new(40.0), CriticalHigh: new(44.0)}}
	})
	s := r.well(0)
	if got, ok := s[`modem_health_component{component="us_power"}`]; !ok || got >= 0.5 {
		t.Errorf("us_power %v, want less than a half", got)
	}
	if got := s["modem_health_score"]; got > 40 && s[`modem_health_component{component="us_power"}`] == 0 {
		t.Errorf("score %v, want at most 40", got)
	}
}
