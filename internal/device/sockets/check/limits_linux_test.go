package check

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestNoDescriptors runs this test again in a process of its own, which has no
// descriptor left: what fails then says nothing about the target.
func TestNoDescriptors(t *testing.T) {
	const child = "HOME_EXPORTER_TEST_NO_DESCRIPTORS"
	if os.Getenv(child) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestNoDescriptors$", "-test.v")
		cmd.Env = append(os.Environ(), child+"=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestNoDescriptors") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	c := NewChecker(CheckerOptions{})
	targets := []*Target{
		newTarget(t, "tcp", "127.0.0.1", "80", nil),
		newTarget(t, "udp", "127.0.0.1", "80", nil),
		newTarget(t, "unix", "/run/none.sock", "", nil),
		newTarget(t, "tcp", "meter.test.", "80", nil),
	}
	if ping := newTarget(t, "ip4", "127.0.0.1", "", nil); c.Check(t.Context(), ping).Up() {
		targets = append(targets, ping) // who may not ping is told that first
	}
	// The network poller's own descriptors must be there before the limit falls.
	c.Check(t.Context(), targets[0])
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 1, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before) // what the process writes at its end needs files
	for _, target := range targets {
		r := c.Check(t.Context(), target)
		consistent(t, r)
		if r.Class != ClassResources || !r.Inconclusive() {
			t.Errorf("%s: %s (%v), want resources", target, r.Class, r.Err)
		} else if !strings.Contains(r.Err.Error(), "LimitNOFILE") {
			t.Errorf("%s: %v does not name the cure", target, r.Err)
		}
	}
}
