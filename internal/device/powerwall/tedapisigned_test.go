package powerwall

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"sync"
	"testing"
	"time"

	"home_exporter/internal/device"
	sim "home_exporter/sim/powerwall"
)

// signingKey is made once: it takes its time.
var signingKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func keyFile(t *testing.T) (file string, key *rsa.PrivateKey) {
	t.Helper()
	key, err := signingKey()
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return writeFile(t, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), key
}

func TestSigned(t *testing.T) {
	file, key := keyFile(t)
	for _, c := range []struct {
		name  string
		state sim.KeyState
		now   func() time.Time
		want  string // of the error, empty for none
	}{
		{name: "verified", state: sim.KeyVerified},
		{name: "pending", state: sim.KeyPending, want: "not verified"},
		{name: "timed out", state: sim.KeyTimedOut, want: "not active"},
		{name: "removed", state: sim.KeyRemoved, want: "does not know the key"},
		{name: "clock ahead", state: sim.KeyVerified, now: func() time.Time { return time.Now().Add(time.Hour) }, want: "clocks"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newTEDAPIRig(t, sim.Options{
				Firmware: sim.Powerwall3, Now: c.now, Keys: []sim.Key{{Public: &key.PublicKey, State: c.state}},
			}, func(e *entry) {
				withQueries(t)(e)
				e.TEDAPI.RSAKeyFile = file
			})
			page, err := r.poll()
			localOnly(t, page)
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) || device.ReasonOf(err) != device.Permission {
					t.Errorf("error = %v, want one of reason permission that says %q", err, c.want)
				}
				lacksSeries(t, page, "powerwall_string_", "powerwall_battery_", "powerwall_full_pack")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wantSeries(t, page, map[string]float64{
				`powerwall_info{version="25.10.1 9e8d7c6b",git_hash="9e8d7c6b5a493827160f9e8d7c6b5a4938271605"}`: 1,
				`powerwall_string_volts{inverter="TG00000000PW01",string="A"}`:                                   310.5,
				`powerwall_reserve_ratio`: 0.24,
			})
			if got := r.gateway.Seen().Logins; got != 1 {
				t.Errorf("%d logins, want 1", got)
			}
			if v := r.gateway.Violations(); len(v) > 0 {
				t.Errorf("requests that would change the gateway: %v", v)
			}
		})
	}
}

// No secret comes out, whatever goes well or wrong.
func TestTEDAPISecrets(t *testing.T) {
	file, key := keyFile(t)
	secrets := append(sim.Secrets(), labelPassword, labelPassword[len(labelPassword)-5:], key.D.String(), "Jane", "installer@")
	for _, c := range []struct {
		name   string
		near   bool
		edit   func(*entry)
		broken func(*sim.Sim)
	}{
		{name: "well", near: true},
		{name: "refused"},
		{name: "signed", edit: func(e *entry) { e.TEDAPI.RSAKeyFile = file }},
		{name: "garbage", near: true, broken: func(s *sim.Sim) { s.Break(sim.TEDAPI, sim.Garbage()) }},
		{name: "truncated", near: true, broken: func(s *sim.Sim) { s.Break(sim.TEDAPI, sim.Truncated()) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newTEDAPIRig(t, sim.Options{
				Firmware: sim.Powerwall3, OwnWiFi: c.near, Keys: []sim.Key{{Public: &key.PublicKey, State: sim.KeyVerified}},
			}, func(e *entry) {
				withQueries(t)(e)
				if c.edit != nil {
					c.edit(e)
				}
			})
			if c.broken != nil {
				c.broken(r.gateway)
			}
			page, err := r.poll()
			output := r.text()
			if err != nil {
				output += err.Error() + device.HintOf(err)
			}
			for name := range page {
				output += name + "\n"
			}
			if !strings.Contains(output, "/tedapi/") {
				t.Error("no request to TEDAPI was traced")
			}
			for _, secret := range secrets {
				if strings.Contains(output, secret) {
					t.Errorf("%q is in what comes out", secret)
				}
			}
		})
	}
}
