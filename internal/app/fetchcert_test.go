package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/pin"
)

// gates is the section of kinds whose devices present certificates, if their entries
// have an address. None can be opened.
type gates []gate

type gate struct {
	device.Common `yaml:",inline"`
	Address       string `yaml:"address"`
	ServerName    string `yaml:"tls_server_name"`
	File          string `yaml:"tls_cert_file"`
}

func (s *gates) Specs(d device.Defaults) ([]device.Spec, error) {
	var specs []device.Spec
	for i, e := range *s {
		pace, err := e.Pace(d, device.Pace{})
		if err != nil {
			return nil, device.At(device.Index(i), err)
		}
		spec := device.Spec{Name: e.Name, Pace: &pace, Open: func(device.Env) (device.Device, error) {
			panic("a device was opened")
		}}
		if e.Address != "" {
			spec.Certificate = &device.Certificate{Address: e.Address, ServerName: e.ServerName, File: e.File}
		}
		specs = append(specs, spec)
	}
	return specs, nil
}

func gateKinds() []*device.Kind {
	section := func() device.Section { return new(gates) }
	return []*device.Kind{{Name: "gate", Section: section}, {Name: "garage", Section: section}}
}

// newCertificate returns a certificate that a device made for itself.
func newCertificate(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2021, 1, 2, 0, 0, 0, 0, time.UTC),
		DNSNames:     []string{"gate.lan"},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// serveTLS answers handshakes until the test ends. It knows one server name, and
// those who ask for none.
func serveTLS(t *testing.T, cert tls.Certificate, name string) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg := &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if hello.ServerName != "" && hello.ServerName != name {
			return nil, errors.New("unknown name")
		}
		return &cert, nil
	}}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				server := tls.Server(conn, cfg)
				if n, _ := server.Read(make([]byte, 1)); n > 0 {
					t.Error("the device was sent something")
				}
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		serving.Wait()
	})
	return l.Addr().String()
}

// fetchCert runs the command with a configuration.
func fetchCert(t *testing.T, configuration string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "home_exporter.yml")
	if err := os.WriteFile(file, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	p := Program{Args: append([]string{"fetch-cert", "--config.file=" + file}, args...), Stdout: &out, Stderr: &errs, Kinds: gateKinds()}
	code = p.Run(t.Context())
	return code, out.String(), errs.String()
}

// wantText looks for texts in what a command printed.
func wantText(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("no %q in\n%s", w, got)
		}
	}
}

func wantFile(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s holds %q, %v, want %q", path, got, err, want)
	}
}

// TestFetchCertStores goes through the life of a certificate: fetched, fetched once
// more, changed.
func TestFetchCertStores(t *testing.T) {
	first, second := newCertificate(t, "first"), newCertificate(t, "second")
	path := filepath.Join(t.TempDir(), "gate.pem")
	entry := func(cert tls.Certificate) string {
		return fmt.Sprintf("gate: [{name: front, address: %q, tls_cert_file: %q}]\n", serveTLS(t, cert, ""), path)
	}

	code, out, stderr := fetchCert(t, entry(first), "front")
	if code != exitOK || stderr != "" {
		t.Fatalf("exit code %d: %s%s", code, out, stderr)
	}
	old := pin.Of(first.Leaf).String()
	wantText(t, out, "gate/front at 127.0.0.1:", "subject  CN=first", "issuer   CN=first",
		"valid    2020-01-02 to 2021-01-02", "names    gate.lan", "SHA-256  "+old, "Stored in "+path)
	wantFile(t, path, string(pin.Encode(first.Leaf)))
	if strings.Contains(out, "changed") {
		t.Errorf("a first certificate has changed:\n%s", out)
	}

	// A file in which it is one of two stays.
	both := string(pin.Encode(second.Leaf)) + string(pin.Encode(first.Leaf))
	if err := os.WriteFile(path, []byte(both), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ = fetchCert(t, entry(first), "front")
	wantText(t, out, path+" holds it already")
	wantFile(t, path, both)
	if code != exitOK || strings.Contains(out, "Stored") {
		t.Errorf("exit code %d:\n%s", code, out)
	}

	if err := pin.Save(path, first.Leaf); err != nil {
		t.Fatal(err)
	}
	code, out, _ = fetchCert(t, entry(second), "front")
	wantText(t, out, "has changed", "old  "+old, "new  "+pin.Of(second.Leaf).String(), "Stored in "+path)
	wantFile(t, path, string(pin.Encode(second.Leaf)))
	if code != exitOK {
		t.Errorf("exit code %d", code)
	}

	const damaged = "-----BEGIN CERTIFICATE-----\nMII"
	if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ = fetchCert(t, entry(first), "front")
	wantText(t, out, "holds no certificates that can be read", "Stored in "+path)
	wantFile(t, path, string(pin.Encode(first.Leaf)))
	if code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

// TestFetchCertPrints stores nothing, and writes nothing but PEM to the standard
// output, so that it can be redirected.
func TestFetchCertPrints(t *testing.T) {
	cert, other := newCertificate(t, "modem"), newCertificate(t, "other")
	address := serveTLS(t, cert, "powerwall")
	path := filepath.Join(t.TempDir(), "gate.pem")
	withFile := fmt.Sprintf("gate: [{name: front, address: %q, tls_cert_file: %q}]\n", address, path)
	print := func(t *testing.T, configuration string, args []string, want ...string) {
		t.Helper()
		code, out, stderr := fetchCert(t, configuration, args...)
		if code != exitOK || out != string(pin.Encode(cert.Leaf)) {
			t.Errorf("exit code %d, the standard output is\n%s", code, out)
		}
		wantText(t, stderr, append(want, "SHA-256  "+pin.Of(cert.Leaf).String(), "Nothing is stored")...)
	}
	t.Run("no file in the entry", func(t *testing.T) {
		print(t, fmt.Sprintf("gate: [{name: front, address: %q, tls_server_name: powerwall}]\n", address), nil, "tls_cert_file", "tls_fingerprint")
	})
	t.Run("as asked", func(t *testing.T) {
		print(t, withFile, []string{"--print"})
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the file: %v", err)
		}
	})
	t.Run("another one is stored", func(t *testing.T) {
		if err := pin.Save(path, other.Leaf); err != nil {
			t.Fatal(err)
		}
		print(t, withFile, []string{"--print"}, "has changed", "old  "+pin.Of(other.Leaf).String())
		wantFile(t, path, string(pin.Encode(other.Leaf)))
	})
}

// TestFetchCertFails leaves the file as it was.
func TestFetchCertFails(t *testing.T) {
	cert := newCertificate(t, "modem")
	good := serveTLS(t, cert, "powerwall")
	silent, err := net.Listen("tcp", "127.0.0.1:0") // connections wait in its queue
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	pem := string(pin.Encode(newCertificate(t, "old").Leaf))
	for _, c := range []struct {
		name, held, entry string
		args, want        []string
	}{
		{"refused", pem, fmt.Sprintf("address: %q", closed.Addr()), nil, []string{"gate/front", "connection refused"}},
		{"silence", pem, fmt.Sprintf("address: %q", silent.Addr()), []string{"--timeout=50ms"}, []string{"gate/front", "50ms", "--timeout"}},
		{"unknown server name", pem, fmt.Sprintf("address: %q, tls_server_name: teg", good), nil, []string{"gate/front", "handshake"}},
		{"not a file of certificates", "sockets: []", fmt.Sprintf("address: %q", good), nil, []string{"something else than certificates"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "gate.pem")
			if err := os.WriteFile(path, []byte(c.held), 0o600); err != nil {
				t.Fatal(err)
			}
			code, _, stderr := fetchCert(t, fmt.Sprintf("gate: [{name: front, %s, tls_cert_file: %q}]\n", c.entry, path), c.args...)
			if code != exitFailed {
				t.Errorf("exit code %d, want %d", code, exitFailed)
			}
			wantText(t, stderr, append(c.want, "home_exporter: ")...)
			wantFile(t, path, c.held)
		})
	}
}

func TestFetchCertChoosesDevice(t *testing.T) {
	address := serveTLS(t, newCertificate(t, "modem"), "")
	const plain = "  - {name: bell}\n"
	front := fmt.Sprintf("  - {name: front, address: %q}\n", address)
	back := fmt.Sprintf("  - {name: back, address: %q}\n", address)
	both := "gate:\n" + front + plain + "garage:\n" + front + back
	for _, c := range []struct {
		name, configuration string
		args                []string
		code                int
		want                string // in what goes to the standard error
	}{
		{"the only one", "gate:\n" + plain + front, nil, exitOK, "gate/front at"},
		{"by name", both, []string{"back"}, exitOK, "garage/back at"},
		{"by kind and name", both, []string{"garage/front"}, exitOK, "garage/front at"},
		{"none given", both, nil, exitFailed, "name one of gate/front, garage/front, garage/back\n"},
		{"ambiguous", both, []string{"front"}, exitFailed, `"front" is the name of several devices; name one of gate/front, garage/front` + "\n"},
		{"unknown", both, []string{"side"}, exitFailed, `no device is configured under the name "side"; those that present a certificate: gate/front, garage/front, garage/back`},
		{"without a certificate", both, []string{"bell"}, exitFailed, `"bell" presents no certificate`},
		{"none at all", "gate:\n" + plain, nil, exitFailed, "no configured device presents a certificate"},
		{"bad configuration", "gate: [{nam: x}]\n", nil, exitFailed, "did you mean name?"},
		{"no time", both, []string{"back", "--timeout=0s"}, exitFailed, "--timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, _, stderr := fetchCert(t, c.configuration, c.args...)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			wantText(t, stderr, c.want)
		})
	}
}

// TestSomeIsBounded lists what a certificate with very many names claims.
func TestSomeIsBounded(t *testing.T) {
	names := strings.Split(strings.Repeat("n,", 1000), ",")[:1000]
	if got, want := some(names), strings.Repeat("n, ", 19)+"n and 980 more"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := some(nil); got != "" {
		t.Errorf("nothing is %q", got)
	}
}
