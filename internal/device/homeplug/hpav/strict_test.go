package hpav

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFramesThatAreRefused(t *testing.T) {
	good := hexes(t, vector[NetworkInfo0])
	with := func(at int, b ...byte) []byte {
		frame := bytes.Clone(good)
		copy(frame[at:], b)
		return frame
	}
	tests := map[string]struct {
		frame []byte
		isBad bool // the frame itself; else only nobody's confirm
	}{
		"nothing":              {nil, true},
		"no payload":           {good[:14], true},
		"one byte":             {good[:15], true},
		"two bytes":            {good[:16], true},
		"header only":          {good[:17], false},
		"five bytes":           {good[:19], false},
		"MMV 1, no fragments":  {with(14, 1)[:18], true},
		"MMV 1, header only":   {with(14, 1)[:19], false},
		"too long":             {padded(good, 1519), true},
		"HomePlug 1.0":         {with(12, 0x88, 0x7b), true},
		"of IEEE 1905":         {with(12, 0x89, 0x3a), true},
		"EtherType swapped":    {with(12, 0xe1, 0x88), true},
		"MediaXtream":          {with(12, 0x89, 0x12), false},
		"source zero":          {with(6, 0, 0, 0, 0, 0, 0), true},
		"source broadcast":     {with(6, Broadcast[:]...), true},
		"source multicast":     {with(6, 0x01, 0x80, 0xc2, 0, 0, 1), true},
		"MMV 2":                {with(14, 2), false},
		"MMV 255":              {with(14, 255, 0x39, 0xa0, 0, 0), false},
		"fragment out of many": {with(14, 1, 0x39, 0xa0, 0x12, 0), true},
		"request":              {with(15, 0x38), false},
		"indication":           {with(15, 0x3a), false},
		"response":             {with(15, 0x3b), false},
		"MMTYPE swapped":       {with(15, 0xa0, 0x39), false},
		"OUI of Gigle":         {with(17, 0x00, 0x1f, 0x84), false},
		"OUI of ST":            {with(17, 0x00, 0x80, 0xe1), false},
		"OUI cut":              {good[:19], false},
	}
	for name, test := range tests {
		fr, err := parseFrame(test.frame)
		if got := err != nil; got != test.isBad || got && !errors.Is(err, errMalformed) {
			t.Errorf("%s: error %v, want one: %v", name, err, test.isBad)
			continue
		}
		if test.isBad {
			continue
		}
		if m, _, ok := messageOf(&fr); ok {
			t.Errorf("%s: passes for %s", name, m)
		}
	}
}

// A message that is cut anywhere is refused as a whole, padded or not, unless what is
// lost is a count of zero.
func TestCutMessages(t *testing.T) {
	for _, m := range []Message{NetworkInfo0, NetworkInfo1} {
		whole := confirmed(t, m, vector[m])
		for n := range len(whole) {
			for _, entry := range [][]byte{slices.Clone(whole[:n]), padded(slices.Clone(whole[:n]), 46)} {
				a := &Adapter{MAC: one}
				err := a.learn(&question{message: m}, entry)
				switch {
				case err != nil && a.Networks != nil:
					t.Errorf("%s of %d bytes: networks beside the error", m, n)
				case err == nil && len(a.Networks) > 0:
					checkCut(t, m, n, len(entry), a.Networks)
				}
			}
		}
	}
}

// checkCut checks what a message became that lost its end behind byte n and was padded:
// zeros cannot be told where they may stand.
func checkCut(t *testing.T, m Message, n, length int, networks []Network) {
	t.Helper()
	if n == length {
		t.Errorf("%s cut behind byte %d passes: %v", m, n, networks)
	}
	for _, network := range networks {
		if network.NID != home || network.CCo != one || network.CCoTEI != 1 {
			t.Errorf("%s cut behind byte %d: network %v", m, n, network)
		}
		for _, s := range network.Stations {
			if s.MAC != two && s.MAC != tri {
				t.Errorf("%s cut behind byte %d: station %v", m, n, s)
			}
		}
	}
}

func TestNetworksThatCannotBe(t *testing.T) {
	for _, test := range []struct {
		message Message
		name    string
		at, n   int
	}{
		{NetworkInfo0, "NID", 1, 7}, {NetworkInfo0, "coordinator", 11, 6},
		{NetworkInfo1, "NID", 6, 7}, {NetworkInfo1, "coordinator", 22, 6},
		{StandardNetworks, "NID", 1, 7}, {StandardNetworks, "coordinator", 11, 6},
		{XtreamMember, "NID", 2, 7}, {XtreamMember, "coordinator", 12, 6},
	} {
		text := vector[test.message] + more[test.message]
		entry := confirmed(t, test.message, text)
		clear(entry[test.at : test.at+test.n])
		a := &Adapter{MAC: one}
		if err := a.learn(&question{message: test.message}, entry); !errors.Is(err, errMalformed) || a.Networks != nil {
			t.Errorf("%s without %s: networks %v, error %v", test.message, test.name, a.Networks, err)
		}
	}
}

func TestStationsThatCannotBe(t *testing.T) {
	for name, mac := range map[string]MAC{"zero": {}, "broadcast": Broadcast, "multicast": {0x01, 0, 0x5e, 0, 0, 1}, "self": one} {
		for m, at := range map[Message]int{NetworkInfo0: 1 + 18, NetworkInfo1: 6 + 32} {
			entry := confirmed(t, m, vector[m])
			copy(entry[at:], mac[:])
			a := &Adapter{MAC: one}
			if err := a.learn(&question{message: m}, entry); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]MAC{tri}, a.Peers()); diff != "" {
				t.Errorf("%s, station %s (-want +got):\n%s", m, name, diff)
			}
		}
	}
}

// A record of zeros is left out, unless it is the last: then the rest was cut.
func TestRecordOfZeros(t *testing.T) {
	for m, layout := range map[Message]struct{ begin, size int }{NetworkInfo0: {1 + 18, 15}, NetworkInfo1: {6 + 32, 24}} {
		for nth, want := range [][]MAC{{tri}, nil} {
			entry := confirmed(t, m, vector[m])
			clear(entry[layout.begin+nth*layout.size:][:layout.size])
			a := &Adapter{MAC: one}
			err := a.learn(&question{message: m}, entry)
			if diff := cmp.Diff(want, a.Peers()); diff != "" || errors.Is(err, errMalformed) != (want == nil) {
				t.Errorf("%s, record %d: error %v, stations (-want +got):\n%s", m, nth, err, diff)
			}
		}
	}
}

func TestRepeatedRecords(t *testing.T) {
	t.Run("station", func(t *testing.T) {
		entry := confirmed(t, NetworkInfo0, vector[NetworkInfo0])
		copy(entry[1+18+15:], two[:]) // the third adapter's record becomes one of the second
		networks, err := parseNetworks0(entry, one)
		want := []Station{{MAC: two, TEI: 3, Bridged: behind(3), TX: 255, RX: 255, Saturated: true}}
		if diff := cmp.Diff(want, networks[0].Stations); diff != "" || err != nil {
			t.Errorf("error %v, stations (-want +got):\n%s", err, diff)
		}
	})
	t.Run("network", func(t *testing.T) {
		again := "2f1a52877a7805 0c 01 02 000b3b5f2852 01 02" +
			"000b3b5f2856 03 ffffffffffff 20 21   000b3b7239b8 05 ffffffffffff 0e 13"
		a := &Adapter{MAC: far}
		err := a.learn(&question{message: NetworkInfo0}, confirmed(t, NetworkInfo0, fromFar+"02"+firstNetwork+again))
		want := first
		want.Stations = []Station{first.Stations[0], first.Stations[1], second.Stations[0]}
		want.Stations[0].TX, want.Stations[0].RX = 32, 33
		if diff := cmp.Diff([]Network{want}, a.Networks); diff != "" || err != nil {
			t.Errorf("error %v, networks (-want +got):\n%s", err, diff)
		}
	})
}

// What the length says counts where it is less than what came, which is padding.
func TestDataLength(t *testing.T) {
	tests := map[string]struct {
		length  uint16
		isValid bool
	}{
		"exact": {0x52, true}, "zero": {0, true}, "more than there is": {0x400, true},
		"less": {0x51, false}, "one network without its stations": {2 + 32, false},
	}
	for name, test := range tests {
		entry := padded(confirmed(t, NetworkInfo1, vector[NetworkInfo1]), 200)
		binary.LittleEndian.PutUint16(entry[2:], test.length)
		networks, err := parseNetworks1(entry, one)
		if (err == nil) != test.isValid {
			t.Errorf("%s: networks %v, error %v", name, networks, err)
		}
	}
}

// A count that the frame cannot hold is refused without reserving room for it.
func TestCountsThatCannotBe(t *testing.T) {
	for m, at := range map[Message]int{
		NetworkInfo0: 1 + 17, NetworkInfo1: 6 + 26, StandardNetworks: 0, StandardStats1: 0, StandardStats2: 0,
		DiscoverList: 0, XtreamStats: 1, XtreamMember: 1,
	} {
		entry := padded(confirmed(t, m, vector[m]+more[m]), 46)
		entry[at] = 255
		a := &Adapter{MAC: one}
		if err := a.learn(&question{message: m}, entry); !errors.Is(err, errMalformed) {
			t.Errorf("%s with a count of 255: error %v", m, err)
		}
		if diff := cmp.Diff(&Adapter{MAC: one}, a, cmp.AllowUnexported(Adapter{})); diff != "" {
			t.Errorf("%s has told something (-want +got):\n%s", m, diff)
		}
	}
}
