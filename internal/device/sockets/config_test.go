package sockets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/config"
	"home_exporter/internal/device"
)

var kinds = []*device.Kind{Kind()}

// parse reads a configuration as config.Load would.
func parse(text string) ([]device.Spec, error) {
	c, err := config.Parse("f.yml", []byte(text), config.Source{}, kinds)
	if err != nil {
		return nil, err
	}
	return c.Specs, nil
}

// mustSpecs returns the specs of a list of entries.
func mustSpecs(t testing.TB, entries string) []device.Spec {
	t.Helper()
	specs, err := parse("sockets:\n" + entries)
	if err != nil {
		t.Fatal(err)
	}
	return specs
}

// TestPromisedFile loads the configuration of the connection-status-exporter as its
// documentation shows it.
func TestPromisedFile(t *testing.T) {
	const text = `sockets:
  - name: hostname-http      # required
    host: 127.0.0.1          # required: name or IP
    port: 80                 # required, integer
    protocol: tcp            # optional, default tcp
    timeout: 2               # optional, whole seconds, default 5
`
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(config.Source{Path: path}, kinds)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Specs) != 1 {
		t.Fatalf("%d devices, want 1", len(c.Specs))
	}
	got := c.Specs[0]
	if want := `name="hostname-http",host="127.0.0.1",port="80",protocol="tcp"`; string(got.Labels) != want || got.Name != "hostname-http" {
		t.Errorf("got %s with labels %s, want %s", got.Name, got.Labels, want)
	}
	if want := (device.Pace{Interval: 15 * time.Second, Timeout: 2 * time.Second, Keep: 45 * time.Second}); *got.Pace != want {
		t.Errorf("pace %+v, want %+v", *got.Pace, want)
	}
}

// TestGoodEntries holds what is accepted, and what it means.
func TestGoodEntries(t *testing.T) {
	seconds := func(interval, timeout float64) device.Pace {
		i, o := time.Duration(interval*1e9), time.Duration(timeout*1e9)
		return device.Pace{Interval: i, Timeout: o, Keep: 3 * i}
	}
	for _, tt := range []struct {
		name, entries string
		labels        []string
		pace          device.Pace // of the first; zero: not compared
	}{
		{"an empty list", "  []", nil, device.Pace{}},
		{"no list at all", "", nil, device.Pace{}},
		{"defaults", "- {name: a, host: h, port: 1}", []string{`name="a",host="h",port="1",protocol="tcp"`}, seconds(15, 5)},
		{"IPv6", `- {name: a, host: "::1", port: 1}`, []string{`name="a",host="::1",port="1",protocol="tcp"`}, device.Pace{}},
		{"IPv6 in brackets", `- {name: a, host: "[::1]", port: 1}`, []string{`name="a",host="[::1]",port="1",protocol="tcp"`}, device.Pace{}},
		{"a quoted port", `- {name: a, host: h, port: "80"}`, []string{`name="a",host="h",port="80",protocol="tcp"`}, device.Pace{}},
		{"a protocol in capitals", `- {name: a, host: h, port: 80, protocol: TCP}`, []string{`name="a",host="h",port="80",protocol="tcp"`}, device.Pace{}},
		{"half seconds", `- {name: a, host: h, port: 80, timeout: 1.5}`, []string{`name="a",host="h",port="80",protocol="tcp"`}, seconds(15, 1.5)},
		{"milliseconds", `- {name: a, host: h, port: 80, timeout: "500ms"}`, []string{`name="a",host="h",port="80",protocol="tcp"`}, seconds(15, 0.5)},
		{"a timeout over the default interval", `- {name: a, host: h, port: 80, timeout: 20}`, []string{`name="a",host="h",port="80",protocol="tcp"`}, seconds(20, 20)},
		{"an interval under the default timeout", `- {name: a, host: h, port: 80, interval: 2}`, []string{`name="a",host="h",port="80",protocol="tcp"`}, seconds(2, 2)},
		{"on scrape", `- {name: a, host: h, port: 80, interval: scrape}`, []string{`name="a",host="h",port="80",protocol="tcp"`},
			device.Pace{Interval: 15 * time.Second, Timeout: 5 * time.Second, Keep: 45 * time.Second, OnScrape: true}},
		{"unix has no port", `- {name: a, host: /run/x.sock, protocol: unix}`, []string{`name="a",host="/run/x.sock",port="",protocol="unix"`}, device.Pace{}},
		{"or any", `- {name: a, host: /run/x.sock, port: 1, protocol: unixgram}`, []string{`name="a",host="/run/x.sock",port="1",protocol="unixgram"`}, device.Pace{}},
		{"ping has no port", `- {name: a, host: h, protocol: ip}`, []string{`name="a",host="h",port="",protocol="ip"`}, device.Pace{}},
		{"all protocols", `- {name: a, host: h, port: 1, protocol: tcp4}
- {name: a, host: h, port: 1, protocol: tcp6}
- {name: a, host: h, port: 1, protocol: udp}
- {name: a, host: h, port: 1, protocol: udp4}
- {name: a, host: h, port: 1, protocol: udp6}
- {name: a, host: h, port: 1, protocol: ip}
- {name: a, host: h, port: 1, protocol: ip4}
- {name: a, host: h, port: 1, protocol: ip6}
- {name: a, host: /h, port: 1, protocol: unix}
- {name: a, host: /h, port: 1, protocol: unixgram}
- {name: a, host: /h, port: 1, protocol: unixpacket}`, []string{
			`name="a",host="h",port="1",protocol="tcp4"`, `name="a",host="h",port="1",protocol="tcp6"`,
			`name="a",host="h",port="1",protocol="udp"`, `name="a",host="h",port="1",protocol="udp4"`, `name="a",host="h",port="1",protocol="udp6"`,
			`name="a",host="h",port="1",protocol="ip"`, `name="a",host="h",port="1",protocol="ip4"`, `name="a",host="h",port="1",protocol="ip6"`,
			`name="a",host="/h",port="1",protocol="unix"`, `name="a",host="/h",port="1",protocol="unixgram"`, `name="a",host="/h",port="1",protocol="unixpacket"`}, device.Pace{}},
		{"names that must be escaped", `- {name: "a \"b\" \\ ü", host: h, port: 80}`, []string{`name="a \"b\" \\ ü",host="h",port="80",protocol="tcp"`}, device.Pace{}},
		{"tls by its key alone", "- name: a\n  host: h\n  port: 1\n  tls: {}", []string{`name="a",host="h",port="1",protocol="tcp"`}, device.Pace{}},
		{"a file that is not there", `- {files: [none/*.yml]}`, []string{""}, device.Pace{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			specs := mustSpecs(t, tt.entries)
			var labels []string
			for _, s := range specs {
				labels = append(labels, string(s.Labels))
			}
			if diff := cmp.Diff(tt.labels, labels); diff != "" {
				t.Errorf("labels (-want +got):\n%s", diff)
			}
			if tt.pace != (device.Pace{}) && *specs[0].Pace != tt.pace {
				t.Errorf("pace %+v, want %+v", *specs[0].Pace, tt.pace)
			}
		})
	}
}

// TestMistakes holds the messages of what is refused, to the letter.
func TestMistakes(t *testing.T) {
	const protocols = "tcp, tcp4, tcp6, udp, udp4, udp6, ip, ip4, ip6, unix, unixgram, unixpacket, ip4:icmp, ip4:1, ip6:ipv6-icmp"
	for _, tt := range []struct {
		name, entries, want string
	}{
		{"no host", "- {name: a, port: 80}", "f.yml:2:3: sockets[0]: a socket needs a host: a name, an address, or for the unix protocols a path"},
		{"no name", "- {host: h, port: 80}", "f.yml:2:3: sockets[0]: a socket needs a name"},
		{"no port", "- {name: a, host: h}", "f.yml:2:3: sockets[0].port: port is missing: give a number from 1 to 65535"},
		{"nothing", "- {}", "f.yml:2:3: sockets[0]: a socket needs a name\n" +
			"f.yml:2:3: sockets[0]: a socket needs a host: a name, an address, or for the unix protocols a path\n" +
			"f.yml:2:3: sockets[0].port: port is missing: give a number from 1 to 65535"},
		{"port out of range", "- name: a\n  host: h\n  port: 70000", `f.yml:4:9: sockets[0].port: port "70000" is out of range (1 to 65535)`},
		{"port zero", "- {name: a, host: h, port: 0}", `f.yml:2:28: sockets[0].port: port "0" is out of range (1 to 65535)`},
		{"port with minus", "- {name: a, host: h, port: -1}", `f.yml:2:28: sockets[0].port: port "-1" is neither a number from 1 to 65535 nor a known tcp service`},
		{"port of a ping", "- {name: a, host: h, port: 70000, protocol: ip}", `f.yml:2:28: sockets[0].port: port "70000" is out of range (1 to 65535)`},
		{"port of a path", "- {name: a, host: /h, port: '', protocol: unix}\n- {name: a, host: /h, port: x y, protocol: unix}", `f.yml:3:29: sockets[1].port: port "x y" is neither a number from 1 to 65535 nor a known tcp service`},
		{"port of nobody", "- {name: a, host: h, port: nosuchservice, protocol: udp}", `f.yml:2:28: sockets[0].port: port "nosuchservice" is neither a number from 1 to 65535 nor a known udp service`},
		{"host with port", "- name: a\n  host: h:80\n  port: 80", `f.yml:3:9: sockets[0].host: host "h:80" is no IPv6 address: a port has its own field`},
		{"a URL", "- {name: a, host: 'http://h', port: 80}", `f.yml:2:19: sockets[0].host: host "http://h" is a URL: give the name or address alone`},
		{"host and port", "- {name: a, host: 'h h', port: 99999}", `f.yml:2:19: sockets[0].host: host "h h" contains ' ', which no name has` + "\n" +
			`f.yml:2:32: sockets[0].port: port "99999" is out of range (1 to 65535)`},
		{"family of the address", "- {name: a, host: 127.0.0.1, port: 80, protocol: tcp6}", `f.yml:2:19: sockets[0].host: host "127.0.0.1" is an IPv4 address, but network tcp6 takes only IPv6`},
		{"unix path too long", "- {name: a, host: /" + strings.Repeat("x", 108) + ", protocol: unix}", `f.yml:2:19: sockets[0].host: socket path of 109 bytes is longer than this system allows (107)`},
		{"timeout with minus", "- {name: a, host: h, port: 1, timeout: -1}", `f.yml:2:40: sockets[0].timeout: "-1" is negative`},
		{"timeout over interval", "- {name: a, host: h, port: 1, timeout: 6, interval: 5}", `f.yml:2:40: sockets[0].timeout: the timeout 6s is longer than the interval 5s`},
		{"timeout too short", "- {name: a, host: h, port: 1, timeout: 50ms}", `f.yml:2:40: sockets[0].timeout: 50ms is too short: a connection needs at least 100ms`},
		{"timeout no duration", "- {name: a, host: h, port: 1, timeout: soon}", `f.yml:2:40: sockets[0].timeout: "soon" is no duration; write for example 30s, 1m30s or 2.5 (seconds)`},
		{"protocol", "- {name: a, host: h, port: 1, protocol: tpc}", `f.yml:2:41: sockets[0].protocol: "tpc" is not one of ` + protocols},
		{"protocol of ip", "- {name: a, host: h, protocol: 'ip4:6'}", `f.yml:2:32: sockets[0].protocol: "ip4:6" is not one of ` + protocols},
		{"unknown key", "- {name: a, host: h, port: 1, prtocol: tcp}", `f.yml:2:31: sockets[0].prtocol: unknown key; did you mean protocol?`},
		{"level", "- {name: a, host: h, port: 1, metrics: min}", `f.yml:2:40: sockets[0].metrics: "min" is not one of minimal, standard, full; did you mean minimal?`},
		{"twice", "- {name: a, host: h, port: 1}\n- {name: b, host: h, port: 1}\n- {name: a, host: h, port: 1, timeout: 1}",
			`f.yml:4:3: sockets[2]: the socket "a" (tcp h:1) stands here again; it is already at sockets[0]`},
		{"twice in two spellings", "- {name: a, host: h, port: 1}\n- {name: a, host: '::1', port: 1}\n- {name: a, host: '[::1]', port: 1}",
			`f.yml:4:3: sockets[2]: the socket "a" (tcp [::1]:1) stands here again; it is already at sockets[1]`},
		{"twice by default", "- {name: a, host: h, port: 1}\n- {name: a, host: h, port: '1', protocol: TCP}",
			`f.yml:3:3: sockets[1]: the socket "a" (tcp h:1) stands here again; it is already at sockets[0]`},
		{"a name that cannot be shown", `- {name: "a\x1b[2J", host: h, port: 1}`, `f.yml:2:10: sockets[0].name: "a\x1b[2J" contains a control character, or is not UTF-8`},
		{"a name without end", `- {name: ` + strings.Repeat("n", 501) + `, host: h, port: 1}`, `f.yml:2:10: sockets[0].name: a name of 501 bytes is too long; at most 500 are shown`},
		{"tls over udp", "- name: a\n  host: h\n  port: 1\n  protocol: udp\n  tls: {}", `f.yml:6:8: sockets[0].tls: tls cannot be used with udp: the handshake needs tcp`},
		{"close of udp", "- {name: a, host: h, port: 1, protocol: udp, close: rst}", `f.yml:2:53: sockets[0].close: reset cannot be used with udp: only tcp connections can be reset`},
		{"preset of tcp", "- {name: a, host: h, port: 1, udp: {preset: dns}}", `f.yml:2:45: sockets[0].udp.preset: preset dns cannot be used with tcp: presets are for udp`},
		{"require_answer of tcp", "- {name: a, host: h, port: 1, udp: {require_answer: true}}", `f.yml:2:53: sockets[0].udp.require_answer: require_answer cannot be used with tcp: it is for udp and unixgram`},
		{"send to a ping", "- {name: a, host: h, protocol: ip, send: x}", `f.yml:2:42: sockets[0].send: send cannot be used with ip: an echo request carries its own payload`},
		{"expression", "- {name: a, host: h, port: 1, expect: '('}", "f.yml:2:39: sockets[0].expect: \"(\" is no regular expression: error parsing regexp: missing closing ): `(`"},
		{"source no address", "- {name: a, host: h, port: 1, source: eth0}", `f.yml:2:39: sockets[0].source: ParseAddr("eth0"): unable to parse IP`},
		{"source of the other family", "- {name: a, host: 127.0.0.1, port: 1, source: '::1'}", `f.yml:2:19: sockets[0].host: host "127.0.0.1" is an IPv4 address, which source ::1 (IPv6) cannot reach`},
		{"interface", "- {name: a, host: h, port: 1, interface: a/b}", `f.yml:2:42: sockets[0].interface: interface "a/b" cannot be a device name (1 to 15 bytes, no slash, no blank)`},
		{"hours", "- {name: a, host: h, port: 1, active: [Mon-Fri, 8-18]}", `f.yml:2:49: sockets[0].active[1]: "8-18" is no window; write for example Mon-Fri 08:00-18:00, Sat,Sun or 22:00-06:00`},
		{"downtime", "- {name: a, host: h, port: 1, downtime: [nightly]}", `f.yml:2:42: sockets[0].downtime[0]: "nightly" is no window; write for example Mon-Fri 08:00-18:00, Sat,Sun or 22:00-06:00`},
		{"zone", "- {name: a, host: h, port: 1, timezone: Berlin}", `f.yml:2:41: sockets[0].timezone: "Berlin" is no time zone; write for example Europe/Berlin or UTC`},
		{"host beside files", "- {files: [a.yml], host: h}", `f.yml:2:11: sockets[0].files: an entry has either a host or files; the sockets of the files have their own hosts`},
		{"pattern", "- {files: ['[']}", `f.yml:2:12: sockets[0].files[0]: "[" is no file pattern: a [ is not closed, or a \ ends it`},
		{"no file", "- {files: ['']}", `f.yml:2:12: sockets[0].files[0]: the name of a file is empty`},
		{"files twice", "- {files: [a.yml]}\n- {files: [a.yml]}", `f.yml:3:11: sockets[1].files: another entry is called "files a.yml"; give one of them a name`},
		{"options of files", "- {files: [a.yml], protocol: udp, tls: {}}", `f.yml:2:40: sockets[0].tls: tls cannot be used with udp: the handshake needs tcp`},
		{"several mistakes of one entry", "- {name: a, host: h, port: 0, timeout: 9, interval: 3, active: [x], expect: ')'}",
			`f.yml:2:28: sockets[0].port: port "0" is out of range (1 to 65535)` + "\n" +
				`f.yml:2:40: sockets[0].timeout: the timeout 9s is longer than the interval 3s` + "\n" +
				`f.yml:2:65: sockets[0].active[0]: "x" is no window; write for example Mon-Fri 08:00-18:00, Sat,Sun or 22:00-06:00` + "\n" +
				"f.yml:2:77: sockets[0].expect: \")\" is no regular expression: error parsing regexp: unexpected ): `)`"},
		{"mistakes of several entries", "- {name: a, host: h, port: 0}\n- {name: b, port: 1}\n- {name: c, host: h, port: 1}\n- {name: d, host: h, port: 1, protocol: x}",
			`f.yml:2:28: sockets[0].port: port "0" is out of range (1 to 65535)` + "\n" +
				`f.yml:3:3: sockets[1]: a socket needs a host: a name, an address, or for the unix protocols a path` + "\n" +
				`f.yml:5:41: sockets[3].protocol: "x" is not one of ` + protocols},
	} {
		t.Run(tt.name, func(t *testing.T) {
			specs, err := parse("sockets:\n" + tt.entries)
			if err == nil {
				t.Fatalf("no error, but %d devices", len(specs))
			}
			if diff := cmp.Diff(strings.Split(tt.want, "\n"), strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNames shows what sockets are called that share a name.
func TestNames(t *testing.T) {
	specs := mustSpecs(t, `
- {name: web, host: a, port: 1}
- {name: web, host: b, port: 1}
- {name: web, host: a, port: 1, protocol: udp}
- {name: mail, host: a, port: 25}
- {name: web, host: "::1", port: 1}
- {name: ping, host: h, protocol: ip}
- {name: ping, host: h, protocol: ip, port: 1}
- {name: ping, host: h, protocol: ip, port: 2}
- {name: path, host: "/tmp/a", protocol: unix}
- {name: path, host: "/tmp/\x1b[2J", protocol: unix}
`)
	var got []string
	for _, s := range specs {
		got = append(got, s.Name)
	}
	want := []string{"web", "web (tcp b:1)", "web (udp a:1)", "mail", "web (tcp [::1]:1)",
		"ping", "ping (ip h:1)", "ping (ip h:2)", "path", `path ("unix /tmp/\x1b[2J")`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

// TestDigest tells what restarts a socket, with its history, from what it takes over
// as it runs.
func TestDigest(t *testing.T) {
	const base = "name: a, host: h, port: 1"
	before := mustSpecs(t, "- {"+base+"}")[0]
	for _, tt := range []struct {
		name, entry string
		same        bool
	}{
		{"nothing", base, true},
		{"its place in the file", base + "}\n- {name: b, host: h, port: 2", true},
		{"a default written down", base + ", protocol: tcp, interval: 15s, timeout: 5", true},
		{"timeout", base + ", timeout: 3", true},
		{"keep", base + ", keep: 10m", true},
		{"interval", base + ", interval: 30s", false},
		{"interval: scrape", base + ", interval: scrape", false},
		{"name", "name: b, host: h, port: 1", false},
		{"host", "name: a, host: i, port: 1", false},
		{"port", "name: a, host: h, port: 2", false},
		{"protocol", base + ", protocol: tcp4", false},
		{"metrics", base + ", metrics: full", false},
		{"close", base + ", close: rst", false},
		{"source", base + ", source: 192.0.2.1", false},
		{"interface", base + ", interface: eth0", false},
		{"send", base + ", send: x", false},
		{"expect", base + ", expect: x", false},
		{"tls", base + ", tls: {}", false},
		{"active", base + ", active: [Mon]", false},
		{"downtime", base + ", downtime: [Mon]", false},
		{"timezone", base + ", timezone: Asia/Kathmandu", false},
	} {
		after := mustSpecs(t, "- {"+tt.entry+"}")[0]
		if same := after.Digest == before.Digest; same != tt.same {
			t.Errorf("with a change of %s the digest is the same: %t, want %t", tt.name, same, tt.same)
		}
	}
	const list = "- {files: [a.yml], interval: 60s}"
	if a, b := mustSpecs(t, list)[0], mustSpecs(t, list)[0]; a.Digest != b.Digest {
		t.Error("a list that has not changed has another digest")
	}
	if a, b := mustSpecs(t, list)[0], mustSpecs(t, list+"\n- {name: a, host: h, port: 1}")[0]; a.Digest == b.Digest {
		t.Error("a list has the same digest though it must leave out a socket more")
	}
	if a, b := mustSpecs(t, list)[0], mustSpecs(t, "- {files: [a.yml], interval: 61s}")[0]; a.Digest == b.Digest {
		t.Error("a list has the same digest with another interval for its sockets")
	}
}

// TestShared finds that what sockets have in common is held once.
func TestShared(t *testing.T) {
	specs := mustSpecs(t, `
- {name: a, host: h, port: 1, expect: x, active: [Mon]}
- {name: b, host: h, port: 1, expect: x, active: [Mon]}
- {name: c, host: h, port: 1, expect: x, active: [Tue]}
`)
	of := func(i int) *settings {
		d, err := specs[i].Open(device.Env{})
		if err != nil {
			t.Fatal(err)
		}
		return d.(*socket).settings
	}
	if of(0) != of(1) || specs[0].Pace != specs[1].Pace {
		t.Error("equal sockets do not share their settings and pace")
	}
	if of(0) == of(2) {
		t.Error("sockets with other hours share their settings")
	}
	if of(0).checker != of(2).checker {
		t.Error("sockets of one configuration do not share what it has looked up")
	}
}

// TestExpectedInterval tells after which time without a check nothing is known.
func TestExpectedInterval(t *testing.T) {
	for entry, want := range map[string]time.Duration{
		"":                                  15 * time.Second,
		", interval: 1m":                    time.Minute,
		", timeout: 20":                     20 * time.Second,
		", interval: scrape":                scrapeInterval,
		", interval: scrape, timeout: 20":   scrapeInterval,
		", metrics: full, interval: scrape": scrapeInterval,
	} {
		d, err := mustSpecs(t, "- {name: a, host: h, port: 1"+entry+"}")[0].Open(device.Env{})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.(*socket).settings.interval; got != want {
			t.Errorf("%q: a check is expected every %s, want %s", entry, got, want)
		}
		if (d.(*socket).history.more != nil) != strings.Contains(entry, "full") {
			t.Errorf("%q: a profile is kept: %t", entry, d.(*socket).history.more != nil)
		}
	}
}

// TestTLSForms asks for a handshake in each of the ways that people write.
func TestTLSForms(t *testing.T) {
	for form, want := range map[string]bool{
		"":                        false,
		", tls: true":             true,
		", tls: {}":               true,
		", tls: {server_name: x}": true,
		", tls: {enabled: true}":  true,
		", tls: false":            false,
		", tls: {enabled: false}": false,
		", tls: {insecure: true}": true,
	} {
		specs, err := parse("sockets:\n- {name: a, host: h, port: 1" + form + "}")
		if err != nil {
			t.Errorf("%q: %v", form, err)
			continue
		}
		d, err := specs[0].Open(device.Env{})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.(*socket).settings.options.TLS != nil; got != want {
			t.Errorf("%q: a handshake: %t, want %t", form, got, want)
		}
	}
}

// TestFlags reads sockets from the command line.
func TestFlags(t *testing.T) {
	for _, tt := range []struct {
		target string
		labels []string
		err    string
	}{
		{target: "tcp://h:80", labels: []string{`name="tcp://h:80",host="h",port="80",protocol="tcp"`}},
		{target: "h:80", labels: []string{`name="h:80",host="h",port="80",protocol="tcp"`}},
		{target: "[::1]:80", labels: []string{`name="[::1]:80",host="::1",port="80",protocol="tcp"`}},
		{target: "UDP://h:53", labels: []string{`name="UDP://h:53",host="h",port="53",protocol="udp"`}},
		{target: "ip://h", labels: []string{`name="ip://h",host="h",port="",protocol="ip"`}},
		{target: "unix:///run/x.sock", labels: []string{`name="unix:///run/x.sock",host="/run/x.sock",port="",protocol="unix"`}},
		{target: "h:1,tcp://h:2, udp://h:3", labels: []string{`name="h:1",host="h",port="1",protocol="tcp"`,
			`name="tcp://h:2",host="h",port="2",protocol="tcp"`, `name="udp://h:3",host="h",port="3",protocol="udp"`}},
		{target: "h", err: "--sockets.target: [0].port: port is missing: give a number from 1 to 65535"},
		{target: "h:1,h:0", err: `--sockets.target: [1].port: port "0" is out of range (1 to 65535)`},
		{target: "http://h:80", err: `--sockets.target: [0].protocol: "http" is not one of tcp, tcp4, tcp6, udp, udp4, udp6, ip, ip4, ip6, unix, unixgram, unixpacket, ip4:icmp, ip4:1, ip6:ipv6-icmp`},
		{target: " ,", err: "--sockets.target: [0]: a socket needs a name\n" +
			"--sockets.target: [0]: a socket needs a host: a name, an address, or for the unix protocols a path\n" +
			"--sockets.target: [0].port: port is missing: give a number from 1 to 65535"},
		{target: "h:1,h:1", err: `--sockets.target: [1]: the socket "h:1" (tcp h:1) stands here again; it is already at sockets[0]`},
	} {
		t.Run(tt.target, func(t *testing.T) {
			c, err := config.Load(config.Source{Flags: map[string]map[string]string{"sockets": {"target": tt.target}}}, kinds)
			if tt.err != "" {
				if err == nil {
					t.Fatalf("no error, but %d devices", len(c.Specs))
				}
				if diff := cmp.Diff(tt.err, err.Error()); diff != "" {
					t.Errorf("message (-want +got):\n%s", diff)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var labels []string
			for _, s := range c.Specs {
				labels = append(labels, string(s.Labels))
			}
			if diff := cmp.Diff(tt.labels, labels); diff != "" {
				t.Errorf("labels (-want +got):\n%s", diff)
			}
		})
	}
}
