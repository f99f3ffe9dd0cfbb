package testenv

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// localExperimental is the EtherType for experiments (IEEE 802, also in RFC 9542 appendix B).
const localExperimental = 0x88b5

func TestSegmentCarriesFrames(t *testing.T) {
	s := NewSegment(t)
	receiver := openPackets(t, s.Device)
	sender := openPackets(t, s.Host)

	want := append(append(append([]byte{}, s.Device.MAC...), s.Host.MAC...), localExperimental>>8, localExperimental&0xff)
	want = append(want, make([]byte, 46)...)
	if err := unix.Send(sender, want, 0); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 2000)
	n, err := unix.Read(receiver, got)
	if err != nil {
		t.Fatal(err)
	}
	if string(got[:n]) != string(want) {
		t.Errorf("arrived % x, want % x", got[:n], want)
	}
}

// openPackets opens a raw socket inside the end's namespace, which is then used from outside.
func openPackets(t *testing.T, end End) (fd int) {
	t.Helper()
	err := end.Do(func() error {
		ifi, err := net.InterfaceByName(end.Interface)
		if err != nil {
			return err
		}
		const protocol = localExperimental>>8 | localExperimental&0xff<<8 // network byte order
		fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
		if err != nil {
			return err
		}
		patience := unix.NsecToTimeval(int64(10 * time.Second))
		return errors.Join(
			unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &patience),
			unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: protocol, Ifindex: ifi.Index}))
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

func TestSegmentCommandRunsInside(t *testing.T) {
	s := NewSegment(t)
	for _, end := range []End{s.Host, s.Device} {
		out, err := end.Command(t.Context(), "ip", "-o", "link").CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if !strings.Contains(string(out), end.Interface+"@") || !strings.Contains(string(out), end.MAC.String()) {
			t.Errorf("in %s there is %s, want %s with %s", end.Namespace, out, end.Interface, end.MAC)
		}
		if lines := strings.Count(string(out), "\n"); lines != 2 {
			t.Errorf("%s has %d interfaces, want loopback and one more: %s", end.Namespace, lines, out)
		}
	}
}

func TestSegmentDownAndUp(t *testing.T) {
	s := NewSegment(t)
	up := func() (up bool) {
		err := s.Host.Do(func() error {
			ifi, err := net.InterfaceByName(s.Host.Interface)
			if err == nil {
				up = ifi.Flags&net.FlagUp != 0
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return up
	}
	for _, want := range []bool{true, false, true} {
		s.Host.SetUp(t, want)
		if got := up(); got != want {
			t.Errorf("interface up: %v, want %v", got, want)
		}
	}
}

func TestSegmentLeavesNothing(t *testing.T) {
	var s Segment
	t.Run("inner", func(t *testing.T) {
		s = NewSegment(t)
		openPackets(t, s.Host)
	})
	for _, end := range []End{s.Host, s.Device} {
		if _, err := os.Stat(netnsDir + end.Namespace); end.Namespace == "" || !os.IsNotExist(err) {
			t.Errorf("namespace %q is still there: %v", end.Namespace, err)
		}
	}
	out, err := exec.Command("ip", "-o", "link").CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), s.Host.MAC.String()) {
		t.Errorf("an interface escaped: %s", out)
	}
	if err := s.Host.Do(func() error { return nil }); err == nil {
		t.Error("entered a namespace that was removed")
	}
}

// TestSegmentSweeps has a namespace of a process that is no more, and one of a process that lives.
func TestSegmentSweeps(t *testing.T) {
	NeedRoot(t)
	Need(t, "ip")
	past := exec.Command("true")
	if err := past.Run(); err != nil {
		t.Fatal(err)
	}
	stale := fmt.Sprintf("hx%d-1h", past.Process.Pid)
	fresh := fmt.Sprintf("hx%d-999d", os.Getpid())
	for _, name := range []string{stale, fresh} {
		mustIP(t, "netns", "add", name)
		t.Cleanup(func() { _ = ip([]string{"netns", "del", name}) })
	}
	NewSegment(t)
	if _, err := os.Stat(netnsDir + stale); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", stale, err)
	}
	if _, err := os.Stat(netnsDir + fresh); err != nil {
		t.Errorf("the namespace of a living process: %v", err)
	}
}

func TestDoStaysInside(t *testing.T) {
	s := NewSegment(t)
	boom := errors.New("boom")
	if err := s.Host.Do(func() error { return boom }); !errors.Is(err, boom) {
		t.Errorf("got %v, want what the function returned", err)
	}
	for range 20 {
		if _, err := net.InterfaceByName(s.Host.Interface); err == nil {
			t.Fatal("this goroutine is inside the namespace")
		}
	}
}
