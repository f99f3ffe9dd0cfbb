//go:build unix

package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startProcess runs home_sim, with a stand-in for the reader, as a process in a group of its own, as a shell does. All
// that both write comes to the screen; ended closes when the last of them has ended.
func startProcess(t *testing.T) (cmd *exec.Cmd, out *screen, ended <-chan struct{}) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd = exec.Command(os.Args[0], "--config.out="+filepath.Join(dir, "house.yml"), "--run="+os.Args[0],
		"--run.listen-address=127.0.0.1:0", "--", "--log.level=debug")
	cmd.Env = append(os.Environ(), role+"=home_sim", "TMPDIR="+dir,
		"GORACE=atexit_sleep_ms=0") // the race detector else lets each process wait a second
	cmd.Stdout, cmd.Stderr = write, write
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	out = &screen{}
	closed := make(chan struct{})
	go func() {
		io.Copy(out, read)
		close(closed)
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		read.Close()
		<-closed
	})
	return cmd, out, closed
}

func awaitEnd(t *testing.T, out *screen, ended <-chan struct{}) string {
	t.Helper()
	select {
	case <-ended:
	case <-time.After(patience):
		text, _ := out.look()
		t.Fatalf("somebody is still there:\n%s", text)
	}
	text, _ := out.look()
	return text
}

func TestSignalsEndBoth(t *testing.T) {
	tests := map[string]struct {
		signal syscall.Signal
		group  bool // as a terminal does
	}{
		"Ctrl-C":           {syscall.SIGINT, true},
		"terminal closes":  {syscall.SIGHUP, true},
		"kill":             {syscall.SIGTERM, false},
		"interrupt to one": {syscall.SIGINT, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cmd, out, ended := startProcess(t)
			out.await(t, "reader has started")
			to := cmd.Process.Pid
			if tt.group {
				to = -to
			}
			if err := syscall.Kill(to, tt.signal); err != nil {
				t.Fatal(err)
			}
			text := awaitEnd(t, out, ended)
			if err := cmd.Wait(); err != nil {
				t.Errorf("home_sim: %v", err)
			}
			if !strings.Contains(text, "reader heard terminated") || strings.Contains(text, "reader heard also") {
				t.Errorf("want that the reader hears SIGTERM and nothing else:\n%s", text)
			}
			wantArgs := `"--web.listen-address=127.0.0.1:0" "--log.level=debug"]`
			if !strings.Contains(text, wantArgs) || strings.Contains(text, "read 0 bytes") || !strings.Contains(text, "bytes, <nil>") {
				t.Errorf("want that the reader has its configuration and %s:\n%s", wantArgs, text)
			}
		})
	}
}

func TestKillLeavesNoOrphan(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells a child that its parent was killed")
	}
	cmd, out, ended := startProcess(t)
	out.await(t, "reader has started")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	text := awaitEnd(t, out, ended)
	if !strings.Contains(text, "reader heard terminated") {
		t.Errorf("the reader did not hear of the end:\n%s", text)
	}
}

func TestReaderThatEnds(t *testing.T) {
	for name, want := range map[string]string{
		"broken reader": "exit status 3",
		"short reader":  "has ended by itself",
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(role, name)
			t.Setenv("TMPDIR", t.TempDir())
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			path := filepath.Join(t.TempDir(), "house.yml")
			err := run(ctx, []string{"--config.out=" + path, "--run=" + os.Args[0]}, io.Discard, io.Discard)
			if ctx.Err() != nil {
				t.Fatal("home_sim does not end with its reader")
			}
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error = %v, want one with %q", err, want)
			}
		})
	}
}

func TestStubbornReaderIsKilled(t *testing.T) {
	t.Setenv(role, "stubborn reader")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &screen{}
	ended := make(chan error, 1)
	s := settings{program: os.Args[0], stopWithin: 50 * time.Millisecond}
	go func() { ended <- runReader(ctx, s, out, io.Discard) }()
	out.await(t, "reader has started")
	cancel()
	select {
	case err := <-ended:
		if err == nil || !strings.Contains(err.Error(), "killed") {
			t.Errorf("error = %v, want one that says it was killed", err)
		}
	case <-time.After(patience):
		t.Fatal("the reader lives on")
	}
}
