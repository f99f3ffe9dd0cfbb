package coda

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestGoldenDownstream(t *testing.T) {
	s := golden(t, Downstream)
	got := s.Downstream()
	if len(got) != 31 {
		t.Fatalf("%d channels, want 31", len(got))
	}
	want := map[int]DownstreamChannel{
		0: {Channel: "7", Port: ptr(1.0), Frequency: ptr(591e6), Power: ptr(9.1), SNR: ptr(43.376), Modulation: "256QAM",
			Octets: ptr[uint64](4444343869), Corrected: ptr[uint64](8573), Uncorrected: ptr[uint64](278)},
		3: {Channel: "3", Port: ptr(4.0), Frequency: ptr(567e6), Power: ptr(-0.9), SNR: ptr(37.636), Modulation: "256QAM",
			Octets: ptr[uint64](2499441492), Corrected: ptr[uint64](3026), Uncorrected: ptr[uint64](0)},
		30: {Channel: "31", Port: ptr(31.0), Frequency: ptr(735e6), Power: ptr(-1.2), SNR: ptr(37.356), Modulation: "256QAM",
			Octets: ptr[uint64](6892019159), Corrected: ptr[uint64](6825), Uncorrected: ptr[uint64](0)},
	}
	for i, w := range want {
		if d := cmp.Diff(w, got[i]); d != "" {
			t.Errorf("row %d, -want +got:\n%s", i, d)
		}
	}
	var octets, corrected, uncorrected uint64
	for i, c := range got {
		if c.Frequency == nil || c.Power == nil || c.SNR == nil || c.Octets == nil || c.Corrected == nil || c.Uncorrected == nil {
			t.Fatalf("row %d has holes: %+v", i, c)
		}
		octets, corrected, uncorrected = octets+*c.Octets, corrected+*c.Corrected, uncorrected+*c.Uncorrected
		if c.Modulation != "256QAM" || *c.Port != float64(i+1) {
			t.Errorf("row %d: modulation %s, port %g", i, c.Modulation, *c.Port)
		}
	}
	if octets != goldenOctets || corrected != goldenCorrected || uncorrected != goldenUncorrected {
		t.Errorf("sums %d, %d, %d; want %d, %d, %d", octets, corrected, uncorrected, uint64(goldenOctets), goldenCorrected, goldenUncorrected)
	}
	wantMistakes(t, s)
}

// Sums over the rows of testdata/dsinfo.asp, added up without this package.
const (
	goldenOctets      = 182075794010
	goldenCorrected   = 145156
	goldenUncorrected = 992
)

func TestGoldenUpstream(t *testing.T) {
	s := golden(t, Upstream)
	channel := func(id string, frequency, bandwidth, power float64, modulation string) UpstreamChannel {
		return UpstreamChannel{Channel: id, Frequency: &frequency, Bandwidth: &bandwidth, Power: &power, Modulation: modulation, Mode: "ATDMA"}
	}
	want := []UpstreamChannel{
		channel("1", 16.4e6, 6.4e6, 44, "64QAM"),
		channel("2", 22.8e6, 6.4e6, 34.25, "64QAM"),
		channel("3", 29.2e6, 6.4e6, 42.25, "64QAM"),
		channel("4", 35.6e6, 6.4e6, 44.5, "64QAM"),
		channel("5", 42e6, 3.2e6, 37.75, "16QAM"),
	}
	if d := cmp.Diff(want, s.Upstream()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s)
}

func TestGoldenOFDM(t *testing.T) {
	s := golden(t, OFDM)
	want := []OFDMChannel{
		{Channel: "0", FFT: "4K", Frequency: ptr(300.6e6), PLC: ptr(true), NCP: ptr(true), MDC1: ptr(true), Power: ptr(2.000001), SNR: ptr(37.0),
			Octets: ptr[uint64](89896134636), Corrected: ptr[uint64](978604674), Uncorrected: ptr[uint64](24)},
		{Channel: "1", FFT: "4K", Frequency: ptr(806.6e6), PLC: ptr(true), NCP: ptr(true), MDC1: ptr(true), Power: ptr(8.699997), SNR: ptr(40.0),
			Octets: ptr[uint64](81523989543), Corrected: ptr[uint64](1039870657), Uncorrected: ptr[uint64](18)},
	}
	if d := cmp.Diff(want, s.OFDM()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s)
}

func TestGoldenOFDMA(t *testing.T) {
	s := golden(t, OFDMA)
	want := []OFDMAChannel{
		{Channel: "0", State: "operate", Operating: true, Frequency: ptr(44.8e6), Bandwidth: ptr(36.8e6),
			Power: ptr(50.1173), Power1_6: ptr(36.5), Attenuation: ptr(0.2216)},
		{Channel: "1", State: "disabled"}, // its zeros are no measurements
	}
	if d := cmp.Diff(want, s.OFDMA()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s)
}

func TestGoldenAbout(t *testing.T) {
	s := golden(t, System)
	want := About{Hardware: "1A", Software: "7.2.4.7.1b7", Serial: "253000000001", MAC: "02:00:5e:10:00:01",
		UptimeText: "479h:53m:58s", Uptime: ptr(1727638 * time.Second), Clock: ptr(time.Unix(1768900000, 0).UTC())}
	if d := cmp.Diff(want, s.About(time.UTC)); d != "" {
		t.Errorf("system, -want +got:\n%s", d)
	}
	wantMistakes(t, s)

	s = golden(t, Model)
	if d := cmp.Diff(About{Model: "CODA56", Vendor: "Hitron Technologies"}, s.About(time.UTC)); d != "" {
		t.Errorf("model, -want +got:\n%s", d)
	}
	wantMistakes(t, s)
}

func TestGoldenWAN(t *testing.T) {
	s := golden(t, WAN)
	want := WANInfo{ConfigName: "bac1060001ffffff00000001", IP: "10.64.12.34", Netmask: "255.255.224.0", Gateway: "10.64.0.1", NetworkAccess: ptr(true)}
	if d := cmp.Diff(want, s.WAN()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s)
}

func TestGoldenProvisioning(t *testing.T) {
	s := golden(t, Provisioning)
	want := ProvisioningInfo{NetworkAccess: ptr(true), BPIAuth: "authorized", BPITEK: "operational"}
	for _, name := range []string{"hw_init", "find_downstream", "ranging", "dhcp", "time_of_day", "download_config", "registration", "traffic"} {
		want.Stages = append(want.Stages, Stage{Name: name, OK: true})
	}
	if d := cmp.Diff(want, s.Provisioning()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s)
}

func TestGoldenLink(t *testing.T) {
	s := golden(t, Link)
	if d := cmp.Diff(LinkInfo{Up: ptr(true), Duplex: "full", Speed: ptr(2.5e9)}, s.Link()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s)
}

func TestGoldenLog(t *testing.T) {
	s := golden(t, Log)
	const tail = ";CM-MAC=02:00:5e:10:00:01;CMTS-MAC=02:00:5e:20:00:01;CM-QOS=1.1;CM-VER=3.1;"
	want := []Event{
		{ID: "84000700", Priority: "warning", TimeText: "01/01/70 00:00:41", Text: "RCS Partial Service" + tail},
		{ID: "82000500", Priority: "critical", TimeText: "01/19/26 20:14:55", Time: time.Unix(1768853695, 0).UTC(),
			Text: "Started Unicast Maintenance Ranging - No Response received - T3 time-out" + tail},
	}
	if d := cmp.Diff(want, s.Log(time.UTC)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	wantMistakes(t, s)
}
