package web

import (
	"errors"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"home_exporter/internal/device"
	"home_exporter/internal/poll"
)

func TestHostOf(t *testing.T) {
	tests := map[string]string{ // empty: refused
		"modem": "modem", "modem.lan": "modem.lan", "modem.lan.": "modem.lan.", "10.0.0.1": "10.0.0.1",
		"modem:80": "modem", "modem:http": "modem", "tcp://modem:80": "modem", "https://modem/": "modem", "HTTP://m": "m",
		"[::1]": "::1", "[::1]:80": "::1", "udp://[fe80::1%eth0]:53": "fe80::1%eth0", "::1": "::1",
		"::ffff:1.2.3.4": "::ffff:1.2.3.4", "my_host-1": "my_host-1", "2130706433": "2130706433",

		"": "", " ": "", "a b": "", "a\n": "", "a\x00": "", "tcp://": "", ":80": "", "modem:": "", "a:b:c": "",
		"user@modem": "", "user:pw@modem": "", "tcp://evil.example@modem.lan": "", `evil.example\@modem.lan`: "",
		"evil.example#@modem.lan": "", "evil.example?.lan": "", "modem.lan/path": "", "modem.lan//": "", "a//b": "",
		"[::1": "", "::1]": "", "[modem.lan]": "", "[]": "", "[::1]x": "", "unix:///run/x.sock": "", "/run/x.sock": "",
		"@abstract": "", "m\u00f6dem.lan": "", "%6d.lan": "", "tcp:modem:80": "", "http:/modem.lan": "",
		"1://a": "", "tcp://udp://a": "", strings.Repeat("a", maxTarget+1): "",
	}
	for target, want := range tests {
		got, err := hostOf(target)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("hostOf(%q) = %q, %v; want %q", target, got, err, want)
		}
	}
}

func TestGuard(t *testing.T) {
	private := netip.MustParsePrefix("10.0.0.0/8")
	check := func(a netip.Addr) error {
		if private.Contains(a) {
			return nil
		}
		return errors.New("outside")
	}
	tests := map[string]struct {
		check func(netip.Addr) error
		asked []string
		want  string // which of them are permitted, + or -
		final bool   // whether all in all it was refused
	}{
		"nothing asked":  {check, nil, "", false},
		"inside":         {check, []string{"10.1.1.1"}, "+", false},
		"outside":        {check, []string{"11.1.1.1"}, "-", true},
		"mapped":         {check, []string{"::ffff:10.1.1.1", "::ffff:11.1.1.1"}, "+-", false},
		"mapped outside": {check, []string{"::ffff:11.1.1.1", "fe80::1%lo"}, "--", true},
		"any":            {nil, []string{"11.1.1.1", "fe80::1%lo"}, "++", false},
	}
	for name, tt := range tests {
		g := &guard{check: tt.check}
		got := ""
		for _, text := range tt.asked {
			if g.permit(netip.MustParseAddr(text)) == nil {
				got += "+"
			} else {
				got += "-"
			}
		}
		if got != tt.want || (g.refusal() != nil) != tt.final {
			t.Errorf("%s: %s, refusal %v; want %s, %v", name, got, g.refusal(), tt.want, tt.final)
		}
	}
	if (&guard{}).permit(netip.Addr{}) == nil {
		t.Error("the zero address is permitted")
	}
}

// Whatever a client writes, a kind is asked to probe only what the list allows, and
// what the kind reads as the host is what was checked.
func FuzzProbeQuery(f *testing.F) {
	for _, seed := range []string{
		"kind=doors&target=10.0.0.1", "kind=doors&target=tcp://gate.lan:80/", "kind=doors&target=[::ffff:10.0.0.1]:1",
		"kind=doors&target=http://evil.example%5c@gate.lan", "kind=doors&target=evil.example%23.lan", "kind=lamps&target=desk",
		"kind=doors&target=gate.lan%2f..%2fx&debug=true", "kind=doors&target=::1", "kind=&target=&debug=", "%", "a;b", "kind=doors&kind=doors",
		"kind=doors&target=%00.lan", "kind=doors&target=x%20.lan&answer=shut", "kind=doors&target=unix:///x.lan",
	} {
		f.Add(seed)
	}
	var seen *device.Target
	kinds := []*device.Kind{{Name: "lamps"}, {Name: "doors", Probe: func(target device.Target) (device.Spec, error) {
		seen = &target
		return device.Spec{}, errors.New("enough")
	}}}
	set := poll.New(poll.Options{Kinds: kinds})
	defer set.Close()
	h, err := New(Options{Set: set, Kinds: kinds, Permit: permitToys})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, rawQuery string) {
		seen = nil
		r := httptest.NewRequest("GET", "/probe", nil)
		r.URL.RawQuery = rawQuery
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 400 && w.Code != 403 {
			t.Fatalf("status %d, want 400 or 403", w.Code)
		}
		if strings.ContainsFunc(w.Body.String(), func(r rune) bool { return r < ' ' && r != '\n' }) {
			t.Fatalf("control characters in %q", w.Body)
		}
		if seen == nil {
			return
		}
		checkHost(t, seen.Address)
		if err := seen.Permit(netip.MustParseAddr("203.0.113.1")); err == nil && !strings.HasSuffix(mustHost(t, seen.Address), ".lan") {
			t.Errorf("%q may ask 203.0.113.1", seen.Address)
		}
	})
}

func mustHost(t *testing.T, target string) string {
	host, err := hostOf(target)
	if err != nil {
		t.Fatalf("%q was probed, but %v", target, err)
	}
	return host
}

// checkHost compares hostOf with how net/url reads the same target.
func checkHost(t *testing.T, target string) {
	host := mustHost(t, target)
	text := target
	if !strings.Contains(text, "://") {
		text = "tcp://" + text
		if addr, err := netip.ParseAddr(target); err == nil && addr.Is6() {
			text = "tcp://[" + target + "]"
		}
	}
	u, err := url.Parse(strings.Replace(text, "%", "%25", 1))
	if err != nil {
		return // a service name for a port, which URLs do not have
	}
	if got := u.Hostname(); got != host && netip.MustParseAddr(got) != netip.MustParseAddr(host) {
		t.Errorf("%q: we read the host %q, net/url %q", target, host, got)
	}
}
