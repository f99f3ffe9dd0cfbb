package powerwall

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestOffAndOn(t *testing.T) {
	s := start(t, Options{})
	c := loggedIn(t, s)
	for range 3 {
		if err := s.Off(); err != nil {
			t.Fatal(err)
		}
		if got := c.get(SOE); !errors.Is(got.err, syscall.ECONNREFUSED) {
			t.Errorf("while off: %v", got.err)
		}
		if err := s.On(); err != nil {
			t.Fatal(err)
		}
		c.page(SOE) // the token is still good
	}
}

func TestAway(t *testing.T) {
	s := start(t, Options{})
	c := loggedIn(t, s)
	if err := s.Away(time.Hour); err != nil {
		t.Fatal(err)
	}
	if got := c.get(SOE); !errors.Is(got.err, syscall.ECONNREFUSED) {
		t.Errorf("while away: %v", got.err)
	}
	if err := s.Away(time.Millisecond); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(patience)
	for c.get(SOE).status != 200 {
		if time.Now().After(deadline) {
			t.Fatal("it did not come back")
		}
	}
}

func TestSilence(t *testing.T) {
	s := start(t, Options{})
	c := loggedIn(t, s)
	s.Silence(true)
	replies := make(chan reply, 2)
	fresh := newClient(t, s)
	fresh.token = c.token
	var wg sync.WaitGroup
	wg.Go(func() { replies <- c.get(SOE) })     // on the connection that there is
	wg.Go(func() { replies <- fresh.get(SOE) }) // on one that hears nothing
	await(t, s, func(seen Seen) bool { return seen.Connections == 2 })
	if len(replies) != 0 {
		t.Error("it speaks")
	}
	s.Silence(false)
	wg.Wait()
	for range 2 {
		if got := <-replies; got.status != 200 {
			t.Errorf("afterwards: %d %v", got.status, got.err)
		}
	}
}

func TestConnectionFaults(t *testing.T) {
	for how, ends := range map[ConnectionFault][]error{
		ResetFirst:   {syscall.ECONNRESET, syscall.EPIPE},
		EndHandshake: {io.EOF, syscall.ECONNRESET},
	} {
		s := start(t, Options{})
		s.BreakConnections(2, how)
		c := newClient(t, s)
		for range 2 {
			got := c.get(Status)
			if !slices.ContainsFunc(ends, func(end error) bool { return errors.Is(got.err, end) }) {
				t.Errorf("fault %d: %d %v", how, got.status, got.err)
			}
		}
		c.page(Status)
		if seen := s.Seen(); seen.Connections != 3 || seen.Total() != 1 {
			t.Errorf("fault %d: seen %+v", how, seen)
		}
		s.BreakConnections(1, how)
		s.MendConnections()
		newClient(t, s).page(Status)
	}
}

func TestHangFirst(t *testing.T) {
	s := start(t, Options{})
	s.BreakConnections(1, HangFirst)
	conn, err := net.Dial("tcp", s.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	await(t, s, func(seen Seen) bool { return seen.Connections == 1 })
	newClient(t, s).page(Status)
	s.DropConnections() // also the one that hangs, or Close would wait
	conn.SetReadDeadline(time.Now().Add(patience))
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("it has spoken")
	}
}

func TestServerNames(t *testing.T) {
	s := start(t, Options{})
	for name, ok := range map[string]bool{"": true, "teg": true, "powerwall": true, "powerpack": true, "gateway.example": false, "Powerwall.lan": false} {
		conn, err := tls.Dial("tcp", s.Address(), &tls.Config{InsecureSkipVerify: true, ServerName: name, MinVersion: tls.VersionTLS12})
		if err == nil {
			conn.Close()
		}
		if (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
	seen := s.Seen()
	if seen.Unnamed != 2 || seen.ServerNames["powerwall"] != 1 || seen.ServerNames[""] != 1 || seen.ServerNames["gateway.example"] != 1 {
		t.Errorf("seen %+v", seen)
	}
	newClient(t, s).page(Status)
	if h := s.History(); len(h) != 1 || h[0].ServerName != "powerwall" || h[0].Connection != 7 || h[0].Status != 200 {
		t.Errorf("history %+v", h)
	}
}

func TestCertificates(t *testing.T) {
	for firmware, issued := range map[Firmware]bool{Firmware2144: false, Firmware2510: true, Powerwall3: true} {
		s := start(t, Options{Firmware: firmware})
		conn, err := tls.Dial("tcp", s.Address(), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		shown := conn.ConnectionState().PeerCertificates
		conn.Close()
		leaf := shown[0]
		if len(shown) != 1 || !leaf.Equal(s.Certificate()) || leaf.PublicKeyAlgorithm != x509.ECDSA ||
			!slices.Equal(leaf.DNSNames, []string{"teg", "powerwall", "powerpack"}) {
			t.Errorf("%s: %d certificates, %v %v", firmware, len(shown), leaf.PublicKeyAlgorithm, leaf.DNSNames)
		}
		self := leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil
		if self == issued || leaf.Issuer.CommonName == leaf.Subject.CommonName+" CA" != issued {
			t.Errorf("%s: %v by %v", firmware, leaf.Subject, leaf.Issuer)
		}
		if issued && !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(leaf.Subject.CommonName) {
			t.Errorf("%s: name %q", firmware, leaf.Subject.CommonName)
		}
		if !issued && len(leaf.IPAddresses) != 1 {
			t.Errorf("%s: addresses %v", firmware, leaf.IPAddresses)
		}
	}
}

func TestExchangeCertificate(t *testing.T) {
	s := start(t, Options{})
	c := loggedIn(t, s)
	pair, err := NewCertificate(CertificateOptions{Names: []string{}, NotAfter: time.Now().Add(-time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.ExchangeCertificate(pair); err != nil {
		t.Fatal(err)
	}
	c.page(SOE)
	if seen := s.Seen(); seen.Connections != 2 || !s.Certificate().Equal(pair.Leaf) || len(s.Certificate().DNSNames) != 0 {
		t.Errorf("seen %+v", seen)
	}
	if err := s.ExchangeCertificate(tls.Certificate{}); err == nil {
		t.Error("an empty certificate was taken")
	}
	own := start(t, Options{Certificate: &pair})
	if !own.Certificate().Equal(pair.Leaf) {
		t.Error("the certificate of the options is not shown")
	}
}

func TestCloseAndContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Start(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if s.On() == nil || s.Away(0) == nil {
		t.Error("On or Away after Close is no error")
	}
}

func TestStartRefuses(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tests := map[string]struct {
		ctx     context.Context
		options Options
		want    string
	}{
		"unknown firmware":   {t.Context(), Options{Firmware: "9"}, `"9"`},
		"unknown values":     {t.Context(), Options{Values: 9}, "9"},
		"negative uptime":    {t.Context(), Options{Uptime: -1}, "-1ns"},
		"all outage":         {t.Context(), Options{OutageEvery: time.Minute, OutageFor: time.Minute}, "no grid"},
		"no host":            {t.Context(), Options{Address: ":0"}, `":0"`},
		"ended":              {ended, Options{}, "canceled"},
		"bad certificate":    {t.Context(), Options{Certificate: &tls.Certificate{Certificate: [][]byte{{1}}}}, "certificate"},
		"somebody's address": {t.Context(), Options{Address: "192.0.2.1:0"}, "192.0.2.1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := Start(tt.ctx, tt.options)
			if err == nil {
				s.Close()
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q does not contain %q", err, tt.want)
			}
		})
	}
}

func TestEndlessRequest(t *testing.T) {
	s := start(t, Options{})
	got := newClient(t, s).do("POST", "/api/login/Basic", jsonType, make([]byte, maxRequest+1))
	if got.err == nil && got.status != 413 {
		t.Errorf("status %d", got.status)
	}
	if seen := s.Seen(); seen.Attempts() != 0 {
		t.Errorf("seen %+v", seen)
	}
}

func TestManySides(t *testing.T) {
	clock := newClock()
	s := start(t, Options{Values: Alive, Now: clock.Now})
	c := loggedIn(t, s)
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			own := &client{t: t, sim: s, http: c.http, token: c.token}
			for range 10 {
				own.get(SystemStatus)
				own.get(Vitals)
				s.BreakNext(SOE, i, Busy())
				s.Mend(SOE)
				s.Edit(func(state *State) { state.SOE = 50 })
				s.State()
				s.Seen()
				clock.pass(time.Second)
			}
		})
	}
	wg.Wait()
	s.Edit(nil)
	if seen := s.Seen(); seen.Requests[Vitals] != 60 || seen.Peak < 1 {
		t.Errorf("seen %+v", seen)
	}
}
