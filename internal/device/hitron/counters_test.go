package hitron

import (
	"strings"
	"testing"
	"time"

	"home_exporter/internal/device/hitron/coda"
	simhitron "home_exporter/sim/hitron"
)

// TestTally counts on over wraps and restarts.
func TestTally(t *testing.T) {
	for _, tt := range []struct {
		name      string
		prev, raw uint64
		rebooted  bool
		grown     uint64
	}{
		{"wrap", 4294967293, 4, false, 7},
		{"wrap by three", 4294967294, 1, false, 3},
		{"wrap by thousands", 4294965296, 2000, false, 4000},
		{"restart", 900, 12, true, 12},
		{"restart that the uptime does not show", 900, 12, false, 12},
		{"restart near the wrap", 4294967293, 4, true, 4},
		{"restart to more than before", 900, 1200, true, 1200},
		{"growth", 900, 912, false, 12},
		{"no growth", 900, 900, false, 0},
		{"growth over 32 bits", 4294967290, 4294967300, false, 10},
		{"a counter of 64 bits starts anew", 4294967296, 5, false, 5},
		{"too far for a wrap", 2147483648, 2147483647, false, 2147483647},
		{"the longest wrap", 4294967295, 2147483646, false, 2147483647},
		{"a wrap from the half", 2147483649, 0, false, 2147483647},
		{"no wrap from below the half", 2147483647, 0, false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var tally tally
			if grown := tally.count(tt.prev, false); grown != 0 || tally.total != tt.prev {
				t.Errorf("at first sight it grew by %d to %d, want 0 and %d", grown, tally.total, tt.prev)
			}
			if grown := tally.count(tt.raw, tt.rebooted); grown != tt.grown || tally.total != tt.prev+tt.grown {
				t.Errorf("it grew by %d to %d, want %d and %d", grown, tally.total, tt.grown, tt.prev+tt.grown)
			}
		})
	}
}

func counting(channel string, frequency float64, uncorrected uint64) []count {
	return []count{{channel: channel, frequency: &frequency, uncorrected: &uncorrected}}
}

// TestLedger counts by channel and frequency.
func TestLedger(t *testing.T) {
	total := func(l *ledger, channel string) uint64 {
		c := l.channels[channel]
		if c == nil {
			t.Fatalf("channel %s is not known", channel)
		}
		return c.uncorrected.total
	}
	var l ledger
	for _, step := range []struct {
		name        string
		counts      []count
		boot        uint64
		total, lost uint64
	}{
		{"first sight", counting("7", 591e6, 100), 0, 100, 0},
		{"growth", counting("7", 591e6, 150), 0, 150, 50},
		{"restart", counting("7", 591e6, 20), 1, 170, 70},
		{"growth after it", counting("7", 591e6, 30), 1, 180, 80},
		{"another frequency", counting("7", 597e6, 5000), 1, 5000, 80},
		{"a frequency that is not said", []count{{channel: "7", uncorrected: new(uint64(5001))}}, 1, 5001, 81},
		{"a value that is not said", []count{{channel: "7"}}, 1, 5001, 81},
		{"two restarts at once", counting("7", 597e6, 9), 3, 5010, 90},
	} {
		l.update(step.counts, step.boot)
		if got := total(&l, "7"); got != step.total || l.lost != step.lost {
			t.Errorf("%s: total %d, lost %d, want %d and %d", step.name, got, l.lost, step.total, step.lost)
		}
	}
	l.update(counting("8", 591e6, 1), 3)
	if len(l.channels) != 1 || total(&l, "8") != 1 {
		t.Errorf("a channel that is gone is remembered: %v", l.channels)
	}
	l.update(counting("7", 597e6, 1000), 3)
	if got := total(&l, "7"); got != 1000 || l.lost != 90 {
		t.Errorf("a channel that came back has total %d, lost %d, want 1000 and 90", got, l.lost)
	}
}

// TestRestartSeenLate counts a restart once that the counters show before the uptime.
func TestRestartSeenLate(t *testing.T) {
	var l ledger
	l.update(counting("7", 591e6, 900), 0)
	l.update(counting("7", 591e6, 12), 0)
	l.update(counting("7", 591e6, 15), 1)
	if got := l.channels["7"].uncorrected.total; got != 915 {
		t.Errorf("total %d, want 915", got)
	}
	l.update(counting("7", 591e6, 40), 2)
	if got := l.channels["7"].uncorrected.total; got != 955 {
		t.Errorf("after a further restart, total %d, want 955", got)
	}
}

// TestCounts takes the counters of a page.
func TestCounts(t *testing.T) {
	n, f := new(uint64(1)), new(2.0)
	down := gather([]coda.DownstreamChannel{{Channel: "7", Frequency: f, Octets: n}}, downstreamCount)
	ofdm := gather([]coda.OFDMChannel{{Channel: "0", Frequency: f, Corrected: n}}, ofdmCount)
	if len(down) != 1 || down[0] != (count{"7", f, n, nil, nil}) || len(ofdm) != 1 || ofdm[0] != (count{"0", f, nil, n, nil}) {
		t.Errorf("counts %v and %v", down, ofdm)
	}
}

// TestWrap goes on counting where 32 bits of the modem end; the promised gauges show
// what it says.
func TestWrap(t *testing.T) {
	r := newRig(t, simhitron.Options{})
	r.sim.SetCodewords(7, 4294967293, 4294967000)
	r.well(0)
	r.sim.SetCodewords(7, 4, 100)
	r.well(30*time.Second).want(t, series{
		`modem_downstream_correctables{channel="7"}`:                  4,
		`modem_downstream_correctable_codewords_total{channel="7"}`:   4294967300,
		`modem_downstream_uncorrectables{channel="7"}`:                100,
		`modem_downstream_uncorrectable_codewords_total{channel="7"}`: 4294967396,
		`modem_downstream_correctables{channel="1"}`:                  3395,
		`modem_downstream_correctable_codewords_total{channel="1"}`:   3395,
	})
}

// TestReboot counts on over a restart, and counts it.
func TestReboot(t *testing.T) {
	now := start
	r := newRig(t, simhitron.Options{Now: func() time.Time { return now }})
	r.well(0).want(t, series{"modem_reboots_total": 0})
	asked := r.sim.Seen().Requests[simhitron.WANInfo]
	r.sim.Reboot()
	now = now.Add(40 * time.Second)
	r.sim.SetCodewords(7, 12, 3)
	s := r.well(30 * time.Second)
	s.want(t, series{
		"modem_reboots_total": 1, "modem_uptime": 40,
		`modem_downstream_correctables{channel="7"}`:                  12,
		`modem_downstream_correctable_codewords_total{channel="7"}`:   8573 + 12,
		`modem_downstream_uncorrectable_codewords_total{channel="7"}`: 278 + 3,
		`modem_downstream_octets_total{channel="7"}`:                  4444343869,
		`modem_ofdm_correctable{channel="0"}`:                         0,
		`modem_ofdm_correctable_codewords_total{channel="0"}`:         978604674,
		"modem_ofdm_counters_wedged":                                  0,
	})
	if got := r.sim.Seen().Requests[simhitron.WANInfo]; got != asked+1 {
		t.Errorf("after a restart the slow pages were asked for %d times, want 1", got-asked)
	}
	now = now.Add(30 * time.Second)
	r.well(30*time.Second).want(t, series{"modem_reboots_total": 1, "modem_uptime": 70})
}

// TestUptimeJitter takes an uptime that goes back a little for what it is: nothing is
// asked for early, counted anew or forgotten.
func TestUptimeJitter(t *testing.T) {
	r := newRig(t, simhitron.Options{})
	uptime := 20 * time.Hour
	r.sim.Edit(func(s *simhitron.State) { s.Uptime = uptime })
	before := r.well(0)
	asked := r.sim.Seen().Requests[simhitron.WANInfo]
	for _, back := range []time.Duration{time.Second, 59 * time.Second, time.Minute} {
		uptime -= back
		_, _, changed := compare(before, r.well(30*time.Second))
		for _, one := range changed {
			if !strings.HasPrefix(one, "modem_uptime") {
				t.Errorf("%s back: %s", back, one)
			}
		}
	}
	if got := r.sim.Seen().Requests[simhitron.WANInfo]; got != asked {
		t.Errorf("the slow pages were asked for %d times more", got-asked)
	}
	uptime -= time.Minute + time.Second
	r.well(30*time.Second).want(t, series{"modem_reboots_total": 1,
		`modem_downstream_correctable_codewords_total{channel="7"}`: 2 * 8573})
	if got := r.sim.Seen().Requests[simhitron.WANInfo]; got != asked+1 {
		t.Errorf("after a restart the slow pages were asked for %d times, want 1", got-asked)
	}
}

// TestRebootWithoutUptime counts a restart right though its uptime is told late.
func TestRebootWithoutUptime(t *testing.T) {
	now := start
	r := newRig(t, simhitron.Options{Now: func() time.Time { return now }})
	r.well(0)
	r.sim.Reboot()
	r.sim.BreakNext(simhitron.SysInfo, 1, simhitron.LoginPage())
	r.sim.SetCodewords(7, 12, 3)
	r.poll(30 * time.Second)
	now = now.Add(time.Minute)
	r.sim.SetCodewords(7, 15, 3)
	r.well(30*time.Second).want(t, series{
		"modem_reboots_total": 1,
		`modem_downstream_correctable_codewords_total{channel="7"}`:   8573 + 15,
		`modem_downstream_uncorrectable_codewords_total{channel="7"}`: 278 + 3,
	})
}
