package hpav

import (
	"bytes"
	"encoding/hex"
	"testing"
)

func TestRequests(t *testing.T) {
	tests := map[string]struct {
		message Message
		dst     MAC
		entry   []byte
		want    string
	}{
		"networks, MMV 0":  {NetworkInfo0, Local, nil, "00b05200000102000000aa0188e10038a000b052"},
		"networks, MMV 1":  {NetworkInfo1, Local, nil, "00b05200000102000000aa0188e10138a0000000b052"},
		"software version": {SoftwareVersion, Local, nil, "00b05200000102000000aa0188e10000a000b052"},
		"link statistics":  {LinkStatistics, one, linkStatsEntry(two), "deadbeef000102000000aa0188e10030a000b052 00 02 f8 deadbeef0002"},
		"attributes":       {Attributes, one, attributesEntry(cookie{0x78, 0x56, 0x34, 0x12}), "deadbeef000102000000aa0188e10068a000b052 78563412 00"},
		"own cookie":       {Attributes, one, unlinked(Attributes).entry, "deadbeef000102000000aa0188e10068a000b052 68657870 00"},
		"what it sends":    {TransmitToneMap1, one, toneMap1Entry(two, 0), "deadbeef000102000000aa0188e10170a0000000b052 00000000 deadbeef0002 00 00"},
		"what it receives": {ReceiveToneMap1, one, toneMap1Entry(two, 0), "deadbeef000102000000aa0188e10190a0000000b052 00000000 deadbeef0002 00 00"},
		"second slot":      {ReceiveToneMap1, one, toneMap1Entry(two, 1), "deadbeef000102000000aa0188e10190a0000000b052 00000000 deadbeef0002 01 00"},
		"old tone map":     {ReceiveToneMap0, one, toneMap0Entry(two, 3), "deadbeef000102000000aa0188e10090a000b052 deadbeef0002 03"},
		"link":             {PowerLineLink, one, nil, "deadbeef000102000000aa0188e100b8a000b052"},
		"rates, MMV 1":     {StandardStats1, one, nil, "deadbeef000102000000aa0188e10148600000"},
		"rates, MMV 2":     {StandardStats2, one, nil, "deadbeef000102000000aa0188e10248600000"},
		"other networks":   {StandardNetworks, one, nil, "deadbeef000102000000aa0188e10138600000"},
		"capability":       {StationCapability, Broadcast, nil, "ffffffffffff02000000aa0188e10134600000"},
		"who is heard":     {DiscoverList, one, nil, "deadbeef000102000000aa0188e10114000000"},
		"user's name":      {HumanID, one, nil, "deadbeef000102000000aa0188e1014060000001"},
		"xtream discovery": {XtreamDiscover, Broadcast, nil, "ffffffffffff02000000aa018912 01 70a0 0000 001f84 01 a397a25553bef1fcf9796b521413e9e2"},
		"xtream rates":     {XtreamStats, tri, nil, "deadbeef000302000000aa018912 02 2ca0 0000 001f84 02 00 b0f2e695666b03"},
		"xtream networks":  {XtreamMember, tri, nil, "deadbeef000302000000aa018912 02 28a0 0000 001f84 02"},
		"xtream station":   {XtreamStation, tri, nil, "deadbeef000302000000aa018912 02 4ca0 0000 001f84 02"},
		"xtream text":      {XtreamText, tri, nil, "deadbeef000302000000aa018912 02 5ca0 0000 001f84 02 25"},
	}
	covered := make(map[Message]bool)
	for name, test := range tests {
		covered[test.message] = true
		want := padded(hexes(t, test.want), 60)
		if got := test.message.frame(test.dst, host, test.entry); !bytes.Equal(got, want) {
			t.Errorf("%s:\n got %x\nwant %x", name, got, want)
		}
	}
	if len(covered) != int(MessageCount) {
		t.Errorf("%d of %d messages are compared", len(covered), MessageCount)
	}
}

func TestMessageNames(t *testing.T) {
	names := make(map[string]Message)
	for m := range MessageCount {
		if other, ok := names[m.String()]; ok || m.String() == "" {
			t.Errorf("messages %d and %d are both %q", other, m, m)
		}
		names[m.String()] = m
	}
	for _, m := range []Message{MessageCount, 255} {
		if m.String() != "unknown" {
			t.Errorf("message %d is called %q", m, m)
		}
	}
}

// What a message asks for is what its confirm is known by, and nothing else.
func TestConfirmsAreTold(t *testing.T) {
	for _, vectors := range []map[Message]string{vector, more} {
		for m, text := range vectors {
			whole := hexes(t, text)
			confirmed(t, m, text)
			fr, _ := parseFrame(whole)
			at := len(whole) - len(fr.rest)
			for _, i := range []int{12, 13, 14, 15, 16, at, at + 1, at + 2} {
				if i >= at && forms[m].maker == noOUI {
					continue // it has no OUI there
				}
				b := bytes.Clone(whole)
				b[i] ^= 0x40
				fr, err := parseFrame(b)
				if err != nil {
					continue
				}
				if got, _, ok := messageOf(&fr); ok {
					t.Errorf("%s with byte %d changed passes for %s: %s", m, i, got, hex.EncodeToString(b))
				}
			}
		}
	}
	if n := len(vector) + len(more); n != int(MessageCount) {
		t.Errorf("there are confirms of %d messages, of %d", n, MessageCount)
	}
}
