package powerwall

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/pin"
	simpowerwall "home_exporter/sim/powerwall"
)

// pemFile writes the certificate of a gateway into a file.
func pemFile(t *testing.T, path string, sim *simpowerwall.Sim) {
	t.Helper()
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: sim.Certificate().Raw})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// checkTLS holds that a poll failed for the sake of the certificate, at the first
// attempt, and before anything was asked.
func (r *rig) checkTLS(asked int, texts ...string) {
	r.t.Helper()
	sent := r.requests()
	err := r.failing()
	if device.ReasonOf(err) != device.TLS || device.RetryAfterOf(err) != 0 {
		r.t.Errorf("reason %s: %v", device.ReasonOf(err), err)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			r.t.Errorf("error %q, want %q in it", err, text)
		}
	}
	if got := r.seen().Total(); got != asked {
		r.t.Errorf("%d requests have reached the gateway, want none", got-asked)
	}
	if got := r.requests() - sent; got > 2 { // a connection that was still open, and a new one
		r.t.Errorf("%d attempts, want one", got)
	}
}

// patient would try again after any failure to connect.
func patient(e *entry) { e.RetryTimeout = device.Duration(10 * time.Second) }

// TestUnpinned accepts any certificate, and warns of that once.
func TestUnpinned(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{})
	r.well()
	if err := r.sim.ExchangeCertificate(*certificate(t, 1)); err != nil {
		t.Fatal(err)
	}
	r.well()
	r.well().want(t, series{"powerwall_tls_certificate_not_after_timestamp_seconds": float64(certificate(t, 1).Leaf.NotAfter.Unix())})
	if got := strings.Count(r.log.String(), "the gateway's certificate is not checked; tls_cert_file pins it"); got != 1 {
		t.Errorf("%d warnings, want 1:\n%s", got, r.log.String())
	}
}

// TestPinnedFile accepts the certificate of the file, also one that is stored later, and
// no other: the gateway then hears of neither password nor token.
func TestPinnedFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "gateway.pem")
	r := newRig(t, simpowerwall.Options{}, patient, func(e *entry) { e.TLSCertFile = path })
	r.checkTLS(0, "status: ", "certificate file "+path, "home_exporter fetch-cert stores the certificate of the device there")
	pemFile(t, path, r.sim)
	before := r.well()
	if r.log.String() != "" {
		t.Errorf("something was logged: %s", r.log.String())
	}

	asked, old := r.seen().Total(), pin.Of(r.sim.Certificate()).String()
	if err := r.sim.ExchangeCertificate(*certificate(t, 1)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r.checkTLS(asked, "status: ", old, pin.Of(r.sim.Certificate()).String(), "run home_exporter fetch-cert")
	}
	pemFile(t, path, r.sim)
	r.well()
	if err := r.sim.ExchangeCertificate(*certificate(t, 0)); err != nil {
		t.Fatal(err)
	}
	pemFile(t, path, r.sim)
	same(t, before, r.well())
	if got := r.seen().Attempts(); got != 1 {
		t.Errorf("%d logins, want the one token kept", got)
	}
}

// TestRotatedMidway exchanges the certificate in the middle of a poll: what was had
// before is told, and nothing more is asked for.
func TestRotatedMidway(t *testing.T) {
	t.Parallel()
	sum := pin.Of(certificate(t, 0).Leaf).String()
	r := newRig(t, simpowerwall.Options{}, func(e *entry) { e.TLSFingerprint = sum })
	r.well()
	r.before = func(request string) {
		if strings.HasSuffix(request, "/api/operation") {
			r.before = nil
			if err := r.sim.ExchangeCertificate(*certificate(t, 1)); err != nil {
				t.Error(err)
			}
		}
	}
	asked := r.seen().Total()
	s, err := r.poll()
	if device.ReasonOf(err) != device.TLS || !strings.Contains(err.Error(), sum) {
		t.Errorf("reason %s: %v", device.ReasonOf(err), err)
	}
	s.want(t, series{"powerwall_charge_ratio": 0.625, `powerwall_endpoint_success{endpoint="networks"}`: 0,
		`powerwall_endpoint_errors_total{endpoint="operation",reason="tls_pin"}`: 1})
	s.lack(t, "powerwall_reserve_ratio", "powerwall_instant_", `powerwall_endpoint_errors_total{endpoint="networks"`)
	if got := r.seen().Total() - asked; got != 2 {
		t.Errorf("%d requests have reached the gateway, want 2", got)
	}
}

// TestFingerprint accepts the certificate of that fingerprint and no other.
func TestFingerprint(t *testing.T) {
	t.Parallel()
	sum := pin.Of(certificate(t, 0).Leaf).String()
	for _, form := range []string{sum, strings.ToUpper(sum), strings.ReplaceAll(sum, ":", "")} {
		r := newRig(t, simpowerwall.Options{}, func(e *entry) { e.TLSFingerprint = form })
		r.well()
		if r.log.String() != "" {
			t.Errorf("something was logged: %s", r.log.String())
		}
	}
	r := newRig(t, simpowerwall.Options{Certificate: certificate(t, 1)}, patient, func(e *entry) { e.TLSFingerprint = sum })
	r.checkTLS(0, sum, pin.Of(r.sim.Certificate()).String(), "put the new fingerprint into the configuration")
	if hint := device.HintOf(r.failing()); hint != "" {
		t.Errorf("a wrong certificate has a hint besides what its message says: %q", hint)
	}
}

// TestOddCertificates pins bytes: neither names nor dates nor issuers matter.
func TestOddCertificates(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]simpowerwall.CertificateOptions{
		"no names": {Names: []string{}}, "another name": {Names: []string{"example.org"}},
		"ended": {NotAfter: time.Now().Add(-time.Hour)}, "issued": {Issued: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pair, err := simpowerwall.NewCertificate(o)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "gateway.pem")
			r := newRig(t, simpowerwall.Options{Certificate: &pair}, func(e *entry) { e.TLSCertFile = path })
			pemFile(t, path, r.sim)
			r.well().want(t, series{"powerwall_charge_ratio": 0.625})
		})
	}
}

// TestServerName asks for the name that is configured, and for none where that is empty.
func TestServerName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name *string
		want string
	}{{nil, "powerwall"}, {new("teg"), "teg"}, {new("powerpack"), "powerpack"}, {new(""), ""}} {
		r := newRig(t, simpowerwall.Options{}, func(e *entry) { e.TLSServerName = tt.name })
		r.well()
		if seen := r.seen(); seen.ServerNames[tt.want] != 1 || len(seen.ServerNames) != 1 {
			t.Errorf("asked for %v, want %q once", seen.ServerNames, tt.want)
		}
	}
	r := newRig(t, simpowerwall.Options{}, func(e *entry) { e.TLSServerName = new("example.org") })
	err := r.failing()
	if device.ReasonOf(err) != device.TLS || !strings.HasPrefix(err.Error(), "status: ") || !strings.Contains(device.HintOf(err), "tls_server_name") {
		t.Errorf("reason %s, hint %q: %v", device.ReasonOf(err), device.HintOf(err), err)
	}
	if got := r.seen().Total(); got != 0 {
		t.Errorf("%d requests, want none", got)
	}
}
