package check

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Seen on the wire: ping's own packets with this identifier, sequence and payload.
const (
	vectorRequest = "0800e24712340001686f6d655f6578706f72746572"
	vectorReply   = "0000ea4712340001686f6d655f6578706f72746572"
)

func TestAppendEcho(t *testing.T) {
	e := echo{id: 0x1234, seq: 1, payload: []byte("home_exporter")}
	if got := hex.EncodeToString(appendEcho(nil, e, false)); got != vectorRequest {
		t.Errorf("request %s, want %s", got, vectorRequest)
	}
	// IPv6: the kernel fills in the checksum.
	const want6 = "8000000012340001686f6d655f6578706f72746572"
	if got := hex.EncodeToString(appendEcho(nil, e, true)); got != want6 {
		t.Errorf("IPv6 request %s, want %s", got, want6)
	}
	e.reply = true
	if got := hex.EncodeToString(appendEcho([]byte{0xff}, e, false)); got != "ff"+vectorReply {
		t.Errorf("appended reply %s, want ff%s", got, vectorReply)
	}
}

func TestParseEcho(t *testing.T) {
	tests := map[string]struct {
		hex   string
		v6    bool
		reply bool
		err   error // nil: the vector's identifier, sequence and payload
	}{
		"reply":                   {vectorReply, false, true, nil},
		"request":                 {vectorRequest, false, false, nil},
		"ipv6 reply":              {"8100abcd" + vectorReply[8:], true, true, nil},
		"ipv6 request":            {"8000abcd" + vectorReply[8:], true, false, nil},
		"empty":                   {"", false, false, io.ErrUnexpectedEOF},
		"short":                   {vectorReply[:14], false, false, io.ErrUnexpectedEOF},
		"ipv4 reply over ipv6":    {vectorReply, true, false, errNotEcho},
		"destination unreachable": {"0301fcfe00000000", false, false, errNotEcho},
		"code is not 0":           {"0001" + vectorReply[4:], false, false, errNotEcho},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parseEcho(unhex(t, tt.hex), tt.v6)
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if err != nil {
				return
			}
			if got.reply != tt.reply || got.id != 0x1234 || got.seq != 1 || string(got.payload) != "home_exporter" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestStripIPv4(t *testing.T) {
	plain := "450000290000400040013cd27f0000017f000001"
	tests := map[string]struct {
		hex  string
		want string
		err  string
	}{
		"plain":           {plain + vectorReply, vectorReply, ""},
		"options":         {"46" + plain[2:] + "94040000" + vectorReply, vectorReply, ""},
		"only header":     {plain, "", ""},
		"short":           {plain[:38], "", "19 bytes"},
		"empty":           {"", "", "0 bytes"},
		"version 6":       {"65" + plain[2:], "", "version 6"},
		"header of 16":    {"44" + plain[2:], "", "header of 16 bytes"},
		"header too long": {"4f" + plain[2:], "", "header of 60 bytes in a packet of 20"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := stripIPv4(unhex(t, tt.hex))
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Fatalf("error %v, want %q", err, tt.err)
			}
			if hex.EncodeToString(got) != tt.want {
				t.Errorf("got %x, want %s", got, tt.want)
			}
		})
	}
}

// Which packets end the wait for a reply.
func TestIsReply(t *testing.T) {
	request := echo{id: 0x1234, seq: 1, payload: []byte("home_exporter")}
	change := func(f func(*echo)) []byte {
		e := echo{reply: true, id: request.id, seq: request.seq, payload: bytes.Clone(request.payload)}
		f(&e)
		return appendEcho(nil, e, false)
	}
	same := func(*echo) {}
	header := unhex(t, "450000290000400040013cd27f0000017f000001")
	tests := map[string]struct {
		packet []byte
		raw    bool
		want   bool
	}{
		"reply":                    {change(same), false, true},
		"identifier set by kernel": {change(func(e *echo) { e.id = 9 }), false, true},
		"other sequence":           {change(func(e *echo) { e.seq = 2 }), false, false},
		"other payload":            {change(func(e *echo) { e.payload[12] ^= 1 }), false, false},
		"shorter payload":          {change(func(e *echo) { e.payload = e.payload[:12] }), false, false},
		"own request on loopback":  {change(func(e *echo) { e.reply = false }), false, false},
		"garbage":                  {[]byte{0}, false, false},
		"raw, reply":               {append(bytes.Clone(header), change(same)...), true, true},
		"raw, someone's reply":     {append(bytes.Clone(header), change(func(e *echo) { e.id = 9 })...), true, false},
		"raw, own request":         {append(bytes.Clone(header), change(func(e *echo) { e.reply = false })...), true, false},
		"raw, without header":      {change(same), true, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := &pingConn{raw: tt.raw}
			if got := p.isReply(tt.packet, request); got != tt.want {
				t.Errorf("isReply(%x) = %t, want %t", tt.packet, got, tt.want)
			}
		})
	}
}

func TestAppendDNSQuery(t *testing.T) {
	const want = "1234010000010000000000000000020001"
	if got := hex.EncodeToString(appendDNSQuery(nil, 0x1234)); got != want {
		t.Errorf("query %s, want %s", got, want)
	}
}

func TestAppendNTPRequest(t *testing.T) {
	if got, want := hex.EncodeToString(appendNTPRequest(nil)), "23"+hexZeros(47); got != want {
		t.Errorf("request %s, want %s", got, want)
	}
}

func FuzzParseEcho(f *testing.F) {
	for _, s := range []string{"", vectorRequest, vectorReply, "8100abcd12340001", "0301fcfe00000000", vectorReply + "00"} {
		f.Add(unhex(f, s), false)
		f.Add(unhex(f, s), true)
	}
	f.Fuzz(func(t *testing.T, b []byte, v6 bool) {
		e, err := parseEcho(b, v6)
		if err != nil {
			if e.reply || e.id != 0 || e.seq != 0 || e.payload != nil {
				t.Fatalf("%+v beside %v", e, err)
			}
			return
		}
		again := appendEcho(nil, e, v6)
		if !v6 && checksum(again) != 0 {
			t.Errorf("checksum of %x does not add up", again)
		}
		// All but the checksum, which the parser leaves to the kernel.
		if !bytes.Equal(again[:2], b[:2]) || !bytes.Equal(again[4:], b[4:]) {
			t.Errorf("%x became %x", b, again)
		}
	})
}

func FuzzStripIPv4(f *testing.F) {
	f.Add(unhex(f, "450000290000400040013cd27f0000017f000001"+vectorReply))
	f.Add(unhex(f, "4f"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		rest, err := stripIPv4(b)
		if err != nil && rest != nil {
			t.Fatalf("%x beside %v", rest, err)
		}
		if err == nil && (len(rest) > len(b)-20 || !bytes.HasSuffix(b, rest)) {
			t.Errorf("%x is not the end of %x", rest, b)
		}
	})
}

func FuzzDNSAnswer(f *testing.F) {
	f.Add(unhex(f, "123481800001000000000000"), uint16(0x1234))
	f.Add(appendDNSQuery(nil, 7), uint16(7))
	f.Add([]byte{}, uint16(0))
	f.Fuzz(func(t *testing.T, b []byte, id uint16) {
		err := checkDNSAnswer(b, id)
		want := len(b) >= 12 && b[0] == byte(id>>8) && b[1] == byte(id) && b[2] >= 0x80
		if (err == nil) != want {
			t.Errorf("checkDNSAnswer(%x, %d) = %v", b, id, err)
		}
	})
}

func FuzzNTPAnswer(f *testing.F) {
	f.Add(append([]byte{0x24}, make([]byte, 47)...))
	f.Add(appendNTPRequest(nil))
	f.Add([]byte{0x24})
	f.Fuzz(func(t *testing.T, b []byte) {
		err := checkNTPAnswer(b)
		if want := len(b) >= 48 && b[0]&7 == 4; (err == nil) != want {
			t.Errorf("checkNTPAnswer(%x) = %v", b, err)
		}
	})
}
