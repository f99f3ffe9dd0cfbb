package hitron

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/hitron/coda"
	"home_exporter/internal/pin"
)

// section is the list under the key hitron.
type section []entry

// An entry is one modem.
type entry struct {
	device.Common  `yaml:",inline"`
	Address        string           `yaml:"address" required:"true" doc:"Address of the modem, such as 192.168.100.1. It is asked over https unless the address begins with http://."`
	Dialect        string           `yaml:"dialect,omitempty" enum:"auto,data,device,data_login" doc:"How the modem's pages are asked for: data (CODA-45, -54, -56), device (CODA-4582, -4589, -4680), data_login (CGNV4 and others with a login), auto (default) to find out."`
	SlowInterval   device.Duration  `yaml:"slow_interval,omitempty" doc:"Time between two fetches of the pages that change slowly, the OFDM page among them, which some firmware bears only a few hundred times. Default: 5m."`
	RequestTimeout device.Duration  `yaml:"request_timeout,omitempty" doc:"The longest that one page may take. Default: 5s."`
	RequestGap     device.Duration  `yaml:"request_gap,omitempty" doc:"Pause between two pages, for the modem's web server. Default: 150ms."`
	SourceAddress  netip.Addr       `yaml:"source_address,omitzero" doc:"Local address to ask from; some modems answer only to those of their own network."`
	TLSCertFile    string           `yaml:"tls_cert_file,omitempty" doc:"Certificate of the modem, as home_exporter fetch-cert stores it. Any other is refused."`
	TLSFingerprint *pin.Fingerprint `yaml:"tls_fingerprint,omitempty" doc:"SHA-256 of the modem's certificate, in place of the file."`
	TLSLegacy      bool             `yaml:"tls_legacy,omitempty" doc:"Accept TLS 1.0 and 1.1 and ciphers that are no longer safe, for old firmware."`
	Username       string           `yaml:"username,omitempty" doc:"User of the modem's web pages, for dialects with a login."`
	Password       device.Secret    `yaml:"password,omitempty" doc:"Password of that user."`
	GuestSession   bool             `yaml:"guest_session,omitempty" doc:"Open a guest session first, for firmware of the dialect data that wants one."`
	Login          *loginForm       `yaml:"login,omitempty" doc:"How the login of the dialect data_login is spelled, where the operator has changed it."`
	Timezone       string           `yaml:"timezone,omitempty" doc:"Time zone of the modem's clock, such as Europe/Berlin. Default: that of this machine."`
	OFDMGuard      *bool            `yaml:"ofdm_guard,omitempty" doc:"Leave the OFDM page alone when the modem stops counting on it, which comes before a restart. Default: true."`
	OFDMRetry      device.Duration  `yaml:"ofdm_retry,omitempty" doc:"For how long the guard leaves it alone, unless the modem restarts. Default: 24h."`
	UptimeString   *bool            `yaml:"uptime_string,omitempty" doc:"Whether modem_uptime_str_info is told, a new series at every poll. Default: true."`
	Labels         string           `yaml:"labels,omitempty" enum:"full,hashed,none" doc:"How the labels that identify the subscriber (serial number, MAC, IP, configuration file) are told: full (default), hashed or none."`
	Thresholds     *thresholds      `yaml:"thresholds,omitempty" doc:"Limits of the health score, where those of the operator are others."`
	dir            string           // that relative files are relative to
}

type loginForm struct {
	Path          string `yaml:"path,omitempty" doc:"Path of the login. Default: /goform/login."`
	UserField     string `yaml:"user_field,omitempty" doc:"Form field of the user. Default: usr."`
	PasswordField string `yaml:"password_field,omitempty" doc:"Form field of the password. Default: pwd."`
}

// pace is what a modem bears unless something else is configured.
var pace = device.Pace{Interval: 30 * time.Second, Timeout: 20 * time.Second, MaxBackoff: 10 * time.Minute}

// ofdmBudget is the name of the budget of the OFDM page, which bounds its fetches
// whatever is configured: its slow interval in the long run, and some more at once for
// a program that is restarted and a reader who looks.
const ofdmBudget = "ofdm"

var budgets = []device.Budget{{Name: ofdmBudget, Requests: 12, Per: time.Hour}}

// settings is an entry, validated and with defaults.
type settings struct {
	client       coda.Options
	trust        trust
	interval     time.Duration
	slow         time.Duration
	ofdmGuard    bool
	ofdmRetry    time.Duration
	zone         *time.Location
	uptimeString bool
	privacy      string
	limits       limits
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
	names := make(map[string]string) // by place
	for i := range s {
		spec, err := s[i].spec(d, nil)
		if other, taken := names[spec.Place]; err == nil && taken {
			err = device.At("address", fmt.Errorf("%s is asked by the entry %q already, and a modem's web server bears one; leave one of them out", spec.Place, other))
		}
		if err != nil {
			errs = append(errs, device.At(device.Index(i), err))
			continue
		}
		names[spec.Place] = spec.Name
		specs = append(specs, spec)
	}
	return specs, errors.Join(errs...)
}

// spec validates an entry. Mistakes are joined. permit, where not nil, is asked for
// each address before it is connected to.
func (e *entry) spec(d device.Defaults, permit func(netip.Addr) error) (device.Spec, error) {
	p, paceErr := e.Pace(d, pace)
	if paceErr == nil && p.Interval < minPause {
		paceErr = device.At("interval", fmt.Errorf("%s is too short: a modem's web server bears a poll every %s", device.Duration(p.Interval), device.Duration(minPause)))
	}
	s, err := e.settings(p)
	if err := errors.Join(paceErr, err); err != nil {
		return device.Spec{}, err
	}
	s.client.Permit = permit
	name := e.Name
	if name == "" {
		name = e.Address
	}
	spec := device.Spec{
		Kind: kindName, Name: name, Pace: &p, Budgets: budgets, Place: placeOf(s.client.Base),
		Digest: device.DigestOf(e.digested(), e.SourceAddress.String(), s.slow, p.Interval),
		Open:   func(env device.Env) (device.Device, error) { return open(env, s) },
	}
	if !s.trust.plain {
		base := s.client.Base
		spec.Certificate = &device.Certificate{Address: hostPort(base), ServerName: serverName(base), Source: e.SourceAddress, File: s.trust.file}
	}
	return spec, nil
}

// settings resolves the entry.
func (e *entry) settings(p device.Pace) (*settings, error) {
	base, baseErr := parseBase(e.Address)
	dialect, dialectErr := coda.ParseDialect(e.Dialect)
	zone, zoneErr := parseZone(e.Timezone)
	limits, limitsErr := e.Thresholds.limits()
	s := &settings{
		client: coda.Options{
			Base: base, Dialect: dialect, Source: e.SourceAddress, Guest: e.GuestSession,
			Timeout:  e.RequestTimeout.Or(5 * time.Second),
			Gap:      e.RequestGap.Or(150 * time.Millisecond),
			Username: e.Username, Password: e.Password.Reveal,
		},
		trust:        trust{file: device.InDir(e.dir, e.TLSCertFile), fingerprint: e.TLSFingerprint, legacy: e.TLSLegacy},
		interval:     p.Interval,
		slow:         max(e.SlowInterval.Or(5*time.Minute), p.Interval),
		ofdmGuard:    e.OFDMGuard == nil || *e.OFDMGuard,
		ofdmRetry:    e.OFDMRetry.Or(24 * time.Hour),
		zone:         zone,
		uptimeString: e.UptimeString == nil || *e.UptimeString,
		privacy:      e.Labels,
		limits:       limits,
	}
	if e.Login != nil {
		s.client.Form = coda.LoginForm{Path: e.Login.Path, UserField: e.Login.UserField, PasswordField: e.Login.PasswordField}
	}
	s.trust.plain = base != nil && base.Scheme == "http"
	return s, errors.Join(
		device.At("address", baseErr),
		device.At("dialect", dialectErr),
		device.At("timezone", zoneErr),
		device.At("thresholds", limitsErr),
		e.check(s),
	)
}

// check looks for settings that contradict each other.
func (e *entry) check(s *settings) error {
	var errs []error
	wrong := func(key, format string, args ...any) {
		errs = append(errs, device.At(key, fmt.Errorf(format, args...)))
	}
	if e.TLSFingerprint != nil && e.TLSCertFile != "" {
		wrong("tls_fingerprint", "the certificate is already given by tls_cert_file; leave one of them out")
	}
	if s.trust.plain && (e.TLSCertFile != "" || e.TLSFingerprint != nil || e.TLSLegacy) {
		wrong("address", "%s is asked without TLS, and there is no certificate to check; write https:// or leave the tls keys out", e.Address)
	}
	switch hasLogin := e.Username != "" || !e.Password.IsZero(); {
	case e.Username == "" && hasLogin:
		wrong("username", "it is missing, and a login takes both username and password")
	case hasLogin && e.Password.IsZero():
		wrong("password", "it is missing, and a login takes both username and password")
	case !hasLogin && (s.client.Dialect == coda.Device || s.client.Dialect == coda.DataLogin):
		wrong("dialect", "%s takes a login: username and password are missing", e.Dialect)
	case hasLogin && (s.client.Dialect == coda.Data):
		wrong("username", "the dialect data has no login; guest_session is what some of its firmware wants")
	}
	if e.Login != nil && (s.client.Dialect == coda.Data || s.client.Dialect == coda.Device) {
		wrong("login", "the dialect %s has no login form; this is for data_login", e.Dialect)
	}
	if e.GuestSession && (s.client.Dialect == coda.Device || s.client.Dialect == coda.DataLogin) {
		wrong("guest_session", "the dialect %s has no guest session", e.Dialect)
	}
	if time.Duration(e.RequestTimeout) > maxRequestTimeout {
		wrong("request_timeout", "%s is too long; the longest is %s", e.RequestTimeout, device.Duration(maxRequestTimeout))
	}
	if time.Duration(e.RequestGap) > maxRequestGap {
		wrong("request_gap", "%s is too long; the longest is %s", e.RequestGap, device.Duration(maxRequestGap))
	}
	return errors.Join(errs...)
}

// Bounds of what can be configured.
const (
	maxRequestTimeout = time.Minute
	maxRequestGap     = 5 * time.Second
)

// digested is the entry without what a running modem takes over (its pace), and
// without what has a digest of its own.
func (e *entry) digested() entry {
	d := *e
	d.Common, d.SourceAddress = device.Common{}, netip.Addr{}
	return d
}

// parseZone returns the zone of a name, that of this machine for none.
func parseZone(name string) (*time.Location, error) {
	if name == "" {
		return time.Local, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is no time zone; write for example Europe/Berlin or UTC", name)
	}
	return zone, nil
}
