package hitron

import (
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/hitron/coda"
	"home_exporter/internal/metric"
	simhitron "home_exporter/sim/hitron"
)

// receiver is an OFDM receiver with one counter, locked or not.
func receiver(channel string, locked bool, corrected uint64) coda.OFDMChannel {
	return coda.OFDMChannel{Channel: channel, PLC: new(true), NCP: &locked, MDC1: &locked, Power: new(2.0),
		Octets: new(uint64(0)), Corrected: &corrected, Uncorrected: new(uint64(0))}
}

// TestWedgeGuard looks at one page after the other.
func TestWedgeGuard(t *testing.T) {
	page := func(all ...coda.OFDMChannel) []coda.OFDMChannel { return all }
	silent := receiver("0", true, 0)
	silent.Octets, silent.Corrected, silent.Uncorrected = nil, nil, nil
	for _, tt := range []struct {
		name   string
		guard  wedgeGuard
		uptime time.Duration // 0: not said
		pages  [][]coda.OFDMChannel
		wedged bool
	}{
		{"counting", wedgeGuard{}, 0, [][]coda.OFDMChannel{page(receiver("0", true, 5)), page(receiver("0", true, 6))}, false},
		{"all zero", wedgeGuard{}, 0, [][]coda.OFDMChannel{page(receiver("0", true, 5), receiver("1", true, 5)), page(receiver("0", true, 0), receiver("1", true, 0))}, true},
		{"one of two zero", wedgeGuard{}, 0, [][]coda.OFDMChannel{page(receiver("0", true, 5), receiver("1", true, 5)), page(receiver("0", true, 0), receiver("1", true, 5))}, false},
		{"zero beside one that is not locked", wedgeGuard{}, 0, [][]coda.OFDMChannel{page(receiver("0", true, 5)), page(receiver("0", true, 0), receiver("1", false, 5))}, true},
		{"none locked", wedgeGuard{}, 0, [][]coda.OFDMChannel{page(receiver("0", true, 5)), page(receiver("0", false, 0))}, false},
		{"none at all", wedgeGuard{}, 0, [][]coda.OFDMChannel{page(receiver("0", true, 5)), page()}, false},
		{"zero from the start", wedgeGuard{}, 0, [][]coda.OFDMChannel{page(receiver("0", true, 0)), page(receiver("0", true, 0))}, false},
		{"zero from the start, of a modem that starts", wedgeGuard{}, 10 * time.Minute, [][]coda.OFDMChannel{page(receiver("0", true, 0))}, false},
		{"zero from the start, of one that has run for long", wedgeGuard{}, 10*time.Minute + time.Second, [][]coda.OFDMChannel{page(receiver("0", true, 0), receiver("1", false, 5))}, true},
		{"one of two zero for long", wedgeGuard{}, time.Hour, [][]coda.OFDMChannel{page(receiver("0", true, 0), receiver("1", true, 5))}, false},
		{"not locked for long", wedgeGuard{}, time.Hour, [][]coda.OFDMChannel{page(receiver("0", false, 0))}, false},
		{"not said for long", wedgeGuard{}, time.Hour, [][]coda.OFDMChannel{page(silent)}, false},
		{"counters that are not said", wedgeGuard{}, 0, [][]coda.OFDMChannel{page(receiver("0", true, 5)), page(silent)}, false},
		{"nobody wants it", wedgeGuard{off: true}, time.Hour, [][]coda.OFDMChannel{page(receiver("0", true, 5)), page(receiver("0", true, 0))}, false},
		{"counting again", wedgeGuard{}, 0, [][]coda.OFDMChannel{page(receiver("0", true, 5)), page(receiver("0", true, 0)), page(receiver("0", true, 1))}, false},
		{"still zero", wedgeGuard{}, 0, [][]coda.OFDMChannel{page(receiver("0", true, 5)), page(receiver("0", true, 0)), page(receiver("0", true, 0))}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := tt.guard
			g.retry = time.Hour
			var uptime *time.Duration
			if tt.uptime > 0 {
				uptime = &tt.uptime
			}
			for _, p := range tt.pages {
				g.look(p, uptime, start)
			}
			last := tt.pages[len(tt.pages)-1]
			if g.wedged != tt.wedged || g.closed(start) != tt.wedged || g.closed(start.Add(time.Hour)) {
				t.Errorf("wedged %t, closed now %t and in an hour %t, want %t", g.wedged, g.closed(start), g.closed(start.Add(time.Hour)), tt.wedged)
			}
			if len(last) > 0 && last[0].Power == nil {
				t.Error("the power is taken out of the page")
			}
			if tt.wedged && (last[0].Octets != nil || last[0].Corrected != nil || last[0].Uncorrected != nil) {
				t.Error("the counters are still in the page")
			}
			g.reset()
			if g.wedged || g.closed(start) {
				t.Error("after a restart of the modem the page is still left alone")
			}
		})
	}
}

// TestWedge lets the modem stop counting: the page is left alone until the modem has
// restarted.
func TestWedge(t *testing.T) {
	t.Parallel()
	now := start
	r := newRig(t, simhitron.Options{Now: func() time.Time { return now }})
	r.sim.SetWedge(3, 0)
	fetched := func() int { return r.sim.Seen().Requests[simhitron.DsOFDM] }
	for range 3 {
		r.well(5*time.Minute).want(t, series{"modem_ofdm_counters_wedged": 0, `modem_ofdm_correctable{channel="0"}`: 978604674})
	}
	s := r.well(5 * time.Minute)
	s.want(t, series{"modem_ofdm_counters_wedged": 1, `modem_ofdm_power{channel="0"}`: 2.000001, `modem_ofdm_locked{channel="0"}`: 1})
	s.lack(t, "modem_ofdm_correctable", "modem_ofdm_uncorrectable", "modem_ofdm_octets")
	for range 30 {
		s = r.well(5 * time.Minute)
	}
	if got := fetched(); got != 4 {
		t.Errorf("the page was fetched %d times, want 4", got)
	}
	s.want(t, series{"modem_ofdm_counters_wedged": 1, "modem_downstream_channels": 31})
	s.lack(t, "modem_ofdm_power", "modem_ofdm_snr", "modem_ofdm_lock")

	r.sim.Reboot()
	now = now.Add(time.Minute)
	r.sim.SetOFDMCodewords(0, 70, 2)
	s = r.well(5 * time.Minute)
	s.want(t, series{"modem_ofdm_counters_wedged": 0, `modem_ofdm_correctable{channel="0"}`: 70,
		`modem_ofdm_correctable_codewords_total{channel="0"}`: 978604674 + 70})
}

// TestWedgeRetry looks again after a long time, and leaves the page alone once more.
func TestWedgeRetry(t *testing.T) {
	r := newRig(t, simhitron.Options{}, func(e *entry) { e.OFDMRetry = device.Duration(time.Hour) })
	r.sim.SetWedge(1, 0)
	for range 13 { // the second fetch finds it at five minutes
		r.well(5 * time.Minute)
	}
	if got := r.sim.Seen().Requests[simhitron.DsOFDM]; got != 2 {
		t.Errorf("the page was fetched %d times, want 2", got)
	}
	r.well(5*time.Minute).want(t, series{"modem_ofdm_counters_wedged": 1})
	if got := r.sim.Seen().Requests[simhitron.DsOFDM]; got != 3 {
		t.Errorf("after an hour the page was fetched %d times, want 3", got)
	}
	r.sim.SetWedge(0, 0)
	for range 12 {
		r.well(5 * time.Minute)
	}
	r.well(5*time.Minute).want(t, series{"modem_ofdm_counters_wedged": 0, `modem_ofdm_correctable_codewords_total{channel="0"}`: 978604674})
}

// TestWedgedBefore finds a modem that stopped counting before anybody looked, as after a
// restart of this program: one fetch tells.
func TestWedgedBefore(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{})
	uptime := 5 * time.Minute
	r.sim.Edit(func(s *simhitron.State) {
		s.Uptime = uptime
		for i := range s.OFDM {
			s.OFDM[i].Octets, s.OFDM[i].Corrected, s.OFDM[i].Uncorrected = 0, 0, 0
		}
	})
	r.well(0).want(t, series{"modem_ofdm_counters_wedged": 0, `modem_ofdm_correctable{channel="0"}`: 0}) // it starts
	uptime += 6 * time.Minute
	s := r.well(6 * time.Minute)
	s.want(t, series{"modem_ofdm_counters_wedged": 1, `modem_ofdm_power{channel="0"}`: 2.000001})
	s.lack(t, "modem_ofdm_correctable", "modem_ofdm_uncorrectable", "modem_ofdm_octets")
	for range 30 {
		uptime += 5 * time.Minute
		r.well(5 * time.Minute)
	}
	if got := r.sim.Seen().Requests[simhitron.DsOFDM]; got != 2 {
		t.Errorf("the page was fetched %d times, want 2", got)
	}
}

// TestWedgeGuardOff goes on asking, and tells what the modem says.
func TestWedgeGuardOff(t *testing.T) {
	r := newRig(t, simhitron.Options{}, func(e *entry) { e.OFDMGuard = new(false) })
	r.sim.SetWedge(1, 0)
	r.well(0)
	r.well(5 * time.Minute)
	s := r.well(5 * time.Minute)
	s.want(t, series{`modem_ofdm_correctable{channel="0"}`: 0})
	s.lack(t, "modem_ofdm_counters_wedged")
	if got := r.sim.Seen().Requests[simhitron.DsOFDM]; got != 3 {
		t.Errorf("the page was fetched %d times, want 3", got)
	}
}

// TestOFDMPace never fetches the OFDM page more often than its budget and the slow
// interval allow, however often the modem is polled.
func TestOFDMPace(t *testing.T) {
	for _, tt := range []struct {
		name           string
		interval, slow time.Duration
		step           time.Duration // from poll to poll
		minutes, most  int           // fetches in so many minutes
		fresh          bool          // the readings never go
	}{
		{"defaults", 0, 0, 30 * time.Second, 30, 6, true},
		{"as fast as can be", 5 * time.Second, 5 * time.Second, 5 * time.Second, 15, 12 + 3, false},
		{"a slow interval below the budget", 10 * time.Second, time.Minute, 30 * time.Second, 30, 12 + 6, false},
		{"asked more often than configured", 10 * time.Minute, 0, 10 * time.Second, 30, 6, true},
		{"a slow interval of an hour", 30 * time.Second, time.Hour, time.Minute, 120, 3, true},
		{"polls that are rarer than the slow interval", time.Hour, 0, time.Hour, 12 * 60, 12, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, simhitron.Options{}, func(e *entry) {
				e.Interval.Every, e.Timeout, e.SlowInterval = device.Duration(tt.interval), device.Duration(min(20*time.Second, tt.interval)), device.Duration(tt.slow)
			})
			s := r.modem.settings
			least := s.slow - s.interval/2
			last, before := time.Time{}, 0
			for begin := r.now; r.now.Before(begin.Add(time.Duration(tt.minutes) * time.Minute)); {
				r.now = r.now.Add(tt.step)
				var b metric.Batch
				if err := r.modem.Poll(t.Context(), &b); err != nil {
					t.Fatal(err)
				}
				if got := r.sim.Seen().Requests[simhitron.DsOFDM]; got > before {
					if pause := r.now.Sub(last); before > 0 && pause < least {
						t.Errorf("the page was fetched again after %s, want at least %s", pause, least)
					}
					last, before = r.now, got
				}
				if tt.fresh && r.modem.reading.OFDM == nil || r.modem.reading.Downstream == nil {
					t.Fatal("the readings have gone")
				}
			}
			if before > tt.most || before == 0 {
				t.Errorf("the page was fetched %d times, want at most %d", before, tt.most)
			}
		})
	}
}

// TestFragileModem runs on a modem whose counters wedge after some fetches of the OFDM
// page and that restarts after some more: it never comes to that.
func TestFragileModem(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{})
	r.sim.SetWedge(10, 20) // a twentieth of what real ones bear
	for range 30 {
		r.well(5 * time.Minute)
	}
	if got := r.sim.Seen().Requests[simhitron.DsOFDM]; got != 11 {
		t.Errorf("the page was fetched %d times, want 11", got)
	}
	r.well(5*time.Minute).want(t, series{"modem_reboots_total": 0, "modem_ofdm_counters_wedged": 1})
}
