package hpav

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// told returns what an adapter is known as after its confirm.
func told(t *testing.T, mac MAC, m Message, frame string) *Adapter {
	t.Helper()
	a := &Adapter{MAC: mac}
	if err := a.learn(&question{message: m, peer: two}, confirmed(t, m, frame)); err != nil {
		t.Fatalf("%s: %v", m, err)
	}
	return a
}

func TestVersion(t *testing.T) {
	older := `02000000aa01deadbeef000188e1 0001a0 00b052 00 03 2e
		494e54363030302d4d41432d342d342d343430352d30302d343439372d32303130313230312d46494e414c2d42 00` + zeros(88-69)
	tests := map[string]struct {
		frame string
		want  Version
	}{
		"QCA7420":            {vector[SoftwareVersion], Version{0x20, "MAC-QCA7420-1.1.0.844-02-20120919-FINAL", "QCA7420"}},
		"INT6400, by class":  {older, Version{3, "INT6000-MAC-4-4-4405-00-4497-20101201-FINAL-B", "INT6400"}},
		"junk behind":        {version(0x22, "MAC-QCA7000-1.1.0.32-01-20130326-FINAL", 39, "ffffffffff"), Version{0x22, "MAC-QCA7000-1.1.0.32-01-20130326-FINAL", "QCA7000"}},
		"named by text":      {version(0x30, "MAC-QCA7550-2.8.0.30-01-20190705-CS", 36, ""), Version{0x30, "MAC-QCA7550-2.8.0.30-01-20190705-CS", "QCA7550"}},
		"named by strap":     {version(0x20, "FW", 3, zeros(254-3)+"1a1d000e"), Version{0x20, "FW", "QCA7451"}},
		"strap at 129":       {version(0x21, "FW", 3, zeros(129-3)+"bc581b00"), Version{0x21, "FW", "QCA6411"}},
		"strap at 65":        {version(0x22, "FW", 3, zeros(65-3)+"7c581b00"), Version{0x22, "FW", "QCA7005"}},
		"unknown strap":      {version(0x22, "FW", 3, zeros(65-3)+"7c581b01"), Version{0x22, "FW", "QCA7000"}},
		"boot loader":        {version(0x06, "BootLoader", 11, ""), Version{0x06, "BootLoader", ""}},
		"its strap":          {version(0x06, "BootLoader", 11, zeros(254-11)+"004c1d00"), Version{0x06, "BootLoader", "QCA7500"}},
		"unknown class":      {version(0x77, "FW", 3, ""), Version{0x77, "FW", ""}},
		"longer than it is":  {version(0x04, "FW", 255, "4142"), Version{0x04, "FW", "AR7400"}},
		"without its zero":   {version(0x04, "FW", 2, ""), Version{0x04, "FW", "AR7400"}},
		"no text":            {version(0x04, "", 0, ""), Version{0x04, "", "AR7400"}},
		"not to be printed":  {version(0x04, "F\x1b[31m\xff\xe2\x80\xaeW\n", 20, ""), Version{0x04, "F[31mW", "AR7400"}},
		"longer than a text": {version(0x04, strings.Repeat("A", 63)+"é", 66, ""), Version{0x04, strings.Repeat("A", 63), "AR7400"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(&test.want, told(t, one, SoftwareVersion, test.frame).Version); diff != "" {
				t.Errorf("version (-want +got):\n%s", diff)
			}
		})
	}
	for _, entry := range []string{"", "00", "0020", "002000", "01200141"} {
		if v, err := parseVersion(hexes(t, entry)); err == nil {
			t.Errorf("%q reads as %v", entry, v)
		}
	}
}

// version is a confirm with a text and its length, and what follows the text's zero.
func version(class byte, text string, length byte, behind string) string {
	return "02000000aa01deadbeef000188e1 0001a0 00b052 00" + hexOf(class, length) + hexOf([]byte(text)...) + "00" + behind
}

func hexOf(b ...byte) string {
	const digits = "0123456789abcdef"
	var out strings.Builder
	for _, c := range b {
		out.WriteByte(digits[c>>4])
		out.WriteByte(digits[c&15])
	}
	return out.String()
}

func TestLinkStatistics(t *testing.T) {
	var want LinkStats
	want.TX.Acked, want.TX.Collided, want.TX.Failed = 1002001, 10022, 1005
	want.TX.PBsPassed, want.TX.PBsFailed = 10020004, 100205
	want.RX.Acked, want.RX.Failed = 2004006, 2011
	want.RX.PBsPassed, want.RX.PBsFailed = 20040008, 200409
	want.RX.BitErrorsPassed, want.RX.BitErrorsFailed = 3006010, 1002011
	want.PeerTEI = 2
	a := told(t, one, LinkStatistics, vector[LinkStatistics])
	if diff := cmp.Diff(map[MAC]LinkStats{two: want}, a.Stats); diff != "" {
		t.Errorf("statistics (-want +got):\n%s", diff)
	}
	// A refusal, as for a peer that is not known, takes back what was told.
	q := &question{message: LinkStatistics, peer: two}
	if err := a.learn(q, hexes(t, "20 02 f8 00"+zeros(36))); err != nil || len(a.Stats) != 0 {
		t.Errorf("refused: error %v, statistics %v", err, a.Stats)
	}
	good := confirmed(t, LinkStatistics, vector[LinkStatistics])
	for _, n := range []int{0, 1, 3, 4, 91} {
		if err := a.learn(q, good[:n]); err == nil {
			t.Errorf("%d bytes are accepted", n)
		}
	}
	for at, b := range map[int]byte{1: 0, 2: 0xfc} {
		wrong := append([]byte{}, good...)
		wrong[at] = b
		if err := a.learn(q, wrong); err != errOther {
			t.Errorf("byte %d is %#x: error %v", at, b, err)
		}
	}
	// The answer for another peer, as its TEI tells.
	a.Networks = []Network{{Stations: []Station{{MAC: two, TEI: 7}}}}
	if err := a.learn(q, good); err != errOther || len(a.Stats) != 0 {
		t.Errorf("statistics of TEI 2 for TEI 7: error %v", err)
	}
	a.Networks = append(a.Networks, Network{Stations: []Station{{MAC: two, TEI: 2}}})
	if err := a.learn(q, good); err != nil {
		t.Errorf("statistics of a peer's second TEI: %v", err)
	}
}

func TestAttributes(t *testing.T) {
	older := strings.Replace(vector[Attributes], "7200", "5000", 1)
	older = older[:strings.LastIndex(older, "41 00 05")] + "41 00 05 10000000 00"
	pools := []Blocks{{"rx", 100, 90}, {"tx", 101, 91}, {"shared", 102, 92}}
	tests := map[string]struct {
		frame string
		want  AttributesInfo
	}{
		"newer":               {vector[Attributes], AttributesInfo{Mains: 50, ZeroCross: new(true), Blocks: pools}},
		"older":               {older, AttributesInfo{Mains: 50, ZeroCross: new(true)}},
		"60 Hz, missing":      {strings.Replace(older, "41 00 05", "41 00 0a", 1), AttributesInfo{Mains: 60, ZeroCross: new(false)}},
		"nothing is known":    {strings.Replace(older, "41 00 05", "41 00 00", 1), AttributesInfo{}},
		"more bits than used": {strings.Replace(older, "41 00 05", "41 00 ff", 1), AttributesInfo{}},
	}
	for name, test := range tests {
		got, ok, err := parseAttributes(confirmed(t, Attributes, test.frame), cookie{0x78, 0x56, 0x34, 0x12})
		if diff := cmp.Diff(test.want, got); diff != "" || !ok || err != nil {
			t.Errorf("%s: ok %v, error %v, attributes (-want +got):\n%s", name, ok, err, diff)
		}
	}
	if _, _, err := parseAttributes(confirmed(t, Attributes, vector[Attributes]), ours); err != errOther {
		t.Errorf("attributes for another program: %v", err)
	}
	for _, status := range []string{"0100", "0200"} {
		if _, ok, err := parseAttributes(hexes(t, status+"68657870 00 0000"), ours); ok || err != nil {
			t.Errorf("status %s: ok %v, error %v", status, ok, err)
		}
	}
	whole := confirmed(t, Attributes, vector[Attributes])
	for n := range len(whole) {
		isEnough := n >= 9+103 // up to the memory pools
		if _, _, err := parseAttributes(whole[:n], cookie{0x78, 0x56, 0x34, 0x12}); (err == nil) != isEnough {
			t.Errorf("%d bytes of %d: %v", n, len(whole), err)
		}
	}
}

func TestPowerLineLink(t *testing.T) {
	for entry, want := range map[string]*bool{"0001": new(true), "0000": new(false), "0101": nil} {
		a := &Adapter{}
		if err := a.learn(&question{message: PowerLineLink}, hexes(t, entry)); err != nil {
			t.Errorf("%s: %v", entry, err)
		}
		if diff := cmp.Diff(want, a.LinkUp); diff != "" {
			t.Errorf("%s (-want +got):\n%s", entry, diff)
		}
	}
}
