package config

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestChanged takes one loader through the life of its files.
func TestChanged(t *testing.T) {
	dir := t.TempDir()
	file, secret := filepath.Join(dir, "c.yml"), filepath.Join(dir, "secret")
	l := NewLoader(Source{Path: file}, toys())
	steps := []struct {
		what    string
		do      func()
		changed bool
		valid   bool
	}{
		{"there is no file", func() {}, false, false},
		{"the file appears, its secret is missing", func() {
			write(t, file, "hub: {user_name: u, password_file: secret}\n")
		}, true, false},
		{"nothing happens to the broken file", func() {}, false, false},
		{"the secret appears", func() { write(t, secret, "open sesame") }, true, true},
		{"nothing happens", func() {}, false, true},
		{"the file is touched", func() {
			if err := os.Chtimes(file, time.Time{}, time.Unix(1, 0)); err != nil {
				t.Fatal(err)
			}
		}, false, true},
		{"the file is written again as it was", func() {
			write(t, file, "hub: {user_name: u, password_file: secret}\n")
		}, false, true},
		{"the secret changes", func() { write(t, secret, "open barley") }, true, true},
		{"the file changes", func() { write(t, file, "hub: {user_name: v, password_file: secret}\n") }, true, true},
		{"the file breaks", func() { write(t, file, "hub: [\n") }, true, false},
		{"a secret changes that the broken file does not show", func() { write(t, secret, "x") }, false, false},
		{"the file goes", func() {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}, true, false},
	}
	if l.Changed() {
		t.Error("Changed() = true before the first Load")
	}
	if _, err := l.Load(); err == nil {
		t.Fatal("a file that is not there was loaded")
	}
	for _, step := range steps {
		step.do()
		if got := l.Changed(); got != step.changed {
			t.Errorf("%s: Changed() = %v, want %v", step.what, got, step.changed)
		}
		if _, err := l.Load(); (err == nil) != step.valid {
			t.Errorf("%s: Load: %v, want valid %v", step.what, err, step.valid)
		}
		if l.Changed() {
			t.Errorf("%s: Changed() = true right after Load", step.what)
		}
	}
}

// TestChangedByLinks does what Kubernetes does with a ConfigMap: the file is a link
// through a link to a folder, and that one is exchanged.
func TestChangedByLinks(t *testing.T) {
	dir := t.TempDir()
	for version, text := range map[string]string{"v1": "doors: []\n", "v2": "doors: [{host: a, port: 1}]\n", "v3": "doors: [{host: a, port: 1}]\n"} {
		if err := os.Mkdir(filepath.Join(dir, version), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, version, "c.yml"), text)
	}
	swap := func(version string) {
		if err := os.Symlink(version, filepath.Join(dir, "..new")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, "..new"), filepath.Join(dir, "..data")); err != nil {
			t.Fatal(err)
		}
	}
	swap("v1")
	if err := os.Symlink("..data/c.yml", filepath.Join(dir, "c.yml")); err != nil {
		t.Fatal(err)
	}
	l := NewLoader(Source{Path: filepath.Join(dir, "c.yml")}, toys())
	c1, err := l.Load()
	if err != nil {
		t.Fatal(err)
	}
	swap("v2")
	if !l.Changed() {
		t.Error("Changed() = false after the folder was exchanged")
	}
	c2, err := l.Load()
	if err != nil {
		t.Fatal(err)
	}
	if c1.Hash == c2.Hash {
		t.Error("two contents have one hash")
	}
	swap("v3")
	if l.Changed() {
		t.Error("Changed() = true after an exchange for the same content")
	}
}

func TestHash(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "c.yml")
	write(t, filepath.Join(dir, "secret"), "one")
	load := func(text string) [32]byte {
		t.Helper()
		write(t, file, text)
		c, err := Load(Source{Path: file}, toys())
		if err != nil {
			t.Fatal(err)
		}
		return c.Hash
	}
	const text = "hub: {user_name: u, password_file: secret}\n"
	first := load(text)
	if load(text) != first {
		t.Error("the same inputs have two hashes")
	}
	if load(text+"# a comment\n") == first {
		t.Error("another file has the same hash")
	}
	write(t, filepath.Join(dir, "secret"), "two")
	if load(text) == first {
		t.Error("another secret has the same hash")
	}
}
