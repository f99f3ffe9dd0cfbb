package homeplug

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/testenv"
	simhomeplug "home_exporter/sim/homeplug"
)

// sums adds all series that begin with a name.
func (s series) sum(prefix string) (total float64) {
	for name, v := range s {
		if strings.HasPrefix(name, prefix) {
			total += v
		}
	}
	return total
}

// TestEthernet asks over a raw socket. It hears one answer to each request, and none of
// what it sends itself.
func TestEthernet(t *testing.T) {
	t.Parallel()
	c := newCable(t, newHouse())
	for range 3 {
		s := c.well()
		compare(t, wholeHouse(t), s)
		s.want(t, series{received("ok"): s.sum("homeplug_frames_sent_total"), received("unexpected"): 0, received("foreign"): 0, received("malformed"): 0})
	}
}

// TestBroadcom finds adapters that have an EtherType of their own.
func TestBroadcom(t *testing.T) {
	t.Parallel()
	c := newCable(t, houseOf(simhomeplug.NewBCM60335()), func(e *entry) { e.Chips = "all" })
	s := c.well()
	s.want(t, series{
		"homeplug_devices": 3, rate("tx", one, three): 138936320, rate("rx", one, two): 1179648,
		`homeplug_device_local{device_addr="de:ad:be:ef:00:01"}`: 1,
		`homeplug_device_local{device_addr="de:ad:be:ef:00:02"}`: 0,
	})
}

// TestForeign counts frames to other hosts, and learns nothing from them.
func TestForeign(t *testing.T) {
	t.Parallel()
	c := newCable(t, with(simhomeplug.Habits{Damage: simhomeplug.Foreign, Only: []uint16{vsNetworkInfo}}, two), quick)
	s := c.well()
	compare(t, wholeHouse(t, two), s)
	if s[received("foreign")] == 0 {
		t.Error("no frame was counted as foreign")
	}
}

// TestDown says that the interface is down, and goes on when it is up again.
func TestDown(t *testing.T) {
	t.Parallel()
	c := newCable(t, newHouse(), quick)
	c.well()
	for range 2 {
		c.host.SetUp(t, false)
		for range 2 {
			s, err := c.poll()
			if device.ReasonOf(err) != device.Unreachable || len(s) > 0 {
				t.Fatalf("%d series, error %v with reason %q", len(s), err, device.ReasonOf(err))
			}
			if got, want := device.HintOf(err), "The interface is down or was unplugged; it is tried again at each poll."; got != want {
				t.Errorf("hint %q, want %q", got, want)
			}
			if !strings.HasPrefix(err.Error(), "interface plc0: ") || !strings.Contains(err.Error(), "network is down") {
				t.Errorf("error %q", err)
			}
		}
		c.host.SetUp(t, true)
		compare(t, wholeHouse(t), c.recovers())
	}
}

// TestReplugged goes on with an interface that was removed and came back: to the kernel
// it is another one.
func TestReplugged(t *testing.T) {
	t.Parallel()
	c := newCable(t, newHouse(), quick)
	c.well()
	shut(t, c.sim) // its end goes too
	c.ip("link del plc0")
	s, err := c.poll()
	if want := "interface plc0: there is no such interface; there are lo"; err == nil || err.Error() != want || len(s) > 0 {
		t.Fatalf("%d series, error %v, want %q", len(s), err, want)
	}
	if got := device.ReasonOf(err); got != device.Unreachable {
		t.Errorf("reason %q", got)
	}
	c.ip("link add name plc0 index 20 type veth peer name line0 index 21 netns " + c.line.Namespace)
	run(t, "ip -n "+c.line.Namespace+" link set line0 up")
	c.ip("link set plc0 up")
	c.plug(newHouse())
	compare(t, wholeHouse(t), c.recovers())
}

// TestBridge asks through an interface that is the port of a bridge, which takes frames
// away from sockets of one protocol, and through the bridge itself.
func TestBridge(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"plc0", "br0"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCable(t, newHouse(), quick, func(e *entry) { e.Interface = name })
			c.ip("link add name br0 type bridge forward_delay 0")
			c.ip("link set dev plc0 master br0")
			c.ip("link set dev br0 up")
			compare(t, wholeHouse(t), c.recovers())
		})
	}
}

// TestFullQueue takes frames for lost that the interface has no room for.
func TestFullQueue(t *testing.T) {
	t.Parallel()
	testenv.Need(t, "tc")
	c := newCable(t, newHouse(), quick)
	c.well()
	run(t, "tc -n "+c.host.Namespace+" qdisc add dev plc0 root pfifo limit 0")
	if s, err := c.poll(); device.ReasonOf(err) != device.NoAnswer || len(s) > 0 {
		t.Fatalf("%d series, error %v with reason %q", len(s), err, device.ReasonOf(err))
	}
	run(t, "tc -n "+c.host.Namespace+" qdisc del dev plc0 root")
	compare(t, wholeHouse(t), c.well())
}

// TestLoopback refuses an interface that is no Ethernet.
func TestLoopback(t *testing.T) {
	t.Parallel()
	testenv.NeedRoot(t)
	err := openRig(t, basic, func(e *entry) { e.Interface = "lo" }).fails(device.Unreachable)
	if want := "interface lo: it has no Ethernet address, so no adapter is behind it; name another one"; err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
}

// TestFilter hears what adapters say, and nothing of what others on this host send to
// them.
func TestFilter(t *testing.T) {
	t.Parallel()
	ends := testenv.NewSegment(t)
	var ours, theirs *link
	err := ends.Host.Do(func() (err error) {
		if ours, err = dial(ends.Host.Interface); err == nil {
			theirs, err = dial(ends.Host.Interface)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	defer theirs.Close()
	if got := [6]byte(ends.Host.MAC); ours.self != got {
		t.Errorf("asks from %s, want %s", ours.self, ends.Host.MAC)
	}
	frame := func(message ...byte) []byte {
		f := append(append(one[:], two[:]...), message...)
		return append(f, make([]byte, 60-len(f))...)
	}
	heard := [][]byte{
		frame(0x88, 0xe1, 0x00, 0x39, 0xa0), // a confirm
		frame(0x88, 0xe1, 0x01, 0x46, 0x60), // an indication
		frame(0x89, 0x12, 0x02, 0x71, 0xa0), // a confirm of MediaXtream
	}
	for _, f := range append([][]byte{
		frame(0x88, 0xe1, 0x00, 0x38, 0xa0), // a request
		frame(0x89, 0x12, 0x02, 0x70, 0xa0), // one of MediaXtream
		frame(0x08, 0x00, 0x45, 0x01, 0x01), // IPv4
		frame(0x88, 0x7b, 0x01, 0x01, 0x01), // HomePlug 1.0
	}, heard...) {
		if _, err := theirs.WriteTo(f, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := ours.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 2048)
	for _, want := range heard {
		n, _, err := ours.ReadFrom(buffer)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(buffer[:n], want) {
			t.Errorf("heard %x, want %x", buffer[:n], want)
		}
	}
}
