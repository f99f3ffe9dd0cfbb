package testenv

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A Segment is a cable between two network namespaces of their own: what is sent at one end arrives at the other, and
// no other machine, interface or test can hear it. There are no IP addresses.
type Segment struct {
	Host   End // where the program under test lives
	Device End // where the simulated devices live
}

// An End is one end of the cable: an Ethernet interface, alone in its namespace beside the loopback interface.
type End struct {
	Namespace string // as ip-netns(8) knows it
	Interface string
	MAC       net.HardwareAddr
}

// segments counts those of this process, for names that no other has.
var segments atomic.Int64

// netnsDir is where ip-netns(8) keeps namespaces.
const netnsDir = "/run/netns/"

// linkPatience is how long the cable may take to carry frames.
const linkPatience = 10 * time.Second

// NewSegment makes two namespaces and a veth pair between them, and removes all of it when the test ends. The test goes
// on only as root and with the program ip.
func NewSegment(t testing.TB) Segment {
	t.Helper()
	NeedRoot(t)
	Need(t, "ip")
	sweep(t)
	base := fmt.Sprintf("hx%d-%d", os.Getpid(), segments.Add(1))
	s := Segment{
		Host:   End{Namespace: base + "h", Interface: "plc0", MAC: net.HardwareAddr{2, 0, 0, 0, 0xaa, 1}},
		Device: End{Namespace: base + "d", Interface: "line0", MAC: net.HardwareAddr{2, 0, 0, 0, 0xdd, 1}},
	}
	for _, end := range []End{s.Host, s.Device} {
		mustIP(t, "netns", "add", end.Namespace)
		t.Cleanup(func() { tryIP(t, "netns", "del", end.Namespace) })
	}
	// With equal indexes the kernel takes the pair for no pair, and a second to see that the cable is plugged in
	// (linkwatch_urgent_event in its net/core/link_watch.c).
	mustIP(t, "link", "add", "name", s.Host.Interface, "index", "10", "address", s.Host.MAC.String(), "netns", s.Host.Namespace,
		"type", "veth",
		"peer", "name", s.Device.Interface, "index", "11", "address", s.Device.MAC.String(), "netns", s.Device.Namespace)
	// A socket that is still open would keep the namespace, and with it the interface.
	t.Cleanup(func() { tryIP(t, "-n", s.Host.Namespace, "link", "del", s.Host.Interface) })
	for _, end := range []End{s.Host, s.Device} {
		mustIP(t, "-n", end.Namespace, "link", "set", end.Interface, "addrgenmode", "none")
		mustIP(t, "-n", end.Namespace, "link", "set", end.Interface, "up")
	}
	s.Host.AwaitCarrier(t)
	s.Device.AwaitCarrier(t)
	return s
}

// sweep removes the namespaces of test processes that were killed before they could.
func sweep(t testing.TB) {
	t.Helper()
	left, err := filepath.Glob(netnsDir + "hx*-*[hd]")
	if err != nil {
		t.Fatal(err) // a mistake in the pattern
	}
	for _, path := range left {
		var pid int
		if _, err := fmt.Sscanf(filepath.Base(path), "hx%d-", &pid); err != nil || pid <= 0 {
			continue
		}
		if err := unix.Kill(pid, 0); errors.Is(err, unix.ESRCH) {
			_ = ip([]string{"netns", "del", filepath.Base(path)}) // another process may have been faster
		}
	}
}

// Do calls f inside the namespace and returns what f returned. Sockets that f opens belong to the namespace for good,
// also when f has returned; goroutines that f starts do not.
func (e End) Do(f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			// The main thread cannot end, and /proc/self/net is its namespace's. While it is locked here, the next
			// goroutine gets another one.
			defer runtime.UnlockOSThread()
			done <- e.Do(f)
			return
		}
		// Never unlocked: the thread ends with the goroutine, so that no other goroutine is caught in the namespace.
		done <- e.enter(f)
	}()
	return <-done
}

func (e End) enter(f func() error) error {
	ns, err := os.Open(netnsDir + e.Namespace)
	if err != nil {
		return fmt.Errorf("open network namespace: %w", err)
	}
	err = unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET)
	ns.Close()
	if err != nil {
		return fmt.Errorf("enter network namespace %s: %w", e.Namespace, err)
	}
	return f()
}

// Command is a command that will run inside the namespace.
func (e End) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", e.Namespace, name}, args...)...)
}

// SetUp changes whether the interface is up, as when a cable is pulled out.
func (e End) SetUp(t testing.TB, up bool) {
	t.Helper()
	state := map[bool]string{true: "up", false: "down"}[up]
	mustIP(t, "-n", e.Namespace, "link", "set", e.Interface, state)
}

// AwaitCarrier waits until frames can go out at this end, which is a moment after both are up. Those sent before are
// lost.
func (e End) AwaitCarrier(t testing.TB) {
	t.Helper()
	if err := e.Do(func() error { return awaitRunning(e.Interface) }); err != nil {
		t.Fatal(err)
	}
}

func awaitRunning(name string) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(linkPatience); time.Now().Before(end); <-tick.C {
		ifi, err := net.InterfaceByName(name)
		if err != nil {
			return fmt.Errorf("interface %s: %w", name, err)
		}
		if ifi.Flags&net.FlagRunning != 0 {
			return nil
		}
	}
	return fmt.Errorf("interface %s carries no frames after %v", name, linkPatience)
}

func mustIP(t testing.TB, args ...string) {
	t.Helper()
	if err := ip(args); err != nil {
		t.Fatal(err)
	}
}

// tryIP is for cleaning up, which goes on after an error.
func tryIP(t testing.TB, args ...string) {
	t.Helper()
	if err := ip(args); err != nil {
		t.Error(err)
	}
}

func ip(args []string) error {
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}
