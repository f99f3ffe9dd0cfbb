package homeplug_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"home_exporter/sim/homeplug"
)

func TestNeighbours(t *testing.T) {
	o := house()
	o.Adapters[0].Neighbours = []homeplug.Neighbour{
		{NID: homeplug.NIDHomePlugAV, SNID: 9, Stations: []homeplug.MAC{station(0x41)}}, {NID: homeplug.NID{7}, SNID: 2, Kind: 1},
	}
	o.Networks[0].Members[1].Role, o.Networks[0].Backup = homeplug.PCO, adapter3
	_, c := meet(t, withMarker(o))
	ask := request(adapter1, "01 1400 0000")
	compare(t, others(c.ask(ask)), [][]byte{vector{ask, adapter1, `01 1500 0000 03
		deadbeef0002 02 01 06 5c 03 4d deadbeef0003 03 01 06 9c 03 4d deadbeef0041 01 00 09 1c 00 00
		02 b0f2e695666b03 09 00 01 01 0000 07000000000000 12 00 01 01 0000`}.padded()})
	ask = request(adapter2, "01 1400 0000")
	got := others(c.ask(ask))
	if want := fmt.Sprintf("%x", unhex("deadbeef0001 01 01 06 3c")); len(got) != 1 || !strings.Contains(fmt.Sprintf("%x", got[0]), want) {
		t.Errorf("adapter 2 says % x, want the coordinator with %s", got, want)
	}
	ask = request(adapter1, "01 3860 0000")
	compare(t, others(c.ask(ask)), [][]byte{vector{ask, adapter1, "01 3960 0000 01 52deadbeef0001 06 01 02 deadbeef0001 00 02"}.padded()})
}

// TestBitLoading decodes what the simulator makes of a rate with the formula of the specification.
func TestBitLoading(t *testing.T) {
	sim, _ := meet(t, house())
	for _, rate := range []uint16{3, 9, 33, 83, 142, 300, 500} {
		if err := sim.SetLink(homeplug.Link{From: adapter2, To: adapter1, Rate: rate}); err != nil {
			t.Fatal(err)
		}
		code := sim.State().Adapter(adapter1).Station(adapter2).BitLoading
		m, e := float64(code>>3), int(code&7)
		got := (m+32)*math.Ldexp(1, e-4) + math.Ldexp(1, e-5)
		if math.Abs(got-float64(rate)) > float64(rate)/32 {
			t.Errorf("rate %d is told as %#x, which is %v", rate, code, got)
		}
	}
	for rate, want := range map[uint16]byte{0: 0, 1: 0, 2000: 0xff, 83: 0x4d} {
		if err := sim.SetLink(homeplug.Link{From: adapter2, To: adapter1, Rate: rate}); err != nil {
			t.Fatal(err)
		}
		if got := sim.State().Adapter(adapter1).Station(adapter2).BitLoading; got != want {
			t.Errorf("rate %d is told as %#x, want %#x", rate, got, want)
		}
	}
}

func TestSmallMessages(t *testing.T) {
	o := house()
	o.Adapters[0].Bridged, o.Adapters[0].UserText = nil, "study"
	for i := range o.Links {
		o.Links[i].ToneMap = homeplug.ToneMap{}
	}
	o.Links[2].ToneMap = homeplug.ToneMap{Slots: [][]byte{{1, 2, 3}}, Active: 2}
	sim, c := meet(t, withMarker(o))
	zero64 := strings.Repeat("00", 64)
	tests := map[string]vector{
		"nobody behind it":   {request(adapter1, "01 2060 0000"), adapter1, "01 2160 0000 00"},
		"user text":          {request(adapter1, "01 4060 0000 01"), adapter1, `01 4160 0000 01 "study"` + zero64[:2*59]},
		"no network text":    {request(adapter1, "01 4060 0000 02"), adapter1, "01 4160 0000 02" + zero64},
		"no such text":       {request(adapter1, "01 4060 0000 07"), adapter1, "01 4660 0000 00 01 4060"},
		"no tone map":        {request(adapter1, "01 90a0 0000 00b052 00000000 deadbeef0002 00 00"), adapter1, "0191a0 0000 00b052 00 00 1600 0000 deadbeef0002"},
		"odd carriers":       {request(adapter1, "01 70a0 0000 00b052 00000000 deadbeef0003 00 01"), adapter1, "0171a0 0000 00b052 00 00 1a00 0000 deadbeef0003 00 01 01 00 0200 0000 0300 000000000000 2103"},
		"no such coupling":   {request(adapter1, "01 70a0 0000 00b052 00000000 deadbeef0003 00 02"), adapter1, "0171a0 0000 00b052 01 00 0000"},
		"old, not a station": {request(adapter1, "00 90a0 00b052 deadbeef0009 00"), adapter1, "0091a0 00b052 01"},
	}
	for name, v := range tests {
		t.Run(name, func(t *testing.T) {
			c.t = t
			compare(t, others(c.ask(v.request)), [][]byte{v.padded()})
		})
	}
	if err := sim.SetNetworks(nil); err != nil {
		t.Fatal(err)
	}
	ask := request(adapter1, "00 b8a0 00b052")
	compare(t, others(c.ask(ask)), [][]byte{vector{ask, adapter1, "00b9a0 00b052 00 00"}.padded()})
	if err := sim.SetNetworks([]homeplug.Network{{}}); err == nil {
		t.Error("took a network without a coordinator")
	}
}

// TestManyStations has more than one frame takes.
func TestManyStations(t *testing.T) {
	o := house()
	o.Links = nil
	for n := range 117 {
		o.Networks[0].Members = append(o.Networks[0].Members, homeplug.Member{MAC: station(byte(100 + n)), TEI: byte(10 + n)})
	}
	_, c := meet(t, withMarker(o))
	old := others(c.ask(askOld))
	if len(old) != 1 || len(old[0]) != 14+7+18+98*15 || old[0][38] != 98 {
		t.Errorf("in MMV 0 %d frames of %d bytes, want one with 98 stations", len(old), len(old[0]))
	}
	frames := others(c.ask(askNew))
	total := 0
	for i, f := range frames {
		total += len(f) - 14 - 5
		if len(f) > 1514 || f[17] != byte(len(frames)-1)<<4|byte(i) {
			t.Errorf("fragment %d: %d bytes, FMI %x", i, len(f), f[17])
		}
	}
	if want := 9 + 32 + 119*24; len(frames) != 2 || total != want {
		t.Errorf("in MMV 1 %d frames with %d bytes, want 2 with %d", len(frames), total, want)
	}
}

func TestAddressesAsText(t *testing.T) {
	if got, want := adapter2.String(), "de:ad:be:ef:00:02"; got != want {
		t.Errorf("MAC %s, want %s", got, want)
	}
	if got, want := homeplug.NIDHomePlugAV0123.String(), "02:6b:cb:a5:35:4e:08"; got != want {
		t.Errorf("NID %s, want %s", got, want)
	}
	v := homeplug.Violation{Request: homeplug.Request{EtherType: 0x88e1, Type: 0xa01c, Source: host, Destination: local}, Name: "VS_RS_DEV"}
	if got, want := v.String(), "VS_RS_DEV (0x88e1 0xa01c, MMV 0) from 02:00:00:00:aa:01 to 00:b0:52:00:00:01"; got != want {
		t.Errorf("violation %q, want %q", got, want)
	}
}
