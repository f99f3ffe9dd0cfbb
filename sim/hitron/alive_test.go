package hitron

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAliveIsAHome(t *testing.T) {
	clock := newClock()
	s := start(t, Options{Plain: true, Values: Alive, Now: clock.Now, Firmware: Firmware73})
	c := newClient(t)
	counts := map[Endpoint]int{DsInfo: 32, UsInfo: 4, DsOFDM: 2, UsOFDM: 2}
	for name, want := range counts {
		if got := len(table(t, c, s, name)); got != want {
			t.Errorf("%s has %d rows, want %d", name, got, want)
		}
	}
	if body := page(t, c, s, DsInfo); !strings.Contains(body, " * 2e32 + ") {
		t.Errorf("no counter above 2^32:\n%s", body)
	}
	if body := page(t, c, s, DsOFDM); strings.Contains(body, "2e32") {
		t.Errorf("OFDM counters are not written so:\n%s", body)
	}
	if row := table(t, c, s, SysInfo)[0]; row["systemUptime"] != "12 days 07h:21m:00s" || row["systemTime"] != "Wed Mar 04, 2026, 05:06:07" {
		t.Errorf("system: %v", row)
	}
	state := s.State()
	if state.Downstream[0].Channel != primaryPosition+1 {
		t.Errorf("the first receiver has channel %d", state.Downstream[0].Channel)
	}
	var ids []int
	for _, channel := range state.Downstream {
		ids = append(ids, channel.Channel)
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != 32 {
		t.Errorf("channel IDs %v are not 32 different ones", ids)
	}
	states := []string{state.OFDMA[0].State, state.OFDMA[1].State}
	if diff := cmp.Diff([]string{"OPERATE", "DISABLED"}, states); diff != "" {
		t.Errorf("OFDMA (-want +got):\n%s", diff)
	}
	if n := len(state.Log); n < 2 || n > logSize {
		t.Errorf("%d log entries", n)
	}
}

func TestAliveFollowsSeedAndClock(t *testing.T) {
	clock := newClock()
	boot := clock.Now().Add(-day)
	one, same, other := newAlive(7), newAlive(7), newAlive(8)
	if diff := cmp.Diff(one.at(clock.Now(), boot, false), same.at(clock.Now(), boot, false)); diff != "" {
		t.Errorf("the same seed and time differ:\n%s", diff)
	}
	if cmp.Equal(one.at(clock.Now(), boot, false), other.at(clock.Now(), boot, false)) {
		t.Error("two seeds are equal")
	}
	before := one.at(clock.Now(), boot, false)
	clock.pass(10 * time.Minute)
	after := one.at(clock.Now(), boot, false)
	if cmp.Equal(before.Downstream, after.Downstream) || cmp.Equal(before.OFDM, after.OFDM) || cmp.Equal(before.Upstream, after.Upstream) {
		t.Error("ten minutes change nothing")
	}
}

// TestAlivePlausible walks through six weeks.
func TestAlivePlausible(t *testing.T) {
	a := newAlive(3)
	boot := newClock().Now()
	last := a.at(boot, boot, true)
	for i, channel := range last.Downstream {
		if channel.Octets != 0 || channel.Corrected != 0 || channel.Uncorrected != 0 {
			t.Errorf("counters of channel %d at the boot: %+v", i, channel)
		}
	}
	var uncorrected, events int
	for now := boot; now.Before(boot.Add(42 * day)); now = now.Add(97 * time.Minute) {
		s := a.at(now, boot, true)
		for i, channel := range s.Downstream {
			before := last.Downstream[i]
			if channel.Octets < before.Octets || channel.Corrected < before.Corrected || channel.Uncorrected < before.Uncorrected {
				t.Fatalf("%v: a counter went back: %+v after %+v", now, channel, before)
			}
			if channel.Uncorrected > before.Uncorrected {
				uncorrected++
			}
			if !slices.Contains(snrSteps[:], channel.SNR) || channel.SNR < 36 {
				t.Fatalf("%v: SNR %v", now, channel.SNR)
			}
			if math.Abs(channel.Power) > 9 || math.Abs(channel.Power*10-math.Round(channel.Power*10)) > 1e-9 {
				t.Fatalf("%v: power %v", now, channel.Power)
			}
		}
		for i, channel := range s.OFDM {
			before := last.OFDM[i]
			if channel.Octets < before.Octets || channel.Corrected < before.Corrected || channel.Uncorrected < before.Uncorrected {
				t.Fatalf("%v: an OFDM counter went back: %+v after %+v", now, channel, before)
			}
			if channel.SNR < 36 || channel.SNR > 42 {
				t.Fatalf("%v: OFDM SNR %v", now, channel.SNR)
			}
		}
		for _, channel := range s.Upstream {
			if channel.Power < 38 || channel.Power > 48 || math.Mod(channel.Power, 0.25) != 0 {
				t.Fatalf("%v: upstream power %v", now, channel.Power)
			}
		}
		o := s.OFDMA[0]
		if want := o.PowerPer1600kHz + 10*math.Log10(o.Bandwidth/1.6); math.Abs(o.Power-want) > 1e-4 {
			t.Fatalf("%v: OFDMA power %v, want %v", now, o.Power, want)
		}
		if len(s.Log) > logSize || !slices.IsSortedFunc(s.Log, func(x, y Event) int { return x.At.Compare(y.At) }) {
			t.Fatalf("%v: log %v", now, s.Log)
		}
		if !cmp.Equal(s.Log, last.Log) {
			events++
		}
		last = s
	}
	if uncorrected < 100 || events < 100 {
		t.Errorf("six weeks saw %d uncorrectable codewords and %d changes of the log", uncorrected, events)
	}
	if got := last.Downstream[0].Octets; got < 1<<32 {
		t.Errorf("six weeks brought %d octets", got)
	}
}

func TestAliveBeforeItsBoot(t *testing.T) {
	clock := newClock()
	s := start(t, Options{Plain: true, Values: Alive, Now: clock.Now, Uptime: time.Hour})
	clock.pass(-2 * time.Hour) // somebody has set the clock
	if got := s.State(); got.Uptime != 0 || got.Downstream[0].Octets != 0 {
		t.Errorf("uptime %v, octets %d", got.Uptime, got.Downstream[0].Octets)
	}
}

// TestStateIsWhatIsSaid reads the documents with nothing of what wrote them, and finds the numbers of the State.
func TestStateIsWhatIsSaid(t *testing.T) {
	clock := newClock()
	s := start(t, Options{Plain: true, Values: Alive, Now: clock.Now, Seed: 5})
	c := newClient(t)
	clock.pass(3*day + 5*time.Hour)
	state := s.State()
	number := func(row map[string]any, key string) float64 {
		t.Helper()
		text := strings.TrimSpace(row[key].(string))
		high, low, big := strings.Cut(text, " * 2e32 + ")
		if !big {
			high, low = "0", text
		}
		h, err := strconv.ParseFloat(high, 64)
		l, lowErr := strconv.ParseFloat(low, 64)
		if err != nil || lowErr != nil {
			t.Errorf("%s is %q", key, text)
		}
		return h*4294967296 + l
	}
	same := func(what string, row map[string]any, want map[string]float64) {
		t.Helper()
		for key, value := range want {
			if got := number(row, key); got != value {
				t.Errorf("%s: %s = %v, want %v", what, key, got, value)
			}
		}
	}
	for i, row := range table(t, c, s, DsInfo) {
		d := state.Downstream[i]
		same("dsinfo", row, map[string]float64{
			"portId": float64(d.Port), "channelId": float64(d.Channel), "frequency": float64(d.Frequency),
			"signalStrength": d.Power, "snr": d.SNR, "dsoctets": float64(d.Octets),
			"correcteds": float64(d.Corrected), "uncorrect": float64(d.Uncorrected),
		})
	}
	for i, row := range table(t, c, s, UsInfo) {
		u := state.Upstream[i]
		same("usinfo", row, map[string]float64{
			"channelId": float64(u.Channel), "frequency": float64(u.Frequency), "bandwidth": float64(u.Bandwidth), "signalStrength": u.Power,
		})
	}
	for i, row := range table(t, c, s, DsOFDM) {
		o := state.OFDM[i]
		same("dsofdminfo", row, map[string]float64{
			"receive": float64(o.Receiver), "Subcarr0freqFreq": float64(o.Frequency), "plcpower": o.Power, "SNR": float64(o.SNR),
			"dsoctets": float64(o.Octets), "correcteds": float64(o.Corrected), "uncorrect": float64(o.Uncorrected),
		})
	}
	for i, row := range table(t, c, s, UsOFDM) {
		o := state.OFDMA[i]
		same("usofdminfo", row, map[string]float64{
			"uschindex": float64(o.Index), "frequency": float64(o.Frequency), "channelBw": o.Bandwidth, "repPower": o.Power,
			"repPower1_6": o.PowerPer1600kHz, "digAtten": o.Attenuation, "digAttenBo": o.Backoff,
		})
	}
	for i, row := range table(t, c, s, EventLog) {
		e := state.Log[i]
		if row["index"] != float64(i+1) || row["time"] != e.At.Format("01/02/06 15:04:05") || row["type"] != e.ID || row["event"] != e.Text {
			t.Errorf("event %v, want %+v", row, e)
		}
	}
}

func TestTextsAreQuoted(t *testing.T) {
	s := start(t, Options{Plain: true})
	const odd = `a "b" \ <c> & ünï` + "\n"
	s.Edit(func(state *State) { state.SwVersion, state.Log[0].Text = odd, odd })
	c := newClient(t)
	if got := table(t, c, s, SysInfo)[0]["swVersion"]; got != odd {
		t.Errorf("version %q", got)
	}
	if got := table(t, c, s, EventLog)[0]["event"]; got != odd {
		t.Errorf("event %q", got)
	}
}
