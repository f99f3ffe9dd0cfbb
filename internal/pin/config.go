package pin

import "crypto/tls"

// Config returns how to shake hands with a device that takes part in no public chain:
// it must present a certificate of the file, or the one with the fingerprint; any,
// where neither is given.
func Config(file string, fingerprint *Fingerprint) *tls.Config {
	cfg := &tls.Config{InsecureSkipVerify: true} // the verification is ours
	switch {
	case file != "":
		cfg.VerifyConnection = At(file).Verify
	case fingerprint != nil:
		cfg.VerifyConnection = Pins{*fingerprint}.Verify
	}
	return cfg
}
