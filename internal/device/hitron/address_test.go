package hitron

import (
	"net/netip"
	"strings"
	"testing"
)

// TestParseBase reads addresses as people write them.
func TestParseBase(t *testing.T) {
	const none = " is no address; write for example 192.168.100.1 or http://192.168.0.1"
	const credentials = "user and password do not belong into the address; write username and password_file"
	for _, tt := range []struct{ in, base, connect, server, err string }{
		{in: "192.168.100.1", base: "https://192.168.100.1", connect: "192.168.100.1:443"},
		{in: " 192.168.100.1 ", base: "https://192.168.100.1", connect: "192.168.100.1:443"},
		{in: "192.168.100.1/", base: "https://192.168.100.1", connect: "192.168.100.1:443"},
		{in: "192.168.100.1:8443", base: "https://192.168.100.1:8443", connect: "192.168.100.1:8443"},
		{in: "http://192.168.0.1", base: "http://192.168.0.1", connect: "192.168.0.1:80"},
		{in: "HTTPS://Modem.LAN/", base: "https://Modem.LAN", connect: "Modem.LAN:443", server: "Modem.LAN"},
		{in: "modem", base: "https://modem", connect: "modem:443", server: "modem"},
		{in: "::1", base: "https://[::1]", connect: "[::1]:443"},
		{in: "[::1]", base: "https://[::1]", connect: "[::1]:443"},
		{in: "[::1]:81", base: "https://[::1]:81", connect: "[::1]:81"},
		{in: "http://[fd00::1]:81/", base: "http://[fd00::1]:81", connect: "[fd00::1]:81"},
		{in: "fe80::1%eth0", base: "https://[fe80::1%25eth0]", connect: "[fe80::1%eth0]:443"},
		{in: "fe80::1%\x80", err: `"fe80::1%\x80"` + none},
		{in: "fe80::1%ä", err: `"fe80::1%ä"` + none},
		{in: "a;b", err: `"a;b"` + none},
		{in: "kabel-modem_1.lan", base: "https://kabel-modem_1.lan", connect: "kabel-modem_1.lan:443", server: "kabel-modem_1.lan"},
		{in: "", err: `""` + none},
		{in: "/", err: `"/"` + none},
		{in: "a b", err: `"a b"` + none},
		{in: "a\x00b", err: `"a\x00b"` + none},
		{in: "https://", err: `"https://"` + none},
		{in: ":80", err: `":80"` + none},
		{in: "modem:", err: `"modem:"` + none},
		{in: "modem:http", err: `"modem:http"` + none},
		{in: "modem:0", err: `"modem:0": a port is a number from 1 to 65535`},
		{in: "modem:65536", err: `"modem:65536": a port is a number from 1 to 65535`},
		{in: "modem/index.html", err: `"modem/index.html"` + none},
		{in: "modem?x=1", err: `"modem?x=1"` + none},
		{in: "modem?", err: `"modem?"` + none},
		{in: "modem#x", err: `"modem#x"` + none},
		{in: "a:b:c", err: `"a:b:c"` + none},
		{in: "ftp://modem", err: `"ftp://modem": a modem is asked over https or http`},
		{in: "https://http://modem", err: `"https://http://modem"` + none},
		{in: "user@modem", err: credentials},
		{in: "https://user:secret@modem", err: credentials},
		{in: "https://user:%zz@modem", err: credentials},
	} {
		base, err := parseBase(tt.in)
		if tt.err != "" {
			if err == nil || err.Error() != tt.err {
				t.Errorf("%q: %v with the error %v, want %s", tt.in, base, err, tt.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", tt.in, err)
			continue
		}
		if base.String() != tt.base || hostPort(base) != tt.connect || serverName(base) != tt.server {
			t.Errorf("%q: %s, connects to %s and asks for %q, want %s, %s and %q", tt.in, base, hostPort(base), serverName(base), tt.base, tt.connect, tt.server)
		}
	}
}

// FuzzParseBase holds that what is accepted has a host, can be asked and is read the
// same once more.
func FuzzParseBase(f *testing.F) {
	for _, seed := range []string{"192.168.100.1", "http://[fe80::1%25eth0]:81/", "::1", "fe80::1%eth0", "user:p@h", "a:b:c", "https://h?", "%", "h%41", "[::1", "ä.lan", "h:00443"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		base, err := parseBase(address)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\x00\x1b") {
				t.Errorf("the message %q is not fit for a line", err)
			}
			return
		}
		if base.Hostname() == "" || base.User != nil || base.Path != "" || base.RawQuery != "" {
			t.Fatalf("%q is taken for %#v", address, base)
		}
		if _, err := netip.ParseAddr(base.Hostname()); err == nil && serverName(base) != "" {
			t.Errorf("%q: the address %s is asked for by name", address, base.Hostname())
		}
		if place := placeOf(base); place == "" || place != strings.ToLower(place) {
			t.Errorf("%q: the place is %q", address, place)
		}
		again, err := parseBase(base.String())
		if err != nil || *again != *base {
			t.Errorf("%q: %s is read as %v, %v", address, base, again, err)
		}
	})
}
