package homeplug_test

import (
	"errors"
	"net"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"home_exporter/sim/homeplug"
)

// A cableHost is a raw socket at the host's end of a cable.
type cableHost struct {
	t  *testing.T
	fd int
}

func (b bench) host(t *testing.T, protocol uint16) cableHost {
	t.Helper()
	h := cableHost{t: t}
	end := b.cable.Host
	err := end.Do(func() error {
		ifi, err := net.InterfaceByName(end.Interface)
		if err != nil {
			return err
		}
		wire := protocol>>8 | protocol<<8
		if h.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0); err != nil {
			return err
		}
		within := unix.NsecToTimeval(int64(patience))
		return errors.Join(
			unix.SetsockoptTimeval(h.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &within),
			unix.Bind(h.fd, &unix.SockaddrLinklayer{Protocol: wire, Ifindex: ifi.Index}))
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(h.fd) })
	return h
}

func (h cableHost) send(frame []byte) {
	h.t.Helper()
	if err := unix.Send(h.fd, frame, 0); err != nil {
		h.t.Fatal(err)
	}
}

func (h cableHost) receive() []byte {
	h.t.Helper()
	buffer := make([]byte, 10000)
	for {
		n, err := unix.Read(h.fd, buffer)
		if errors.Is(err, unix.EINTR) || errors.Is(err, unix.ENETDOWN) {
			continue
		}
		if err != nil {
			h.t.Fatal(err)
		}
		return buffer[:n]
	}
}

// TestCableAndSocket meets the same segment at both places.
func TestCableAndSocket(t *testing.T) {
	o := house()
	o.Adapters[2].Chip, o.Adapters[2].Uptime = homeplug.NewBCM60500(), 5*time.Hour
	o.Socket = filepath.Join(t.TempDir(), "line")
	b := plugIn(t, o)
	want := vector{askOld, adapter1, `0039a000b052 01 52deadbeef0001 06 01 02 deadbeef0001 01 02
		deadbeef0002 02 02000000ff02 8e 09 deadbeef0003 03 02000000ff03 ff ff`}.padded()

	h := b.host(t, 0x88e1)
	h.send(askOld)
	compare(t, [][]byte{h.receive()}, [][]byte{want})

	c := dial(t, o.Socket, filepath.Join(t.TempDir(), "host"))
	c.send(askOld)
	compare(t, [][]byte{c.receive()}, [][]byte{want})

	media := b.host(t, 0x8912)
	media.send(frameOf(everyone, 0x8912, "01 70a0 0000 001f84 01 a397a25553bef1fcf9796b521413e9e2"))
	if got := homeplug.MAC(media.receive()[6:12]); got != adapter3 {
		t.Errorf("answer from %s, want %s", got, adapter3)
	}
}

// TestCableDamages sends what an Ethernet card would pad or refuse.
func TestCableDamages(t *testing.T) {
	b := plugIn(t, house())
	h := b.host(t, 0x88e1)
	for damage, size := range map[homeplug.Damage]int{homeplug.Runt: 18, homeplug.Truncated: 14 + 27, homeplug.NoDamage: 69} {
		if err := b.sim.SetHabits(adapter1, homeplug.Habits{Damage: damage}); err != nil {
			t.Fatal(err)
		}
		h.send(askOld)
		if got := h.receive(); len(got) != size {
			t.Errorf("damage %d: %d bytes arrive, want %d", damage, len(got), size)
		}
	}
	if err := b.sim.SetHabits(adapter1, homeplug.Habits{Damage: homeplug.Oversize}); err != nil {
		t.Fatal(err)
	}
	h.send(askOld)
	if _, err := b.sim.Await(t.Context(), func(s homeplug.Seen) bool { return s.Unsent == 1 }); err != nil {
		t.Error(err)
	}
}

// TestCableUnplugged goes on when the cable is back.
func TestCableUnplugged(t *testing.T) {
	b := plugIn(t, house())
	b.cable.Device.SetUp(t, false)
	b.cable.Device.SetUp(t, true)
	b.cable.Host.AwaitCarrier(t)
	h := b.host(t, 0x88e1)
	h.send(askOld)
	if got := homeplug.MAC(h.receive()[6:12]); got != adapter1 {
		t.Errorf("answer from %s, want %s", got, adapter1)
	}
}

// TestCableNoise needs nobody who has asked.
func TestCableNoise(t *testing.T) {
	b := plugIn(t, house())
	h := b.host(t, 0x88e1)
	b.sim.SetNoise(200)
	for range 12 {
		h.receive()
	}
}
