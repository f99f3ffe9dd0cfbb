package hpav

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"unicode"
	"unicode/utf8"
)

func seedFrames(f *testing.F) {
	for _, vectors := range []map[Message]string{vector, more} {
		for _, text := range vectors {
			f.Add(hexes(f, text))
		}
	}
	f.Add(hexes(f, fromFar+"02"+firstNetwork+secondNetwork))
	f.Add(hexes(f, "02000000aa01deadbeef000188e1 01 4660 0000 00 01 0070"))
	f.Add(hexes(f, "02000000aa01deadbeef000188e1 01 9160a0 1005 00b052"))
}

// FuzzFrame takes frames apart.
func FuzzFrame(f *testing.F) {
	seedFrames(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		fr, err := parseFrame(b)
		if err != nil {
			if !errors.Is(err, errMalformed) {
				t.Errorf("error %v", err)
			}
			return
		}
		if len(b) > maxFrame || !fr.src.IsStation() || fr.fragments < 1 || fr.fragments > 16 || fr.fragment >= fr.fragments ||
			fr.mmv == 0 && fr.fragments > 1 || !bytes.HasSuffix(b, fr.rest) || len(b)-len(fr.rest) > 19 {
			t.Errorf("%x is taken apart as %+v", b, fr)
		}
		if m, ok := unsupported(&fr); ok && (m >= MessageCount || forms[m].etherType != EtherTypeAV) {
			t.Errorf("message %d is not known", m)
		}
		m, entry, ok := messageOf(&fr)
		if !ok {
			return
		}
		if m >= MessageCount || !bytes.HasSuffix(fr.rest, entry) || fr.mmtype&3 != confirm || fr.mmv != forms[m].answerMMV {
			t.Errorf("message %s with the entry %x of %+v", m, entry, fr)
		}
	})
}

// FuzzConfirm reads the entry of each message's confirm.
func FuzzConfirm(f *testing.F) {
	for _, vectors := range []map[Message]string{vector, more} {
		for m, text := range vectors {
			f.Add(uint8(m), confirmed(f, m, text))
		}
	}
	f.Add(uint8(NetworkInfo0), hexes(f, "02"+firstNetwork+secondNetwork))
	f.Add(uint8(NetworkInfo0), hexes(f, "02"+firstNetwork+firstNetwork))
	f.Add(uint8(LinkStatistics), hexes(f, "20 02 f8 00"))
	f.Add(uint8(Attributes), hexes(f, "0000 68657870 00 0000"))
	f.Fuzz(func(t *testing.T, message uint8, entry []byte) {
		m := Message(message) % MessageCount
		a := &Adapter{MAC: one}
		err := a.learn(&question{message: m, peer: two}, entry)
		switch {
		case err != nil && !errors.Is(err, errMalformed) && err != errOther:
			t.Errorf("error %v", err)
		case err != nil && (a.Networks != nil || a.rates != nil || a.Version != nil || a.Neighbours != nil || len(a.Stats)+len(a.ToneMaps) > 0):
			t.Errorf("%s has told something beside the error %v", m, err)
		}
		checkAdapter(t, a, len(entry))
	})
}

// checkAdapter checks what an adapter can be that size bytes have told of.
func checkAdapter(t *testing.T, a *Adapter, size int) {
	t.Helper()
	checkNetworks(t, a, size)
	if len(a.rates) > size/8 {
		t.Errorf("%d rates in %d bytes", len(a.rates), size)
	}
	texts := []string{a.HFID}
	if a.Version != nil {
		texts = append(texts, a.Version.Firmware, a.Version.Chip)
	}
	if a.Xtream != nil {
		texts = append(texts, a.Xtream.Chip, a.Xtream.Firmware)
	}
	for _, text := range texts {
		if len(text) > maxText || !utf8.ValidString(text) || slices.ContainsFunc([]rune(text), func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("text %q", text)
		}
	}
	if n := a.Neighbours; n != nil {
		if len(n.Stations) > size/12 || n.Networks < 0 || n.Networks > 255 {
			t.Errorf("%d neighbours and %d networks in %d bytes", len(n.Stations), n.Networks, size)
		}
		seen := make(map[MAC]bool)
		for _, h := range n.Stations {
			if !h.MAC.IsStation() || h.MAC == a.MAC || seen[h.MAC] || h.BitLoading < 2 || h.BitLoading > 510 || h.Level != nil && (*h.Level > 0 || *h.Level < -75) {
				t.Errorf("neighbour %+v", h)
			}
			seen[h.MAC] = true
		}
	}
	if a.Attributes != nil && (a.Attributes.Mains != 0 && a.Attributes.Mains != 50 && a.Attributes.Mains != 60 || len(a.Attributes.Blocks) > 3) {
		t.Errorf("attributes %+v", a.Attributes)
	}
	for key, m := range a.ToneMaps {
		isWrong := func(c uint8) bool { return c > 8 && c != InvalidCarrier }
		if len(m.Carriers) > 2880 || len(m.Carriers) > 2*size || slices.ContainsFunc(m.Carriers, isWrong) || key.Peer != two {
			t.Errorf("tone map %v: %d carriers", key, len(m.Carriers))
		}
		if bits, snr, active := m.Means(); bits < 0 || bits > 12 || snr < 0 || snr > 36 || active > len(m.Carriers) {
			t.Errorf("%v bits, SNR %v over %d carriers", bits, snr, active)
		}
	}
}

func checkNetworks(t *testing.T, a *Adapter, size int) {
	t.Helper()
	nids, records := make(map[NID]bool), 0
	for _, n := range a.Networks {
		if n.NID == (NID{}) || n.CCo == (MAC{}) || nids[n.NID] || n.Role == "" || len(n.Stations) > 255*255 {
			t.Errorf("network %+v", n)
		}
		nids[n.NID] = true
		seen := make(map[MAC]bool)
		for _, s := range n.Stations {
			if !s.MAC.IsStation() || s.MAC == a.MAC || seen[s.MAC] {
				t.Errorf("station %+v", s)
			}
			if s.Saturated && s.TX != 255 && s.RX != 255 {
				t.Errorf("station %+v is said to be saturated", s)
			}
			seen[s.MAC] = true
		}
		records += 15 * len(n.Stations)
		records += 18
	}
	if len(a.Networks) > 255 || records > size {
		t.Errorf("%d networks and their stations take %d bytes of %d", len(a.Networks), records, size)
	}
}

// FuzzFragments adds parts in whatever order.
func FuzzFragments(f *testing.F) {
	f.Add([]byte{0x10, 1, 0x11, 1})
	f.Add([]byte{0x11, 1, 0x10, 2, 0x10, 1, 0x11, 2})
	f.Add([]byte{0xff, 7, 0xf0, 8, 0x20, 9, 0x30, 9, 0x10, 10, 0x10, 11})
	f.Fuzz(func(t *testing.T, steps []byte) {
		parts := make(fragments)
		for i := 0; i+1 < len(steps); i += 2 {
			fr := frame{fragments: steps[i]>>4 + 1, fragment: steps[i] & 15, sequence: steps[i+1]}
			if fr.fragment >= fr.fragments {
				continue
			}
			whole, done := parts.add(&fr, []byte{fr.fragment, fr.sequence})
			if len(parts) > maxAssemblies {
				t.Fatalf("%d answers are under way", len(parts))
			}
			if !done {
				continue
			}
			if len(whole) != 2*int(fr.fragments) {
				t.Fatalf("a whole of %d bytes from %d parts", len(whole), fr.fragments)
			}
			for at := range fr.fragments {
				if whole[2*at] != at || whole[2*at+1] != fr.sequence {
					t.Fatalf("the whole %x is not in order", whole)
				}
			}
		}
	})
}

// FuzzJudge gives frames to a survey that waits for something from each adapter.
func FuzzJudge(f *testing.F) {
	seedFrames(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		c := New(Defaults())
		c.adapters[two] = &Adapter{MAC: two}
		s := newSurvey(c, nil, host)
		for _, o := range s.opening {
			o.tries = 1
		}
		for m := range MessageCount {
			s.dialog(one).waiting = &question{message: m, peer: two}
			s.take(b)
			s.take(b) // once more: nobody waits, or somebody for another part
		}
		if len(c.adapters) > maxAdapters || len(c.adapters) != len(s.dialogs) || len(s.order) != len(s.dialogs) {
			t.Errorf("%d adapters, %d dialogs", len(c.adapters), len(s.dialogs))
		}
		if c.adapters[host] != nil || c.adapters[MAC{}] != nil {
			t.Error("the host is an adapter")
		}
		var n uint64
		for verdict, times := range c.counts.Received {
			if !slices.Contains(Verdicts(), verdict) {
				t.Errorf("verdict %q", verdict)
			}
			n += times
		}
		if n != 2*uint64(MessageCount) {
			t.Errorf("%d frames counted of %d", n, 2*MessageCount)
		}
		c.settle(s)
	})
}

// FuzzMAC reads addresses.
func FuzzMAC(f *testing.F) {
	for _, text := range []string{"00:b0:52:00:00:01", "00-B0-52-00-00-01", "00b0.5200.0001", "00B052000001", "", "02:00:5e:10:00:00:00:01", "00b05200000", "é0b052000001"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMAC(text)
		if err != nil {
			if m != (MAC{}) {
				t.Errorf("%q: %s beside the error %v", text, m, err)
			}
			return
		}
		if again, err := ParseMAC(m.String()); err != nil || again != m {
			t.Errorf("%q is %s, which reads as %s, %v", text, m, again, err)
		}
	})
}
