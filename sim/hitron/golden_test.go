package hitron

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// documents are the pages of dialect Data.
var documents = []Endpoint{DsInfo, UsInfo, DsOFDM, UsOFDM, SysInfo, WANInfo, Init, LinkStatus, Model, EventLog}

func TestGoldenIsByteForByte(t *testing.T) {
	for _, plain := range []bool{false, true} {
		s := start(t, Options{Plain: plain})
		c := newClient(t)
		for _, name := range documents {
			want, err := GoldenDocument(name)
			if err != nil {
				t.Fatal(err)
			}
			got := get(t, c, s, "/data/"+string(name)+".asp?_=1768900000000")
			if got.err != nil || got.status != http.StatusOK || got.header.Get("Content-Type") != "text/html" {
				t.Errorf("%s: status %d, %v, %v", name, got.status, got.header, got.err)
			}
			if diff := cmp.Diff(string(want), got.body); diff != "" {
				t.Errorf("%s (-file +wire):\n%s", name, diff)
			}
		}
	}
}

func TestGoldenNumbers(t *testing.T) {
	state := start(t, Options{Plain: true}).State()
	wantFirst := Downstream{
		Port: 1, Channel: 7, Frequency: 591000000, Modulation: "256QAM", Power: 9.1, SNR: 43.376,
		Octets: 4444343869, Corrected: 8573, Uncorrected: 278,
	}
	if diff := cmp.Diff(wantFirst, state.Downstream[0]); diff != "" {
		t.Errorf("first downstream channel (-want +got):\n%s", diff)
	}
	wantOFDM := OFDM{
		Receiver: 1, FFT: "4K", Frequency: 806600000, PLC: true, NCP: true, MDC1: true, Power: 8.699997, SNR: 40,
		Octets: 81523989543, Corrected: 1039870657, Uncorrected: 18,
	}
	if diff := cmp.Diff(wantOFDM, state.OFDM[1]); diff != "" {
		t.Errorf("second OFDM receiver (-want +got):\n%s", diff)
	}
	wantOFDMA := OFDMA{
		Index: 0, State: "OPERATE", Frequency: 44800000, Attenuation: 0.2216, Backoff: 4.9125, Bandwidth: 36.8,
		Power: 50.1173, PowerPer1600kHz: 36.5, FFT: "2K",
	}
	if diff := cmp.Diff(wantOFDMA, state.OFDMA[0]); diff != "" {
		t.Errorf("first OFDMA channel (-want +got):\n%s", diff)
	}
	got := []int{len(state.Downstream), len(state.Upstream), len(state.OFDM), len(state.OFDMA), len(state.Log)}
	if diff := cmp.Diff([]int{31, 5, 2, 2, 2}, got); diff != "" {
		t.Errorf("how many (-want +got):\n%s", diff)
	}
	if state.Uptime != 1727638*time.Second || state.SystemTime.Unix() != 1768900000 {
		t.Errorf("uptime %v, time %v", state.Uptime, state.SystemTime)
	}
}

func TestFirmware(t *testing.T) {
	tests := map[string]struct {
		firmware Firmware
		reboot   bool
		uptime   string
		version  string
	}{
		"7.2":              {Firmware72, false, "479h:53m:58s", "7.2.4.7.1b7"},
		"7.3":              {Firmware73, false, "19 days 23h:53m:58s", "7.3.5.3.2b1"},
		"7.2 after a boot": {Firmware72, true, "00h:02m:57s", "7.2.4.7.1b7"},
		"7.3 after a boot": {Firmware73, true, "00h:02m:57s", "7.3.5.3.2b1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			clock := newClock()
			s := start(t, Options{Plain: true, Firmware: tt.firmware, Now: clock.Now})
			if tt.reboot {
				s.Reboot()
				clock.pass(177 * time.Second)
			}
			row := table(t, newClient(t), s, SysInfo)[0]
			if row["systemUptime"] != tt.uptime || row["swVersion"] != tt.version {
				t.Errorf("uptime %q, version %q, want %q and %q", row["systemUptime"], row["swVersion"], tt.uptime, tt.version)
			}
		})
	}
}

func TestTwoDaysInLetters(t *testing.T) {
	d := 2*day + 3*time.Hour + 4*time.Minute + 5*time.Second
	for got, want := range map[string]string{
		clock(d):          "51h:04m:05s",
		daysAndClock(d):   "2 days 03h:04m:05s",
		daysInWords(d):    "02 Days,03 Hours,04 Minutes,05 Seconds",
		lettersFirst(d):   "D: 2 H: 03 M: 04 S: 05",
		octets(1 << 32):   "1 * 2e32 + 0",
		octets(1<<32 - 1): "4294967295",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestUnlockedChannels(t *testing.T) {
	s := start(t, Options{Plain: true})
	s.Edit(func(state *State) {
		state.Downstream[1].Frequency, state.Upstream[1].Frequency = 0, 0
		state.OFDM[1].PLC, state.OFDM[1].NCP, state.OFDM[1].MDC1 = false, false, false
	})
	c := newClient(t)
	if row := table(t, c, s, DsInfo)[1]; row["frequency"] != "0" || row["signalStrength"] != "-" || row["snr"] != "-" {
		t.Errorf("downstream: %v", row)
	}
	if row := table(t, c, s, UsInfo)[1]; row["frequency"] != "0" || row["signalStrength"] != "-" || row["modtype"] != "QAM_NONE" {
		t.Errorf("upstream: %v", row)
	}
	want := map[string]any{
		"receive": "1", "ffttype": "NA", "Subcarr0freqFreq": "NA", "plclock": " NO", "ncplock": " NO", "mdc1lock": " NO",
		"plcpower": "NA", "SNR": "NA", "dsoctets": "NA", "correcteds": "NA", "uncorrect": "NA",
	}
	if diff := cmp.Diff(want, table(t, c, s, DsOFDM)[1]); diff != "" {
		t.Errorf("OFDM (-want +got):\n%s", diff)
	}
	s.Edit(nil)
	want = map[string]any{"frequency": "555000000"}
	if got := table(t, c, s, DsInfo)[1]["frequency"]; got != want["frequency"] {
		t.Errorf("after the edit has ended: frequency %v", got)
	}
}
