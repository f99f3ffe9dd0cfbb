package homeplug_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"home_exporter/sim/homeplug"
)

func TestNoise(t *testing.T) {
	sim, c := meet(t, house())
	c.send(request(adapter1, "00 00a0 00b052")) // now the segment knows the host
	c.receive()
	sim.SetNoise(500)
	kinds := map[string]bool{}
	for len(kinds) < 6 {
		f := c.receive()
		kinds[string(f[:6])+string(f[14:17])] = true
	}
	if got := c.until(request(adapter1, "00 38a0 00b052"), adapter3); !slices.ContainsFunc(got, func(f []byte) bool {
		return string(f[:17]) == string(host[:])+string(adapter1[:])+"\x88\xe1\x00\x39\xa0"
	}) {
		t.Error("no answer between the noise")
	}
	sim.SetNoise(0)
	for { // what was on its way
		if _, err := c.read(100 * time.Millisecond); errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
	}
	c.quiet(50 * time.Millisecond)
	sim.SetNoise(1000) // and Close ends it
}

func TestMeetingPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "line")
	left, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	o := house()
	o.Socket = path
	if _, err := homeplug.Start(t.Context(), o); err == nil {
		t.Fatal("took a socket that somebody has open")
	}
	left.Close() // its path stays
	ctx, cancel := context.WithCancel(t.Context())
	sim, err := homeplug.Start(ctx, o)
	if err != nil {
		t.Fatalf("a leftover socket: %v", err)
	}
	cancel()
	if err := sim.Close(); err != nil {
		t.Error(err)
	}
	if err := sim.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := homeplug.Start(t.Context(), o); err == nil {
		t.Error("replaced a file that is no socket")
	}
}

// TestDeafPeer has a host that asks and never reads. The others are served all the same.
func TestDeafPeer(t *testing.T) {
	sim, c := meet(t, house())
	deaf := dialTo(t, sim)
	for range 30 {
		deaf.send(request(everyone, "00 00a0 00b052"))
	}
	gone := dialTo(t, sim)
	gone.send(request(everyone, "00 00a0 00b052"))
	gone.conn.Close()
	os.Remove(gone.conn.LocalAddr().String())
	if got := c.until(request(adapter1, "00 00a0 00b052"), adapter3); len(got) != 1 {
		t.Errorf("%d answers, want 1", len(got))
	}
}

// TestAbstractPeer has a host whose socket has no file: Linux makes up a name for it (unix(7)).
func TestAbstractPeer(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has abstract names")
	}
	o := house()
	sim := start(t, o)
	c := dial(t, sim.Socket(), "")
	if got := c.until(request(adapter1, "00 00a0 00b052"), adapter3); len(got) != 1 {
		t.Errorf("%d answers, want 1", len(got))
	}
}

// TestNamelessPeer has one that nobody can answer, because it did not bind.
func TestNamelessPeer(t *testing.T) {
	sim := start(t, house())
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: sim.Socket(), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(request(adapter1, "00 00a0 00b052")); err != nil {
		t.Fatal(err)
	}
	if _, err := sim.Await(t.Context(), func(s homeplug.Seen) bool { return s.Unsent == 1 }); err != nil {
		t.Error(err)
	}
}
