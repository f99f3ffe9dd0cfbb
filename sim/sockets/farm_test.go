package sockets

import (
	"io"
	"net"
	"testing"
	"time"
)

func TestFarm(t *testing.T) {
	const n = 1000
	f, err := StartFarm(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := len(f.Sockets()); got != n {
		t.Fatalf("%d listeners, want %d", got, n)
	}
	names, ports := map[string]bool{}, map[int]bool{}
	for _, s := range f.Sockets() {
		names[s.Name], ports[s.Port] = true, true
		conn, err := net.Dial("tcp", s.Address())
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		conn.SetReadDeadline(time.Now().Add(answerWithin))
		if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("%s: read = %v, want the end without a reset", s.Name, err)
		}
		conn.Close()
	}
	if len(names) != n || len(ports) != n {
		t.Errorf("%d names and %d ports for %d listeners", len(names), len(ports), n)
	}
	if got := f.Accepts(); got != n { // each connection has ended, so each was counted
		t.Errorf("%d connections accepted, want %d", got, n)
	}

	hole, ok := f.Hole()
	if ok != canHaveHole(t) {
		t.Fatalf("the farm has a hole: %v", ok)
	}
	if got := check(hole, nil); ok && got != "timeout" {
		t.Errorf("check of the hole = %s, want timeout", got)
	}
	for range 2 {
		if err := f.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	for _, s := range append(f.Sockets(), hole) {
		if got := check(s, nil); got != "refused" {
			t.Fatalf("after Close, check of %s = %s", s.Name, got)
		}
	}
}

func canHaveHole(t *testing.T) bool {
	b, err := bindTCP(net.ParseIP(loopback), 0)
	if err != nil {
		return false
	}
	if err := b.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	return true
}
