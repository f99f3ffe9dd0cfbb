package sockets

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"home_exporter/internal/device"
)

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
