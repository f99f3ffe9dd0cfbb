package sockets

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/config"
	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// A folder is where the lists of a test are. Its clock gives each file that is written
// another time, long ago.
type folder struct {
	t    testing.TB
	path string
	now  time.Time
}

func newFolder(t testing.TB) *folder {
	return &folder{t, t.TempDir(), time.Now().Add(-time.Hour)}
}

func (f *folder) file(name string) string { return filepath.Join(f.path, name) }

func (f *folder) write(name, text string) {
	f.t.Helper()
	if err := os.WriteFile(f.file(name), []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
	f.age(name)
}

// age makes the file one that was written when the clock of the folder says.
func (f *folder) age(name string) {
	f.t.Helper()
	f.now = f.now.Add(time.Second)
	if err := os.Chtimes(f.file(name), f.now, f.now); err != nil {
		f.t.Fatal(err)
	}
}

func (f *folder) remove(name string) {
	f.t.Helper()
	if err := os.Remove(f.file(name)); err != nil {
		f.t.Fatal(err)
	}
}

// specs returns those of a configuration in the folder.
func (f *folder) specs(entries string) []device.Spec {
	f.t.Helper()
	c, err := config.Parse(f.file("home_exporter.yml"), []byte("sockets:\n"+entries), config.Source{}, kinds)
	if err != nil {
		f.t.Fatal(err)
	}
	return c.Specs
}

// open returns the list that is the last entry of a configuration in the folder.
func (f *folder) open(entries string) *list {
	f.t.Helper()
	specs := f.specs(entries)
	spec := specs[len(specs)-1]
	if !spec.Local || spec.Swarm {
		f.t.Errorf("%s: local %t, one of a swarm %t", spec.Name, spec.Local, spec.Swarm)
	}
	d, err := spec.Open(device.Env{})
	if err != nil {
		f.t.Fatal(err)
	}
	return d.(*list)
}

// expect polls the list and compares the labels of what it has found with what is
// wanted, and its error; "same" stands for nothing new.
func expect(t *testing.T, l *list, wantErr string, labels ...string) {
	t.Helper()
	var batch metric.Batch
	err := l.Poll(t.Context(), &batch)
	if got := textOf(err); got != wantErr {
		t.Errorf("error %q, want %q", got, wantErr)
	}
	specs, changed := l.Found()
	if changed != !slices.Equal(labels, []string{"same"}) {
		t.Errorf("found something new: %t; %d sockets", changed, len(specs))
		return
	}
	if !changed {
		return
	}
	var got []string
	for _, s := range specs {
		got = append(got, string(s.Labels))
		if !s.Swarm || s.Local {
			t.Errorf("%s: one of a swarm %t, local %t", s.Name, s.Swarm, s.Local)
		}
	}
	if diff := cmp.Diff(labels, got); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	if _, again := l.Found(); again {
		t.Error("the same was found twice")
	}
}

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

func TestListFiles(t *testing.T) {
	const a, b, c = `name="a:1",host="a",port="1",protocol="tcp"`, `name="b:1",host="b",port="1",protocol="tcp"`, `name="c:1",host="c",port="1",protocol="tcp"`
	target := func(host string) string { return "- targets: ['" + host + ":1']\n" }

	t.Run("files come, change and go", func(t *testing.T) {
		f := newFolder(t)
		l := f.open("- {files: ['*.yml', '*.json']}")
		expect(t, l, "")
		f.write("a.yml", target("a"))
		expect(t, l, "", a)
		expect(t, l, "", "same")
		f.write("b.json", `[{"targets": ["b:1"]}]`)
		expect(t, l, "", a, b)
		f.write("a.yml", target("c"))
		expect(t, l, "", c, b)
		f.remove("b.json")
		expect(t, l, "", c)
		f.remove("a.yml")
		expect(t, l, "")
		expect(t, l, "", "same")
	})
	t.Run("the same length and another time", func(t *testing.T) {
		f := newFolder(t)
		f.write("a.yml", target("a"))
		l := f.open("- {files: [a.yml]}")
		expect(t, l, "", a)
		f.write("a.yml", target("b"))
		expect(t, l, "", b)
	})
	t.Run("a broken file keeps what runs", func(t *testing.T) {
		f := newFolder(t)
		f.write("a.yml", target("a"))
		f.write("b.yml", target("b"))
		l := f.open("- {files: ['*.yml']}")
		expect(t, l, "", a, b)
		f.write("b.yml", "- targets: ['b']\n")
		broken := f.file("b.yml") + `: group 1: target "b": port is missing: give a number from 1 to 65535`
		expect(t, l, broken, "same")
		expect(t, l, broken, "same")
		f.write("a.yml", target("c"))
		expect(t, l, broken, "same")
		f.write("b.yml", target("b"))
		expect(t, l, "", c, b)
	})
	t.Run("a file that appears later", func(t *testing.T) {
		f := newFolder(t)
		l := f.open("- {files: [a.yml]}")
		missing := "stat " + f.file("a.yml") + ": no such file or directory"
		expect(t, l, missing, "same")
		expect(t, l, missing, "same")
		f.write("a.yml", target("a"))
		expect(t, l, "", a)
		f.remove("a.yml")
		expect(t, l, missing, "same")
		f.write("a.yml", target("b"))
		expect(t, l, "", b)
	})
	t.Run("a swapped link", func(t *testing.T) {
		// As a ConfigMap is mounted: a.yml -> ..data/a.yml, ..data -> ..v1; a new version
		// is one rename of ..data. Here both versions have the same time and length.
		f := newFolder(t)
		for version, host := range map[string]string{"..v1": "a", "..v2": "b"} {
			if err := os.Mkdir(f.file(version), 0o700); err != nil {
				t.Fatal(err)
			}
			f.write(version+"/a.yml", target(host))
			if err := os.Chtimes(f.file(version+"/a.yml"), f.now.Truncate(time.Hour), f.now.Truncate(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		point := func(version string) {
			if err := errors.Join(os.Symlink(version, f.file("..new")), os.Rename(f.file("..new"), f.file("..data"))); err != nil {
				t.Fatal(err)
			}
		}
		point("..v1")
		if err := os.Symlink("..data/a.yml", f.file("a.yml")); err != nil {
			t.Fatal(err)
		}
		l := f.open("- {files: ['*.yml']}")
		expect(t, l, "", a)
		point("..v2")
		expect(t, l, "", b)
		expect(t, l, "", "same")
	})
	t.Run("hidden files and a dangling link", func(t *testing.T) {
		f := newFolder(t)
		f.write("a.yml", target("a"))
		f.write(".a.yml.swp.yml", "rubbish")
		if err := os.Symlink("nowhere", f.file(".#a.yml")); err != nil {
			t.Fatal(err)
		}
		expect(t, f.open("- {files: ['*.yml']}"), "", a)
		f.write(".b.yml", target("b"))
		expect(t, f.open("- {files: ['.b*']}"), "", b)
		if err := os.Symlink("nowhere", f.file("x.yml")); err != nil {
			t.Fatal(err)
		}
		expect(t, f.open("- {files: ['*.yml']}"), "stat "+f.file("x.yml")+": no such file or directory", "same")
	})
	t.Run("a file that two patterns match", func(t *testing.T) {
		f := newFolder(t)
		f.write("a.yml", target("a"))
		expect(t, f.open("- {files: ['*.yml', a.yml, './a.*', "+f.file("a.yml")+"]}"), "", a)
	})
	t.Run("twice in two files", func(t *testing.T) {
		f := newFolder(t)
		f.write("a.yml", target("a"))
		f.write("b.yml", target("b")+target("a"))
		expect(t, f.open("- {files: ['*.yml']}"),
			f.file("b.yml")+`: group 2: target "a:1": the socket "a:1" (tcp a:1) stands here again; it is already at `+f.file("a.yml")+": group 1", "same")
	})
	t.Run("a folder with brackets and stars in its name", func(t *testing.T) {
		f := newFolder(t)
		f.path = f.file(`[x]*?\y`)
		if err := os.Mkdir(f.path, 0o700); err != nil {
			t.Fatal(err)
		}
		f.write("a.yml", target("a"))
		expect(t, f.open("- {files: ['*.yml']}"), "", a)
		expect(t, f.open("- {files: ['a.yml']}"), "", a)
	})
	t.Run("relative to the folder of the configuration", func(t *testing.T) {
		f := newFolder(t)
		if err := os.Mkdir(f.file("lists"), 0o700); err != nil {
			t.Fatal(err)
		}
		f.write("lists/a.yml", target("a"))
		t.Chdir(t.TempDir())
		expect(t, f.open("- {files: ['lists/*.yml']}"), "", a)
		expect(t, f.open("- {files: ['./lists/../lists/a.yml']}"), "", a)
		expect(t, f.open("- {files: ['"+f.path+"/lists/*']}"), "", a)
	})
	t.Run("a directory", func(t *testing.T) {
		f := newFolder(t)
		if err := os.Mkdir(f.file("lists"), 0o700); err != nil {
			t.Fatal(err)
		}
		expect(t, f.open("- {files: [lists]}"), f.file("lists")+": this is a directory; name the files in it, as in "+f.file("lists/*.yml"), "same")
	})
	t.Run("a device", func(t *testing.T) {
		f := newFolder(t)
		expect(t, f.open("- {files: [/dev/null]}"), "/dev/null: this is no regular file", "same")
	})
	t.Run("canceled", func(t *testing.T) {
		f := newFolder(t)
		f.write("a.yml", target("a"))
		l := f.open("- {files: [a.yml]}")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := l.Poll(ctx, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that of the context", err)
		}
		if _, changed := l.Found(); changed {
			t.Error("something was found")
		}
		expect(t, l, "", a)
	})
}

// TestListIsNotReadWhileItIsWritten leaves a file alone until it has rested, but not
// for ever, and reads it again when it was read in the moment of its change.
func TestListIsNotReadWhileItIsWritten(t *testing.T) {
	const a, b, c = `name="a:1",host="a",port="1",protocol="tcp"`, `name="b:1",host="b",port="1",protocol="tcp"`, `name="c:1",host="c",port="1",protocol="tcp"`
	f := newFolder(t)
	write := func(host string, age time.Duration) {
		f.write("a.yml", "- targets: ['"+host+":1']\n")
		at := time.Now().Add(-age)
		if err := os.Chtimes(f.file("a.yml"), at, at); err != nil {
			t.Fatal(err)
		}
	}
	write("a", 0)
	l := f.open("- {files: [a.yml]}")
	expect(t, l, "", a) // at the beginning there is nothing to lose
	write("b", time.Minute)
	expect(t, l, "", b)
	write("c", 0)
	expect(t, l, "", "same")
	write("c", time.Minute)
	expect(t, l, "", c)

	for range maxWaits {
		write("a", 0)
		expect(t, l, "", "same")
	}
	write("a", 0) // somebody writes it all the time
	expect(t, l, "", a)

	write("b", -time.Hour) // a file server's clock is ahead
	expect(t, l, "", b)
	expect(t, l, "", "same")

	write("a", 0)
	l = f.open("- {files: [a.yml]}")
	expect(t, l, "", a)
	info, err := os.Stat(f.file("a.yml"))
	if err != nil {
		t.Fatal(err)
	}
	write("c", 0) // in the same tick of the file system's clock
	if err := os.Chtimes(f.file("a.yml"), info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	for range maxWaits {
		expect(t, l, "", "same")
	}
	expect(t, l, "", c)
}

// TestListTooLarge finds that a list which was cut at the limit is not taken for whole.
func TestListTooLarge(t *testing.T) {
	for _, size := range []int{9, 10, 11, 1000} {
		text := "[]" + strings.Repeat(" ", size-2)
		for name, read := range map[string]func(io.Reader, func(int, group) error) error{"JSON": readJSON, "YAML": readYAML} {
			err := read(&bounded{in: strings.NewReader(text), limit: 10}, nil)
			if size <= 10 && err != nil || size > 10 && (err == nil || !strings.Contains(err.Error(), "the file is larger than")) {
				t.Errorf("%s of %d bytes with a limit of 10: %v", name, size, err)
			}
		}
	}
	if want := "the file is larger than 16 MiB, the limit of its format; split it"; (tooLargeError{maxYAML}).Error() != want {
		t.Errorf("the message is %q, want %q", tooLargeError{maxYAML}, want)
	}
}

// TestListIsBounded ends a list that goes on and on.
func TestListIsBounded(t *testing.T) {
	l := newFolder(t).open("- {files: [a.yml]}")
	b := newBuilder(l.defaults, l.checker)
	b.specs = make([]device.Spec, maxListed-1)
	var wrong mistakes
	err := l.addGroup(b, place{"a.yml", 0}, group{Targets: []string{"a:1", "b:1", "c:1"}}, &wrong)
	if want := "more than 1000000 sockets; split the list into several entries"; textOf(err) != want || wrong.join() != nil {
		t.Errorf("error %v, mistakes %v, want %q", err, wrong.join(), want)
	}
}

// TestListMistakesAreBounded reads a list that is wrong throughout.
func TestListMistakesAreBounded(t *testing.T) {
	f := newFolder(t)
	f.write("a.yml", strings.Repeat("- targets: ['a:0']\n", 1000))
	err := f.open("- {files: [a.yml]}").Poll(t.Context(), nil)
	lines := strings.Split(textOf(err), "\n")
	if len(lines) != maxMistakes+1 || lines[maxMistakes] != "and 990 more" {
		t.Errorf("%d lines, the last: %s", len(lines), lines[len(lines)-1])
	}
}
