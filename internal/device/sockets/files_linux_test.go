package sockets

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// asNobody runs f as a user who may not read what others have. Root gives up its
// rights for that, on one thread, which ends with it.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	const nobody = 65534
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		for _, call := range []uintptr{syscall.SYS_SETFSGID, syscall.SYS_SETFSUID} {
			syscall.RawSyscall(call, nobody, 0, 0) // returns who it was before
		}
		f()
	}()
	<-done
}

// TestListWithoutPermission keeps what runs when a file or its folder may not be read.
func TestListWithoutPermission(t *testing.T) {
	f := newFolder(t)
	chmod := func(path string, mode os.FileMode) {
		t.Helper()
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(f.file("lists"), 0o755); err != nil {
		t.Fatal(err)
	}
	f.write("a.yml", "- targets: ['a:1']\n")
	f.write("lists/b.yml", "[]")
	for _, dir := range []string{filepath.Dir(f.path), f.path} {
		chmod(dir, 0o755) // folders of tests are for their user alone
	}
	chmod(f.file("lists/b.yml"), 0o644)
	l := f.open("- {files: [a.yml, lists/b.yml]}")
	expect(t, l, "", `name="a:1",host="a",port="1",protocol="tcp"`)
	denied := func(want string) {
		t.Helper()
		var err error
		asNobody(t, func() { err = l.Poll(t.Context(), new(metric.Batch)) })
		if textOf(err) != want || device.ReasonOf(err) != device.Permission || device.HintOf(err) == "" {
			t.Errorf("error %q, reason %s, hint %q, want %q, permission and a hint", textOf(err), device.ReasonOf(err), device.HintOf(err), want)
		}
		if _, changed := l.Found(); changed {
			t.Error("something was found")
		}
	}
	f.write("a.yml", "- targets: ['b:1']\n")
	chmod(f.file("a.yml"), 0)
	denied(f.file("a.yml") + ": permission denied")
	chmod(f.file("lists"), 0)
	t.Cleanup(func() { os.Chmod(f.file("lists"), 0o700) }) // for the folder to be removed
	denied("stat " + f.file("lists/b.yml") + ": permission denied")
}
