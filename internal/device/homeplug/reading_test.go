package homeplug

import (
	"math"
	"strings"
	"testing"
	"time"

	"home_exporter/internal/device/homeplug/hpav"
	"home_exporter/internal/metric"
	simhomeplug "home_exporter/sim/homeplug"
)

// pageOf returns the series of a reading, of which none may be lost.
func pageOf(t testing.TB, adapters ...hpav.Adapter) series {
	t.Helper()
	var b metric.Batch
	r := Reading{Adapters: adapters}
	r.add(&b)
	var shapes metric.Shapes
	return seriesOf(t, &shapes, &b)
}

// member returns an adapter that answered, in the network of the house beside others.
func member(mac simhomeplug.MAC, peers ...simhomeplug.MAC) hpav.Adapter {
	a := hpav.Adapter{MAC: hpav.MAC(mac), Answered: true}
	n := hpav.Network{NID: hpav.NID(home), SNID: 6, TEI: mac[5], Role: hpav.RoleStation, CCo: hpav.MAC(one), CCoTEI: 1}
	for _, p := range peers {
		n.Stations = append(n.Stations, hpav.Station{MAC: hpav.MAC(p), TEI: p[5], TX: 10, RX: 20})
	}
	a.Networks = []hpav.Network{n}
	return a
}

// adaptersWith returns one adapter with one peer, at that rate both ways.
func adaptersWith(rate uint16) []hpav.Adapter {
	a := member(one, two)
	a.Networks[0].Stations[0].TX, a.Networks[0].Stations[0].RX = rate, rate
	return []hpav.Adapter{a}
}

// TestSharedPeers has adapters that list the same stations and each other.
func TestSharedPeers(t *testing.T) {
	s := pageOf(t, member(one, two, three), member(two, one, three), member(three, one, two))
	s.want(t, series{
		"homeplug_devices": 3, rate("tx", one, three): 1310720, rate("tx", two, three): 1310720, rate("rx", three, one): 2621440,
		`homeplug_network_default_key{nid="52:de:ad:be:ef:00:01"}`: 0,
	})
	if got := len(s.promised()); got != 3+2*6 {
		t.Errorf("%d promised series, want 15", got)
	}
}

// TestSilentAdapter tells of an adapter that did not answer nothing but that, however
// much is remembered of it.
func TestSilentAdapter(t *testing.T) {
	a := member(two, one)
	a.Answered = false
	a.Version, a.Local, a.HFID = &hpav.Version{Chip: "QCA7420"}, new(true), "Loft"
	a.Attributes, a.LinkUp = &hpav.AttributesInfo{Mains: 50}, new(true)
	a.Neighbours = &hpav.Neighbours{Networks: 1}
	s := pageOf(t, member(one, two), a)
	s.want(t, series{up(one): 1, up(two): 0, "homeplug_devices": 1})
	for name := range s {
		if strings.Contains(name, `device_addr="`+two.String()) && name != up(two) {
			t.Errorf("%s is told of an adapter that is silent", name)
		}
	}
}

// TestUnknown leaves out what an adapter has not told, and does not take it for no.
func TestUnknown(t *testing.T) {
	a := member(one, two)
	a.Attributes = &hpav.AttributesInfo{}
	s := pageOf(t, a)
	s.lack(t, "homeplug_device_local", "homeplug_device_powerline_link_up", "homeplug_device_mains", "homeplug_device_zero", "homeplug_device_ram",
		"homeplug_device_uptime", "homeplug_network_neighbours", "homeplug_station_alternate", "homeplug_station_signal", "homeplug_link", "homeplug_tone")
	s.want(t, series{`homeplug_device_info{device_addr="de:ad:be:ef:00:01",chipset="",firmware="",vendor="",hfid=""}`: 1})
}

// TestFormerPeer leaves out counters and tone maps of a station that is listed no more.
func TestFormerPeer(t *testing.T) {
	a := member(one, two)
	stats := hpav.LinkStats{}
	stats.TX.Acked, stats.RX.BitErrorsFailed = 7, math.MaxUint64
	a.Stats = map[hpav.MAC]hpav.LinkStats{hpav.MAC(two): stats, hpav.MAC(three): stats}
	tones := hpav.ToneMap{Slots: 1, Carriers: []uint8{0, 0, hpav.InvalidCarrier}}
	a.ToneMaps = map[hpav.ToneMapKey]hpav.ToneMap{
		{Peer: hpav.MAC(two), Receive: true}: tones, {Peer: hpav.MAC(two)}: tones, {Peer: hpav.MAC(three)}: tones,
	}
	s := pageOf(t, a)
	s.want(t, series{
		`homeplug_link_mpdus_total{device_addr="de:ad:be:ef:00:01",peer_addr="de:ad:be:ef:00:02",direction="tx",result="acked"}`:   7,
		`homeplug_link_bit_errors_total{device_addr="de:ad:be:ef:00:01",peer_addr="de:ad:be:ef:00:02",result="failed"}`:            math.MaxUint64,
		`homeplug_tone_map_active_carriers{device_addr="de:ad:be:ef:00:01",peer_addr="de:ad:be:ef:00:02",direction="rx",slot="0"}`: 0,
		`homeplug_tone_map_active_carriers{device_addr="de:ad:be:ef:00:01",peer_addr="de:ad:be:ef:00:02",direction="tx",slot="0"}`: 0,
	})
	s.lack(t, "homeplug_tone_map_bits", "homeplug_tone_map_snr", "homeplug_tone_map_gain") // nothing to take the mean of
	for name := range s {
		if strings.Contains(name, three.String()) {
			t.Errorf("%s is told of a station that has left", name)
		}
	}
}

// TestHeardTwice has one level for a station that is heard twice.
func TestHeardTwice(t *testing.T) {
	a := member(one, two)
	a.Neighbours = &hpav.Neighbours{Networks: 3, Stations: []hpav.Heard{
		{MAC: hpav.MAC(two), Level: new(-15.0), BitLoading: 83}, {MAC: hpav.MAC(two)}, {MAC: hpav.MAC(three), BitLoading: 2},
	}}
	s := pageOf(t, a)
	s.want(t, series{
		`homeplug_network_neighbours{device_addr="de:ad:be:ef:00:01"}`:                                                 3,
		`homeplug_station_signal_level_decibels{device_addr="de:ad:be:ef:00:01",peer_addr="de:ad:be:ef:00:02"}`:        -15,
		`homeplug_station_bit_loading_bytes_per_second{device_addr="de:ad:be:ef:00:01",peer_addr="de:ad:be:ef:00:02"}`: 10375000,
		`homeplug_station_bit_loading_bytes_per_second{device_addr="de:ad:be:ef:00:01",peer_addr="de:ad:be:ef:00:03"}`: 250000,
	})
	s.lack(t, `homeplug_station_signal_level_decibels{device_addr="de:ad:be:ef:00:01",peer_addr="de:ad:be:ef:00:03"}`)
}

// TestVendors tells who made the chip.
func TestVendors(t *testing.T) {
	for want, a := range map[string]hpav.Adapter{
		`chipset="QCA7420",firmware="F",vendor="Qualcomm Atheros"`: {Version: &hpav.Version{Chip: "QCA7420", Firmware: "F"}},
		`chipset="BCM60333 A1",firmware="HYDRA 1.2.3",vendor="Broadcom"`: {
			Xtream: &hpav.XtreamInfo{Chip: "BCM60333 A1", Firmware: "HYDRA 1.2.3", Uptime: math.MaxUint32}, Capability: &hpav.Capability{OUI: [3]byte{0x00, 0x1f, 0x84}},
		},
		`chipset="",firmware="",vendor="STMicroelectronics"`: {Capability: &hpav.Capability{OUI: [3]byte{0x00, 0x80, 0xe1}}},
		`chipset="",firmware="",vendor=""`:                   {Capability: &hpav.Capability{OUI: [3]byte{1, 2, 3}}},
	} {
		a.MAC, a.Answered = hpav.MAC(one), true
		s := pageOf(t, a)
		s.want(t, series{`homeplug_device_info{device_addr="de:ad:be:ef:00:01",` + want + `,hfid=""}`: 1})
		if a.Xtream != nil {
			s.want(t, series{`homeplug_device_uptime_seconds{device_addr="de:ad:be:ef:00:01"}`: math.MaxUint32})
		}
	}
}

// TestHostileName has a page that is still one, whatever an adapter calls itself.
func TestHostileName(t *testing.T) {
	t.Parallel()
	o := newHouse()
	o.Adapters[0].UserText = "a\"} 1\nx{y=\"\\" + "\x00gone"
	o.Adapters[1].UserText = "\xff\xfe\u202eolleh\x1b[31m"
	o.Adapters[2].UserText = strings.Repeat("ä", 32)
	s := newRig(t, o).well()
	names := make(map[string]bool)
	for name := range s {
		if strings.ContainsAny(name, "\n\x1b\x00") {
			t.Errorf("%q has a control character", name)
		}
		if _, hfid, ok := strings.Cut(name, `hfid="`); ok {
			names[strings.TrimSuffix(hfid, `"}`)] = true
		}
	}
	for _, want := range []string{`a\"} 1x{y=\"\\`, "olleh[31m", strings.Repeat("ä", 32)} {
		if !names[want] {
			t.Errorf("no adapter is named %s, only %v", want, names)
		}
	}
	var page strings.Builder
	var b metric.Batch
	if err := newRig(t, o).segment.Poll(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	var shapes metric.Shapes
	snapshot, _ := shapes.Freeze(&b, nil)
	if err := metric.WritePage(&page, metric.Text, time.Now(), []metric.Group{{Families: families, Sources: []metric.Source{{Snapshot: snapshot}}}}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(page.String()) {
		if !strings.HasPrefix(line, "# ") && !strings.HasPrefix(line, "homeplug_") {
			t.Errorf("line %q", line)
		}
	}
}
