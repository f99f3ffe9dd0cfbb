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
func (t trust) config() *tls.Config {
	cfg := pin.Config(t.file, t.fingerprint)
	if t.legacy {
		cfg.MinVersion, cfg.CipherSuites = tls.VersionTLS10, pin.AllSuites()
	}
	return cfg
}
