// Package pin recognises devices by certificates that nobody vouches for. Gateways
// and modems present certificates of their own making: no known authority signed
// them, names and dates in them are often wrong. What can be told is whether it is
// still the same one.
//
// So a pin is the SHA-256 of the certificate's DER, and nothing else is looked at:
// no name, no date, no chain, no usage. A kind keeps one of
//
//	Pins   fingerprints that stand in the configuration (tls_fingerprint)
//	File   certificates in a PEM file (tls_cert_file), as fetch-cert stores them
//
// and has crypto/tls ask it in place of the usual verification:
//
//	&tls.Config{InsecureSkipVerify: true, VerifyConnection: pins.Verify}
//
// The handshake with any other certificate fails before a byte of the application is
// sent. VerifyConnection, and not VerifyPeerCertificate, because only the former is
// called when a session is resumed.
package pin

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Fingerprint is the SHA-256 of a certificate's DER.
type Fingerprint [sha256.Size]byte

// Of returns the fingerprint of a certificate.
func Of(cert *x509.Certificate) Fingerprint { return sha256.Sum256(cert.Raw) }

// String returns pairs of lower-case hexadecimal digits with colons between them.
// openssl x509 -fingerprint -sha256 prints the same in capitals.
func (f Fingerprint) String() string {
	text := make([]byte, 0, 3*len(f))
	for i, b := range f {
		if i > 0 {
			text = append(text, ':')
		}
		text = hex.AppendEncode(text, []byte{b})
	}
	return string(text)
}

// ParseFingerprint reads hexadecimal digits, small or capital, with or without a
// colon between each two.
func ParseFingerprint(text string) (Fingerprint, error) {
	const want = "a SHA-256 fingerprint has 64 hexadecimal digits, with or without colons between the pairs"
	var f Fingerprint
	digits := strings.TrimSpace(text)
	if strings.Contains(digits, ":") {
		pairs := strings.Split(digits, ":")
		if slices.ContainsFunc(pairs, func(pair string) bool { return len(pair) != 2 }) {
			return f, errors.New(want + "; here, colons stand elsewhere")
		}
		digits = strings.Join(pairs, "")
	}
	if i := strings.IndexFunc(digits, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) }); i >= 0 {
		return f, fmt.Errorf("%s; digit %d of this is none", want, i+1)
	}
	switch len(digits) {
	case hex.EncodedLen(len(f)):
	case 40:
		return f, errors.New(want + "; this has 40, as those of SHA-1 have")
	default:
		return f, fmt.Errorf("%s; this has %d", want, len(digits))
	}
	if _, err := hex.Decode(f[:], []byte(digits)); err != nil {
		return Fingerprint{}, err
	}
	return f, nil
}

// MarshalText returns what String does.
func (f Fingerprint) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads what ParseFingerprint does, so that a fingerprint can be a key
// of a configuration.
func (f *Fingerprint) UnmarshalText(text []byte) (err error) {
	*f, err = ParseFingerprint(string(text))
	return err
}

// Pins are the certificates that a device may present. Without any, it may present
// none.
type Pins []Fingerprint

// Verify is for tls.Config.VerifyConnection. The error for another certificate than
// those is a *MismatchError, inside a *tls.CertificateVerificationError.
func (p Pins) Verify(cs tls.ConnectionState) error {
	return p.verify(cs, MismatchError{})
}

// verify completes the mismatch, if it is one.
func (p Pins) verify(cs tls.ConnectionState, mismatch MismatchError) error {
	if len(cs.PeerCertificates) == 0 {
		return errors.New("tls: the device presents no certificate, but one is pinned")
	}
	leaf := cs.PeerCertificates[0]
	presented := Of(leaf)
	if slices.Contains(p, presented) {
		return nil
	}
	mismatch.Stored = slices.Clone(p)
	mismatch.Presented = presented
	mismatch.Subject = clean(leaf.Subject.String())
	return &tls.CertificateVerificationError{UnverifiedCertificates: cs.PeerCertificates, Err: &mismatch}
}
