package homeplug

import (
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device"
)

// TestLikely holds behind which interfaces adapters are looked for, and in which order.
func TestLikely(t *testing.T) {
	t.Parallel()
	sys := t.TempDir()
	var all []net.Interface
	add := func(name, kind string, flags net.Flags, marks ...string) {
		all = append(all, net.Interface{Index: len(all) + 1, Name: name, Flags: flags, HardwareAddr: make([]byte, 6)})
		for _, mark := range append(marks, "") {
			if err := os.MkdirAll(filepath.Join(sys, name, mark), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(sys, name, "type"), []byte(kind+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	add("lo", "772", net.FlagUp|net.FlagLoopback)
	add("wlan0", "1", net.FlagUp, "wireless")
	add("eth1", "1", net.FlagUp)
	add("eth0", "1", net.FlagUp)
	add("eth2", "1", 0)
	add("eth3", "1", net.FlagUp, "master")
	add("br0", "1", net.FlagUp)
	add("br-lan", "1", net.FlagUp)
	add("eth0.5", "1", net.FlagUp)
	add("ib0", "32", net.FlagUp)
	for _, name := range []string{"docker0", "veth1a2b", "virbr0", "br-0123456789ab", "tun0", "tap0", "wg0", "vnet3", "cni0"} {
		add(name, "1", net.FlagUp)
	}
	all[0].HardwareAddr = nil
	all = append(all, net.Interface{Index: 99, Name: "ppp0", Flags: net.FlagUp})
	want := []string{"eth1", "eth0", "br0", "br-lan", "eth0.5", "wlan0"}
	if diff := cmp.Diff(want, likely(all, sys)); diff != "" {
		t.Errorf("interfaces (-want +got):\n%s", diff)
	}
}

// TestStartAfter goes on with a search where the last one ended.
func TestStartAfter(t *testing.T) {
	t.Parallel()
	names := []string{"a", "b", "c"}
	for after, want := range map[string][]string{
		"": {"a", "b", "c"}, "x": {"a", "b", "c"}, "a": {"b", "c", "a"}, "b": {"c", "a", "b"}, "c": {"a", "b", "c"},
	} {
		if diff := cmp.Diff(want, startAfter(names, after)); diff != "" {
			t.Errorf("after %q (-want +got):\n%s", after, diff)
		}
	}
}

// search polls once without a named interface, with a /sys of the host's namespace.
func (c *cable) search() (s series, err error) {
	_ = c.host.Do(func() error {
		if err = ownSys(); err == nil {
			s, err = c.rig.poll()
		}
		return nil
	})
	return s, err
}

// TestSearch finds the interface behind which adapters answer, keeps it, and looks anew
// when they have been silent for three polls.
func TestSearch(t *testing.T) {
	t.Parallel()
	c := newCable(t, newHouse(), quick, func(e *entry) { e.Interface = "" })
	// An interface that comes first and leads nowhere; one that is excluded by its name.
	c.ip("link add name nowhere index 5 type veth peer name veth5 index 6")
	c.ip("link set nowhere up")
	c.ip("link set veth5 up")
	s, err := c.search()
	if err != nil {
		t.Fatal(err)
	}
	compare(t, wholeHouse(t), s)
	if c.segment.port != "plc0" {
		t.Fatalf("chose %q", c.segment.port)
	}
	if got := c.log.String(); !containsAll(got, "adapters found", "interface=plc0", "adapters=3") {
		t.Errorf("log %q", got)
	}

	c.host.SetUp(t, false)
	c.ip("link set dev plc0 name moved")
	c.ip("link set dev moved up")
	for i := range patience {
		if s, err = c.search(); device.ReasonOf(err) != device.Unreachable || len(s) > 0 {
			t.Fatalf("poll %d: %d series, error %v with reason %q", i, len(s), err, device.ReasonOf(err))
		}
	}
	for end := 50; ; end-- { // the interface takes a moment before it carries frames
		if s, err = c.search(); err == nil {
			break
		}
		if end == 0 {
			t.Fatal(err)
		}
	}
	compare(t, wholeHouse(t), s)
	if c.segment.port != "moved" {
		t.Errorf("chose %q", c.segment.port)
	}
	c.ip("link set dev moved name plc0") // as the end of the test finds it
}

// TestSearchInVain says what each interface said, in one line, and that there is none.
func TestSearchInVain(t *testing.T) {
	t.Parallel()
	c := newCable(t, newHouse(), func(e *entry) { e.Interface, e.RequestTimeout = "", device.Duration(50*time.Millisecond) })
	c.ip("link add name nowhere index 5 type veth peer name other index 6")
	c.ip("link set nowhere up")
	c.ip("link set other up")
	c.ip("link set plc0 down")
	_, err := c.search()
	const silence = "no adapter answered the local management address 00:b0:52:00:00:01"
	if want := "interface nowhere: " + silence + "; interface other: " + silence; err == nil || err.Error() != want {
		t.Errorf("error %v, want %q", err, want)
	}
	if got := device.ReasonOf(err); got != device.NoAnswer {
		t.Errorf("reason %q", got)
	}
	c.ip("link set nowhere down")
	c.ip("link set other down")
	_, err = c.search()
	if want := "no network interface is up that could lead to powerline adapters; set interface"; err == nil || err.Error() != want || device.ReasonOf(err) != device.Unreachable {
		t.Errorf("error %v with reason %q, want %q", err, device.ReasonOf(err), want)
	}
}
