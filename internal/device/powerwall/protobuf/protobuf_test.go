package protobuf

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// walk returns all fields, and the error that ended them.
func walk(b []byte) (all []Field, err error) {
	for f, bad := range Fields(b) {
		if bad != nil {
			return all, bad
		}
		all = append(all, f)
	}
	return all, nil
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// configRequest asks a gateway for its file config.json, and is what its own clients
// send.
const configRequest = `0a390801120218011a1e0a1c313233323130302d30302d452d2d5447303030303030
	3030475745587a110a0f0801120b636f6e6669672e6a736f6e12020801`

func TestWrite(t *testing.T) {
	file := Message{}.Data(1, Message{}.Number(1, 1).Data(2, []byte("config.json")))
	inner := Message{}.Number(1, 1).Data(2, Message{}.Number(3, 1)).
		Data(3, Message{}.Data(1, []byte("1232100-00-E--TG00000000GWEX"))).Data(15, file)
	got := Message{}.Data(1, inner).Data(2, Message{}.Number(1, 1))
	if d := cmp.Diff(unhex(t, configRequest), []byte(got)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestRoundTrip(t *testing.T) {
	m := Message{}.Number(1, 0).Number(2, 300).Number(3, math.MaxUint64).Fixed32(16, math.MaxUint32).
		Data(maxNumber, nil).Data(5, []byte("text")).Number(2, 301)
	m = binary.LittleEndian.AppendUint64(append(m, 6<<3|byte(Fixed64)), math.Float64bits(-21.5))
	want := []Field{
		{Number: 1}, {Number: 2, Value: 300}, {Number: 3, Value: math.MaxUint64}, {Number: 16, Wire: Fixed32, Value: math.MaxUint32},
		{Number: maxNumber, Wire: Bytes, Bytes: []byte{}}, {Number: 5, Wire: Bytes, Bytes: []byte("text")}, {Number: 2, Value: 301},
		{Number: 6, Wire: Fixed64, Value: math.Float64bits(-21.5)},
	}
	got, err := walk(m)
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("error %v, -want +got:\n%s", err, d)
	}
	if v := got[len(got)-1].Float(); v != -21.5 {
		t.Errorf("double %g, want -21.5", v)
	}
}

func TestMalformed(t *testing.T) {
	long := "ffffffffffffffffff" // nine bytes, all with more to come
	tests := map[string]struct {
		bytes  string
		before int // fields that are good
	}{
		"tag without value":       {"08", 0},
		"cut tag":                 {"80", 0},
		"field zero":              {"0001", 0},
		"field too great":         {"808080801001", 0},
		"tag beyond 64 bits":      {long + "0201", 0},
		"cut varint":              {"0880", 0},
		"varint of eleven bytes":  {"08" + long + "8001", 0},
		"varint beyond 64 bits":   {"08" + long + "02", 0},
		"cut fixed64":             {"0901020304050607", 0},
		"cut fixed32":             {"0d010203", 0},
		"cut bytes":               {"0a0261", 0},
		"bytes without length":    {"0a", 0},
		"endless bytes":           {"0a" + long + "01", 0},
		"bytes beyond 64 bits":    {"0a" + long + "02", 0},
		"start of a group":        {"0b0c", 0},
		"end of a group":          {"0c", 0},
		"wire type 6":             {"0e01", 0},
		"wire type 7":             {"0f01", 0},
		"after two good fields":   {"080112016108", 2},
		"after one, and then one": {"08010b0801", 1},
	}
	for name, tt := range tests {
		got, err := walk(unhex(t, tt.bytes))
		if !errors.Is(err, ErrMalformed) || len(got) != tt.before {
			t.Errorf("%s: %d fields, error %v; want %d, %v", name, len(got), err, tt.before, ErrMalformed)
		}
	}
}

// What is written longer than it needs to be is read.
func TestOverlong(t *testing.T) {
	for name, text := range map[string]string{"tag": "88808000" + "05", "value": "08" + "85808080808080808000", "length": "12" + "8100" + "61"} {
		got, err := walk(unhex(t, text))
		if err != nil || len(got) != 1 || got[0].Value != 5 && string(got[0].Bytes) != "a" {
			t.Errorf("%s: %v, error %v", name, got, err)
		}
	}
	got, err := walk(nil)
	if len(got) != 0 || err != nil {
		t.Errorf("nothing: %v, error %v", got, err)
	}
}

// A walk can be given up.
func TestBreak(t *testing.T) {
	n := 0
	for range Fields([]byte{8, 1, 8, 2, 0xff}) {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d fields, want 2", n)
	}
}

func TestText(t *testing.T) {
	for name, tt := range map[string]struct {
		field Field
		want  string
	}{
		"text":         {Field{Wire: Bytes, Bytes: Message{}.Data(1, []byte("a"))}, "a"},
		"empty":        {Field{Wire: Bytes, Bytes: Message{}.Data(1, nil)}, ""},
		"none":         {Field{Wire: Bytes}, ""},
		"a number":     {Field{Wire: Varint, Value: 5}, ""},
		"last one":     {Field{Wire: Bytes, Bytes: Message{}.Data(1, []byte("a")).Data(2, []byte("x")).Data(1, []byte("b")).Number(1, 3)}, "b"},
		"no message":   {Field{Wire: Bytes, Bytes: []byte("\xff")}, ""},
		"then garbage": {Field{Wire: Bytes, Bytes: append(Message{}.Data(1, []byte("a")), 0xff)}, "a"},
	} {
		if got := tt.field.Text(); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func FuzzFields(f *testing.F) {
	f.Add(unhex(f, configRequest))
	f.Add([]byte(Message{}.Number(1, math.MaxUint64).Fixed32(2, 7).Data(3, []byte("x"))))
	f.Add([]byte{9, 0, 0, 0, 0, 0, 0x80, 0x35, 0x40})
	f.Add([]byte{0x0b, 0x0c})
	f.Add(unhex(f, "08ffffffffffffffffff02"))
	f.Fuzz(func(t *testing.T, b []byte) {
		fields, err := walk(b)
		if len(fields) > len(b)/2+1 {
			t.Errorf("%d fields in %d bytes", len(fields), len(b))
		}
		m := rewrite(t, fields)
		if len(m) > len(b) {
			t.Errorf("%x is longer than %x", m, b)
		}
		again, bad := walk(m)
		if diff := cmp.Diff(fields, again); diff != "" || bad != nil {
			t.Errorf("%x as %x: error %v, -want +got:\n%s", b, m, bad, diff)
		}
		if err == nil && len(fields) == 0 && len(b) > 0 {
			t.Errorf("%x has no field and no error", b)
		}
	})
}

// rewrite writes fields down again.
func rewrite(t *testing.T, fields []Field) Message {
	t.Helper()
	var m Message
	for _, f := range fields {
		if f.Number == 0 || f.Number > maxNumber {
			t.Errorf("field %d", f.Number)
		}
		switch f.Wire {
		case Varint:
			m = m.Number(f.Number, f.Value)
		case Fixed32:
			if f.Value > math.MaxUint32 {
				t.Errorf("a fixed32 of %d", f.Value)
			}
			m = m.Fixed32(f.Number, uint32(f.Value))
		case Bytes:
			m = m.Data(f.Number, f.Bytes)
		case Fixed64:
			m = binary.AppendUvarint(m, f.Number<<3|uint64(Fixed64))
			m = binary.LittleEndian.AppendUint64(m, f.Value)
		default:
			t.Errorf("wire type %d", f.Wire)
		}
	}
	return m
}
