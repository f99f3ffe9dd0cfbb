package pin

import "crypto/tls"

// Config returns how to shake hands with a device that takes part in no public chain:
// it must present a certificate of the file, or the one with the fingerprint; any,
// where both are empty.
func Config(file, fingerprint string) (*tls.Config, error) {
	cfg := &tls.Config{InsecureSkipVerify: true} // the verification is ours
	switch {
	case file != "":
		cfg.VerifyConnection = At(file).Verify
	case fingerprint != "":
		f, err := ParseFingerprint(fingerprint)
		if err != nil {
			return nil, err
		}
		cfg.VerifyConnection = Pins{f}.Verify
	}
	return cfg, nil
}
