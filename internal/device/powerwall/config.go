package powerwall

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/powerwall/gateway"
	"home_exporter/internal/pin"
)

// section is the list under the key powerwall.
type section []entry

// An entry is one gateway.
type entry struct {
	device.Common      `yaml:",inline"`
	GatewayAddress     string          `yaml:"gateway_address" required:"true" doc:"Name or address of the gateway, with a port where it is not 443."`
	LoginEmail         string          `yaml:"login_email,omitempty" doc:"E-mail address for the login. Gateways take any."`
	LoginPassword      device.Secret   `yaml:"login_password,omitempty" doc:"Password of the gateway's own web page; by default the last five characters of the one on its label."`
	TLSCertFile        string          `yaml:"tls_cert_file,omitempty" doc:"Certificate of the gateway, as home_exporter fetch-cert stores it. Any other is refused before a password is sent."`
	TLSFingerprint     string          `yaml:"tls_fingerprint,omitempty" doc:"SHA-256 of the gateway's certificate, in place of the file."`
	TLSServerName      *string         `yaml:"tls_server_name,omitempty" doc:"Name to ask for in the handshake; gateways abort it for names that they do not know. Default: powerwall; empty asks for none."`
	RetryInterval      device.Duration `yaml:"retry_interval,omitempty" doc:"Time from attempt to attempt while there is no connection. Default: 1s."`
	RetryTimeout       device.Duration `yaml:"retry_timeout,omitempty" doc:"How long a poll goes on trying after its first failure to connect. Default: 0s, one attempt."`
	RequestTimeout     device.Duration `yaml:"request_timeout,omitempty" doc:"The longest that one attempt may take. Default: 5s."`
	ExtraMetrics       *bool           `yaml:"extra_metrics,omitempty" doc:"Whether to tell more than the powerwall_exporter does. Default: true."`
	BatteryMetricNames string          `yaml:"battery_metric_names,omitempty" enum:"both,battery,dev" doc:"Names of the metrics of packs: powerwall_battery_* (battery), powerwall_dev_battery_* (dev), or both (default)."`
	LegacyTypeLabel    bool            `yaml:"legacy_type_label,omitempty" doc:"Also tell the type of a meter under the label tyoe, as the powerwall_exporter spells it. Default: false."`
	HideNetworkNames   bool            `yaml:"hide_network_names,omitempty" doc:"Leave the names of networks out, that of the household's Wi-Fi among them. Default: false."`
	TEDAPI             *tedapiBlock    `yaml:"tedapi,omitempty" doc:"TEDAPI, which tells what the local API does not."`
	dir                string          // that relative files are relative to
}

// pace is what gateways bear unless something else is configured.
var pace = device.Pace{Interval: 30 * time.Second, Timeout: 25 * time.Second, MaxBackoff: 5 * time.Minute}

// Limits of what can be configured.
const (
	minInterval       = 5 * time.Second
	minRetryInterval  = 100 * time.Millisecond
	maxRequestTimeout = time.Minute
	defaultEmail      = "home_exporter@example.org"
)

// settings is an entry, validated and with defaults.
type settings struct {
	client       gateway.Options
	trust        trust
	extra        bool
	packNames    []*packFamilies
	legacyType   bool
	hideNetworks bool
	tedapi       *tedapiSettings // nil for none
}

// trust is what is demanded of the gateway's certificate, which nobody vouches for.
type trust struct {
	file        string // of pinned certificates
	fingerprint *pin.Fingerprint
	serverName  string
}

// blind reports whether any certificate is accepted.
func (t trust) blind() bool { return t.file == "" && t.fingerprint == nil }

func (t trust) config() *tls.Config {
	cfg := pin.Config(t.file, t.fingerprint)
	cfg.ServerName = t.serverName
	return cfg
}

// SetDir sets the folder that relative file names are relative to.
func (s section) SetDir(dir string) {
	for i := range s {
		s[i].dir = dir
	}
}

// Specs implements device.Section.
func (s section) Specs(d device.Defaults) ([]device.Spec, error) {
	var specs []device.Spec
	var errs []error
	for i := range s {
		spec, err := s[i].spec(d)
		if err != nil {
			errs = append(errs, device.At(device.Index(i), err))
			continue
		}
		specs = append(specs, spec)
	}
	return specs, errors.Join(errs...)
}

// spec validates an entry. Mistakes are joined.
func (e *entry) spec(d device.Defaults) (device.Spec, error) {
	p, paceErr := e.Pace(d, e.pace())
	if paceErr == nil && p.Interval < minInterval {
		paceErr = device.At("interval", fmt.Errorf("%s is too short: the shortest interval is %s", device.Duration(p.Interval), device.Duration(minInterval)))
	}
	if e.Keep == 0 && d.Keep == 0 {
		p.Keep = max(p.Keep, time.Duration(e.RetryTimeout)+2*p.Interval) // readings outlast the retries
	}
	s, err := e.settings()
	if err := errors.Join(paceErr, err); err != nil {
		return device.Spec{}, err
	}
	name := e.Name
	if name == "" {
		name = e.GatewayAddress
	}
	digested := *e
	digested.Common = device.Common{}
	serverName := s.trust.serverName
	if serverName == "" && !s.client.NoServerName {
		serverName = gateway.DefaultServerName
	}
	return device.Spec{
		Kind: kindName, Name: name, Pace: &p,
		Digest:      device.DigestOf(digested, s.tedapi.digest()),
		Certificate: &device.Certificate{Address: s.client.Address, ServerName: serverName, File: s.trust.file},
		Open:        func(env device.Env) (device.Device, error) { return open(env, s) },
	}, nil
}

// pace gives a poll the time for its retries, and keeps readings over them.
func (e *entry) pace() device.Pace {
	p := pace
	if retry := time.Duration(e.RetryTimeout); retry > 0 {
		p.Timeout = retry + e.RequestTimeout.Or(5*time.Second)
	}
	return p
}

// settings resolves the entry.
func (e *entry) settings() (*settings, error) {
	var errs []error
	wrong := func(key, format string, args ...any) {
		errs = append(errs, device.At(key, fmt.Errorf(format, args...)))
	}
	login := e.login()
	address, err := parseAddress(e.GatewayAddress)
	if err != nil {
		wrong("gateway_address", "%w", err)
	}
	s := &settings{
		client: gateway.Options{
			Address:        address,
			RequestTimeout: e.RequestTimeout.Or(5 * time.Second),
			RetryInterval:  max(e.RetryInterval.Or(time.Second), minRetryInterval),
			RetryTimeout:   time.Duration(e.RetryTimeout),
			Email:          e.LoginEmail,
			Password:       login.Reveal,
		},
		trust:        trust{file: device.InDir(e.dir, e.TLSCertFile)},
		extra:        e.ExtraMetrics == nil || *e.ExtraMetrics,
		legacyType:   e.LegacyTypeLabel,
		hideNetworks: e.HideNetworkNames,
	}
	if s.client.Email == "" {
		s.client.Email = defaultEmail
	}
	if login.IsZero() {
		wrong("login_password", "the gateway's login takes a password: that of its own web page, by default the last five characters of the one on its label")
	}
	if s.tedapi, err = e.tedapi(); err != nil {
		errs = append(errs, device.At("tedapi", err))
	}
	switch e.BatteryMetricNames {
	case "battery":
		s.packNames = []*packFamilies{&packs}
	case "dev":
		s.packNames = []*packFamilies{&devPacks}
	default:
		s.packNames = []*packFamilies{&packs, &devPacks}
	}
	if n := e.TLSServerName; n != nil {
		s.trust.serverName, s.client.NoServerName = *n, *n == ""
	}
	if e.TLSFingerprint != "" {
		f, err := pin.ParseFingerprint(e.TLSFingerprint)
		if err != nil {
			wrong("tls_fingerprint", "%w", err)
		}
		s.trust.fingerprint = &f
		if e.TLSCertFile != "" {
			wrong("tls_fingerprint", "the certificate is already given by tls_cert_file; leave one of them out")
		}
	}
	if s.client.RequestTimeout > maxRequestTimeout {
		wrong("request_timeout", "%s is too long; the longest is %s", e.RequestTimeout, device.Duration(maxRequestTimeout))
	}
	return s, errors.Join(errs...)
}

// defaultPort is the one that gateways answer at.
const defaultPort = "443"

// parseAddress reads a host or host:port, also as people copy it from a browser.
func parseAddress(text string) (string, error) {
	bad := fmt.Errorf("%q is no address; write for example powerwall, 192.168.1.20 or 192.168.1.20:443", text)
	rest := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(text), "https://"), "/")
	if strings.Contains(rest, "@") {
		return "", errors.New("user and password do not belong into the address; write login_email and login_password_file")
	}
	if addr, err := netip.ParseAddr(strings.Trim(rest, "[]")); err == nil {
		return net.JoinHostPort(addr.String(), defaultPort), nil
	}
	host, port := rest, defaultPort
	if h, p, err := net.SplitHostPort(rest); err == nil {
		host, port = h, p
	}
	n, err := strconv.ParseUint(port, 10, 16)
	switch {
	case err != nil || n == 0, host == "", strings.ContainsAny(host, "/\\?# \t\"'<>[]"):
		return "", bad
	case strings.Contains(host, ":"):
		if _, err := netip.ParseAddr(host); err != nil {
			return "", bad
		}
	}
	return net.JoinHostPort(host, port), nil
}

// fromFlags makes the one entry of a program without a file.
func fromFlags(values map[string]string) any {
	entry := make(map[string]any)
	for flag, v := range values {
		if v != "" {
			entry[strings.ReplaceAll(flag, "-", "_")] = v
		}
	}
	return []any{entry}
}
