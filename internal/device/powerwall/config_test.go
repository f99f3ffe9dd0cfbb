package powerwall

import (
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"home_exporter/internal/config"
	"home_exporter/internal/device"
)

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
	specs, err := parse("powerwall:\n" + entries)
	if err != nil {
		t.Fatal(err)
	}
	return specs
}

const fingerprint = "5f:8a:93:31:5d:4e:a6:0c:a8:40:5f:1c:6a:0d:97:2b:11:53:6e:88:c4:29:0e:73:d1:4b:f2:35:9e:60:8d:7a"

// TestMistakes holds the messages of what is refused, to the letter.
func TestMistakes(t *testing.T) {
	const address = "is no address; write for example powerwall, 192.168.1.20 or 192.168.1.20:443"
	for _, tt := range []struct{ name, entries, want string }{
		{"no address", "- {login_password: x}", "f.yml:2:3: powerwall[0].gateway_address: this key is required"},
		{"no password", "- {gateway_address: a}", "f.yml:2:3: powerwall[0].login_password: the gateway's login takes a password: that of its own web page, by default the last five characters of the one on its label"},
		{"address", "- {gateway_address: 'a b', login_password: x}", `f.yml:2:21: powerwall[0].gateway_address: "a b" ` + address},
		{"http", "- {gateway_address: 'http://a', login_password: x}", `f.yml:2:21: powerwall[0].gateway_address: "http://a" ` + address},
		{"path", "- {gateway_address: 'https://a/api', login_password: x}", `f.yml:2:21: powerwall[0].gateway_address: "https://a/api" ` + address},
		{"port", "- {gateway_address: 'a:70000', login_password: x}", `f.yml:2:21: powerwall[0].gateway_address: "a:70000" ` + address},
		{"port 0", "- {gateway_address: 'a:0', login_password: x}", `f.yml:2:21: powerwall[0].gateway_address: "a:0" ` + address},
		{"no host", "- {gateway_address: ':443', login_password: x}", `f.yml:2:21: powerwall[0].gateway_address: ":443" ` + address},
		{"user in the address", "- {gateway_address: 'u:p@a', login_password: x}", `f.yml:2:21: powerwall[0].gateway_address: user and password do not belong into the address; write login_email and login_password_file`},
		{"interval", "- {gateway_address: a, login_password: x, interval: 4s}", `f.yml:2:53: powerwall[0].interval: 4s is too short: the shortest interval is 5s`},
		{"timeout over interval", "- {gateway_address: a, login_password: x, interval: 10s, timeout: 11s}", `f.yml:2:67: powerwall[0].timeout: the timeout 11s is longer than the interval 10s`},
		{"request_timeout", "- {gateway_address: a, login_password: x, request_timeout: 61s}", `f.yml:2:60: powerwall[0].request_timeout: 1m1s is too long; the longest is 1m`},
		{"fingerprint", "- {gateway_address: a, login_password: x, tls_fingerprint: '12:34'}", `f.yml:2:60: powerwall[0].tls_fingerprint: a SHA-256 fingerprint has 64 hexadecimal digits, with or without colons between the pairs; this has 4`},
		{"fingerprint beside a file", "- {gateway_address: a, login_password: x, tls_cert_file: f.pem, tls_fingerprint: '" + fingerprint + "'}", `f.yml:2:82: powerwall[0].tls_fingerprint: the certificate is already given by tls_cert_file; leave one of them out`},
		{"names of packs", "- {gateway_address: a, login_password: x, battery_metric_names: devs}", `f.yml:2:65: powerwall[0].battery_metric_names: "devs" is not one of both, battery, dev; did you mean dev?`},
		{"duration", "- {gateway_address: a, login_password: x, retry_timeout: 5x}", `f.yml:2:58: powerwall[0].retry_timeout: "5x" is no duration; write for example 30s, 1m30s or 2.5 (seconds)`},
		{"bool", "- {gateway_address: a, login_password: x, extra_metrics: 2}", `f.yml:2:58: powerwall[0].extra_metrics: "2" is neither true nor false`},
		{"unknown key", "- {gateway_address: a, login_passwort: x}", `f.yml:2:24: powerwall[0].login_passwort: unknown key; did you mean login_password?`},
		{"twice", "- {gateway_address: a, login_password: x}\n- {gateway_address: a, login_password: y}", `f.yml:1:1: powerwall: two devices have the name "a"; give each its own`},
		{"all at once", "- {gateway_address: 'a b', interval: 1s, request_timeout: 2m}",
			"f.yml:2:3: powerwall[0].login_password: the gateway's login takes a password: that of its own web page, by default the last five characters of the one on its label\n" +
				"f.yml:2:21: powerwall[0].gateway_address: \"a b\" " + address + "\n" +
				"f.yml:2:38: powerwall[0].interval: 1s is too short: the shortest interval is 5s\n" +
				"f.yml:2:59: powerwall[0].request_timeout: 2m is too long; the longest is 1m"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parse("powerwall:\n" + tt.entries)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAddresses reads the forms in which people write an address.
func TestAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"powerwall": "powerwall:443", "192.0.2.1": "192.0.2.1:443", "192.0.2.1:8443": "192.0.2.1:8443",
		"[2001:db8::1]": "[2001:db8::1]:443", "[2001:db8::1]:8443": "[2001:db8::1]:8443", "2001:db8::1": "[2001:db8::1]:443",
		"https://powerwall/": "powerwall:443", "https://192.0.2.1:8443": "192.0.2.1:8443", " powerwall.lan ": "powerwall.lan:443",
		"[fe80::1%eth0]": "[fe80::1%eth0]:443",
	} {
		if got, err := parseAddress(text); err != nil || got != want {
			t.Errorf("%q is %q, error %v; want %q", text, got, err, want)
		}
	}
}

// addresses can be compared.
var addresses = cmpopts.EquateComparable(netip.Addr{})

// settingsOf opens a device and returns its settings.
func settingsOf(t *testing.T, spec device.Spec) *settings {
	t.Helper()
	d, err := spec.Open(device.Env{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d.(*site).settings
}

// TestDefaults holds what an entry means that says no more than it must.
func TestDefaults(t *testing.T) {
	spec := mustSpecs(t, "- {gateway_address: powerwall, login_password: x}")[0]
	if want := (device.Pace{Interval: 30 * time.Second, Timeout: 25 * time.Second, Keep: 90 * time.Second, MaxBackoff: 5 * time.Minute}); *spec.Pace != want {
		t.Errorf("pace %+v, want %+v", *spec.Pace, want)
	}
	if spec.Name != "powerwall" || spec.Kind != "powerwall" || spec.Labels != "" {
		t.Errorf("name %q, kind %q, labels %q", spec.Name, spec.Kind, spec.Labels)
	}
	if diff := cmp.Diff(&device.Certificate{Address: "powerwall:443", ServerName: "powerwall"}, spec.Certificate, addresses); diff != "" {
		t.Errorf("certificate (-want +got):\n%s", diff)
	}
	s := settingsOf(t, spec)
	if c := s.client; c.Address != "powerwall:443" || c.RequestTimeout != 5*time.Second || c.RetryInterval != time.Second || c.RetryTimeout != 0 ||
		c.Email != "home_exporter@example.org" || c.Password() != "x" || c.NoServerName || !s.trust.blind() || !s.extra || len(s.packNames) != 2 || s.legacyType || s.hideNetworks {
		t.Errorf("settings %+v", s)
	}
}

// TestResolved holds what keys become.
func TestResolved(t *testing.T) {
	dir := t.TempDir()
	c, err := config.Parse(filepath.Join(dir, "f.yml"), []byte(`powerwall:
- {name: a, gateway_address: teg.lan, login_password: x, tls_cert_file: m.pem, tls_server_name: teg}
- {name: b, gateway_address: 10.0.0.1:8443, login_password: x, tls_cert_file: /etc/m.pem, tls_server_name: "", retry_timeout: 20s}
- {name: c, gateway_address: 10.0.0.2, login_password: x, retry_timeout: 1m20s, retry_interval: 1ms}
- {name: d, gateway_address: 10.0.0.3, login_password: x, interval: scrape, battery_metric_names: dev, login_email: me@example.com}
`), config.Source{}, kinds)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []*device.Certificate{
		{Address: "teg.lan:443", ServerName: "teg", File: filepath.Join(dir, "m.pem")},
		{Address: "10.0.0.1:8443", File: "/etc/m.pem"},
		{Address: "10.0.0.2:443", ServerName: "powerwall"},
	} {
		if diff := cmp.Diff(want, c.Specs[i].Certificate, addresses); diff != "" {
			t.Errorf("certificate of %s (-want +got):\n%s", c.Specs[i].Name, diff)
		}
	}
	for i, want := range []device.Pace{
		{Interval: 30 * time.Second, Timeout: 25 * time.Second, Keep: 90 * time.Second, MaxBackoff: 5 * time.Minute},
		{Interval: 30 * time.Second, Timeout: 25 * time.Second, Keep: 90 * time.Second, MaxBackoff: 5 * time.Minute},
		{Interval: 30 * time.Second, Timeout: 30 * time.Second, Keep: 140 * time.Second, MaxBackoff: 5 * time.Minute},
	} {
		if diff := cmp.Diff(want, *c.Specs[i].Pace); diff != "" {
			t.Errorf("pace of %s (-want +got):\n%s", c.Specs[i].Name, diff)
		}
	}
	if s := settingsOf(t, c.Specs[2]); s.client.RetryInterval != 100*time.Millisecond || s.client.RetryTimeout != 80*time.Second {
		t.Errorf("retries %s for %s", s.client.RetryInterval, s.client.RetryTimeout)
	}
	if s := settingsOf(t, c.Specs[3]); len(s.packNames) != 1 || s.packNames[0] != &devPacks || s.client.Email != "me@example.com" || !c.Specs[3].Pace.OnScrape {
		t.Errorf("settings %+v, pace %+v", s, c.Specs[3].Pace)
	}
}

// TestPasswords keeps the text of a password as it stands, also of one that looks like a
// number, and shows it nowhere.
func TestPasswords(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte("00815\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"login_password: 00815": "00815", "login_password: 0x1F": "0x1F", "login_password: 1e5": "1e5", "login_password: '12345'": "12345",
		"login_password: 012.50": "012.50", "login_password: ABC12": "ABC12", "login_password: yes": "yes", "login_password_file: password": "00815",
	} {
		c, err := config.Parse(filepath.Join(dir, "f.yml"), []byte("powerwall:\n- gateway_address: a\n  "+text+"\n"), config.Source{}, kinds)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := settingsOf(t, c.Specs[0]).client.Password(); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
		dump, err := c.Dump()
		if err != nil || strings.Contains(string(dump), want) || !strings.Contains(string(dump), device.SecretMask) {
			t.Errorf("%s: dump %s, error %v", text, dump, err)
		}
	}
}

// TestDigest tells what opens a gateway anew from what it takes over as it runs, with
// the session it has.
func TestDigest(t *testing.T) {
	const base = "name: m, gateway_address: a, login_password: p"
	before := mustSpecs(t, "- {"+base+"}")[0]
	for _, tt := range []struct {
		name, entry string
		same        bool
	}{
		{"nothing", base, true},
		{"its place in the file", base + "}\n- {name: b, gateway_address: b, login_password: p", true},
		{"interval", base + ", interval: 31s", true},
		{"timeout", base + ", timeout: 3", true},
		{"keep", base + ", keep: 10m", true},
		{"max_backoff", base + ", max_backoff: 1h", true},
		{"gateway_address", "name: m, gateway_address: b, login_password: p", false},
		{"login_password", "name: m, gateway_address: a, login_password: q", false},
		{"login_email", base + ", login_email: me@example.com", false},
		{"tls_cert_file", base + ", tls_cert_file: f.pem", false},
		{"tls_fingerprint", base + ", tls_fingerprint: '" + fingerprint + "'", false},
		{"tls_server_name", base + ", tls_server_name: teg", false},
		{"no server name", base + ", tls_server_name: ''", false},
		{"retry_interval", base + ", retry_interval: 2s", false},
		{"retry_timeout", base + ", retry_timeout: 2s", false},
		{"request_timeout", base + ", request_timeout: 2s", false},
		{"extra_metrics", base + ", extra_metrics: false", false},
		{"battery_metric_names", base + ", battery_metric_names: dev", false},
		{"legacy_type_label", base + ", legacy_type_label: true", false},
		{"hide_network_names", base + ", hide_network_names: true", false},
	} {
		after := mustSpecs(t, "- {"+tt.entry+"}")[0]
		if same := after.Digest == before.Digest; same != tt.same {
			t.Errorf("with a change of %s the digest is the same: %t, want %t", tt.name, same, tt.same)
		}
	}
}

// TestExample loads the example, with whatever its variables are.
func TestExample(t *testing.T) {
	for _, name := range regexp.MustCompile(`\$\{(\w+)\}`).FindAllStringSubmatch(example, -1) {
		t.Setenv(name[1], "x")
	}
	if specs, err := parse(example); err != nil || len(specs) < 2 {
		t.Fatalf("%d devices, error %v", len(specs), err)
	}
}

// TestFlags reads a gateway from the command line.
func TestFlags(t *testing.T) {
	flags := map[string]string{"gateway-address": "10.0.0.1", "login-password": "007", "login-email": "", "tls-cert-file": "/etc/m.pem"}
	c, err := config.Load(config.Source{Flags: map[string]map[string]string{"powerwall": flags}}, kinds)
	if err != nil || len(c.Specs) != 1 {
		t.Fatalf("%+v, error %v", c, err)
	}
	s := settingsOf(t, c.Specs[0])
	if s.client.Address != "10.0.0.1:443" || s.client.Password() != "007" || s.trust.file != "/etc/m.pem" || s.client.Email != defaultEmail {
		t.Errorf("settings %+v", s)
	}
	delete(flags, "login-password")
	_, err = config.Load(config.Source{Flags: map[string]map[string]string{"powerwall": flags}}, kinds)
	if want := "--powerwall.gateway-address, --powerwall.login-email, --powerwall.tls-cert-file: [0].login_password: the gateway's login takes a password: that of its own web page, by default the last five characters of the one on its label"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
