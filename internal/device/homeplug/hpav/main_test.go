package hpav

import (
	"encoding/hex"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hexes reads bytes that are written with blanks between them as one likes.
func hexes(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// padded returns b with zeros up to n bytes.
func padded(b []byte, n int) []byte { return append(b, make([]byte, max(0, n-len(b)))...) }

// The house of which the vectors tell: 1 is the coordinator and local.
var (
	host = MAC{0x02, 0, 0, 0, 0xaa, 0x01}
	one  = MAC{0xde, 0xad, 0xbe, 0xef, 0x00, 0x01}
	two  = MAC{0xde, 0xad, 0xbe, 0xef, 0x00, 0x02}
	tri  = MAC{0xde, 0xad, 0xbe, 0xef, 0x00, 0x03}
	home = NID{0x52, 0xde, 0xad, 0xbe, 0xef, 0x00, 0x01}
)

func behind(n byte) MAC { return MAC{0x02, 0, 0, 0, 0xff, n} }

// confirmed takes the frame of a confirm apart, which must be of message m.
func confirmed(t testing.TB, m Message, text string) []byte {
	t.Helper()
	fr, err := parseFrame(hexes(t, text))
	if err != nil {
		t.Fatal(err)
	}
	got, entry, ok := messageOf(&fr)
	if !ok || got != m {
		t.Fatalf("the frame is of message %s (%v), want %s", got, ok, m)
	}
	return entry
}

// vector is a confirm of each message that there is a known answer for, as a whole
// frame to the host from adapter 1.
var vector = map[Message]string{
	NetworkInfo0: `02000000aa01deadbeef000188e10039a000b05201
		52deadbeef0001 06 01 02 deadbeef0001 01 02
		deadbeef0002 02 02000000ff02 8e 09
		deadbeef0003 03 02000000ff03 ff ff`,
	NetworkInfo1: `02000000aa01deadbeef000188e1 0139a0 0000 00b052 00 00 5200 00 01
		52deadbeef0001 0000 06 01 00000000 02 deadbeef0001 01 000000 02 0000000000
		deadbeef0002 02 000000 02000000ff02 8e00 00 00 0900 0000
		deadbeef0003 03 000000 02000000ff03 2404 00 00 2c01 0000`,
	SoftwareVersion: `02000000aa01deadbeef000188e1 0001a0 00b052 00 20 28
		4d41432d514341373432302d312e312e302e3834342d30322d32303132303931392d46494e414c 00
		` + zeros(277-63) + "fcfc1c00" + zeros(313-281),
	LinkStatistics: `02000000aa01deadbeef000188e10031a000b052 00 02 f8 02
		114a0f0000000000 2627000000000000 ed03000000000000 a4e4980000000000 6d87010000000000
		26941e0000000000 db07000000000000 48c9310100000000 d90e030000000000 3ade2d0000000000 1b4a0f0000000000
		01 09 e803000000000000 0a00000000000000 2c01000000000000 1e00000000000000`,
	Attributes: `02000000aa01deadbeef000188e10069a000b052 0000 78563412 00 7200
		51434137343230000000000000000000 4d414300000000000000000000000000
		01000000 01000000 00000000 02000000 4c030000 3230313230393139 46494e414c00000000000000
		41 00 05 40000000 64000000 65000000 66000000 5a000000 5b000000 5c000000 03000000 00000000 07 01 00`,
	TransmitToneMap1: `02000000aa01deadbeef000188e10171a0000000b052 00 00 7c00
		00 00 deadbeef0002 00 00 02 00 c800 0000 c800 0000 00000000 ` + nibbles,
	ReceiveToneMap1: `02000000aa01deadbeef000188e10191a0000000b052 00 00 7a00
		00 00 deadbeef0002 00 00 02 00 c800 00000000 02 00 11 00 ` + nibbles,
	StandardStats1:    `02000000aa01deadbeef000188e1 01 4960 0000 02 deadbeef0002 8e 09 deadbeef0003 ff ff`,
	StandardStats2:    `02000000aa01deadbeef000188e1 02 4960 0000 02 deadbeef0002 8e00 0900 deadbeef0003 2404 2c01`,
	StandardNetworks:  `02000000aa01deadbeef000188e1 01 3960 0000 01 52deadbeef0001 06 01 02 deadbeef0001 00 00`,
	StationCapability: `02000000aa01deadbeef000188e1 01 3560 0000 01 deadbeef0001 00b052 00 00 01 01 01 00 00 a107 00 00 00 00 0201`,
	DiscoverList:      `02000000aa01deadbeef000188e1 01 1500 0000 02 deadbeef0002 02 01 06 1c 03 4d deadbeef0003 03 01 06 1c 03 4d 00`,
	XtreamDiscover:    `02000000aa01deadbeef00038912 02 71a0 0000 001f84 01 02 13 53696d756c61746564206164617074657220 33`,
	XtreamStats:       `02000000aa01deadbeef00038912 02 2da0 0000 001f84 02 02 deadbeef0001 4000 5700 deadbeef0002 5200 4900`,
	XtreamStation: `02000000aa01deadbeef00038912 02 4da0 0000 001f84 02 4e027f11 01000000 02000000 42100000 03000000 04000000 00
		06000000 08 53494d20424f4f54 07 02 01 06 00000000 1540ef00 01 01`,
}

// more is confirms whose layout is known though no vector was at hand.
var more = map[Message]string{
	ReceiveToneMap0: `02000000aa01deadbeef000188e1 00 91a0 00b052 00 00 01 0400 21438865` + zeros(574) + `02 11`,
	PowerLineLink:   `02000000aa01deadbeef000188e1 00 b9a0 00b052 00 01`,
	HumanID:         `02000000aa01deadbeef000188e1 01 4160 0000 01 4c6f66740041`,
	XtreamMember: `02000000aa01deadbeef00038912 02 29a0 0000 001f84 02 02
		52deadbeef0001 16 03 03 deadbeef0003 00 01 00
		b0f2e695666b03 07 05 02 deadbeef0001 00 01 00
		deadbeef0001 000000000000`,
	XtreamText: `02000000aa01deadbeef00038912 02 5da0 0000 001f84 02 01 40 00 4465736b00`,
}

func zeros(n int) string { return strings.Repeat("00", n) }

// nibbles is 200 carriers: 97 without traffic, 97 of modulation 1, 6 of modulation 2.
var nibbles = zeros(48) + "10" + strings.Repeat("11", 48) + "222222"
