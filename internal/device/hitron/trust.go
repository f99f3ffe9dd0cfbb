package hitron

import (
	"crypto/tls"

	"home_exporter/internal/pin"
)

// trust is what is demanded of the modem's certificate, which nobody vouches for.
type trust struct {
	plain       bool   // http: there is none
	file        string // of pinned certificates
	fingerprint *pin.Fingerprint
	legacy      bool
}

// blind reports whether any certificate is accepted.
func (t trust) blind() bool { return !t.plain && t.file == "" && t.fingerprint == nil }

// config returns how to shake hands.
func (t trust) config() (*tls.Config, error) {
	cfg, err := pin.Config(t.file, "")
	if err != nil {
		return nil, err
	}
	if t.fingerprint != nil {
		cfg.VerifyConnection = pin.Pins{*t.fingerprint}.Verify
	}
	if !t.legacy {
		return cfg, nil
	}
	cfg.MinVersion = tls.VersionTLS10
	for _, suites := range [][]*tls.CipherSuite{tls.CipherSuites(), tls.InsecureCipherSuites()} {
		for _, s := range suites {
			cfg.CipherSuites = append(cfg.CipherSuites, s.ID)
		}
	}
	return cfg, nil
}
