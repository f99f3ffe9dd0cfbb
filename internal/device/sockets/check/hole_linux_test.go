package check

import (
	"errors"
	"net"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// blackHole returns a port of ip that drops SYNs: a listener with a backlog of 0 that
// never accepts, filled up. A port other than 0 may be asked for; when it is taken,
// ok is false.
func blackHole(t testing.TB, ip string, port int) (hole string, ok bool) {
	t.Helper()
	family, addr := syscall.AF_INET, syscall.Sockaddr(nil)
	if v4 := net.ParseIP(ip).To4(); v4 != nil {
		addr = &syscall.SockaddrInet4{Port: port, Addr: [4]byte(v4)}
	} else {
		family = syscall.AF_INET6
		addr = &syscall.SockaddrInet6{Port: port, Addr: [16]byte(net.ParseIP(ip))}
	}
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, addr); errors.Is(err, syscall.EADDRINUSE) {
		return "", false
	} else if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	bound, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	switch b := bound.(type) {
	case *syscall.SockaddrInet4:
		port = b.Port
	case *syscall.SockaddrInet6:
		port = b.Port
	}
	fill(t, net.JoinHostPort(ip, strconv.Itoa(port)))
	return strconv.Itoa(port), true
}

// fill connects until a connect times out: from then on the queue is full.
func fill(t testing.TB, address string) {
	t.Helper()
	for range 16 {
		conn, err := net.DialTimeout("tcp", address, 150*time.Millisecond)
		if err == nil {
			t.Cleanup(func() { conn.Close() })
			continue
		}
		if Classify(err) == ClassTimeout {
			return
		}
		t.Fatal(err)
	}
	t.Fatalf("%s still accepts", address)
}

// holeBeside returns a port that drops SYNs on the address hole and is served on the
// address served.
func holeBeside(t testing.TB, hole, served string) (port string) {
	t.Helper()
	for range 20 {
		p := listen(t, "tcp", net.JoinHostPort(served, "0"), nil)
		if _, ok := blackHole(t, hole, portNumber(t, p.port)); ok {
			return p.port
		}
	}
	t.Fatal("found no port that is free on both addresses")
	return ""
}

func portNumber(t testing.TB, port string) int {
	t.Helper()
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
