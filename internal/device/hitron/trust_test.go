package hitron

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/pin"
	simhitron "home_exporter/sim/hitron"
)

// pemFile writes the certificate of a modem into a file.
func pemFile(t *testing.T, path string, sim *simhitron.Sim) {
	t.Helper()
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: sim.Certificate().Raw})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// checkTLS holds that a poll failed for the sake of the certificate, before anything
// was asked.
func (r *rig) checkTLS(err error, asked int, texts ...string) {
	r.t.Helper()
	if device.ReasonOf(err) != device.TLS {
		r.t.Errorf("reason %s: %v", device.ReasonOf(err), err)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			r.t.Errorf("error %q, want %q in it", err, text)
		}
	}
	if got := r.sim.Seen().Total(); got != asked {
		r.t.Errorf("%d requests have reached the modem, want none", got-asked)
	}
}

const unchecked = "the modem's certificate is not checked"

// TestUnpinned accepts any certificate, warns of that once, and tells its fingerprint.
func TestUnpinned(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{Certificate: certificate(t, 0)})
	sum := pin.Of(r.sim.Certificate()).String()
	for range 3 {
		r.well(time.Minute).want(t, series{
			`modem_info{model="CODA56",vendor="Hitron Technologies",hw_version="1A",sw_version="7.2.4.7.1b7",serial="253000000001",rf_mac="02:00:5e:10:00:01",cert_sha256="` + sum + `"}`: 1,
		})
	}
	if got := strings.Count(r.log.String(), unchecked); got != 1 {
		t.Errorf("%d warnings, want 1:\n%s", got, r.log.String())
	}
	if err := r.sim.ExchangeCertificate(*certificate(t, 1)); err != nil {
		t.Fatal(err)
	}
	r.well(time.Minute)
	if s := r.well(time.Minute); len(keys(s, "modem_info")) != 1 || !strings.Contains(keys(s, "modem_info")[0], pin.Of(r.sim.Certificate()).String()) {
		t.Errorf("the new certificate is not told: %q", keys(s, "modem_info"))
	}
}

// TestPinnedFile accepts the certificate of the file, also one that is stored later,
// and no other.
func TestPinnedFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "modem.pem")
	r := newRig(t, simhitron.Options{Certificate: certificate(t, 0)}, func(e *entry) { e.TLSCertFile = path })
	r.checkTLS(r.failing(0), 0, "dsinfo: certificate file "+path, "home_exporter fetch-cert stores the certificate of the device there")
	pemFile(t, path, r.sim)
	r.well(time.Minute)
	if r.log.String() != "" {
		t.Errorf("something was logged: %s", r.log.String())
	}

	asked, before := r.sim.Seen().Total(), pin.Of(r.sim.Certificate()).String()
	if err := r.sim.ExchangeCertificate(*certificate(t, 1)); err != nil {
		t.Fatal(err)
	}
	r.checkTLS(r.failing(time.Minute), asked, before, pin.Of(r.sim.Certificate()).String(), "run home_exporter fetch-cert")
	pemFile(t, path, r.sim)
	r.well(time.Minute)
}

func fingerprintOf(t *testing.T, text string) *pin.Fingerprint {
	t.Helper()
	f, err := pin.ParseFingerprint(text)
	if err != nil {
		t.Fatal(err)
	}
	return &f
}

// TestFingerprint accepts the certificate of that fingerprint and no other.
func TestFingerprint(t *testing.T) {
	t.Parallel()
	pair := certificate(t, 0)
	sum := pin.Of(pair.Leaf).String()
	for _, form := range []string{sum, strings.ToUpper(sum), strings.ReplaceAll(sum, ":", "")} {
		r := newRig(t, simhitron.Options{Certificate: pair}, func(e *entry) { e.TLSFingerprint = fingerprintOf(t, form) })
		r.well(0)
		if r.log.String() != "" {
			t.Errorf("something was logged: %s", r.log.String())
		}
	}
	r := newRig(t, simhitron.Options{Certificate: certificate(t, 1)}, func(e *entry) { e.TLSFingerprint = fingerprintOf(t, sum) })
	r.checkTLS(r.failing(0), 0, sum, pin.Of(r.sim.Certificate()).String(), "put the new fingerprint into the configuration")
	if device.HintOf(r.failing(time.Minute)) != "" {
		t.Error("a wrong certificate has a hint besides what its message says")
	}
}

// TestPlain asks over HTTP where the address says so, without a warning.
func TestPlain(t *testing.T) {
	r := newRig(t, simhitron.Options{})
	if s := r.well(0); !strings.HasSuffix(keys(s, "modem_info")[0], `cert_sha256=""}`) {
		t.Errorf("a certificate is told: %q", keys(s, "modem_info"))
	}
	if r.log.String() != "" {
		t.Errorf("something was logged: %s", r.log.String())
	}
}

// TestHTTPSToPlainPort says how to write the address.
func TestHTTPSToPlainPort(t *testing.T) {
	r := newRig(t, simhitron.Options{}, func(e *entry) { e.Address = strings.TrimPrefix(e.Address, "http://") })
	err := r.failing(0)
	if device.ReasonOf(err) != device.TLS || !strings.HasSuffix(device.HintOf(err), "write the address with http:// in front.") {
		t.Errorf("reason %s, hint %q: %v", device.ReasonOf(err), device.HintOf(err), err)
	}
	pinned := newRig(t, simhitron.Options{}, func(e *entry) {
		e.Address, e.TLSFingerprint = strings.TrimPrefix(e.Address, "http://"), fingerprintOf(t, fingerprint)
	})
	if got := device.HintOf(pinned.failing(0)); !strings.HasSuffix(got, "and leave the tls keys out.") {
		t.Errorf("pinned: hint %q", got)
	}
}

// TestPlainToHTTPSPort says how to write the address, and leaves the slow pages alone.
func TestPlainToHTTPSPort(t *testing.T) {
	r := newRig(t, simhitron.Options{Certificate: certificate(t, 0)}, func(e *entry) { e.Address = strings.Replace(e.Address, "https", "http", 1) })
	err := r.failing(0)
	if want := "The modem may want TLS there: write the address with https:// in front."; device.HintOf(err) != want || !strings.Contains(err.Error(), "400") {
		t.Errorf("hint %q: %v", device.HintOf(err), err)
	}
	if got := r.requests(); got != len(fastPages) {
		t.Errorf("%d requests were sent, want %d", got, len(fastPages))
	}
}

// TestLegacy accepts TLS 1.0 and the old key exchange when asked to, and names the
// cure when not.
func TestLegacy(t *testing.T) {
	t.Parallel()
	for _, ability := range []simhitron.TLS{simhitron.TLS10, simhitron.TLSRSAOnly} {
		o := simhitron.Options{Certificate: certificate(t, 0), TLS: ability}
		r := newRig(t, o)
		err := r.failing(0)
		if device.ReasonOf(err) != device.TLS || !strings.Contains(device.HintOf(err), "tls_legacy: true") {
			t.Errorf("ability %d: reason %s, hint %q: %v", ability, device.ReasonOf(err), device.HintOf(err), err)
		}
		newRig(t, o, func(e *entry) { e.TLSLegacy = true }).well(0)
		pinned := newRig(t, o, func(e *entry) { e.TLSFingerprint = fingerprintOf(t, fingerprint) })
		if got, want := device.HintOf(pinned.failing(0)), "Old firmware speaks only old TLS: try tls_legacy: true."; got != want {
			t.Errorf("ability %d, pinned: hint %q, want %q", ability, got, want)
		}
	}
}

// TestRedirect does not follow a redirect, not even to the modem itself.
func TestRedirect(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{Certificate: certificate(t, 0)})
	r.well(0)
	asked := r.sim.Seen()
	r.sim.Break(simhitron.DsInfo, simhitron.Redirect())
	s, err := r.poll(time.Minute)
	if err == nil || !strings.HasPrefix(err.Error(), "dsinfo: the modem answers 302 and points to") {
		t.Errorf("error %v", err)
	}
	s.want(t, series{`modem_endpoint_errors_total{endpoint="dsinfo",class="redirect"}`: 1})
	seen := r.sim.Seen()
	if seen.Total() != asked.Total()+len(fastPages) || seen.Requests[simhitron.Other] != 0 {
		t.Errorf("%v requests, before %v", seen.Requests, asked.Requests)
	}
}
