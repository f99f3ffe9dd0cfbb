package sockets

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	answerWithin = 10 * time.Second       // for what must come: a busy machine may take its time
	silentFor    = 200 * time.Millisecond // for what must not come
)

// never is a schedule that stands still.
func never(time.Duration) <-chan time.Time { return nil }

// startHouse starts a house that does not flap by itself.
func startHouse(t *testing.T, o Options) *Sim {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.After == nil {
		o.After = never
	}
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the house: %v", err)
		}
	})
	return s
}

func socketNamed(t *testing.T, s *Sim, name string) Socket {
	t.Helper()
	socket, ok := s.Socket(name)
	if !ok {
		t.Fatalf("the house has no %s: left out %v", name, s.LeftOut())
	}
	return socket
}

// check looks at a socket as a port check would, with package net and nothing else, and returns the class of what it
// finds: ok, or one of the failures.
func check(s Socket, roots *x509.CertPool) string {
	within := answerWithin
	if s.Class == "timeout" {
		within = silentFor
	}
	conn, err := net.DialTimeout(s.Protocol, s.Address(), within)
	if err != nil {
		return class(err)
	}
	defer conn.Close()
	switch {
	case strings.HasPrefix(s.Protocol, "udp"):
		return checkUDP(conn, s)
	case s.TLS:
		conn.SetDeadline(time.Now().Add(answerWithin))
		return class(tls.Client(conn, &tls.Config{RootCAs: roots, ServerName: s.ServerName}).Handshake())
	case s.Expect != "":
		return checkExpect(conn, s)
	}
	return "ok"
}

func checkExpect(conn net.Conn, s Socket) string {
	if s.Class == "no_answer" {
		conn.SetDeadline(time.Now().Add(silentFor))
	} else {
		conn.SetDeadline(time.Now().Add(answerWithin))
	}
	buf := make([]byte, 64)
	n, err := conn.Read(buf)
	if err != nil {
		return strings.Replace(class(err), "timeout", "no_answer", 1)
	}
	if !strings.Contains(string(buf[:n]), s.Expect) {
		return "mismatch"
	}
	return "ok"
}

// checkUDP sends twice, because the ICMP error for one datagram is told at the next call.
func checkUDP(conn net.Conn, s Socket) string {
	request := map[string]string{
		"dns":  "1234010000010000000000000000020001", // the name servers of the root
		"ntp":  "23" + strings.Repeat("00", 47),      // version 4, mode 3
		"echo": "00112233445566778899aabbccddeeff",
		"":     "58",
	}[s.Preset]
	payload, err := hex.DecodeString(request)
	if err != nil {
		return err.Error()
	}
	buf := make([]byte, 1500)
	for range 2 {
		if _, err := conn.Write(payload); err != nil {
			return class(err)
		}
		wait := silentFor / 2
		if s.Find == Up && s.RequireAnswer {
			wait = answerWithin
		}
		conn.SetReadDeadline(time.Now().Add(wait))
		n, err := conn.Read(buf)
		if err == nil {
			return matchUDP(s.Preset, payload, buf[:n])
		}
		if c := class(err); c != "timeout" {
			return c
		}
	}
	if s.RequireAnswer {
		return "no_answer"
	}
	return "ok"
}

func matchUDP(preset string, request, reply []byte) string {
	ok := false
	switch preset {
	case "dns":
		ok = len(reply) >= 12 && reply[0] == request[0] && reply[1] == request[1] && reply[2]&0x80 != 0
	case "ntp":
		ok = len(reply) >= 48 && reply[0]&7 == 4
	case "echo":
		ok = string(reply) == string(request)
	}
	if !ok {
		return "mismatch"
	}
	return "ok"
}

func class(err error) string {
	var timeout net.Error
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ENOENT):
		return "not_found"
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return "reset"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	}
	return err.Error()
}

// awaitCounts waits for a socket to have seen enough.
func awaitCounts(t *testing.T, s *Sim, name string, enough func(Counts) bool) Counts {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), answerWithin)
	defer cancel()
	got, err := s.Await(ctx, name, enough)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return got
}

// housePool trusts the house's certificate.
func housePool(s *Sim) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}
