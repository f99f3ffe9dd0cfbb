package sockets

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCertificate(t *testing.T) {
	now := time.Date(2031, 3, 14, 15, 9, 26, 535, time.FixedZone("", 3600))
	s := startHouse(t, Options{Now: func() time.Time { return now }})
	nas := socketNamed(t, s, "nas")
	for _, name := range []string{nas.ServerName, "127.0.0.1"} {
		conn, err := tls.Dial("tcp", nas.Address(), &tls.Config{
			RootCAs: housePool(s), ServerName: name, Time: func() time.Time { return now },
		})
		if err != nil {
			t.Fatalf("handshake with %s: %v", name, err)
		}
		defer conn.Close()
		shown := conn.ConnectionState().PeerCertificates
		if len(shown) != 1 || !shown[0].Equal(s.Certificate()) {
			t.Errorf("handshake with %s shows %d certificates, not the house's own", name, len(shown))
		}
	}
	if got, want := s.Certificate().NotAfter, now.Truncate(time.Second).Add(30*24*time.Hour); !got.Equal(want) {
		t.Errorf("certificate ends at %v, want %v", got, want)
	}
	if _, err := tls.Dial("tcp", nas.Address(), &tls.Config{ServerName: nas.ServerName}); err == nil {
		t.Error("the system trusts the house's certificate")
	}
	awaitCounts(t, s, "nas", func(c Counts) bool { return c.Bogus == 1 })
}

func TestNameServerAnswersTheGoResolver(t *testing.T) {
	s := startHouse(t, Options{})
	address := socketNamed(t, s, "router-dns").Address()
	resolver := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", address)
	}}
	ctx, cancel := context.WithTimeout(t.Context(), answerWithin)
	defer cancel()
	got, err := resolver.LookupHost(ctx, "meter.example.")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"192.0.2.10"}, got); diff != "" {
		t.Errorf("addresses of meter.example (-want +got):\n%s", diff)
	}
}

func TestAnswerDNS(t *testing.T) {
	tests := map[string]struct {
		request string // hex
		want    string // hex, empty for silence
		bogus   bool
	}{
		"name servers of the root": {
			request: "1234 0100 0001 0000 0000 0000 00 0002 0001",
			want:    "1234 8180 0001 0000 0000 0000 00 0002 0001",
		},
		"address of a.b": {
			request: "beef 0000 0001 0000 0000 0000 0161 0162 00 0001 0001",
			want:    "beef 8080 0001 0001 0000 0000 0161 0162 00 0001 0001 c00c 0001 0001 0000003c 0004 c000020a",
		},
		"IPv6 address of a.b": {
			request: "beef 0000 0001 0000 0000 0000 0161 0162 00 001c 0001",
			want:    "beef 8080 0001 0000 0000 0000 0161 0162 00 001c 0001",
		},
		"an additional record is not looked at": {
			request: "1234 0100 0001 0000 0000 0001 00 0002 0001 00 0029 04d0 00000000 0000",
			want:    "1234 8180 0001 0000 0000 0000 00 0002 0001",
		},
		"empty":         {request: "", bogus: true},
		"short header":  {request: "1234 0100 0001 0000 0000 00", bogus: true},
		"an answer":     {request: "1234 8180 0001 0000 0000 0000 00 0002 0001", bogus: true},
		"no question":   {request: "1234 0100 0000 0000 0000 0000", want: "1234 8181 0000 0000 0000 0000", bogus: true},
		"two questions": {request: "1234 0100 0002 0000 0000 0000 00 0002 0001 00 0002 0001", want: "1234 8181 0000 0000 0000 0000", bogus: true},
		"cut off":       {request: "1234 0100 0001 0000 0000 0000 03 6162", want: "1234 8181 0000 0000 0000 0000", bogus: true},
		"a name that points at itself": {
			request: "1234 0100 0001 0000 0000 0000 c00c 0001 0001", want: "1234 8181 0000 0000 0000 0000", bogus: true,
		},
		"a status request": {request: "1234 1000 0000 0000 0000 0000", want: "1234 9084 0000 0000 0000 0000", bogus: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := answerDNS(unhex(t, tt.request))
			if (err != nil) != tt.bogus {
				t.Errorf("error = %v, want one: %v", err, tt.bogus)
			}
			if want := unhex(t, tt.want); !bytes.Equal(got, want) {
				t.Errorf("answer\n got %x\nwant %x", got, want)
			}
		})
	}
}

func TestAnswerNTP(t *testing.T) {
	question := "230006ec" + strings.Repeat("00", 36) + "0102030405060708"
	tests := map[string]struct {
		now     time.Time
		request string
		want    string
	}{
		// The beginning of 1970 is second 2,208,988,800 of NTP (RFC 5905 figure 4): 0x83aa7e80.
		"version 4, half a second into 1970": {
			now:     time.Unix(0, 5e8),
			request: question,
			want: "24 02 06 ec 00000000 00000000 7f000001" + "83aa7e8080000000" + "0102030405060708" +
				"83aa7e8080000000" + "83aa7e8080000000",
		},
		"version 3 is answered in version 3": {
			now:     time.Unix(0, 0),
			request: "1b" + question[2:],
			want: "1c 02 06 ec 00000000 00000000 7f000001" + "83aa7e8000000000" + "0102030405060708" +
				"83aa7e8000000000" + "83aa7e8000000000",
		},
		// Era 1 begins on 2036-02-07 at 06:28:16 (RFC 5905 figure 4).
		"seconds begin again in 2036": {
			now:     time.Date(2036, 2, 7, 6, 28, 17, 0, time.UTC),
			request: question,
			want: "24 02 06 ec 00000000 00000000 7f000001" + "0000000100000000" + "0102030405060708" +
				"0000000100000000" + "0000000100000000",
		},
		"a signature is not looked at": {
			now:     time.Unix(0, 0),
			request: question + strings.Repeat("ff", 20),
			want: "24 02 06 ec 00000000 00000000 7f000001" + "83aa7e8000000000" + "0102030405060708" +
				"83aa7e8000000000" + "83aa7e8000000000",
		},
		"empty":              {request: ""},
		"one byte short":     {request: question[2:]},
		"a server's answer":  {request: "24" + question[2:]},
		"a control message":  {request: "26" + question[2:]},
		"a version too new":  {request: "2b" + question[2:]},
		"a version too old":  {request: "03" + question[2:]},
		"a symmetric active": {request: "21" + question[2:]},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := answerNTP(func() time.Time { return tt.now })(unhex(t, tt.request))
			if (err != nil) != (tt.want == "") {
				t.Errorf("error = %v, want an answer: %v", err, tt.want != "")
			}
			if want := unhex(t, tt.want); !bytes.Equal(got, want) {
				t.Errorf("answer\n got %x\nwant %x", got, want)
			}
		})
	}
}

func FuzzAnswerDNS(f *testing.F) {
	for _, seed := range []string{
		"", "1234", "12340100000100000000000000000200 01", "beef000000010000000000000161016200 0001 0001",
		"123401000001000000000000c00c00010001", "1234100000000000000000 00",
	} {
		f.Add(unhex(f, seed))
	}
	f.Fuzz(func(t *testing.T, request []byte) {
		reply, err := answerDNS(request)
		if reply == nil {
			if err == nil {
				t.Fatal("silence without a reason")
			}
			return
		}
		if len(reply) < 12 || !bytes.Equal(reply[:2], request[:2]) || reply[2]&0x80 == 0 {
			t.Fatalf("answer %x does not go with request %x", reply, request)
		}
		if len(reply) > len(request)+64 {
			t.Fatalf("%d bytes make %d", len(request), len(reply))
		}
		if again, err := answerDNS(reply); again != nil || err == nil {
			t.Fatalf("an answer was answered with %x", again)
		}
	})
}

func FuzzAnswerNTP(f *testing.F) {
	f.Add([]byte{}, int64(0))
	f.Add(append([]byte{0x23}, make([]byte, 47)...), int64(1_700_000_000))
	f.Add(append([]byte{0x1b}, make([]byte, 67)...), int64(-1))
	f.Fuzz(func(t *testing.T, request []byte, now int64) {
		reply, err := answerNTP(func() time.Time { return time.Unix(now, 0) })(request)
		if err != nil {
			if reply != nil {
				t.Fatalf("answer %x beside error %v", reply, err)
			}
			return
		}
		if len(reply) != 48 || reply[0]&7 != 4 || !bytes.Equal(reply[24:32], request[40:48]) {
			t.Fatalf("answer %x does not go with request %x", reply, request)
		}
		if got, want := binary.BigEndian.Uint32(reply[40:]), uint32(now+ntpEpoch); got != want {
			t.Fatalf("second %d, want %d", got, want)
		}
		if again, err := answerNTP(time.Now)(reply); again != nil || err == nil {
			t.Fatalf("an answer was answered with %x", again)
		}
	})
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
