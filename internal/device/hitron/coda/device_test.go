package coda

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The documents of dialect Device.

func device(list, rows string) string {
	return `{"errCode":"000","errMsg":"","` + list + `":[` + rows + `]}`
}

func TestDeviceDownstream(t *testing.T) {
	s := parse(t, Downstream, Device, device("Freq_List", `{"signalStrength":false,"snr":true},
		{"portId":"1","frequency":"663000000","modulation":"QAM256","signalStrength":"5.000","snr":"40.946","channelId":"18","dsoctets":"1591000000","correcteds":"5","uncorrect":"33"}`))
	want := []DownstreamChannel{{Channel: "18", Port: ptr(1.0), Frequency: ptr(663e6), Power: ptr(5.0), SNR: ptr(40.946), Modulation: "256QAM",
		Octets: ptr[uint64](1591000000), Corrected: ptr[uint64](5), Uncorrected: ptr[uint64](33)}}
	if d := cmp.Diff(want, s.Downstream()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s, "channelId=") // the row that is none
}

func TestDeviceUpstream(t *testing.T) {
	s := parse(t, Upstream, Device, device("Freq_List", `{"portId":"1","frequency":"36500000","bandwidth":"6400000","modulationType":"64QAM","signalStrength":"39.770","channelId":"4","symbolrate":5120,"preEq":[1,2]},
		{"portId":"2","frequency":"0","bandwidth":"1600000","modulationType":"QAM_NONE","signalStrength":"-","channelId":"0"}`))
	want := []UpstreamChannel{{Channel: "4", Frequency: ptr(36.5e6), Bandwidth: ptr(6.4e6), Power: ptr(39.77), Modulation: "64QAM"}}
	if d := cmp.Diff(want, s.Upstream()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s)
}

// The number of the receiver is a JSON number, and there is neither SNR nor a counter.
func TestDeviceOFDM(t *testing.T) {
	const row = `{"receive":1,"ffttype":"4K","Subcarr0freqFreq":" 300600000","plclock":"YES","ncplock":"YES","mdc1lock":"YES","plcpower":"  0.799999","occupiedbw":"283 ~ 472.95"}`
	want := []OFDMChannel{{Channel: "1", FFT: "4K", Frequency: ptr(300.6e6), PLC: ptr(true), NCP: ptr(true), MDC1: ptr(true), Power: ptr(0.799999)}}
	for _, list := range []string{"Freq_List", "OFDMs_List"} {
		s := parse(t, OFDM, Device, device(list, row))
		if d := cmp.Diff(want, s.OFDM()); d != "" {
			t.Errorf("%s, -want +got:\n%s", list, d)
		}
		wantMistakes(t, s)
	}
}

func TestDeviceOFDMA(t *testing.T) {
	s := parse(t, OFDMA, Device, device("OFDMAs_List", `{"uschindex":0,"state":"   ENABLED","digAtten":"    0.2216","channelBw":"   39.2000","repPower":"   51.6417","repPower1_6":"   37.7500","fftVal":"        4K"}`))
	want := []OFDMAChannel{{Channel: "0", State: "enabled", Operating: true, Bandwidth: ptr(39.2e6), Power: ptr(51.6417), Power1_6: ptr(37.75), Attenuation: ptr(0.2216)}}
	if d := cmp.Diff(want, s.OFDMA()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s)
}

func TestDeviceAbout(t *testing.T) {
	s := parse(t, System, Device, `{"errCode":"000","errMsg":"","sysTime":"2020-11-17 02:12:33","tz":"0","lanRx":"1.05G Bytes","lanTx":"18.15G Bytes",
		"wanRx":"989.1M Bytes","wanTx":null,"wanIP":["0.0.0.0\n"],"systemLanUptime":"000 days 04h:43m:05s","systemWanUptime":"468117"}`)
	want := About{UptimeText: "000 days 04h:43m:05s", Uptime: ptr(16985 * time.Second), Clock: ptr(time.Unix(1605579153, 0).UTC()),
		Traffic: []Traffic{{"wan", "receive", 1037146521}, {"lan", "receive", 1127428915}, {"lan", "transmit", 19488414105}}}
	if d := cmp.Diff(want, s.About(time.UTC)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s)

	s = parse(t, Model, Device, `{"errCode":"000","errMsg":"","deviceId":"00:00:5E:00:53:01","modelName":"CODA-4680","vendorName":"Hitron Technologies",
		"SerialNum":"S1","HwVersion":"1A","ApiVersion":"1.11","SoftwareVersion":"7.1.1.2.2b9"}`)
	want = About{Model: "CODA-4680", Vendor: "Hitron Technologies", Hardware: "1A", Software: "7.1.1.2.2b9", Serial: "S1"}
	if d := cmp.Diff(want, s.About(time.UTC)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestDeviceWAN(t *testing.T) {
	s := parse(t, WAN, Device, `{"errCode":"000","errMsg":"","ntAccess":"Permitted","ip":["10.64.12.34\n","fe80::1"],"subMask":"255.255.224.0","gw":"10.64.0.1",
		"lease":"D: 6 H: 09 M: 25 S: 55","Configname":"bac106","DsDataRate":"1040000000","UsDataRate":"31200000","macAddr":"02:00:5E:10:00:01"}`)
	want := WANInfo{ConfigName: "bac106", IP: "10.64.12.34", Netmask: "255.255.224.0", Gateway: "10.64.0.1", MAC: "02:00:5e:10:00:01",
		NetworkAccess: ptr(true), Lease: ptr(552355 * time.Second), DownRate: ptr(1.04e9), UpRate: ptr(3.12e7)}
	if d := cmp.Diff(want, s.WAN()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s)
}

// Priorities are numbers, years have four digits.
func TestDeviceLog(t *testing.T) {
	s := parse(t, Log, Device, device("Log_List", `{"index":1,"time":"11/15/2020 03:57:38","type":"82000200","priority":"3","event":"No Ranging Response received - T3 time-out"},
		{"index":2,"time":"Time Not Established","type":"82000400","priority":"9","event":"T4 time out"},{"index":3}`))
	want := []Event{
		{ID: "82000200", Priority: "critical", Text: "No Ranging Response received - T3 time-out", TimeText: "11/15/2020 03:57:38", Time: time.Unix(1605412658, 0).UTC()},
		{ID: "82000400", Priority: "unknown", Text: "T4 time out", TimeText: "Time Not Established"},
	}
	if d := cmp.Diff(want, s.Log(time.UTC)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s, "event=an entry without type and text")
}

func TestPriorities(t *testing.T) {
	for digit, word := range map[string]string{"1": "emergency", "2": "alert", "3": "critical", "4": "error", "5": "warning",
		"6": "notice", "7": "information", "8": "debug"} {
		for _, text := range []string{digit, word} {
			s := parse(t, Log, Data, `[{"type":"1","priority":"`+text+`"}]`)
			if got := s.Log(time.UTC)[0].Priority; got != word {
				t.Errorf("priority %q is %s, want %s", text, got, word)
			}
		}
	}
}
