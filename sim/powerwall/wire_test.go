package powerwall

import (
	"encoding/hex"
	"math"
	"testing"
)

func TestWire(t *testing.T) {
	raw := built(func(w *builder) {
		w.varint(1, -5).double(2, 21.5).fixed32(3, 7).text(4, "x").bool(5, true).varint(1, 9)
		w.message(6, func(in *builder) { in.wrapped(1, "").wrapped(2, "y") })
	})
	m, err := readMessage(raw)
	if err != nil {
		t.Fatal(err)
	}
	if m.number(1) != 9 || int64(m[0].n) != -5 || math.Float64frombits(m.number(2)) != 21.5 || m.number(3) != 7 ||
		string(m.bytes(4)) != "x" || m.number(5) != 1 || m.has(7) || !m.has(6) {
		t.Errorf("read %+v", m)
	}
	if inner := dig(t, raw, 6); inner.has(1) || string(dig(t, inner.bytes(2)).bytes(1)) != "y" {
		t.Errorf("inner %+v", inner)
	}
	for name, damaged := range map[string]string{
		"field 0": "0001", "no value": "08", "short fixed64": "0900", "short fixed32": "0d00", "short bytes": "0a05aa",
		"group": "0b", "endless number": "08ffffffffffffffffffff", "huge length": "0affffffffffffffff7f",
	} {
		if got, err := readMessage(unhex(t, damaged)); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzReadMessage(f *testing.F) {
	for _, seed := range []string{vectorVitals, vectorConfigRequest, vectorQueryReply} {
		raw, err := hex.DecodeString(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, from []byte) {
		m, err := readMessage(from)
		if err != nil {
			return
		}
		total := 0
		for _, one := range m {
			total += len(one.b)
		}
		if total > len(from) {
			t.Errorf("%d bytes out of %d", total, len(from))
		}
		readRoutable(from)
	})
}
