package coda

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// An OFDM receiver that is not locked says NA; one that is locked in part goes on
// saying numbers, which hold still.
func TestOFDMLocks(t *testing.T) {
	s := parse(t, OFDM, Data, `[
		{"receive":"0","ffttype":"8K","Subcarr0freqFreq":" 300600000","plclock":"YES","ncplock":" NO","mdc1lock":" NO","plcpower":"  3.000000","SNR":"37","dsoctets":"2 * 2e32 + 1","correcteds":"9","uncorrect":"1"},
		{"receive":"1","ffttype":"NA","Subcarr0freqFreq":"NA","plclock":" NO","ncplock":" NO","mdc1lock":" NO","plcpower":"NA","SNR":"NA","dsoctets":"NA","correcteds":"NA","uncorrect":"NA"},
		{"receive":"2","plclock":"YES","ncplock":"YES"},
		{"receive":"1","plcpower":"1"},{"plclock":"YES"}]`)
	got := s.OFDM()
	want := []OFDMChannel{
		{Channel: "0", FFT: "8K", Frequency: ptr(300.6e6), PLC: ptr(true), NCP: ptr(false), MDC1: ptr(false), Power: ptr(3.0), SNR: ptr(37.0),
			Octets: ptr[uint64](8589934593), Corrected: ptr[uint64](9), Uncorrected: ptr[uint64](1)},
		{Channel: "1", PLC: ptr(false), NCP: ptr(false), MDC1: ptr(false)},
		{Channel: "2", PLC: ptr(true), NCP: ptr(true)},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	for _, c := range got {
		if c.Locked() {
			t.Errorf("receiver %s is locked, want not", c.Channel)
		}
	}
	if c := golden(t, OFDM).OFDM()[0]; !c.Locked() {
		t.Error("a receiver with all three stages is not locked")
	}
	wantMistakes(t, s, "receive=1", "receive=")
}

func TestOFDMAStates(t *testing.T) {
	tests := map[string]struct {
		state, frequency string // JSON
		want             string
		operating        bool
	}{
		"operate":           {`"   OPERATE"`, `"44800000"`, "operate", true},
		"enabled":           {`"ENABLED"`, `"44800000"`, "enabled", true},
		"lower case":        {`"operate"`, `"44800000"`, "operate", true},
		"without frequency": {`"ENABLED"`, `null`, "enabled", true},
		"frequency 0":       {`"OPERATE"`, `"0"`, "operate", false},
		"disabled":          {`"  DISABLED"`, `"0"`, "disabled", false},
		"disabled, tuned":   {`"DISABLED"`, `"44800000"`, "disabled", false},
		"another word":      {`" RANGING"`, `"44800000"`, "ranging", false},
		"no word":           {`"NA"`, `"44800000"`, "", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := parse(t, OFDMA, Data, `[{"uschindex":"0","state":`+tt.state+`,"frequency":`+tt.frequency+`,"repPower":"50.1"}]`).OFDMA()[0]
			if c.State != tt.want || c.Operating != tt.operating || (c.Power != nil) != tt.operating {
				t.Errorf("got %+v, want state %q, operating %t, and power only then", c, tt.want, tt.operating)
			}
		})
	}
}

// Placeholders go, and of two rows with one id the first with a frequency stays.
func TestChannelsInUse(t *testing.T) {
	s := parse(t, Downstream, Data, `[
		{"channelId":"0","frequency":"0","signalStrength":"0.000"},
		{"channelId":"9","frequency":"600000000","signalStrength":"-"},
		{"channelId":"","frequency":"0","signalStrength":"-"},
		{"channelId":"10","frequency":"NA","signalStrength":"na"},
		{"channelId":"11","frequency":"","signalStrength":"","snr":"","modulation":""},
		{"channelId":"12","frequency":"--","signalStrength":"--"},
		{"channelId":"3","frequency":"NA","signalStrength":"1.000"},
		{"channelId":"3","frequency":"603000000","signalStrength":"2.000"},
		{"channelId":"3","frequency":"606000000","signalStrength":"3.000"},
		{"channelId":4,"frequency":609000000,"signalStrength":-1.5,"snr":"NA","modulation":2}]`)
	want := []DownstreamChannel{
		{Channel: "3", Frequency: ptr(603e6), Power: ptr(2.0), Modulation: UnknownModulation},
		{Channel: "4", Frequency: ptr(609e6), Power: ptr(-1.5), Modulation: "256QAM"},
	}
	if d := cmp.Diff(want, s.Downstream()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s, "channelId=3 stands twice", "channelId=3 stands twice")
}

// Older firmware of dialect DataLogin says less.
func TestRouterModel(t *testing.T) {
	s := parse(t, Upstream, DataLogin, `[{"portId":"1","frequency":"22800000","bandwidth":"6400000","scdmaMode":"TDMA","signalStrength":"40.250","channelId":"2"},
		{"portId":"3","frequency":"NA","bandwidth":"NA","signalStrength":" -- ","channelId":"7"},
		{"portId":"2","frequency":"0","bandwidth":"0","signalStrength":"-","channelId":"0"}]`)
	up := []UpstreamChannel{{Channel: "2", Frequency: ptr(22.8e6), Bandwidth: ptr(6.4e6), Power: ptr(40.25), Modulation: UnknownModulation, Mode: "TDMA"}}
	if d := cmp.Diff(up, s.Upstream()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	s = parse(t, System, DataLogin, `[{"systemUptime":"015 days 22h:13m:57s","systemTime":"soon","timezone":"1","WRecPkt":"40.25M Bytes","WSendPkt":"1K Bytes","LRecPkt":"7","LSendPkt":"many","wanRx":"9"}]`)
	about := About{UptimeText: "015 days 22h:13m:57s", Uptime: ptr(1376037 * time.Second),
		Traffic: []Traffic{{"wan", "receive", 42205184}, {"wan", "transmit", 1024}, {"lan", "receive", 7}}} // each once
	if d := cmp.Diff(about, s.About(time.UTC)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s, "systemTime=soon", "LSendPkt=many")
}

func TestWANForms(t *testing.T) {
	tests := map[string]struct {
		json string
		want WANInfo
	}{
		"denied":            {`{"NetworkAccess":"Denied","CmIpAddress":"0.0.0.0"}`, WANInfo{IP: "0.0.0.0", NetworkAccess: ptr(false)}},
		"IPv6":              {`{"CmIpAddress":"2001:db8::1"}`, WANInfo{IP: "2001:db8::1"}},
		"no address":        {`{"CmIpAddress":"NA","CmNetMask":"","CmGateway":"-"}`, WANInfo{}},
		"empty list":        {`{"ip":[]}`, WANInfo{}},
		"list of no texts":  {`{"ip":[7]}`, WANInfo{}},
		"lease in words":    {`{"CmIpLeaseDuration":"04 Days,09 Hours,47 Minutes,10 Seconds"}`, WANInfo{Lease: ptr(380830 * time.Second)}},
		"only display name": {`{"ConfignameDisplay":"bac1"}`, WANInfo{ConfigName: "bac1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, parse(t, WAN, Data, "["+tt.json+"]").WAN()); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

func TestBPI(t *testing.T) {
	tests := map[string][2]string{
		"AUTH:authorized, TEK:operational":    {"authorized", "operational"},
		"AUTH:unauthorized, TEK:operational":  {"unauthorized", "operational"},
		"AUTH:start, TEK:start":               {"start", "start"},
		" tek : Operational ,auth:AUTHORIZED": {"authorized", "operational"},
		"AUTH:a:b":                            {"a:b", ""},
		"AUTH":                                {"", ""},
		"":                                    {"", ""},
		"Secret":                              {"", ""},
	}
	for text, want := range tests {
		p := parse(t, Provisioning, Data, `[{"bpiStatus":"`+text+`"}]`).Provisioning()
		if p.BPIAuth != want[0] || p.BPITEK != want[1] {
			t.Errorf("%q is %q and %q, want %q", text, p.BPIAuth, p.BPITEK, want)
		}
	}
}

// What a stage says is read without regard to case; a word that is hidden or unknown
// leaves it out.
func TestStages(t *testing.T) {
	s := parse(t, Provisioning, Data, `[{"hwInit":" SUCCESS","findDownstream":"Process","ranging":"Fail","timeOfday":"Secret","downloadCfg":"whatever","registration":"Operational","trafficStatus":"Disable","networkAccess":"Denied"}]`)
	want := ProvisioningInfo{NetworkAccess: ptr(false), Stages: []Stage{{"hw_init", true}, {"find_downstream", false}, {"ranging", false}, {"registration", true}, {"traffic", false}}}
	if d := cmp.Diff(want, s.Provisioning()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s, "downloadCfg=whatever")
}

func TestLinkDown(t *testing.T) {
	s := parse(t, Link, Data, `[{"LinkStatus":"Down","LinkDuplex":"-","LinkSpeed":"-"}]`)
	if d := cmp.Diff(LinkInfo{Up: ptr(false)}, s.Link()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s)
}

// Texts reach labels and logs: no control characters, no end.
func TestTextsAreClean(t *testing.T) {
	for json, want := range map[string]string{
		`"a\u0000b\u001bc\u007fd\u0085e\u202ef\u2028g"`: "abcd ef g",
		"\"a\xffb\"":                          "ab",
		`"a\ud800b"`:                          "ab",
		`"\u0007NA"`:                          "", // says nothing once it is clean
		`"` + strings.Repeat("ä", 200) + `"`:  strings.Repeat("ä", 128),
		`"a` + strings.Repeat("ä", 200) + `"`: "a" + strings.Repeat("ä", 127),
	} {
		if got := field(t, json).text("f"); got != want {
			t.Errorf("%s is %q, want %q", json, got, want)
		}
	}
	for json, most := range map[string]int{`"` + strings.Repeat("ɐ", 128) + `"`: 256, `"` + strings.Repeat("Ⱥ", 128) + `"`: 256} {
		r := field(t, json)
		if u, l := r.upper("f"), r.lower("f"); len(u) > most || len(l) > most {
			t.Errorf("another case makes %d and %d bytes, want at most %d", len(u), len(l), most)
		}
	}
}
