package check

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"home_exporter/internal/testenv"
)

// onThread runs f on a thread of its own, which ends with f: the capabilities that f
// drops and the namespace that it enters touch no other test. Goroutines that f starts
// are elsewhere.
func onThread(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		f()
	}()
	<-done
}

// dropCapability takes one capability from the current thread.
func dropCapability(t testing.TB, capability uint) {
	t.Helper()
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		t.Error(err)
		return
	}
	data[capability/32].Effective &^= 1 << (capability % 32)
	if err := unix.Capset(&header, &data[0]); err != nil {
		t.Error(err)
	}
}

// inNamespace runs f in an empty network namespace in which only lo is up. It vanishes
// with f.
func inNamespace(t *testing.T, f func()) {
	t.Helper()
	testenv.NeedRoot(t)
	testenv.Need(t, "ip")
	onThread(func() {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			t.Errorf("unshare: %v", err)
			return
		}
		ip(t, "link set lo up")
		if !t.Failed() {
			f()
		}
	})
}

// ip runs iproute2's program in the namespace of the current thread.
func ip(t testing.TB, args string) {
	t.Helper()
	out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput()
	if err != nil {
		t.Errorf("ip %s: %v: %s", args, err, out)
	}
}

// allowPing sets who may open datagram ping sockets in the namespace of this thread.
func allowPing(t testing.TB, from, to int) {
	t.Helper()
	err := os.WriteFile("/proc/sys/net/ipv4/ping_group_range", fmt.Appendf(nil, "%d %d", from, to), 0)
	if err != nil {
		t.Error(err)
	}
}

// setNeighbourTries sets how often ARP asks for an address before it gives up.
func setNeighbourTries(device string, tries int) error {
	for _, key := range []string{"mcast_solicit", "retrans_time_ms"} {
		value := tries
		if key == "retrans_time_ms" {
			value = 50
		}
		path := "/proc/sys/net/ipv4/neigh/" + device + "/" + key
		if err := os.WriteFile(path, fmt.Append(nil, value), 0); err != nil {
			return err
		}
	}
	return nil
}

// cable makes a network 10.99.0.0/24 of which we are .1, and nobody else is anything.
func cable(t testing.TB) {
	t.Helper()
	ip(t, "link add here type veth peer name there")
	ip(t, "addr add 10.99.0.1/24 dev here")
	ip(t, "link set here up")
	ip(t, "link set there up")
}

// swallow makes the same network without ARP: what is sent there is gone.
func swallow(t testing.TB) {
	t.Helper()
	cable(t)
	ip(t, "link set here arp off")
}
