package hpav

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStandardMessages(t *testing.T) {
	a := told(t, one, StationCapability, vector[StationCapability])
	if diff := cmp.Diff(&Capability{OUI: [3]byte{0x00, 0xb0, 0x52}}, a.Capability); diff != "" {
		t.Errorf("capability (-want +got):\n%s", diff)
	}
	for makerOUI, want := range map[oui]string{
		{0x00, 0xb0, 0x52}: "Qualcomm Atheros", {0x00, 0x1f, 0x84}: "Broadcom", {0x00, 0x80, 0xe1}: "STMicroelectronics", {1, 2, 3}: "",
	} {
		c := Capability{OUI: makerOUI}
		if c.Vendor() != want || c.IsAtheros() != (want == "Qualcomm Atheros") {
			t.Errorf("maker %x is %q, Atheros: %v", makerOUI, c.Vendor(), c.IsAtheros())
		}
	}
	for m, want := range map[Message][]Station{
		StandardStats1: {{MAC: two, TX: 142, RX: 9}, {MAC: tri, TX: 255, RX: 255, Saturated: true}},
		StandardStats2: {{MAC: two, TX: 142, RX: 9}, {MAC: tri, TX: 1060, RX: 300}},
	} {
		if diff := cmp.Diff(want, told(t, one, m, vector[m]).rates); diff != "" {
			t.Errorf("%s (-want +got):\n%s", m, diff)
		}
	}
	if got := told(t, one, StandardNetworks, vector[StandardNetworks]).NetworkCount; got == nil || *got != 0 {
		t.Errorf("networks in range: %v, want 0", got)
	}
	if got := told(t, one, HumanID, more[HumanID]).HFID; got != "Loft" {
		t.Errorf("name %q, want Loft", got)
	}
}

func TestDiscoverList(t *testing.T) {
	a := told(t, one, DiscoverList, vector[DiscoverList])
	want := Neighbours{Stations: []Heard{
		{MAC: two, Level: new(-15.0), BitLoading: 83}, {MAC: tri, Level: new(-15.0), BitLoading: 83},
	}}
	if diff := cmp.Diff(&want, a.Neighbours); diff != "" {
		t.Errorf("neighbours (-want +got):\n%s", diff)
	}
	// Twice the same, ourselves, and a network.
	odd := `02000000aa01deadbeef000188e1 01 1500 0000 03 deadbeef0002 02 01 06 1c 03 4d deadbeef0002 03 00 06 1c 00 00
		deadbeef0001 03 00 06 1c 00 00 01 2f1a52877a7805 0c 00 01 01 0000`
	want = Neighbours{Stations: []Heard{{MAC: two, BitLoading: 2 + 1.0/32}}, Networks: 1}
	if diff := cmp.Diff(&want, told(t, one, DiscoverList, odd).Neighbours); diff != "" {
		t.Errorf("neighbours (-want +got):\n%s", diff)
	}
	for class, level := range map[uint8]*float64{0: nil, 1: new(0.0), 2: new(-10.0), 3: new(-15.0), 14: new(-70.0), 15: new(-75.0), 16: nil, 255: nil} {
		if diff := cmp.Diff(level, signalLevel(class)); diff != "" {
			t.Errorf("level class %d (-want +got):\n%s", class, diff)
		}
	}
}

func TestMediaXtream(t *testing.T) {
	a := told(t, tri, XtreamDiscover, vector[XtreamDiscover])
	if a.HFID != "Simulated adapter 3" || a.Local == nil || *a.Local || !a.xtream {
		t.Errorf("discovery: name %q, local %v, speaks MediaXtream: %v", a.HFID, a.Local, a.xtream)
	}
	for where, want := range map[byte]bool{0: true, 1: true, 2: false, 3: false, 4: false} {
		if local, _, err := parseXtreamDiscover([]byte{1, where, 0}); local != want || err != nil {
			t.Errorf("interface %d: local %v, error %v", where, local, err)
		}
	}
	stats := []Station{{MAC: one, TX: 64, RX: 87}, {MAC: two, TX: 82, RX: 73}}
	if diff := cmp.Diff(stats, told(t, tri, XtreamStats, vector[XtreamStats]).rates); diff != "" {
		t.Errorf("rates (-want +got):\n%s", diff)
	}
	masked := strings.Replace(vector[XtreamStats], "4000 5700", "ffff 0108", 1)
	if s := told(t, tri, XtreamStats, masked).rates[0]; s.TX != 2047 || s.RX != 1 {
		t.Errorf("rates %d and %d, want 2047 and 1", s.TX, s.RX)
	}
	info := XtreamInfo{Chip: "BCM60500 B0", Firmware: "APOLLO 1.2.7", Uptime: 6}
	if diff := cmp.Diff(&info, told(t, tri, XtreamStation, vector[XtreamStation]).Xtream); diff != "" {
		t.Errorf("station (-want +got):\n%s", diff)
	}
	odd := strings.Replace(strings.Replace(vector[XtreamStation], "4e027f11", "01020304", 1), "07 02 01 06", "07 02 01 63", 1)
	if diff := cmp.Diff(&XtreamInfo{Firmware: "1.2.7", Uptime: 6}, told(t, tri, XtreamStation, odd).Xtream); diff != "" {
		t.Errorf("unknown station (-want +got):\n%s", diff)
	}
	if got := told(t, tri, XtreamText, more[XtreamText]).HFID; got != "Desk" {
		t.Errorf("name %q, want Desk", got)
	}
}

func TestBitLoading(t *testing.T) {
	for code, want := range map[uint8]float64{0x4d: 83, 0x00: 2.03125, 0xff: 63*8 + 4, 0x04: 32.5} {
		if got := bitLoading(code); math.Abs(got-want) > 1e-9 {
			t.Errorf("bit loading %#x is %v, want %v", code, got, want)
		}
	}
}

// TestCutDiscoverList refuses a list that was cut and padded.
func TestCutDiscoverList(t *testing.T) {
	entry := append([]byte{2}, one[:]...)
	entry = append(entry, make([]byte, 40)...)
	if n, err := parseDiscoverList(entry, tri); !errors.Is(err, errMalformed) {
		t.Errorf("neighbours %v, error %v", n, err)
	}
}

// TestMembership takes no network that an adapter hears and has not joined.
func TestMembership(t *testing.T) {
	member := func(role, status byte) []byte {
		entry := append([]byte{0, 1}, 0x52, 0xde, 0xad, 0xbe, 0xef, 0, 1, 6, 1, role)
		entry = append(entry, one[:]...)
		return append(entry, 0, 0, status)
	}
	for _, tt := range []struct {
		role, status byte
		want         int
	}{{2, 0, 1}, {3, 0, 1}, {4, 0, 1}, {0, 0, 0}, {1, 0, 0}, {2, 1, 0}, {2, 2, 0}} {
		networks, err := parseXtreamMember(member(tt.role, tt.status), tri)
		if err != nil || len(networks) != tt.want {
			t.Errorf("role %d, status %d: %d networks, %v; want %d", tt.role, tt.status, len(networks), err, tt.want)
		}
	}
}

// TestDropOld forgets what an adapter has told and tells no more.
func TestDropOld(t *testing.T) {
	o := Defaults()
	now := time.Now()
	a := &Adapter{Attributes: &AttributesInfo{}, LinkUp: new(true), Neighbours: &Neighbours{}, Stats: map[MAC]LinkStats{two: {}}}
	for _, m := range []Message{Attributes, PowerLineLink, DiscoverList, LinkStatistics} {
		a.learned[m] = now
	}
	a.dropOld(&o, now.Add(lasting*o.Details))
	if a.Attributes == nil || a.LinkUp == nil || a.Neighbours == nil || a.Stats == nil {
		t.Error("something was dropped before its time")
	}
	later := now.Add(lasting*o.Details + time.Second)
	a.dropOld(&o, later)
	if a.Attributes != nil || a.LinkUp != nil || a.Neighbours != nil || a.Stats != nil {
		t.Error("something is kept that is not told any more")
	}
	if a.unknown[LinkStatistics] != later.Add(relearn) {
		t.Error("the question is not rested")
	}
}
