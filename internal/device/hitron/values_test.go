package hitron

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	simhitron "home_exporter/sim/hitron"
)

// keys returns the series of s that begin with one of the names.
func keys(s series, names ...string) []string {
	gone, _, _ := compare(s, nil)
	var all []string
	for _, name := range gone {
		if begins(name, names) {
			all = append(all, name)
		}
	}
	return all
}

// TestAbsentValues loses the values that are not said, and nothing else.
func TestAbsentValues(t *testing.T) {
	t.Parallel()
	measured := []string{
		"modem_downstream_power", "modem_downstream_snr", "modem_downstream_correctable", "modem_downstream_uncorrectable",
		"modem_downstream_octets", "modem_downstream_modulation_qam",
		"modem_upstream_power", "modem_upstream_bandwidth",
		"modem_ofdm_power", "modem_ofdm_snr", "modem_ofdm_correctable", "modem_ofdm_uncorrectable", "modem_ofdm_octets",
		"modem_ofdm_frequency", "modem_ofdma_bandwidth", "modem_ofdma_power", "modem_ofdma_digital_attenuation",
		"modem_health_component",
	}
	for _, fault := range []simhitron.Fault{simhitron.AbsentNumbers(), simhitron.NonNumbers()} {
		t.Run(fault.String(), func(t *testing.T) {
			r := newRig(t, simhitron.Options{})
			r.well(0)
			before := r.well(10 * time.Minute)
			for _, name := range []simhitron.Endpoint{simhitron.DsInfo, simhitron.UsInfo, simhitron.DsOFDM, simhitron.UsOFDM} {
				r.sim.Break(name, fault)
			}
			after := r.well(10 * time.Minute)
			gone, _, changed := compare(before, after)
			var want []string
			for _, name := range keys(before, measured...) {
				if name != `modem_health_component{component="errors"}` {
					want = append(want, name)
				}
			}
			want = append(want, keys(before, `modem_downstream_modulation_info`)...) // a number on the wire
			if diff := cmp.Diff(keys(before, want...), gone); diff != "" {
				t.Errorf("series that are gone (-want +got):\n%s", diff)
			}
			if changed != nil {
				t.Errorf("series that changed: %q", changed)
			}
			after.want(t, series{
				"modem_downstream_channels": 31, "modem_upstream_channels": 5, "modem_uptime": 1727638,
				`modem_endpoint_up{endpoint="dsinfo"}`: 1, `modem_ofdm_locked{channel="0"}`: 1,
				`modem_downstream_modulation_info{channel="7",modulation="unknown"}`: 1,
			})
			after.lack(t, "modem_parse_errors_total", "modem_endpoint_errors_total")
			if s := r.well(10 * time.Minute); s.hasNone(`modem_downstream_modulation_info{channel="7",modulation="unknown"}`) {
				t.Error("the page was not read again")
			}
			r.sim.Mend()
			if gone, _, _ := compare(before, r.well(10*time.Minute)); gone != nil {
				t.Errorf("gone for good: %q", gone)
			}
		})
	}
}

// TestOneAbsentValue says nothing of one level of one channel.
func TestOneAbsentValue(t *testing.T) {
	r := newRig(t, simhitron.Options{})
	r.well(0)
	before := r.well(time.Minute)
	r.sim.Edit(func(s *simhitron.State) {
		s.Upstream[1].Frequency, s.Upstream[1].Power = 0, 0 // "-" on the wire: an idle transmitter
	})
	gone, _, changed := compare(before, r.well(time.Minute))
	if diff := cmp.Diff(keys(before, `modem_upstream_power{channel="2"}`, `modem_upstream_frequency{channel="2"}`,
		`modem_upstream_bandwidth{channel="2"}`, `modem_upstream_modulation_info{channel="2"`, `modem_upstream_modulation_qam{channel="2"}`), gone); diff != "" {
		t.Errorf("series that are gone (-want +got):\n%s", diff)
	}
	want := []string{`modem_channel_changes_total{direction="upstream"} 0 -> 1`, "modem_upstream_channels 5 -> 4"}
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("series that changed (-want +got):\n%s", diff)
	}
}

// TestEmptyLists has no channels, which is a reading.
func TestEmptyLists(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{})
	r.sim.Break(simhitron.DsInfo, simhitron.EmptyArray())
	s := r.well(0)
	s.want(t, series{"modem_downstream_channels": 0, `modem_endpoint_up{endpoint="dsinfo"}`: 1, "modem_upstream_channels": 5})
	s.lack(t, "modem_downstream_power", "modem_downstream_snr", "modem_downstream_octets")
	r.sim.Mend()
	r.well(time.Minute).want(t, series{"modem_downstream_channels": 31, `modem_channel_changes_total{direction="downstream"}`: 1})
	for _, name := range []simhitron.Endpoint{simhitron.DsInfo, simhitron.UsInfo, simhitron.DsOFDM, simhitron.UsOFDM, simhitron.EventLog} {
		r.sim.Break(name, simhitron.EmptyArray())
	}
	s = r.well(10 * time.Minute)
	s.want(t, series{"modem_downstream_channels": 0, "modem_upstream_channels": 0})
	s.lack(t, "modem_downstream_power", "modem_upstream_power", "modem_ofdm_power", "modem_ofdma_state", "modem_event_log_entries")
}

// TestEmptySingles finds nothing where something always is.
func TestEmptySingles(t *testing.T) {
	t.Parallel()
	for _, name := range []simhitron.Endpoint{simhitron.SysInfo, simhitron.WANInfo, simhitron.Init, simhitron.LinkStatus} {
		r := newRig(t, simhitron.Options{})
		r.well(0)
		r.sim.Break(name, simhitron.EmptyArray())
		s, err := r.poll(10 * time.Minute)
		if want := string(name) + ": the answer has nothing in it"; err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
		s.want(t, series{fmt.Sprintf(`modem_endpoint_errors_total{endpoint=%q,class="empty"}`, name): 1})
	}
}

// TestObjectInPlaceOfList takes an object for a list for what it is not, and an object
// without its array for what it is.
func TestObjectInPlaceOfList(t *testing.T) {
	t.Parallel()
	for _, name := range []simhitron.Endpoint{simhitron.DsInfo, simhitron.UsInfo, simhitron.DsOFDM, simhitron.UsOFDM, simhitron.EventLog} {
		r := newRig(t, simhitron.Options{})
		r.well(0)
		r.sim.Break(name, simhitron.ObjectForArray())
		s, err := r.poll(10 * time.Minute)
		if want := string(name) + ": the answer is an object where a list of rows was expected"; err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
		s.want(t, series{fmt.Sprintf(`modem_endpoint_errors_total{endpoint=%q,class="json"}`, name): 1,
			fmt.Sprintf(`modem_endpoint_up{endpoint=%q}`, name): 0})
	}
	r := newRig(t, simhitron.Options{})
	before := r.well(0)
	for _, name := range []simhitron.Endpoint{simhitron.SysInfo, simhitron.WANInfo, simhitron.Init, simhitron.LinkStatus} {
		r.sim.Break(name, simhitron.ObjectForArray())
	}
	if gone, _, changed := compare(before, r.well(10*time.Minute)); gone != nil || changed != nil {
		t.Errorf("gone %q, changed %q", gone, changed)
	}
}

// TestHarmless serves documents that are spelled otherwise, and mean the same.
func TestHarmless(t *testing.T) {
	t.Parallel()
	for _, fault := range []simhitron.Fault{simhitron.Unquoted(), simhitron.UnknownFields(), simhitron.InvalidUTF8()} {
		t.Run(fault.String(), func(t *testing.T) {
			r := newRig(t, simhitron.Options{})
			before := r.well(0)
			r.sim.Break(simhitron.Every, fault)
			after := r.well(10 * time.Minute)
			gone, _, changed := compare(before, after)
			if gone != nil || changed != nil {
				t.Errorf("gone %q, changed %q", gone, changed)
			}
			after.lack(t, "modem_parse_errors_total", "modem_endpoint_errors_total")
		})
	}
}

// TestDuplicateRows keeps the first of two rows of a channel, and counts the other.
func TestDuplicateRows(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{})
	before := r.well(0)
	r.sim.Break(simhitron.Every, simhitron.DuplicateChannels())
	after := r.well(10 * time.Minute)
	if gone, _, changed := compare(before, after); gone != nil || changed != nil {
		t.Errorf("gone %q, changed %q", gone, changed)
	}
	after.want(t, series{
		`modem_parse_errors_total{endpoint="dsinfo",field="channelId"}`:     1,
		`modem_parse_errors_total{endpoint="usinfo",field="channelId"}`:     1,
		`modem_parse_errors_total{endpoint="dsofdminfo",field="receive"}`:   1,
		`modem_parse_errors_total{endpoint="usofdminfo",field="uschindex"}`: 1,
	})
}

// TestMalformedRow reads the rows beside one that makes no sense.
func TestMalformedRow(t *testing.T) {
	r := newRig(t, simhitron.Options{})
	before := r.well(0)
	r.sim.Break(simhitron.DsInfo, simhitron.MalformedRow())
	after := r.well(time.Minute)
	if gone, _, changed := compare(before, after); gone != nil || changed != nil {
		t.Errorf("gone %q, changed %q", gone, changed)
	}
	after.want(t, series{`modem_parse_errors_total{endpoint="dsinfo",field="channelId"}`: 1})
}

// TestUptimeWithDays reads the uptime of firmware that counts days.
func TestUptimeWithDays(t *testing.T) {
	r := newRig(t, simhitron.Options{Firmware: simhitron.Firmware73})
	s := r.well(0)
	s.want(t, series{"modem_uptime": 1727638, `modem_uptime_str_info{uptime="19 days 23h:53m:58s"}`: 1})
}

// TestOddSystemPage answers getSysInfo with texts that no simulated modem writes.
func TestOddSystemPage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		uptime     float64 // 0: absent
		clock      float64
		mistakes   []string
	}{
		{"a time that is none", `[{"systemUptime":"01h:00m:00s","systemTime":"half past nine"}]`, 3600, 0, []string{"systemTime"}},
		{"an uptime that is none", `[{"systemUptime":"soon","systemTime":"Tue Jan 20, 2026, 09:06:40"}]`, 0, 1768900000, []string{"systemUptime"}},
		{"neither", `[{"systemUptime":"--","systemTime":"TODO"}]`, 0, 0, nil},
		{"nothing of it", `[{"hwVersion":"1A"}]`, 0, 0, nil},
		{"seconds", `[{"systemUptime":468117,"systemTime":"2026-01-20 09:06:40"}]`, 468117, 1768900000, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newFake(t)
			m.say("getSysInfo.asp", tt.body)
			s := m.poll(0)
			want := series{}
			if tt.uptime > 0 {
				want["modem_uptime"] = tt.uptime
			} else {
				s.lack(t, "modem_uptime")
			}
			if tt.clock > 0 {
				want["modem_system_time"] = tt.clock
			} else {
				s.lack(t, "modem_system_time")
			}
			s.want(t, want)
			var mistakes []string
			for _, name := range keys(s, "modem_parse_errors_total") {
				field := strings.TrimSuffix(strings.TrimPrefix(name, `modem_parse_errors_total{endpoint="getSysInfo",field="`), `"}`)
				mistakes = append(mistakes, field)
			}
			if diff := cmp.Diff(tt.mistakes, mistakes); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
			s.want(t, series{"modem_downstream_channels": 31})
		})
	}
}

// TestMistakesAreLogged logs the first value of each field that made no sense, so that
// somebody can learn what it was; the others are only counted.
func TestMistakesAreLogged(t *testing.T) {
	t.Parallel()
	m := newFake(t)
	var log notes
	m.modem.log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	m.say("dsinfo.asp", `[{"channelId":"1","frequency":"591000000","snr":"good"},{"channelId":"2","frequency":"597000000","snr":"better"}]`)
	m.say("getSysInfo.asp", `[{"systemUptime":"soon"}]`)
	for range 3 {
		m.poll(time.Minute)
	}
	for _, want := range []string{"page=dsinfo field=snr value=good", "page=getSysInfo field=systemUptime value=soon"} {
		if got := strings.Count(log.String(), want); got != 1 {
			t.Errorf("%q was logged %d times, want once:\n%s", want, got, log.String())
		}
	}
	if got := strings.Count(log.String(), "\n"); got != 2 {
		t.Errorf("%d lines, want 2:\n%s", got, log.String())
	}
	m.poll(time.Minute).want(t, series{`modem_parse_errors_total{endpoint="dsinfo",field="snr"}`: 8})
}

// TestChannelPlan lets channels come and go: series follow at once.
func TestChannelPlan(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{})
	r.well(0)
	before := r.well(30 * time.Second)
	r.sim.LoseChannel(7)
	r.sim.Retune(8, simhitron.Tuning{Channel: 40, Frequency: 741e6})
	after := r.well(30 * time.Second)
	gone, fresh, changed := compare(before, after)
	var want []string
	for _, name := range keys(before, "modem_downstream_") {
		if strings.Contains(name, `channel="7"`) || strings.Contains(name, `channel="8"`) {
			want = append(want, name)
		}
	}
	if diff := cmp.Diff(want, gone); diff != "" || len(want) != 22 {
		t.Errorf("of %d series, gone (-want +got):\n%s", len(want), diff)
	}
	if len(fresh) != 11 || len(keys(after, `modem_downstream_power{channel="40"}`)) != 1 {
		t.Errorf("new are %q, want the eleven of channel 40", fresh)
	}
	wantChanged := []string{`modem_channel_changes_total{direction="downstream"} 0 -> 1`, "modem_downstream_channels 31 -> 30"}
	if diff := cmp.Diff(wantChanged, changed); diff != "" {
		t.Errorf("series that changed (-want +got):\n%s", diff)
	}
	r.sim.ResetPlan()
	if gone, _, _ := compare(before, r.well(30*time.Second)); gone != nil {
		t.Errorf("gone when the plan was as before: %q", gone)
	}
}
