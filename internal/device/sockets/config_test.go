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
