//go:build unix

package config

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestLoadFromPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	done := make(chan error)
	go func() { done <- os.WriteFile(path, []byte("doors: [{host: a, port: 1}]\n"), 0o600) }()
	l := NewLoader(Source{Path: path}, toys())
	c, err := l.Load()
	if werr := <-done; werr != nil {
		t.Fatal(werr)
	}
	if err != nil || len(c.Specs) != 1 {
		t.Fatalf("Load = %v, %v; want one device", c, err)
	}
	if l.Changed() {
		t.Error("Changed() = true for a pipe, whose content is gone")
	}
}

func TestSecretFileMustBeRegular(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	name := filepath.Join(dir, "c.yml")
	_, err := Parse(name, []byte("hub: {user_name: u, password_file: pipe}\n"), Source{}, toys())
	want := name + ":1:36: hub.password_file: read " + filepath.Join(dir, "pipe") + ": not a regular file"
	if err == nil || err.Error() != want {
		t.Errorf("got the error %v, want %s", err, want)
	}
}
