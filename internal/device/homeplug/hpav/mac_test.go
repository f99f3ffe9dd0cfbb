package hpav

import (
	"strings"
	"testing"
)

func TestParseMAC(t *testing.T) {
	for _, text := range []string{"00:b0:52:00:00:01", "00-B0-52-00-00-01", "00b0.5200.0001", "00b052000001", "00B052000001"} {
		if m, err := ParseMAC(text); m != Local || err != nil {
			t.Errorf("%s: %s, %v", text, m, err)
		}
	}
	for text, want := range map[string]string{
		"":                        `"" is no MAC address`,
		"local":                   "is no MAC address",
		"00b05200000":             "is no MAC address",
		"00b05200000g":            "is no MAC address",
		"00:b0:52:00:00":          "is no MAC address",
		"02:00:5e:10:00:00:00:01": "has 8 bytes; an adapter's MAC address has 6",
	} {
		if _, err := ParseMAC(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q in it", text, err, want)
		}
	}
}

func TestIsStation(t *testing.T) {
	for mac, want := range map[MAC]bool{one: true, Local: true, Broadcast: false, {}: false, {0x01, 0, 0x5e, 0, 0, 1}: false, {2}: true} {
		if mac.IsStation() != want {
			t.Errorf("%s: %v, want %v", mac, !want, want)
		}
	}
}
