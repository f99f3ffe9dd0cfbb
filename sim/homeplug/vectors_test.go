package homeplug_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"home_exporter/sim/homeplug"
)

// A vector is a frame and its answer, which programs that were not written here accept. Padding is left out.
type vector struct {
	request []byte
	from    homeplug.MAC // of the answer
	answer  string       // message
}

// padded is the whole answer.
func (v vector) padded() []byte {
	f := append(append(append([]byte{}, v.request[6:12]...), v.from[:]...), v.request[12:14]...)
	f = append(f, unhex(v.answer)...)
	return append(f, make([]byte, max(0, 60-len(f)))...)
}

const toneMapNibbles = 48

func TestKnownAnswers(t *testing.T) {
	pattern := strings.Repeat("00", toneMapNibbles) + "10" + strings.Repeat("11", toneMapNibbles) + "222222"
	vectors := map[string]vector{
		"VS_NW_INFO, MMV 0": {request(local, "00 38a0 00b052"), adapter1, `
			0039a000b052 01
			52deadbeef0001 06 01 02 deadbeef0001 01 02
			deadbeef0002 02 02000000ff02 8e 09
			deadbeef0003 03 02000000ff03 ff ff`},
		"VS_NW_INFO, MMV 1": {request(local, "01 38a0 0000 00b052"), adapter1, `
			0139a0 0000 00b052 00 00 5200 00 01
			52deadbeef0001 0000 06 01 00000000 02 deadbeef0001 01 000000 02 0000000000
			deadbeef0002 02 000000 02000000ff02 8e00 00 00 0900 0000
			deadbeef0003 03 000000 02000000ff03 2404 00 00 2c01 0000`},
		"VS_SW_VER": {request(local, "00 00a0 00b052"), adapter1, `
			0001a0 00b052 00 20 28
			4d41432d514341373432302d312e312e302e3834342d30322d32303132303931392d46494e414c 00` +
			strings.Repeat("00", 277-14-9-40) + "fcfc1c00" + strings.Repeat("00", 313-281)},
		"VS_LNK_STATS": {request(adapter1, "00 30a0 00b052 00 02 f8 deadbeef0002"), adapter1, `
			0031a000b052 00 02 f8 02
			114a0f0000000000 2627000000000000 ed03000000000000 a4e4980000000000 6d87010000000000
			26941e0000000000 db07000000000000 48c9310100000000 d90e030000000000 3ade2d0000000000 1b4a0f0000000000
			01 09 e803000000000000 0a00000000000000 2c01000000000000 1e00000000000000`},
		"VS_LNK_STATS, not a station": {request(adapter1, "00 30a0 00b052 00 02 f8 deadbeef0009"), adapter1, `
			0031a000b052 20 02 f8 00`},
		"VS_LNK_STATS, no such link": {request(adapter1, "00 30a0 00b052 00 02 77 deadbeef0002"), adapter1, `
			0031a000b052 10 02 77 00`},
		"VS_LNK_STATS, no such direction": {request(adapter1, "00 30a0 00b052 00 03 f8 deadbeef0002"), adapter1, `
			0031a000b052 02 03 f8 00`},
		"VS_OP_ATTRIBUTES": {request(adapter1, "00 68a0 00b052 78563412 00"), adapter1, `
			0069a000b052 0000 78563412 00 7200
			51434137343230000000000000000000 4d414300000000000000000000000000
			01000000 01000000 00000000 02000000 4c030000 3230313230393139 46494e414c00000000000000
			41 00 05 40000000 64000000 65000000 66000000 5a000000 5b000000 5c000000 03000000 00000000 07 01 00`},
		"VS_OP_ATTRIBUTES, another form": {request(adapter1, "00 68a0 00b052 78563412 01"), adapter1, `
			0069a000b052 0200 78563412 01 0000`},
		"VS_TONE_MAP_CHAR": {request(adapter1, "01 70a0 0000 00b052 00000000 deadbeef0002 00 00"), adapter1, `
			0171a0 0000 00b052 00 00 7c00
			00 00 deadbeef0002 00 00 02 00 c800 0000 c800 0000 00000000` + pattern},
		"VS_RX_TONE_MAP_CHAR": {request(adapter1, "01 90a0 0000 00b052 00000000 deadbeef0002 00 00"), adapter1, `
			0191a0 0000 00b052 00 00 7a00
			00 00 deadbeef0002 00 00 02 00 c800 00000000 02 00 11 00` + pattern},
		"VS_RX_TONE_MAP_CHAR, MMV 0": {request(adapter1, "00 90a0 00b052 deadbeef0002 00"), adapter1, `
			0091a000b052 00 00 02 c800` + pattern + strings.Repeat("00", 478) + "02 11"},
		"VS_TONE_MAP_CHAR, MMV 0": {request(adapter1, "00 70a0 00b052 deadbeef0002 00"), adapter1, `
			0071a000b052 00 00 02 c800` + pattern + strings.Repeat("00", 478)},
		"VS_RX_TONE_MAP_CHAR, not a station": {request(adapter1, "01 90a0 0000 00b052 00000000 deadbeef0009 00 00"), adapter1, `
			0191a0 0000 00b052 01 00 0000`},
		"VS_RX_TONE_MAP_CHAR, no such slot": {request(adapter1, "01 90a0 0000 00b052 00000000 deadbeef0002 02 00"), adapter1, `
			0191a0 0000 00b052 02 00 0000`},
		"VS_PL_LINK_STATUS": {request(local, "00 b8a0 00b052"), adapter1, `00b9a000b052 00 01`},
		"CM_NW_STATS, MMV 1": {request(adapter1, "01 4860 0000"), adapter1, `
			01 4960 0000 02 deadbeef0002 8e 09 deadbeef0003 ff ff`},
		"CM_NW_STATS, MMV 2": {request(adapter1, "02 4860 0000"), adapter1, `
			02 4960 0000 02 deadbeef0002 8e00 0900 deadbeef0003 2404 2c01`},
		"CM_NW_INFO": {request(adapter1, "01 3860 0000"), adapter1, `
			01 3960 0000 01 52deadbeef0001 06 01 02 deadbeef0001 00 00`},
		"CM_STA_CAP": {request(adapter1, "01 3460 0000"), adapter1, `
			01 3560 0000 01 deadbeef0001 00b052 00 00 01 01 01 00 00 a107 00 00 00 00 0201`},
		"CM_STA_IDENTIFY": {request(adapter1, "01 6060 0000"), adapter1, `
			01 6160 0000 00 00 00 01 01 10 00 01 01 01 00 00 4a00 a70d 01 00 00 00 0000`},
		"CC_DISCOVER_LIST": {request(adapter1, "01 1400 0000"), adapter1, `
			01 1500 0000 02 deadbeef0002 02 01 06 1c 03 4d deadbeef0003 03 01 06 1c 03 4d 00`},
		"CM_BRG_INFO":      {request(adapter1, "01 2060 0000"), adapter1, `01 2160 0000 01 01 01 02000000ff01`},
		"CM_HFID":          {request(adapter2, "01 4060 0000 00"), adapter2, `01 4160 0000 00 "Simulated adapter 2"` + strings.Repeat("00", 45)},
		"CM_MME_ERROR.IND": {request(adapter1, "01 0070 0000"), adapter1, `01 4660 0000 00 01 0070`},
		"CM_MME_ERROR.IND for another version": {request(adapter1, "02 3860 0000"), adapter1, `
			02 4660 0000 00 02 3860`},
	}
	_, c := meet(t, withMarker(house()))
	for name, v := range vectors {
		t.Run(name, func(t *testing.T) {
			c.t = t
			compare(t, others(c.ask(v.request)), [][]byte{v.padded()})
		})
	}
}

// TestKnownAnswersOfOldChips has the house with adapters that know MMV 0 only.
func TestKnownAnswersOfOldChips(t *testing.T) {
	o := house()
	o.Adapters[0].Chip = homeplug.NewINT6400()
	o.Adapters[0].Attributes.DRAM = 16
	o.Adapters[0].Attributes.Authorisation = 0
	_, c := meet(t, withMarker(o))
	vectors := map[string]vector{
		"VS_SW_VER": {request(adapter1, "00 00a0 00b052"), adapter1, `0001a0 00b052 00 03 2e
			494e54363030302d4d41432d342d342d343430352d30302d343439372d32303130313230312d46494e414c2d42 00` +
			strings.Repeat("00", 88-14-9-46)},
		"VS_OP_ATTRIBUTES": {request(adapter1, "00 68a0 00b052 78563412 00"), adapter1, `
			0069a000b052 0000 78563412 00 5000
			"INT6400" 000000000000000000 "MAC" 00000000000000000000000000
			04000000 04000000 35110000 00000000 91110000 "20101201FINAL-B" 0000000000
			41 00 05 10000000 00`},
		"CM_STA_IDENTIFY": {request(adapter1, "01 6060 0000"), adapter1, `01 6160 0000 00 00 00 01 00 00`},
		"CM_NW_STATS, MMV 2": {request(adapter1, "02 4860 0000"), adapter1, `
			02 4660 0000 00 02 4860`},
	}
	for name, v := range vectors {
		t.Run(name, func(t *testing.T) {
			c.t = t
			compare(t, others(c.ask(v.request)), [][]byte{v.padded()})
		})
	}
	for name, message := range map[string]string{
		"VS_NW_INFO, MMV 1":          "01 38a0 0000 00b052",
		"VS_RX_TONE_MAP_CHAR, MMV 1": "01 90a0 0000 00b052 00000000 deadbeef0002",
	} {
		if got := others(c.ask(request(adapter1, message))); len(got) != 0 {
			t.Errorf("%s: an old chip answers % x", name, got)
		}
	}
}

// TestSeveralNetworks has the vectors of NightTsarina/homeplug_exporter, qualcomm_test.go.
func TestSeveralNetworks(t *testing.T) {
	mac := func(b ...byte) homeplug.MAC { return homeplug.MAC{0x00, 0x0b, 0x3b, b[0], b[1], b[2]} }
	me := mac(0x5f, 0x28, 0x52)
	a, b, c, d := mac(0x5f, 0x28, 0x56), mac(0x5f, 0x28, 0x72), mac(0x72, 0x39, 0xb8), mac(0x72, 0x39, 0xc1)
	first := homeplug.Network{
		NID: homeplug.NID{0x2f, 0x1a, 0x52, 0x87, 0x7a, 0x78, 0x05}, SNID: 12, Coordinator: me,
		Members: []homeplug.Member{{MAC: me, TEI: 1, Role: homeplug.CCO}, {MAC: a, TEI: 3}, {MAC: b, TEI: 4}},
	}
	second := homeplug.Network{
		NID: homeplug.NID{0x3e, 0x1c, 0x72, 0x49, 0xd1, 0xa8, 0x15}, SNID: 15, Coordinator: mac(0x91, 0x3c, 0x7a), CoordinatorTEI: 1,
		Members: []homeplug.Member{{MAC: me, TEI: 2, Role: homeplug.CCO}, {MAC: c, TEI: 5}, {MAC: d, TEI: 6}},
	}
	o := homeplug.Options{Networks: []homeplug.Network{first, second}}
	o.Adapters = []homeplug.Adapter{{MAC: me, Local: true, Chip: homeplug.NewINT6400()}}
	for peer, rates := range map[homeplug.MAC][2]uint16{a: {0x12, 0x19}, b: {0x0c, 0x10}, c: {0x0e, 0x13}, d: {0x11, 0x17}} {
		o.Links = append(o.Links, homeplug.Link{From: me, To: peer, Rate: rates[0]}, homeplug.Link{From: peer, To: me, Rate: rates[1]})
	}
	sim, cl := meet(t, withMarker(o))

	one := `2f1a52877a7805 0c 01 02 000b3b5f2852 01 02
		000b3b5f2856 03 ffffffffffff 12 19   000b3b5f2872 04 ffffffffffff 0c 10`
	two := `3e1c7249d1a815 0f 02 02 000b3b913c7a 01 02
		000b3b7239b8 05 ffffffffffff 0e 13   000b3b7239c1 06 ffffffffffff 11 17`
	ask := request(local, "00 38a0 00b052")
	compare(t, others(cl.ask(ask)), [][]byte{vector{ask, me, "0039a000b052 02" + one + two}.padded()})

	if err := sim.SetNetworks([]homeplug.Network{first}); err != nil {
		t.Fatal(err)
	}
	compare(t, others(cl.ask(ask)), [][]byte{vector{ask, me, "0039a000b052 01" + one}.padded()})

	if err := sim.SetHabits(me, homeplug.Habits{Isolated: true}); err != nil {
		t.Fatal(err)
	}
	compare(t, others(cl.ask(ask)), [][]byte{vector{ask, me, "0039a000b052 00"}.padded()})
}

func TestKnownAnswersOfBroadcom(t *testing.T) {
	o := house()
	o.Adapters[2].Chip = homeplug.NewBCM60500()
	o.Adapters[2].Uptime = 6 * time.Second
	o.Adapters[2].UserText = "attic"
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o.Now = func() time.Time { return now }
	rates := map[[2]homeplug.MAC]uint16{{adapter3, adapter1}: 64, {adapter1, adapter3}: 87, {adapter3, adapter2}: 82, {adapter2, adapter3}: 73}
	for i, l := range o.Links {
		if rate, ok := rates[[2]homeplug.MAC{l.From, l.To}]; ok {
			o.Links[i].Rate = rate
		}
	}
	media := func(to homeplug.MAC, message string) []byte { return frameOf(to, 0x8912, message) }
	vectors := map[string]vector{
		"discover": {media(everyone, "01 70a0 0000 001f84 01 a397a25553bef1fcf9796b521413e9e2"), adapter3, `
			02 71a0 0000 001f84 01 02 13 "Simulated adapter 3"`},
		"rates": {media(adapter3, "02 2ca0 0000 001f84 02 00 b0f2e695666b03"), adapter3, `
			02 2da0 0000 001f84 02 02 deadbeef0001 4000 5700 deadbeef0002 5200 4900`},
		"members": {media(adapter3, "02 28a0 0000 001f84 07"), adapter3, `
			02 29a0 0000 001f84 07 01 52deadbeef0001 06 03 02 deadbeef0001 00 00 00 000000000000`},
		"station": {media(adapter3, "02 4ca0 0000 001f84 02"), adapter3, `
			02 4da0 0000 001f84 02 4e027f11 01000000 02000000 42100000 03000000 04000000 00
			06000000 08 "SIM BOOT" 07 02 01 06 00000000 1540ef00 01 01`},
		"user text": {media(adapter3, "02 5ca0 0000 001f84 02 25"), adapter3, `
			02 5da0 0000 001f84 02 014000 "attic"` + strings.Repeat("00", 59)},
		"maker text": {media(adapter3, "02 5ca0 0000 001f84 02 1b"), adapter3, `
			02 5da0 0000 001f84 02 014000 "Simulated adapter 3"` + strings.Repeat("00", 45)},
		"role of the later specification": {request(adapter3, "01 3860 0000"), adapter3, `
			01 3960 0000 01 52deadbeef0001 06 03 02 deadbeef0001 00 00`},
		"maker of the chip": {request(adapter3, "01 3460 0000"), adapter3, `
			01 3560 0000 01 deadbeef0003 001f84 00 00 01 01 01 00 00 a107 00 00 00 00 0201`},
		"CM_NW_STATS, MMV 2": {request(adapter3, "02 4860 0000"), adapter3, `
			02 4960 0000 02 deadbeef0001 4000 5700 deadbeef0002 5200 4900`},
	}
	sim, c := meet(t, withMarker(o))
	for name, v := range vectors {
		t.Run(name, func(t *testing.T) {
			c.t = t
			compare(t, others(c.ask(v.request)), [][]byte{v.padded()})
		})
	}
	for name, silent := range map[string][]byte{
		"another discovery":  media(everyone, "01 70a0 0000 001f84 01 00"),
		"another maker":      media(adapter3, "02 4ca0 0000 00b052 02"),
		"an Atheros message": request(adapter3, "00 00a0 00b052"),
		"an Atheros chip":    media(adapter1, "02 4ca0 0000 001f84 02"),
		"the local address":  media(local, "02 4ca0 0000 001f84 02"),
	} {
		if got := others(c.ask(silent)); len(got) != 0 {
			t.Errorf("%s is answered: % x", name, got)
		}
	}
	if err := sim.SetChip(adapter3, homeplug.NewBCM60335()); err != nil {
		t.Fatal(err)
	}
	ask := request(adapter3, "02 4860 0000")
	compare(t, others(c.ask(ask)), [][]byte{vector{ask, adapter3, "02 4660 0000 00 02 4860"}.padded()})
}

// compare tells the first difference between frames.
func compare(t testing.TB, got, want [][]byte) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("answer %d is missing\nwant % x", i, want[i])
		case i >= len(want):
			t.Errorf("answer %d is too many\ngot % x", i, got[i])
		case !bytes.Equal(got[i], want[i]):
			t.Errorf("answer %d\ngot  % x\nwant % x", i, got[i], want[i])
		}
	}
}
