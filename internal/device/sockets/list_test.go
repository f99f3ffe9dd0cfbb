package sockets

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device"
)

func TestListContent(t *testing.T) {
	for _, tt := range []struct {
		name, entry, file, text string
		labels                  []string
		err                     string // with FILE for the file's path
	}{
		{name: "JSON", file: "a.json", text: `[{"targets": ["h:1"], "labels": {"name": "n"}}]`,
			labels: []string{`name="n",host="h",port="1",protocol="tcp"`}},
		{name: "YAML", file: "a.yml", text: "- targets: ['h:1']\n  labels: {name: n}\n",
			labels: []string{`name="n",host="h",port="1",protocol="tcp"`}},
		{name: "any other ending is YAML", file: "a.list", text: "- targets: ['h:1']\n",
			labels: []string{`name="h:1",host="h",port="1",protocol="tcp"`}},
		{name: "an address is the name of a target without one", file: "a.yml", text: "- targets: ['tcp://h:1', 'udp://h:2', 'ip://h', '[::1]:3', 'unix:///run/x']\n",
			labels: []string{`name="h:1",host="h",port="1",protocol="tcp"`, `name="h:2",host="h",port="2",protocol="udp"`,
				`name="h",host="h",port="",protocol="ip"`, `name="[::1]:3",host="::1",port="3",protocol="tcp"`, `name="/run/x",host="/run/x",port="",protocol="unix"`}},
		{name: "one name for several targets", file: "a.yml", text: "- targets: ['a:1', 'b:1']\n  labels: {name: n}\n",
			labels: []string{`name="n",host="a",port="1",protocol="tcp"`, `name="n",host="b",port="1",protocol="tcp"`}},
		{name: "labels are for all targets of their group, and no other", file: "a.yml", text: "- targets: ['a:1']\n  labels: {protocol: UDP}\n- targets: ['a:1']\n",
			labels: []string{`name="a:1",host="a",port="1",protocol="udp"`, `name="a:1",host="a",port="1",protocol="tcp"`}},
		{name: "the protocol of the entry", entry: "protocol: ip", file: "a.yml", text: "- targets: ['a', '::1', '[::2]', 'tcp://b:1']\n",
			labels: []string{`name="a",host="a",port="",protocol="ip"`, `name="::1",host="::1",port="",protocol="ip"`,
				`name="::2",host="::2",port="",protocol="ip"`, `name="b:1",host="b",port="1",protocol="tcp"`}},
		{name: "labels for Prometheus are passed over", file: "a.yml", text: "- targets: ['a:1']\n  labels: {site: cellar, __meta_x: y, host: z, job: j}\n",
			labels: []string{`name="a:1",host="a",port="1",protocol="tcp"`}},
		{name: "an empty list", file: "a.json", text: "[]"},
		{name: "an empty group", file: "a.json", text: "[{}]"},
		{name: "an empty YAML file", file: "a.yml", text: ""},
		{name: "an empty JSON file", file: "a.json", text: "",
			err: `FILE: a list of groups is expected, as Prometheus' file_sd has it: [{"targets": ["host:port"]}]`},
		{name: "a target without port", file: "a.yml", text: "- targets: ['a:1']\n- targets: ['b:1', 'a']\n",
			err: `FILE: group 2: target "a": port is missing: give a number from 1 to 65535`},
		{name: "all mistakes", file: "a.yml", text: "- targets: ['a:0', 'b c:1']\n- targets: ['a:1']\n  labels: {timeout: soon, interval: -1}\n- targets: ['x://a:1']\n",
			err: `FILE: group 1: target "a:0": port "0" is out of range (1 to 65535)` + "\n" +
				`FILE: group 1: target "b c:1": host "b c" contains ' ', which no name has` + "\n" +
				`FILE: group 2: the label timeout: "soon" is no duration; write for example 30s, 1m30s or 2.5 (seconds)` + "\n" +
				`FILE: group 2: the label interval: "-1" is negative` + "\n" +
				`FILE: group 3: target "x://a:1": protocol: "x" is not one of tcp, tcp4, tcp6, udp, udp4, udp6, ip, ip4, ip6, unix, unixgram, unixpacket, ip4:icmp, ip4:1, ip6:ipv6-icmp`},
		{name: "a timeout over the interval", entry: "interval: 10s", file: "a.yml", text: "- targets: ['a:1']\n  labels: {timeout: 11}\n",
			err: `FILE: group 1: target "a:1": timeout: the timeout 11s is longer than the interval 10s`},
		{name: "options that do not fit a target", entry: "tls: {}", file: "a.yml", text: "- targets: ['a:1', 'udp://a:1']\n",
			err: `FILE: group 1: target "udp://a:1": tls cannot be used with udp: the handshake needs tcp`},
		{name: "twice", file: "a.yml", text: "- targets: ['a:1', 'b:1']\n- targets: ['a:2']\n- targets: ['a:1']\n",
			err: `FILE: group 3: target "a:1": the socket "a:1" (tcp a:1) stands here again; it is already at FILE: group 1`},
		{name: "a broken file", file: "a.json", text: `[{"targets": ["a:1"]},`, err: "FILE: group 2: the file ends too early"},
		{name: "a name with control characters", file: "a.json", text: `[{"targets": ["a:1"], "labels": {"name": "\u001b[2J"}}]`,
			err: `FILE: group 1: target "a:1": name: "\x1b[2J" contains a control character, or is not UTF-8`},
		{name: "a target without end", file: "a.yml", text: "- targets: ['" + strings.Repeat("x", 1001) + ":1']\n", err: "FILE: group 1: a target of 1003 bytes is too long"},
		{name: "a label without end", file: "a.yml", text: "- targets: ['a:1']\n  labels: {name: " + strings.Repeat("x", 1001) + "}\n", err: "FILE: group 1: the label name has 1001 bytes, which is too long"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFolder(t)
			f.write(tt.file, tt.text)
			entry := "files: [" + tt.file + "]"
			if tt.entry != "" {
				entry += ", " + tt.entry
			}
			l := f.open("- {" + entry + "}")
			if tt.err != "" {
				expect(t, l, strings.ReplaceAll(tt.err, "FILE", f.file(tt.file)), "same")
				if err := l.Poll(t.Context(), nil); device.ReasonOf(err) != device.Parse || device.HintOf(err) == "" {
					t.Errorf("reason %s, hint %q, want parse and a hint", device.ReasonOf(err), device.HintOf(err))
				}
				return
			}
			expect(t, l, "", tt.labels...)
			expect(t, l, "", "same")
		})
	}
}

// TestListPace takes the pace of sockets from their group, their entry and the defaults.
func TestListPace(t *testing.T) {
	f := newFolder(t)
	f.write("a.yml", `
- targets: ['a:1']
- targets: ['b:1']
  labels: {timeout: 2, interval: 1m}
- targets: ['c:1']
  labels: {interval: scrape}
`)
	l := f.open("- {files: [a.yml], interval: 30s, timeout: 500ms}")
	if err := l.Poll(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	specs, _ := l.Found()
	for i, want := range []device.Pace{
		{Interval: 30 * time.Second, Timeout: 500 * time.Millisecond, Keep: 90 * time.Second},
		{Interval: time.Minute, Timeout: 2 * time.Second, Keep: 3 * time.Minute},
		{Interval: 15 * time.Second, Timeout: 500 * time.Millisecond, Keep: 45 * time.Second, OnScrape: true},
	} {
		if *specs[i].Pace != want {
			t.Errorf("%s: pace %+v, want %+v", specs[i].Name, *specs[i].Pace, want)
		}
	}
}

// TestListNames calls the sockets of lists by their addresses, so that two lists can
// have the same names.
func TestListNames(t *testing.T) {
	f := newFolder(t)
	f.write("a.yml", "- targets: ['h:1', 'ip://h', '[::1]:2']\n  labels: {name: n}\n- targets: ['h:1', 'unix:///run/x']\n")
	l := f.open("- {files: [a.yml]}")
	if err := l.Poll(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	specs, _ := l.Found()
	var got []string
	for _, s := range specs {
		got = append(got, s.Name)
	}
	want := []string{"n (tcp h:1)", "n (ip h)", "n (tcp [::1]:2)", "tcp h:1", "unix /run/x"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

// TestListLeavesOut what the configuration has itself: two series with the same
// labels would spoil the page.
func TestListLeavesOut(t *testing.T) {
	f := newFolder(t)
	f.write("a.yml", "- targets: ['h:1', 'h:2']\n  labels: {name: n}\n")
	expect(t, f.open("- {name: n, host: h, port: 2}\n- {name: x, host: h, port: 1}\n- {files: [a.yml]}"), "",
		`name="n",host="h",port="1",protocol="tcp"`)
}
