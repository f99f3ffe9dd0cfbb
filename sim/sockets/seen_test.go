package sockets

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSeen(t *testing.T) {
	dns := []byte("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01")
	ntp := append([]byte{0x23}, make([]byte, 47)...)
	tests := map[string]struct {
		socket string
		sends  []byte
		want   Counts
	}{
		"connection":               {"web", nil, Counts{Accepts: 1}},
		"connection with data":     {"web", []byte("hello"), Counts{Accepts: 1, Bytes: 5}},
		"data that nobody wants":   {"printer", []byte("hello"), Counts{Accepts: 1, Bytes: 5}},
		"banner":                   {"nas-ftp", []byte("QUIT\r\n"), Counts{Accepts: 1, Bytes: 6}},
		"port check of TLS":        {"nas", nil, Counts{Accepts: 1}},
		"clear text to TLS":        {"nas", []byte("GET / HTTP/1.0\r\n\r\n"), Counts{Accepts: 1, Bytes: 18, Bogus: 1}},
		"echo":                     {"thermostat", []byte("abc"), Counts{Datagrams: 1, Bytes: 3}},
		"empty datagram":           {"heat-pump", []byte{}, Counts{Datagrams: 1}},
		"silent":                   {"inverter", []byte("X"), Counts{Datagrams: 1, Bytes: 1}},
		"DNS question":             {"router-dns", dns, Counts{Datagrams: 1, Bytes: 17}},
		"DNS nonsense":             {"router-dns", []byte("X"), Counts{Datagrams: 1, Bytes: 1, Bogus: 1}},
		"NTP question":             {"clock", ntp, Counts{Datagrams: 1, Bytes: 48}},
		"NTP nonsense":             {"clock", []byte("X"), Counts{Datagrams: 1, Bytes: 1, Bogus: 1}},
		"unix stream":              {"shutter", []byte("down"), Counts{Accepts: 1, Bytes: 4}},
		"unix datagram":            {"door-lock", []byte("open"), Counts{Datagrams: 1, Bytes: 4}},
		"unix packets in sequence": {"blinds", []byte("up"), Counts{Accepts: 1, Bytes: 2}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startHouse(t, Options{})
			socket := socketNamed(t, s, tt.socket)
			conn, err := net.Dial(socket.Protocol, socket.Address())
			if err != nil {
				t.Fatal(err)
			}
			if tt.sends != nil {
				if _, err := conn.Write(tt.sends); err != nil {
					t.Fatal(err)
				}
			}
			awaitCounts(t, s, tt.socket, func(c Counts) bool { return reached(c, tt.want) })
			conn.Close()
			if err := s.Close(); err != nil { // now nothing more can be counted
				t.Fatal(err)
			}
			if got := s.Seen(tt.socket); got != tt.want {
				t.Errorf("seen (-want +got):\n%s", cmp.Diff(tt.want, got))
			}
			for _, other := range s.Sockets() {
				// The connections that fill the hole are not accepted, so nobody else has seen anything.
				if got := s.Seen(other.Name); other.Name != tt.socket && got != (Counts{}) {
					t.Errorf("%s has seen %+v, but nobody asked it", other.Name, got)
				}
			}
		})
	}
}

func reached(got, want Counts) bool {
	return got.Accepts >= want.Accepts && got.Datagrams >= want.Datagrams && got.Bytes >= want.Bytes && got.Bogus >= want.Bogus
}

func TestGreetingAndSilence(t *testing.T) {
	s := startHouse(t, Options{})
	for name, want := range map[string]string{"nas-ftp": "220 ready\r\n", "mail": "554 closed today\r\n", "printer": "", "web": ""} {
		conn, err := net.Dial("tcp", socketNamed(t, s, name).Address())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Write([]byte("anything\r\n")); err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		conn.SetReadDeadline(time.Now().Add(answerWithin))
		got, err := io.ReadAll(conn)
		if err != nil || string(got) != want {
			t.Errorf("%s says %q, %v, want %q and its end", name, got, err, want)
		}
	}
}

func TestLargestDatagramIsEchoed(t *testing.T) {
	s := startHouse(t, Options{})
	conn, err := net.Dial("udp", socketNamed(t, s, "thermostat").Address())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	sent := bytes.Repeat([]byte("0123456"), 65507/7)
	sent = append(sent, "x"...)
	if _, err := conn.Write(sent); err != nil {
		t.Fatal(err)
	}
	conn.SetReadDeadline(time.Now().Add(answerWithin))
	got := make([]byte, 1<<17)
	n, err := conn.Read(got)
	if err != nil || !bytes.Equal(got[:n], sent) {
		t.Errorf("got %d bytes back, %v, want the %d that were sent", n, err, len(sent))
	}
}

func TestConnectionsAtOnceAreBounded(t *testing.T) {
	s := startHouse(t, Options{})
	address := socketNamed(t, s, "printer").Address()
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	first := dial()
	for range maxConns - 1 {
		dial()
	}
	awaitCounts(t, s, "printer", func(c Counts) bool { return c.Accepts == maxConns })

	late := dial()
	late.SetReadDeadline(time.Now().Add(answerWithin))
	if _, err := late.Read(make([]byte, 1)); class(err) != "reset" {
		t.Errorf("connection %d: read = %v, want its end", maxConns+1, err)
	}
	got := awaitCounts(t, s, "printer", func(c Counts) bool { return c.Accepts == maxConns+1 })
	if got.Bogus != 1 {
		t.Errorf("bogus = %d, want 1", got.Bogus)
	}

	// Who leaves makes room.
	first.Close()
	for {
		before := s.Seen("printer")
		dial()
		after := awaitCounts(t, s, "printer", func(c Counts) bool { return c.Accepts == before.Accepts+1 })
		if after.Bogus == before.Bogus {
			return
		}
	}
}
