package hpav

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	far   = MAC{0x00, 0x0b, 0x3b, 0x5f, 0x28, 0x52} // answers in the vectors of two networks
	first = Network{
		NID: NID{0x2f, 0x1a, 0x52, 0x87, 0x7a, 0x78, 0x05}, SNID: 12, TEI: 1, Role: RoleCoordinator, CCo: far, CCoTEI: 1,
		Stations: []Station{
			{MAC: MAC{0x00, 0x0b, 0x3b, 0x5f, 0x28, 0x56}, TEI: 3, Bridged: Broadcast, TX: 18, RX: 25},
			{MAC: MAC{0x00, 0x0b, 0x3b, 0x5f, 0x28, 0x72}, TEI: 4, Bridged: Broadcast, TX: 12, RX: 16},
		},
	}
	second = Network{
		NID: NID{0x3e, 0x1c, 0x72, 0x49, 0xd1, 0xa8, 0x15}, SNID: 15, TEI: 2, Role: RoleCoordinator,
		CCo: MAC{0x00, 0x0b, 0x3b, 0x91, 0x3c, 0x7a}, CCoTEI: 1,
		Stations: []Station{
			{MAC: MAC{0x00, 0x0b, 0x3b, 0x72, 0x39, 0xb8}, TEI: 5, Bridged: Broadcast, TX: 14, RX: 19},
			{MAC: MAC{0x00, 0x0b, 0x3b, 0x72, 0x39, 0xc1}, TEI: 6, Bridged: Broadcast, TX: 17, RX: 23},
		},
	}
)

const (
	firstNetwork = `2f1a52877a7805 0c 01 02 000b3b5f2852 01 02
		000b3b5f2856 03 ffffffffffff 12 19   000b3b5f2872 04 ffffffffffff 0c 10`
	secondNetwork = `3e1c7249d1a815 0f 02 02 000b3b913c7a 01 02
		000b3b7239b8 05 ffffffffffff 0e 13   000b3b7239c1 06 ffffffffffff 11 17`
	fromFar = `02000000aa01000b3b5f285288e1 0039a000b052 `
)

// The house as adapter 1 tells it in either version.
func houseNetwork(tx, rx uint16, alternate *bool, saturated bool) Network {
	return Network{NID: home, SNID: 6, TEI: 1, Role: RoleCoordinator, CCo: one, CCoTEI: 1, Stations: []Station{
		{MAC: two, TEI: 2, Bridged: behind(2), TX: 142, RX: 9, TXAlternate: alternate, RXAlternate: alternate},
		{MAC: tri, TEI: 3, Bridged: behind(3), TX: tx, RX: rx, Saturated: saturated, TXAlternate: alternate, RXAlternate: alternate},
	}}
}

func TestNetworks(t *testing.T) {
	tests := map[string]struct {
		message Message
		frame   string
		self    MAC
		want    []Network
	}{
		"MMV 0":            {NetworkInfo0, vector[NetworkInfo0], one, []Network{houseNetwork(255, 255, nil, true)}},
		"MMV 1":            {NetworkInfo1, vector[NetworkInfo1], one, []Network{houseNetwork(1060, 300, new(false), false)}},
		"one network":      {NetworkInfo0, fromFar + "01" + firstNetwork, far, []Network{first}},
		"two networks":     {NetworkInfo0, fromFar + "02" + firstNetwork + secondNetwork, far, []Network{first, second}},
		"isolated":         {NetworkInfo0, fromFar + "00", far, []Network{}},
		"isolated, padded": {NetworkInfo0, fromFar + "00" + zeros(39), far, []Network{}},
		"isolated, MMV 1":  {NetworkInfo1, `02000000aa01deadbeef000188e1 0139a0 0000 00b052 00 00 0200 00 00`, one, []Network{}},
		"alone": {NetworkInfo0, fromFar + "01 2f1a52877a7805 0c 01 02 000b3b5f2852 01 00", far, []Network{{
			NID: first.NID, SNID: 12, TEI: 1, Role: RoleCoordinator, CCo: far, CCoTEI: 1,
		}}},
		"standard": {StandardNetworks, vector[StandardNetworks], one, []Network{{
			NID: home, SNID: 6, TEI: 1, Role: RoleCoordinator, CCo: one, CCoTEI: 1,
		}}},
		"standard, as a station": {StandardNetworks, vector[StandardNetworks], two, []Network{{
			NID: home, SNID: 6, TEI: 1, Role: RoleStation, CCo: one,
		}}},
		"xtream": {XtreamMember, more[XtreamMember], tri, []Network{
			{NID: home, SNID: 6, TEI: 3, Role: RoleCoordinator, CCo: tri, CCoTEI: 3},
			{NID: NID{0xb0, 0xf2, 0xe6, 0x95, 0x66, 0x6b, 0x03}, SNID: 7, TEI: 5, Role: RoleStation, CCo: one},
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := &Adapter{MAC: test.self}
			if err := a.learn(&question{message: test.message}, confirmed(t, test.message, test.frame)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, a.Networks); diff != "" {
				t.Errorf("networks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAlternateCoupling(t *testing.T) {
	for coupling, want := range map[byte][2]bool{0x00: {false, false}, 0x01: {true, false}, 0x10: {false, true}, 0x11: {true, true}} {
		entry := confirmed(t, NetworkInfo1, vector[NetworkInfo1])
		entry[6+32+18] = coupling
		networks, err := parseNetworks1(entry, one)
		if err != nil {
			t.Fatal(err)
		}
		s := networks[0].Stations
		if got := [2]bool{*s[0].TXAlternate, *s[0].RXAlternate}; got != want {
			t.Errorf("coupling %02x reads as %v, want %v", coupling, got, want)
		}
		if *s[1].TXAlternate || *s[1].RXAlternate {
			t.Errorf("coupling %02x of one station shows at another", coupling)
		}
	}
}

func TestRoles(t *testing.T) {
	want := map[uint8]Role{0: RoleStation, 1: RoleProxy, 2: RoleCoordinator}
	for code := range 256 {
		for m, at := range map[Message]int{NetworkInfo0: 1 + 9, NetworkInfo1: 6 + 15} {
			entry := confirmed(t, m, vector[m])
			entry[at] = byte(code)
			a := &Adapter{MAC: one}
			if err := a.learn(&question{message: m}, entry); err != nil {
				t.Fatal(err)
			}
			role, ok := want[uint8(code)]
			if !ok {
				role = RoleUnknown
			}
			if got := a.Networks[0].Role; got != role {
				t.Errorf("%s: role %d is %s, want %s", m, code, got, role)
			}
		}
	}
}

// Only a rate of 8 bits can hide a higher one.
func TestSaturation(t *testing.T) {
	for _, rate := range []byte{0, 254, 255} {
		for at, name := range map[int]string{1 + 18 + 13: "TX", 1 + 18 + 14: "RX"} {
			entry := confirmed(t, NetworkInfo0, vector[NetworkInfo0])
			entry[at] = rate
			networks, err := parseNetworks0(entry, one)
			if err != nil {
				t.Fatal(err)
			}
			if got := networks[0].Stations[0].Saturated; got != (rate == 255) {
				t.Errorf("%s rate %d: saturated %v", name, rate, got)
			}
		}
	}
	entry := confirmed(t, NetworkInfo1, vector[NetworkInfo1])
	entry[6+32+16], entry[6+32+17] = 255, 0
	if networks, err := parseNetworks1(entry, one); err != nil || networks[0].Stations[0].Saturated || networks[0].Stations[0].TX != 255 {
		t.Errorf("255 of 16 bits: %v, %v", networks, err)
	}
}

func TestDefaultKey(t *testing.T) {
	for text, want := range map[string]bool{"b0f2e695666b03": true, "026bcba5354e08": true, "52deadbeef0001": false, "b0f2e695666b04": false} {
		if got := NID(hexes(t, text)).DefaultKey(); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}
