package hitron

import (
	"fmt"
	"math"
	"testing"
	"time"

	"home_exporter/internal/device"
	simhitron "home_exporter/sim/hitron"
)

// TestLossMeter averages over the window, by the time that really passed.
func TestLossMeter(t *testing.T) {
	r := lossMeter{window: 5 * time.Minute}
	at := func(minutes float64) time.Time { return start.Add(time.Duration(minutes * float64(time.Minute))) }
	for _, step := range []struct {
		minutes float64
		lost    uint64
		want    string
	}{
		{0, 1000, "unknown"},
		{0, 1000, "unknown"}, // no time has passed
		{1, 1060, "1"},
		{2, 1240, "2"},
		{5, 1240, "0.8"},
		{6, 1240, "0.6"},      // since the first minute
		{7, 1240, "0"},        // since the second
		{30, 2620, "1"},       // since the seventh: there is nothing between
		{35, 2920, "1"},       // since the thirtieth
		{36, 3280, "1.833"},   // since the thirtieth: the thirty-fifth is too near
		{34, 3580, "unknown"}, // the clock was set back: nothing before counts
		{36, 3700, "1"},
	} {
		r.add(at(step.minutes), step.lost)
		got := "unknown"
		if rate := r.perSecond(); rate != nil {
			got = fmt.Sprintf("%.4g", *rate)
		}
		if got != step.want {
			t.Errorf("after %v minutes: %s lost per second, want %s", step.minutes, got, step.want)
		}
	}
	for i := range 1000 {
		r.add(at(100+float64(i)/12), 3700)
	}
	if len(r.samples) > 62 {
		t.Errorf("%d samples are held", len(r.samples))
	}
}

// TestSteadyLosses loses as many codewords in each second, on both kinds of channels:
// the rate is steady, though the OFDM page comes in lumps.
func TestSteadyLosses(t *testing.T) {
	for _, slow := range []time.Duration{time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute} {
		t.Run(slow.String(), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, simhitron.Options{}, func(e *entry) { e.SlowInterval = device.Duration(slow) })
			seconds := uint64(0)
			r.sim.Edit(func(s *simhitron.State) {
				s.Downstream[0].Uncorrected += 2 * seconds
				s.OFDM[0].Uncorrected += 4 * seconds
				s.OFDM[1].Uncorrected += 3 * seconds
			})
			for range 2 * 60 * 2 { // two hours
				s := r.well(30 * time.Second)
				seconds += 30
				if r.now.Sub(start) < 2*slow+lossWindow {
					continue
				}
				if got, want := s[`modem_health_component{component="errors"}`], 1-math.Log10(1+9)/2; math.Abs(got-want) > 1e-9 {
					t.Fatalf("after %s: errors %v, want %v", r.now.Sub(start), got, want)
				}
			}
		})
	}
}
