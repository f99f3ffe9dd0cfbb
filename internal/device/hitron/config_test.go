package hitron

import (
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"home_exporter/internal/config"
	"home_exporter/internal/device"
	"home_exporter/internal/device/hitron/coda"
)

var kinds = []*device.Kind{Kind()}

// parse reads a configuration as config.Load would.
func parse(text string) ([]device.Spec, error) {
	c, err := config.Parse("f.yml", []byte(text), config.Source{}, kinds)
	if err != nil {
		return nil, err
	}
	return c.Specs, nil
}

// mustSpecs returns the specs of a list of entries.
func mustSpecs(t testing.TB, entries string) []device.Spec {
	t.Helper()
	specs, err := parse("hitron:\n" + entries)
	if err != nil {
		t.Fatal(err)
	}
	return specs
}

const fingerprint = "5f:8a:93:31:5d:4e:a6:0c:a8:40:5f:1c:6a:0d:97:2b:11:53:6e:88:c4:29:0e:73:d1:4b:f2:35:9e:60:8d:7a"

// TestMistakes holds the messages of what is refused, to the letter.
func TestMistakes(t *testing.T) {
	const rise = "do not rise"
	for _, tt := range []struct{ name, entries, want string }{
		{"no address", "- {name: a}", "f.yml:2:3: hitron[0].address: this key is required"},
		{"address", "- {address: 'a b'}", `f.yml:2:13: hitron[0].address: "a b" is no address; write for example 192.168.100.1 or http://192.168.0.1`},
		{"dialect", "- {address: a, dialect: dat}", `f.yml:2:25: hitron[0].dialect: "dat" is not one of auto, data, device, data_login; did you mean data?`},
		{"interval", "- {address: a, interval: 4s}", `f.yml:2:26: hitron[0].interval: 4s is too short: a modem's web server bears a poll every 5s`},
		{"timeout over interval", "- {address: a, interval: 10s, timeout: 11s}", `f.yml:2:40: hitron[0].timeout: the timeout 11s is longer than the interval 10s`},
		{"zone", "- {address: a, timezone: Berlin}", `f.yml:2:26: hitron[0].timezone: "Berlin" is no time zone; write for example Europe/Berlin or UTC`},
		{"source", "- {address: a, source_address: eth0}", `f.yml:2:32: hitron[0].source_address: ParseAddr("eth0"): unable to parse IP`},
		{"fingerprint", "- {address: a, tls_fingerprint: '12:34'}", `f.yml:2:33: hitron[0].tls_fingerprint: a SHA-256 fingerprint has 64 hexadecimal digits, with or without colons between the pairs; this has 4`},
		{"fingerprint beside a file", "- {address: a, tls_cert_file: f.pem, tls_fingerprint: '" + fingerprint + "'}", `f.yml:2:55: hitron[0].tls_fingerprint: the certificate is already given by tls_cert_file; leave one of them out`},
		{"http with a certificate", "- {address: 'http://a', tls_cert_file: f.pem}", `f.yml:2:13: hitron[0].address: http://a is asked without TLS, and there is no certificate to check; write https:// or leave the tls keys out`},
		{"http with a fingerprint", "- {address: 'http://a', tls_fingerprint: '" + fingerprint + "'}", `f.yml:2:13: hitron[0].address: http://a is asked without TLS, and there is no certificate to check; write https:// or leave the tls keys out`},
		{"http with old TLS", "- {address: 'http://a', tls_legacy: true}", `f.yml:2:13: hitron[0].address: http://a is asked without TLS, and there is no certificate to check; write https:// or leave the tls keys out`},
		{"password alone", "- {address: a, password: x}", `f.yml:2:3: hitron[0].username: it is missing, and a login takes both username and password`},
		{"user alone", "- {address: a, username: x}", `f.yml:2:3: hitron[0].password: it is missing, and a login takes both username and password`},
		{"device without login", "- {address: a, dialect: device}", `f.yml:2:25: hitron[0].dialect: device takes a login: username and password are missing`},
		{"data_login without login", "- {address: a, dialect: data_login}", `f.yml:2:25: hitron[0].dialect: data_login takes a login: username and password are missing`},
		{"data with login", "- {address: a, dialect: data, username: x, password: y}", `f.yml:2:41: hitron[0].username: the dialect data has no login; guest_session is what some of its firmware wants`},
		{"guest of device", "- {address: a, dialect: device, username: x, password: y, guest_session: true}", `f.yml:2:74: hitron[0].guest_session: the dialect device has no guest session`},
		{"guest of data_login", "- {address: a, dialect: data_login, username: x, password: y, guest_session: true}", `f.yml:2:78: hitron[0].guest_session: the dialect data_login has no guest session`},
		{"form of device", "- {address: a, dialect: device, username: x, password: y, login: {path: /x}}", `f.yml:2:66: hitron[0].login: the dialect device has no login form; this is for data_login`},
		{"request_timeout", "- {address: a, request_timeout: 61s}", `f.yml:2:33: hitron[0].request_timeout: 1m1s is too long; the longest is 1m`},
		{"request_gap", "- {address: a, request_gap: 6s}", `f.yml:2:29: hitron[0].request_gap: 6s is too long; the longest is 5s`},
		{"negative", "- {address: a, slow_interval: -1s}", `f.yml:2:31: hitron[0].slow_interval: "-1s" is no duration; write for example 30s, 1m30s or 2.5 (seconds)`},
		{"labels", "- {address: a, labels: hash}", `f.yml:2:24: hitron[0].labels: "hash" is not one of full, hashed, none; did you mean hashed?`},
		{"unknown key", "- {address: a, url: b}", `f.yml:2:16: hitron[0].url: unknown key; the keys here are name, interval, timeout, keep, max_backoff, address, dialect, slow_interval, request_timeout, request_gap, source_address, tls_cert_file, tls_fingerprint, tls_legacy, username, password, password_file, guest_session, login, timezone, ofdm_guard, ofdm_retry, uptime_string, labels, thresholds`},
		{"thresholds that fall", "- {address: a, thresholds: {downstream_power: {warn_low: 11}}}", `f.yml:2:47: hitron[0].thresholds.downstream_power: critical_low -15, warn_low 11, warn_high 10, critical_high 15 ` + rise},
		{"equal thresholds", "- {address: a, thresholds: {upstream_power: {critical_low: 35}}}", `f.yml:2:45: hitron[0].thresholds.upstream_power: critical_low 35, warn_low 35, warn_high 50, critical_high 54 ` + rise},
		{"a threshold that is none", "- {address: a, thresholds: {ofdm_snr: {warn_low: .nan}}}", `f.yml:2:50: hitron[0].thresholds.ofdm_snr.warn_low: ".nan" is no number`},
		{"an endless threshold", "- {address: a, thresholds: {downstream_snr_64qam: {critical_low: -.inf}}}", `f.yml:2:66: hitron[0].thresholds.downstream_snr_64qam.critical_low: "-.inf" is no number`},
		{"half an upper limit", "- {address: a, thresholds: {ofdm_snr: {warn_high: 50}}}", `f.yml:2:39: hitron[0].thresholds.ofdm_snr: warn_high and critical_high go together: where one is set, the other must be too`},
		{"the other half", "- {address: a, thresholds: {downstream_snr: {critical_high: 50}}}", `f.yml:2:45: hitron[0].thresholds.downstream_snr: warn_high and critical_high go together: where one is set, the other must be too`},
		{"twice", "- {address: a}\n- {address: a}", `f.yml:3:13: hitron[1].address: a:443 is asked by the entry "a" already, and a modem's web server bears one; leave one of them out`},
		{"one modem, written in two ways", "- {name: x, address: 'https://Modem.lan'}\n- {name: y, address: 'modem.LAN:443'}", `f.yml:3:22: hitron[1].address: modem.lan:443 is asked by the entry "x" already, and a modem's web server bears one; leave one of them out`},
		{"one port, with two schemes", "- {name: x, address: 'http://10.0.0.1:8080'}\n- {name: y, address: '10.0.0.1:8080'}", `f.yml:3:22: hitron[1].address: 10.0.0.1:8080 is asked by the entry "x" already, and a modem's web server bears one; leave one of them out`},
		{"all at once", "- {address: 'ftp://a', interval: 1s, timezone: X, request_gap: 1m}",
			"f.yml:2:13: hitron[0].address: \"ftp://a\": a modem is asked over https or http\n" +
				"f.yml:2:34: hitron[0].interval: 1s is too short: a modem's web server bears a poll every 5s\n" +
				"f.yml:2:48: hitron[0].timezone: \"X\" is no time zone; write for example Europe/Berlin or UTC\n" +
				"f.yml:2:64: hitron[0].request_gap: 1m is too long; the longest is 5s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parse("hitron:\n" + tt.entries)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}

// settingsOf opens a device and returns its settings.
func settingsOf(t *testing.T, spec device.Spec) *settings {
	t.Helper()
	d, err := spec.Open(device.Env{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d.(*modem).settings
}

// TestDefaults holds what an entry means that says nothing but an address.
func TestDefaults(t *testing.T) {
	spec := mustSpecs(t, "- {address: 192.168.100.1}")[0]
	if want := (device.Pace{Interval: 30 * time.Second, Timeout: 20 * time.Second, Keep: 90 * time.Second, MaxBackoff: 10 * time.Minute}); *spec.Pace != want {
		t.Errorf("pace %+v, want %+v", *spec.Pace, want)
	}
	if spec.Name != "192.168.100.1" || spec.Kind != "hitron" || spec.Labels != "" {
		t.Errorf("name %q, kind %q, labels %q", spec.Name, spec.Kind, spec.Labels)
	}
	if spec.Place != "192.168.100.1:443" {
		t.Errorf("place %q", spec.Place)
	}
	if diff := cmp.Diff([]device.Budget{{Name: "ofdm", Requests: 12, Per: time.Hour}}, spec.Budgets); diff != "" {
		t.Errorf("budgets (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&device.Certificate{Address: "192.168.100.1:443"}, spec.Certificate, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Errorf("certificate (-want +got):\n%s", diff)
	}
	s := settingsOf(t, spec)
	if s.client.Dialect != coda.Auto || s.client.Timeout != 5*time.Second || s.client.Gap != 150*time.Millisecond || s.client.Guest ||
		s.slow != 5*time.Minute || s.interval != 30*time.Second || !s.ofdmGuard || s.ofdmRetry != 24*time.Hour ||
		s.zone != time.Local || !s.uptimeString || !s.trust.blind() || s.trust.legacy {
		t.Errorf("settings %+v", s)
	}
}

// TestResolved holds what keys become.
func TestResolved(t *testing.T) {
	dir := t.TempDir()
	c, err := config.Parse(filepath.Join(dir, "f.yml"), []byte(`hitron:
- {name: a, address: modem.lan, tls_cert_file: m.pem}
- {name: b, address: "https://10.0.0.1:8443", tls_cert_file: /etc/m.pem}
- {name: c, address: http://10.0.0.1, interval: 10m, timeout: 1m, slow_interval: 1m}
- {name: d, address: 10.0.0.2, source_address: 10.0.0.7, interval: scrape, dialect: data_login, username: u, password: p, login: {path: /p, user_field: x, password_field: y}}
`), config.Source{}, kinds)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []*device.Certificate{
		{Address: "modem.lan:443", ServerName: "modem.lan", File: filepath.Join(dir, "m.pem")},
		{Address: "10.0.0.1:8443", File: "/etc/m.pem"},
		nil,
		{Address: "10.0.0.2:443", Source: netip.MustParseAddr("10.0.0.7")},
	} {
		if diff := cmp.Diff(want, c.Specs[i].Certificate, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
			t.Errorf("certificate of %s (-want +got):\n%s", c.Specs[i].Name, diff)
		}
	}
	if s := settingsOf(t, c.Specs[2]); s.slow != 10*time.Minute || !s.trust.plain {
		t.Errorf("slow interval %s, plain %t", s.slow, s.trust.plain)
	}
	s := settingsOf(t, c.Specs[3])
	if s.client.Form != (coda.LoginForm{Path: "/p", UserField: "x", PasswordField: "y"}) || s.client.Password() != "p" || !c.Specs[3].Pace.OnScrape {
		t.Errorf("form %+v, pace %+v", s.client.Form, c.Specs[3].Pace)
	}
}

// TestDigest tells what opens a modem anew from what it takes over as it runs.
func TestDigest(t *testing.T) {
	const base = "name: m, address: 'https://a', username: u, password: p"
	before := mustSpecs(t, "- {"+base+"}")[0]
	for _, tt := range []struct {
		name, entry string
		same        bool
	}{
		{"nothing", base, true},
		{"its place in the file", base + "}\n- {name: b, address: b", true},
		{"timeout", base + ", timeout: 3", true},
		{"keep", base + ", keep: 10m", true},
		{"max_backoff", base + ", max_backoff: 1h", true},
		{"a default written down", base + ", interval: 30s", true},
		{"interval", base + ", interval: 31s", false},
		{"address", "name: m, address: 'https://b', username: u, password: p", false},
		{"username", "name: m, address: 'https://a', username: v, password: p", false},
		{"password", "name: m, address: 'https://a', username: u, password: q", false},
		{"dialect", base + ", dialect: device", false},
		{"slow_interval", base + ", slow_interval: 6m", false},
		{"request_timeout", base + ", request_timeout: 6s", false},
		{"request_gap", base + ", request_gap: 1s", false},
		{"source_address", base + ", source_address: 192.0.2.1", false},
		{"tls_cert_file", base + ", tls_cert_file: f.pem", false},
		{"tls_fingerprint", base + ", tls_fingerprint: '" + fingerprint + "'", false},
		{"tls_legacy", base + ", tls_legacy: true", false},
		{"guest_session", base + ", guest_session: true", false},
		{"login", base + ", login: {path: /x}", false},
		{"timezone", base + ", timezone: Asia/Tokyo", false},
		{"ofdm_guard", base + ", ofdm_guard: false", false},
		{"ofdm_retry", base + ", ofdm_retry: 1h", false},
		{"uptime_string", base + ", uptime_string: false", false},
		{"labels", base + ", labels: none", false},
		{"thresholds", base + ", thresholds: {ofdm_snr: {warn_low: 35}}", false},
	} {
		after := mustSpecs(t, "- {"+tt.entry+"}")[0]
		if same := after.Digest == before.Digest; same != tt.same {
			t.Errorf("with a change of %s the digest is the same: %t, want %t", tt.name, same, tt.same)
		}
	}
}
