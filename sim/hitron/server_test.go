package hitron

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestOffAndOn(t *testing.T) {
	s := start(t, Options{})
	c := newClient(t)
	address := s.Address()
	page(t, c, s, DsInfo)
	for range 3 {
		for range 2 { // the second does nothing
			if err := s.Off(); err != nil {
				t.Fatal(err)
			}
		}
		if got := get(t, c, s, "/data/dsinfo.asp"); !errors.Is(got.err, syscall.ECONNREFUSED) {
			t.Errorf("while off: %v", got.err)
		}
		for range 2 {
			if err := s.On(); err != nil {
				t.Fatal(err)
			}
		}
		page(t, c, s, DsInfo)
	}
	if s.Address() != address {
		t.Errorf("now at %s, before at %s", s.Address(), address)
	}
}

func TestOffAndOnFromManySides(t *testing.T) {
	s := start(t, Options{Plain: true})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 20 {
				turn := s.Off
				if i%2 == 0 {
					turn = s.On
				}
				if err := turn(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := s.On(); err != nil {
		t.Fatal(err)
	}
	page(t, newClient(t), s, DsInfo)
}

func TestAddressStaysTaken(t *testing.T) {
	s := start(t, Options{Plain: true})
	again, err := Start(t.Context(), Options{Plain: true, Address: s.Address()})
	if err == nil {
		again.Close()
		t.Fatal("two modems have the same address")
	}
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), s.Address()) {
		t.Errorf("error %v", err)
	}
}

func TestChosenAddress(t *testing.T) {
	s := start(t, Options{Plain: true})
	address := s.Address()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := start(t, Options{Plain: true, Address: address})
	if again.Address() != address {
		t.Errorf("at %s, want %s", again.Address(), address)
	}
	page(t, newClient(t), again, DsInfo)
}

func TestPeak(t *testing.T) {
	s := start(t, Options{Plain: true})
	c := newClient(t)
	for range 5 {
		page(t, c, s, DsInfo)
		page(t, newClient(t), s, UsInfo)
	}
	if got := s.Seen(); got.Peak != 1 || got.Total() != 10 || got.Requests[DsInfo] != 5 {
		t.Errorf("one after the other: %+v", got)
	}
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	s.Break(Every, Slow(time.Hour))
	var wg sync.WaitGroup
	for range 3 {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"/data/dsinfo.asp", nil)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() { do(c, r) })
	}
	await(t, s, func(seen Seen) bool { return seen.Peak == 3 })
	leave()
	wg.Wait()
}

func TestOtherPages(t *testing.T) {
	s := start(t, Options{Plain: true})
	c := newClient(t)
	for path, want := range map[string]int{
		"/data/dsofmodinfo.asp":    404,
		"/data/getCmDocsisWAN.asp": 404,
		"/1/Device/CM/DsInfo":      404,
		"/":                        200,
	} {
		if got := get(t, c, s, path).status; got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	if got := post(t, c, s, "/data/dsinfo.asp", nil).status; got != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", got)
	}
	if seen := s.Seen(); seen.Requests[Other] != 3 || seen.Requests[Root] != 1 {
		t.Errorf("seen %+v", seen)
	}
}

func TestDropConnections(t *testing.T) {
	s := start(t, Options{})
	c := newClient(t)
	page(t, c, s, DsInfo)
	s.DropConnections()
	page(t, c, s, DsInfo)
	if got := s.Seen().Connections; got != 2 {
		t.Errorf("%d connections, want 2", got)
	}
}

func TestCertificate(t *testing.T) {
	s := start(t, Options{Certificate: nil})
	shown := func() string {
		conn, err := tls.Dial("tcp", s.Address(), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		leaf := conn.ConnectionState().PeerCertificates[0]
		if len(leaf.IPAddresses)+len(leaf.DNSNames) > 0 {
			t.Error("the certificate names addresses")
		}
		return string(leaf.Raw)
	}
	if shown() != string(s.Certificate().Raw) {
		t.Error("another certificate is shown than told")
	}
	c := newClient(t)
	page(t, c, s, DsInfo)
	first := s.Certificate()
	pair, err := NewCertificate(1024)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.ExchangeCertificate(pair); err != nil {
		t.Fatal(err)
	}
	if shown() != string(pair.Certificate[0]) || s.Certificate().Equal(first) {
		t.Error("the certificate was not exchanged")
	}
	connections := s.Seen().Connections
	page(t, c, s, DsInfo)
	if s.Seen().Connections != connections+1 {
		t.Error("a connection that saw the old certificate goes on")
	}
	if err := s.ExchangeCertificate(tls.Certificate{}); err == nil {
		t.Error("an empty certificate was taken")
	}
}

func TestResumptionEndsWithTheCertificate(t *testing.T) {
	s := start(t, Options{})
	config := &tls.Config{InsecureSkipVerify: true, ClientSessionCache: tls.NewLRUClientSessionCache(4), MaxVersion: tls.VersionTLS12}
	resumed := func() bool {
		conn, err := tls.Dial("tcp", s.Address(), config)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return conn.ConnectionState().DidResume
	}
	if resumed() || !resumed() {
		t.Fatal("want that the second connection resumes the first")
	}
	pair, err := NewCertificate(2048)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.ExchangeCertificate(pair); err != nil {
		t.Fatal(err)
	}
	if resumed() {
		t.Error("a session of the old certificate was resumed")
	}
}

func TestTLSAbilities(t *testing.T) {
	legacy := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		legacy.CipherSuites = append(legacy.CipherSuites, suite.ID)
	}
	tests := map[string]struct {
		can     TLS
		today   string // the error of a client that has not been told
		version uint16 // with one that has
	}{
		"today":    {TLSToday, "", tls.VersionTLS13},
		"TLS 1.0":  {TLS10, "protocol version", tls.VersionTLS10},
		"RSA only": {TLSRSAOnly, "handshake failure", tls.VersionTLS12},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := start(t, Options{TLS: tt.can})
			if got := get(t, newClient(t), s, "/"); (got.err == nil) != (tt.today == "") ||
				got.err != nil && !strings.Contains(got.err.Error(), tt.today) {
				t.Errorf("a client of today: %v, want %q", got.err, tt.today)
			}
			conn, err := tls.Dial("tcp", s.Address(), legacy)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if got := conn.ConnectionState().Version; got != tt.version {
				t.Errorf("version %x, want %x", got, tt.version)
			}
		})
	}
}

func TestPlainHasNoCertificate(t *testing.T) {
	s := start(t, Options{Plain: true})
	if s.Certificate() != nil || s.ExchangeCertificate(tls.Certificate{}) == nil || !strings.HasPrefix(s.URL(), "http://") {
		t.Errorf("%s has a certificate", s.URL())
	}
}

func TestClose(t *testing.T) {
	for _, how := range []string{"twice", "by context"} {
		t.Run(how, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s, err := Start(ctx, Options{Plain: true})
			if err != nil {
				t.Fatal(err)
			}
			held, err := net.Dial("tcp", s.Address())
			if err != nil {
				t.Fatal(err)
			}
			defer held.Close()
			if how == "by context" {
				cancel()
				held.SetReadDeadline(time.Now().Add(patience))
				if _, err := held.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("read = %v", err)
				}
			}
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if err := s.Close(); err != nil {
						t.Errorf("close: %v", err)
					}
				})
			}
			wg.Wait()
			if err := s.On(); err == nil {
				t.Error("On after Close is no error")
			}
			if _, err := net.Dial("tcp", s.Address()); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("dial after Close: %v", err)
			}
		})
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
		"unknown dialect":    {t.Context(), Options{Dialect: "hnap"}, `"hnap"`},
		"unknown firmware":   {t.Context(), Options{Firmware: "9"}, `"9"`},
		"7.3 of Device":      {t.Context(), Options{Dialect: Device, Firmware: Firmware73}, `"7.3"`},
		"negative uptime":    {t.Context(), Options{Uptime: -1}, "-1ns"},
		"unknown values":     {t.Context(), Options{Plain: true, Values: 9}, "9"},
		"unknown TLS":        {t.Context(), Options{TLS: 9}, "TLS 9"},
		"no host":            {t.Context(), Options{Plain: true, Address: ":0"}, `":0"`},
		"no port":            {t.Context(), Options{Plain: true, Address: "127.0.0.1"}, "port"},
		"an ended context":   {ended, Options{Plain: true}, "canceled"},
		"a bad certificate":  {t.Context(), Options{Certificate: &tls.Certificate{Certificate: [][]byte{{1}}}}, "certificate"},
		"somebody's address": {t.Context(), Options{Plain: true, Address: "192.0.2.1:0"}, "192.0.2.1"},
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
