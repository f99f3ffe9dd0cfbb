package check

import (
	"net/netip"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

func TestNewTarget(t *testing.T) {
	tests := map[string]struct {
		network, host, port string
		text                string // of String
		literal             string // "" for a name
		number              uint16
	}{
		"name":                {"tcp", "meter12.example.net", "502", "tcp meter12.example.net:502", "", 502},
		"name with dot":       {"tcp4", "meter.", "1", "tcp4 meter.:1", "", 1},
		"name, underscore":    {"udp", "my_meter", "65535", "udp my_meter:65535", "", 65535},
		"ipv4":                {"tcp", "127.0.0.1", "80", "tcp 127.0.0.1:80", "127.0.0.1", 80},
		"ipv6":                {"tcp", "::1", "80", "tcp [::1]:80", "::1", 80},
		"ipv6 in brackets":    {"tcp6", "[::1]", "80", "tcp6 [::1]:80", "::1", 80},
		"ipv6 with zone":      {"udp6", "fe80::1%eth0", "80", "udp6 [fe80::1%eth0]:80", "fe80::1%eth0", 80},
		"mapped is ipv4":      {"tcp4", "::ffff:10.0.0.1", "80", "tcp4 [::ffff:10.0.0.1]:80", "10.0.0.1", 80},
		"service":             {"tcp", "h", "http", "tcp h:http", "", 80},
		"udp service":         {"udp", "h", "domain", "udp h:domain", "", 53},
		"service, upper":      {"tcp", "h", "HTTP", "tcp h:HTTP", "", 80},
		"ping":                {"ip", "10.0.0.1", "", "ip 10.0.0.1", "10.0.0.1", 0},
		"ping ignores port":   {"ip4", "10.0.0.1", "nonsense", "ip4 10.0.0.1", "10.0.0.1", 0},
		"ping synonym":        {"ip4:icmp", "10.0.0.1", "0", "ip4:icmp 10.0.0.1", "10.0.0.1", 0},
		"ping by number":      {"ip4:1", "10.0.0.1", "", "ip4:1 10.0.0.1", "10.0.0.1", 0},
		"ping v6 synonym":     {"ip6:ipv6-icmp", "::1", "", "ip6:ipv6-icmp ::1", "::1", 0},
		"unix":                {"unix", "/run/x.sock", "", "unix /run/x.sock", "", 0},
		"unix ignores port":   {"unixpacket", "/run/x.sock", "70000", "unixpacket /run/x.sock", "", 0},
		"unix, odd path":      {"unixgram", "/tmp/a\tb", "", `unixgram "/tmp/a\tb"`, "", 0},
		"unix, colon":         {"unix", "a:b", "", "unix a:b", "", 0},
		"wildcard":            {"tcp", "0.0.0.0", "80", "tcp 0.0.0.0:80", "0.0.0.0", 80},
		"name of only digits": {"tcp", "12", "80", "tcp 12:80", "", 80},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := newTarget(t, tt.network, tt.host, tt.port, nil)
			if got.String() != tt.text {
				t.Errorf("String() = %q, want %q", got, tt.text)
			}
			if got.Network() != tt.network || got.Host() != tt.host || got.Port() != tt.port {
				t.Errorf("got %q %q %q, want the words as written", got.Network(), got.Host(), got.Port())
			}
			literal := ""
			if got.literal[0].IsValid() {
				literal = got.literal[0].String()
			}
			if literal != tt.literal || got.number != tt.number {
				t.Errorf("literal %q, port %d, want %q, %d", literal, got.number, tt.literal, tt.number)
			}
		})
	}
}

func TestNewTargetRefuses(t *testing.T) {
	source4 := &Options{Source: netip.MustParseAddr("127.0.0.1")}
	tests := map[string]struct {
		network, host, port string
		o                   *Options
		want                string
	}{
		"unknown network":      {"sctp", "h", "1", nil, `network "sctp" is not one of tcp, tcp4,`},
		"empty network":        {"", "h", "1", nil, `network "" is not one of`},
		"upper case":           {"TCP", "h", "1", nil, `write it in lower case, "tcp"`},
		"ip protocol":          {"ip4:6", "h", "", nil, `only ICMP echo`},
		"ip protocol, no name": {"ip4:nosuch", "h", "", nil, `only ICMP echo`},
		"no host":              {"tcp", "", "1", nil, "host is empty"},
		"no host, ping":        {"ip", "", "", nil, "host is empty"},
		"no path":              {"unix", "", "", nil, "host is empty"},
		"bare at sign":         {"unix", "@", "", nil, "host is empty"},
		"long path":            {"unix", "/" + strings.Repeat("x", 200), "", nil, "longer than this system allows"},
		"path with NUL":        {"unix", "/a\x00b", "", nil, "contains a NUL"},
		"url":                  {"tcp", "http://h", "80", nil, "is a URL"},
		"host with port":       {"tcp", "h:80", "80", nil, "a port has its own field"},
		"brackets, name":       {"tcp", "[h]", "80", nil, "only an IPv6 address may stand in brackets"},
		"brackets, ipv4":       {"tcp", "[127.0.0.1]", "80", nil, "only an IPv6 address may stand in brackets"},
		"blank":                {"tcp", "a b", "80", nil, "contains ' '"},
		"new line":             {"tcp", "a\nb", "80", nil, `contains '\n'`},
		"not utf-8":            {"tcp", "a\xffb", "80", nil, "which no name has"},
		"long name":            {"tcp", strings.Repeat("x", 300), "80", nil, "longer than a name"},
		"no port":              {"tcp", "h", "", nil, "port is missing"},
		"port 0":               {"tcp", "h", "0", nil, `port "0" is out of range (1 to 65535)`},
		"port 70000":           {"udp", "h", "70000", nil, `port "70000" is out of range`},
		"port beyond numbers":  {"udp", "h", "99999999999999999999", nil, `out of range`},
		"port -1":              {"tcp", "h", "-1", nil, `port "-1" is neither a number`},
		"port +80":             {"tcp", "h", "+80", nil, `port "+80" is neither a number`},
		"unknown service":      {"tcp", "h", "no-such-service", nil, "nor a known tcp service"},
		"ipv4 for tcp6":        {"tcp6", "127.0.0.1", "80", nil, "takes only IPv6"},
		"mapped for tcp6":      {"tcp6", "::ffff:127.0.0.1", "80", nil, "takes only IPv6"},
		"ipv6 for udp4":        {"udp4", "::1", "80", nil, "takes only IPv4"},
		"ipv6 for ip4":         {"ip4:1", "::1", "", nil, "takes only IPv4"},
		"ipv6 from ipv4":       {"tcp", "::1", "80", source4, "source 127.0.0.1 (IPv4) cannot reach"},
		"link-local, no zone":  {"tcp", "fe80::1", "80", nil, "as in fe80::1%eth0"},
		"bad options":          {"udp", "h", "80", &Options{TLS: &TLSOptions{}}, "tls cannot be used with udp"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := NewTarget(tt.network, tt.host, tt.port, tt.o)
			if err == nil {
				t.Fatalf("got %s, want an error with %q", got, tt.want)
			}
			if got != nil {
				t.Error("a target beside an error")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q does not say %q", err, tt.want)
			}
		})
	}
}

func TestOptionsValidate(t *testing.T) {
	v4, v6 := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::1")
	permit := func(netip.Addr) error { return nil }
	tests := map[string]struct {
		network string
		o       *Options
		want    []string // nil: valid
	}{
		"nil":                    {"tcp", nil, nil},
		"zero":                   {"unix", &Options{}, nil},
		"tcp, all":               {"tcp", &Options{Source: v4, Reset: true, Send: []byte("x"), Expect: regexp.MustCompile("."), TLS: &TLSOptions{}, Permit: permit}, nil},
		"udp, all":               {"udp6", &Options{Source: v6, Expect: regexp.MustCompile("."), RequireAnswer: true, Preset: PresetDNS, Permit: permit}, nil},
		"unknown network":        {"x", nil, []string{"is not one of"}},
		"mapped source for tcp4": {"tcp4", &Options{Source: netip.MustParseAddr("::ffff:127.0.0.1")}, nil},
		"source 4 for tcp6":      {"tcp6", &Options{Source: v4}, []string{"source 127.0.0.1 is an IPv4 address"}},
		"source 6 for ip4":       {"ip4", &Options{Source: v6}, []string{"source ::1 is an IPv6 address"}},
		"source for unix":        {"unix", &Options{Source: v4}, []string{"source cannot be used with unix"}},
		"source multicast":       {"udp", &Options{Source: netip.MustParseAddr("224.0.0.1")}, []string{"multicast"}},
		"interface for unix":     {"unix", &Options{Interface: "lo"}, []string{"interface cannot be used with unix"}},
		"reset for udp":          {"udp", &Options{Reset: true}, []string{"reset cannot be used with udp"}},
		"answer for tcp":         {"tcp", &Options{RequireAnswer: true}, []string{"require_answer cannot be used with tcp"}},
		"preset for tcp":         {"tcp4", &Options{Preset: PresetNTP}, []string{"preset ntp cannot be used with tcp4"}},
		"preset and send":        {"udp", &Options{Preset: PresetEcho, Send: []byte("x")}, []string{"send cannot be used with preset echo"}},
		"no such preset":         {"udp", &Options{Preset: 9}, []string{"unknown preset(9)"}},
		"permit for unix":        {"unixgram", &Options{Permit: permit}, []string{"allow-list"}},
		"long datagram":          {"udp", &Options{Send: make([]byte, 65508)}, []string{"more than the 65507"}},
		"long stream":            {"tcp", &Options{Send: make([]byte, 1<<16+1)}, []string{"more than the 65536"}},
		"all at once": {"ip", &Options{TLS: &TLSOptions{}, Reset: true, Send: []byte("x"), Expect: regexp.MustCompile("."), RequireAnswer: true, Preset: PresetDNS},
			[]string{"tls", "reset", "send", "expect", "require_answer", "preset dns"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := tt.o.Validate(tt.network)
			if len(tt.want) == 0 && err != nil {
				t.Fatal(err)
			}
			for _, part := range tt.want {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("got %v, want an error with %q", err, part)
				}
			}
		})
	}
}

func TestInterfaceOption(t *testing.T) {
	for _, name := range []string{"lo", "enp0s31f6", "wg-home.1", "sixteen-letters!", "a/b", "a b", ".."} {
		err := (&Options{Interface: name}).Validate("tcp")
		switch good := len(name) <= 15 && !strings.ContainsAny(name, "/ ") && name != ".."; {
		case runtime.GOOS != "linux":
			if err == nil || !strings.Contains(err.Error(), "Linux only") {
				t.Errorf("%q: %v, want an error that says Linux only", name, err)
			}
		case good != (err == nil):
			t.Errorf("%q: %v, want valid: %t", name, err, good)
		}
	}
	if runtime.GOOS == "linux" {
		newTarget(t, "tcp", "fe80::1", "80", &Options{Interface: "lo"}) // the interface is the zone
	}
}

func TestParsePreset(t *testing.T) {
	for word, want := range map[string]Preset{"": PresetAny, "any": PresetAny, "dns": PresetDNS, "ntp": PresetNTP, "echo": PresetEcho} {
		if got, err := ParsePreset(word); got != want || err != nil {
			t.Errorf("ParsePreset(%q) = %v, %v, want %v", word, got, err, want)
		}
	}
	if _, err := ParsePreset("snmp"); err == nil || !strings.Contains(err.Error(), "any, dns, ntp, echo") {
		t.Errorf("ParsePreset(snmp): %v, want an error that lists the words", err)
	}
}

func TestNetworks(t *testing.T) {
	want := []string{"tcp", "tcp4", "tcp6", "udp", "udp4", "udp6", "ip", "ip4", "ip6", "unix", "unixgram", "unixpacket",
		"ip4:icmp", "ip4:1", "ip6:ipv6-icmp"}
	if diff := cmp.Diff(want, Networks()); diff != "" {
		t.Error(diff)
	}
}

// A hundred thousand targets stand in memory.
func TestTargetIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(Target{}); size > 80 {
		t.Errorf("a Target has %d bytes, want at most 80", size)
	}
}

func FuzzNewTarget(f *testing.F) {
	for _, n := range []string{"tcp", "udp6", "ip4:1", "unix"} {
		for _, h := range []string{"", "::1", "[::1%eth0]", "h", "@x", "a\x00b", "http://h:80/", "\xff"} {
			f.Add(n, h, "80")
			f.Add(n, h, "http")
		}
	}
	f.Fuzz(func(t *testing.T, network, host, port string) {
		target, err := NewTarget(network, host, port, nil)
		if (target == nil) != (err != nil) {
			t.Fatalf("NewTarget = %v, %v", target, err)
		}
		if err != nil {
			return
		}
		if target.Host() != host || target.Network() != network {
			t.Errorf("words not kept: %q %q", target.Network(), target.Host())
		}
		if strings.ContainsAny(target.String(), "\n\r\x00\x1b") {
			t.Errorf("%q is not fit for a log line", target)
		}
	})
}
