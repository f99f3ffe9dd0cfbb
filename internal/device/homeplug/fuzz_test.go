package homeplug

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/homeplug/hpav"
	"home_exporter/internal/metric"
)

// seeds are the entries of confirms that make sense.
var seeds = []struct {
	etherType, mmtype uint16
	mmv               byte
	entry             string
}{
	{av, 0xa000, 0, "00 20 28" + "4d41432d514341373432302d312e312e302e3834342d30322d32303132303931392d46494e414c00"},
	{av, 0xa000, 0, "00 03 28" + "494e54363030302d4d41432d342d342d343430352d30302d343439372d32303130313230312d46494e414c2d42 00"},
	{av, 0xa038, 0, "01 52deadbeef0001 06 01 02 deadbeef0001 01 02 deadbeef0002 02 02000000ff02 8e 09 deadbeef0003 03 02000000ff03 ff ff"},
	{av, 0xa038, 1, "00 00 5200 00 01 52deadbeef0001 0000 06 01 00000000 02 deadbeef0001 01 000000 02 0000000000 " +
		"deadbeef0002 02 000000 02000000ff02 8e00 00 00 0900 0000 deadbeef0003 03 000000 02000000ff03 2404 00 00 2c01 0000"},
	{av, 0xa030, 0, "00 02 f8 02 114a0f0000000000 2627000000000000 ed03000000000000 a4e4980000000000 6d87010000000000" +
		"26941e0000000000 db07000000000000 48c9310100000000 d90e030000000000 3ade2d0000000000 ffffffffffffffff"},
	{av, 0xa068, 0, "0000 68657870 00 7200 51434137343230000000000000000000 4d414300000000000000000000000000" +
		"01000000 01000000 00000000 02000000 4c030000 3230313230393139 46494e414c00000000000000" +
		"41 00 05 40000000 64000000 65000000 66000000 5a000000 5b000000 5c000000 03000000 00000000 07 01 00"},
	{av, 0xa0b8, 0, "00 01"},
	{av, 0xa070, 1, "00 00 1a00 00 00 deadbeef0002 00 00 02 00 0400 0000 0400 0000 00000000 2143"},
	{av, 0xa090, 1, "00 00 1800 00 00 deadbeef0002 00 00 02 00 0400 00000000 02 00 11 00 21f3"},
	{av, 0xa090, 0, "00 00 01 0400 21438865" + strings.Repeat("00", 574) + "02 11"},
	{av, 0x6034, 1, "01 deadbeef0001 00b052 00 00 01 01 01 00 00 a107 00 00 00 00 0201"},
	{av, 0x6034, 1, "01 deadbeef0001 001f84 00 00 01 01 01 00 00 a107 00 00 00 00 0201"},
	{av, 0x6038, 1, "02 52deadbeef0001 06 01 02 deadbeef0001 00 03 b0f2e695666b03 06 01 02 deadbeef0001 00 00"},
	{av, 0x6048, 1, "03 deadbeef0002 8e 09 deadbeef0003 ff ff deadbeef0002 01 01"},
	{av, 0x6048, 2, "02 deadbeef0002 8e00 0900 deadbeef0003 2404 2c01"},
	{av, 0x0014, 1, "03 deadbeef0002 02 01 06 1c 03 4d deadbeef0003 03 01 06 1c 0f ff deadbeef0002 02 01 06 1c 00 07 01 52deadbeef0009 06 00 00 00 0000"},
	{av, 0x6040, 1, "01 22 5c 0a 7d 20 31 ff fe c3 28 00"},
	{xtream, 0xa070, 1, "01 02 13 53696d756c61746564206164617074657220 33"},
	{xtream, 0xa02c, 2, "02 02 deadbeef0001 4000 5700 deadbeef0002 ff07 ffff"},
	{xtream, 0xa028, 2, "02 01 52deadbeef0001 16 03 03 deadbeef0003 00 01 00 deadbeef0001"},
	{xtream, 0xa04c, 2, "02 4e027f11 01000000 02000000 42100000 03000000 04000000 00 ffffffff 08 53494d20424f4f54 07 02 01 06 00000000 1540ef00 01 01"},
	{xtream, 0xa05c, 2, "02 01 40 00 4465736b00"},
}

// The EtherTypes, in short.
const (
	av     = hpav.EtherTypeAV
	xtream = hpav.EtherTypeMediaXtream
)

// FuzzPage takes whatever adapters may answer to a page: nothing panics or goes on for
// ever, and no sample is dropped as a duplicate or no number.
func FuzzPage(f *testing.F) {
	// All that a new chip knows, an old one, one of Broadcom, and one of a fourth maker.
	chips := map[string]func(etherType, mmtype uint16, entry string) bool{
		"new": func(etherType, _ uint16, entry string) bool { return etherType == av && entry[3:5] != "03" },
		"old": func(etherType, mmtype uint16, entry string) bool {
			return etherType == av && (mmtype != 0xa000 || entry[3:5] == "03")
		},
		"xtream": func(etherType, mmtype uint16, _ string) bool { return etherType == xtream || mmtype < 0xa000 },
		"other":  func(_, mmtype uint16, _ string) bool { return mmtype < 0xa000 },
	}
	for _, says := range chips {
		var once, twice []byte
		for _, seed := range seeds {
			if entry, err := hex.DecodeString(strings.ReplaceAll(seed.entry, " ", "")); err != nil {
				f.Fatal(err)
			} else if says(seed.etherType, seed.mmtype, seed.entry) {
				once = append(once, line(seed.etherType, seed.mmtype, seed.mmv, anEntry, entry)...)
				twice = append(twice, line(seed.etherType, seed.mmtype, seed.mmv, 2<<4+anEntryTwice, entry)...)
			}
		}
		f.Add(once)
		f.Add(slices.Concat(once, twice))
		// What else may come: too short, an error of the adapter, a fragment.
		const merged = "\x00\x00\x62\x00\x00\x02" + // one network twice
			"\x52\xde\xad\xbe\xef\x00\x01\x00\x00\x06\x01\x00\x00\x00\x00\x02\xde\xad\xbe\xef\x00\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
			"\x52\xde\xad\xbe\xef\x00\x01\x00\x00\x06\x01\x00\x00\x00\x00\x07\xde\xad\xbe\xef\x00\x09\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		f.Add(slices.Concat(once, line(av, 0xa038, 1, anEntry, []byte(merged))))
		f.Add(slices.Concat(line(av, 0xa000, 0, aFrame, []byte{1, 2, 3}), once))
		f.Add(slices.Concat(line(av, 0x6040, 1, aBareConfirm, []byte{1, 0x46, 0x60, 0, 0, 0, 1, 0x40, 0x60}), once))
		f.Add(slices.Concat(once, line(av, 0xa038, 1, aBareConfirm, []byte{1, 0x39, 0xa0, 0x10, 1, 0, 0xb0, 0x52, 0, 0})))
	}
	f.Fuzz(func(t *testing.T, answers []byte) {
		synctest.Test(t, func(t *testing.T) { surveyTwice(t, answers) })
	})
}

// surveyTwice polls twice with one client.
func surveyTwice(t *testing.T, answers script) {
	s := &segment{settings: &settings{client: hpav.Defaults()}}
	o := s.settings.client
	o.ToneMaps = 5 * time.Minute
	client := hpav.New(o)
	var shapes metric.Shapes
	for range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), pace.Timeout)
		adapters, err := client.Survey(ctx, newWire(answers), hpav.MAC{0x02, 0, 0, 0, 0xaa, 0x01})
		cancel()
		r := Reading{Adapters: adapters, Counts: client.Counts()}
		var b metric.Batch
		r.add(&b)
		if snapshot, dropped := shapes.Freeze(&b, nil); dropped > 0 {
			t.Errorf("%d of %d samples were dropped", dropped, snapshot.Len()+dropped)
		}
		if err := explain(err, s); err != nil && device.ReasonOf(err) != device.NoAnswer && device.ReasonOf(err) != device.Timeout {
			t.Errorf("%v has the reason %q", err, device.ReasonOf(err))
		}
		time.Sleep(5 * time.Minute) // in the bubble: all is asked anew
	}
}
