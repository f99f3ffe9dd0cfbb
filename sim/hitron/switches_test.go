package hitron

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWedge(t *testing.T) {
	clock := newClock()
	s := start(t, Options{Values: Alive, Now: clock.Now, Plain: true})
	s.SetWedge(3, 5)
	c := newClient(t)
	var got []string
	for range 6 {
		rows := table(t, c, s, DsOFDM)
		zero := true
		for _, row := range rows {
			zero = zero && row["dsoctets"] == "0" && row["correcteds"] == "0" && row["uncorrect"] == "0"
			if row["SNR"] == "0" || row["plcpower"] == "0.000000" || row["plclock"] != "YES" {
				t.Errorf("more than the counters is gone: %v", row)
			}
		}
		table(t, c, s, DsInfo) // costs nothing
		got = append(got, fmt.Sprintf("zero %v, on for %v", zero, s.State().Uptime))
		clock.pass(time.Minute)
	}
	want := []string{
		"zero false, on for 295h21m0s", "zero false, on for 295h22m0s", "zero false, on for 295h23m0s",
		"zero true, on for 295h24m0s", "zero true, on for 0s", // the fifth answer is the last before the boot
		"zero false, on for 1m0s",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReboot(t *testing.T) {
	for name, values := range map[string]Values{"golden": Golden, "alive": Alive} {
		t.Run(name, func(t *testing.T) {
			clock := newClock()
			s := start(t, Options{Values: values, Now: clock.Now, Plain: true})
			c := newClient(t)
			page(t, c, s, DsInfo)
			s.SetCodewords(1, 99, 99)
			s.LockPartly(0, true)
			s.Reboot()
			clock.pass(50 * time.Second)
			state := s.State()
			if state.Uptime != 50*time.Second {
				t.Errorf("uptime %v", state.Uptime)
			}
			for _, channel := range state.Downstream {
				if channel.Corrected > 10 || channel.Uncorrected != 0 {
					t.Errorf("counters go on: %+v", channel)
				}
			}
			if !state.OFDM[0].MDC1 || len(state.Log) != 1 || state.Log[0].At.Year() != 1970 {
				t.Errorf("OFDM %+v, log %v", state.OFDM[0], state.Log)
			}
			if got := table(t, c, s, SysInfo)[0]["systemUptime"]; got != "00h:00m:50s" {
				t.Errorf("uptime %v", got)
			}
			if got := s.Seen().Connections; got != 2 {
				t.Errorf("%d connections, want the first to end with the boot", got)
			}
		})
	}
}

func TestCodewordsWrap(t *testing.T) {
	s := start(t, Options{Plain: true})
	c := newClient(t)
	counters := func() string {
		row := table(t, c, s, DsInfo)[0]
		return fmt.Sprint(row["correcteds"], " ", row["uncorrect"])
	}
	s.SetCodewords(7, 4294967293, 4294967294)
	if got := counters(); got != "4294967293 4294967294" {
		t.Errorf("counters %s", got)
	}
	s.SetCodewords(7, 1<<32+4, 1<<32+1)
	if got := counters(); got != "4 1" {
		t.Errorf("counters after the wrap %s", got)
	}
	s.SetOFDMCodewords(0, 1<<32+4, 3)
	if row := table(t, c, s, DsOFDM)[0]; row["correcteds"] != "4294967300" || row["uncorrect"] != "3" {
		t.Errorf("OFDM: %v", row)
	}
}

func TestAliveCodewordsWrapByThemselves(t *testing.T) {
	clock := newClock()
	s := start(t, Options{Plain: true, Values: Alive, Now: clock.Now})
	s.SetCodewords(1, 1<<32-2, 0)
	channel := func() Downstream {
		for _, c := range s.State().Downstream {
			if c.Channel == 1 {
				return c
			}
		}
		return Downstream{}
	}
	if got := channel().Corrected; got != 1<<32-2 {
		t.Errorf("corrected %d", got)
	}
	clock.pass(2 * day)
	if got := channel().Corrected; got == 0 || got > 1<<20 {
		t.Errorf("corrected %d two days later", got)
	}
}

func TestPlan(t *testing.T) {
	s := start(t, Options{Plain: true})
	c := newClient(t)
	s.LoseChannel(3)
	s.Retune(5, Tuning{Channel: 40, Frequency: 801000000})
	found := map[any]any{}
	for _, row := range table(t, c, s, DsInfo) {
		found[row["channelId"]] = row["frequency"]
	}
	_, lost := found["3"]
	_, moved := found["5"]
	if len(found) != 30 || lost || moved || found["40"] != "801000000" {
		t.Errorf("plan %v", found)
	}
	s.ResetPlan()
	want, err := GoldenDocument(DsInfo)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), page(t, c, s, DsInfo)); diff != "" {
		t.Errorf("after ResetPlan (-want +got):\n%s", diff)
	}
}

func TestPartialLock(t *testing.T) {
	clock := newClock()
	s := start(t, Options{Plain: true, Values: Alive, Now: clock.Now})
	c := newClient(t)
	s.LockPartly(1, true)
	before := table(t, c, s, DsOFDM)
	clock.pass(time.Hour)
	after := table(t, c, s, DsOFDM)
	row := after[1]
	if row["plclock"] != "YES" || row["ncplock"] != " NO" || row["mdc1lock"] != " NO" || row["SNR"] == "NA" {
		t.Errorf("second receiver %v", row)
	}
	for i, frozen := range []bool{false, true} {
		if (before[i]["dsoctets"] == after[i]["dsoctets"]) != frozen || (before[i]["correcteds"] == after[i]["correcteds"]) != frozen {
			t.Errorf("receiver %d: %v then %v", i, before[i], after[i])
		}
	}
	s.LockPartly(1, false)
	if row := table(t, c, s, DsOFDM)[1]; row["mdc1lock"] != "YES" || row["dsoctets"] == after[1]["dsoctets"] {
		t.Errorf("locked again: %v", row)
	}
}

func TestDenyAccess(t *testing.T) {
	s := start(t, Options{Plain: true})
	c := newClient(t)
	for denied, want := range map[bool]string{true: "Denied Denied Disable", false: "Permitted Permitted Enable"} {
		s.DenyAccess(denied)
		stages := table(t, c, s, Init)[0]
		got := fmt.Sprint(table(t, c, s, WANInfo)[0]["NetworkAccess"], " ", stages["networkAccess"], " ", stages["trafficStatus"])
		if got != want {
			t.Errorf("denied %v: %s, want %s", denied, got, want)
		}
	}
}

func TestKeepAlive(t *testing.T) {
	s := start(t, Options{Plain: true})
	c := newClient(t)
	for range 3 {
		page(t, c, s, DsInfo)
	}
	if got := s.Seen().Connections; got != 1 {
		t.Errorf("%d connections for three requests, want 1", got)
	}
	s.SetKeepAlive(false)
	for range 3 {
		if got := get(t, c, s, "/data/dsinfo.asp"); got.err != nil {
			t.Fatal(got.err)
		}
	}
	if got := s.Seen().Connections; got != 3 { // the first of the three still came over the old one
		t.Errorf("%d connections, want 3", got)
	}
}
