package pin

import (
	"crypto/x509"
	"net"
	"net/url"
	"slices"
	"time"
)

// Facts are what a certificate claims, fit to be shown: texts are printable and of at
// most 200 characters each.
type Facts struct {
	Subject, Issuer     string
	NotBefore, NotAfter time.Time
	Names               []string // names and addresses that it is for
	Fingerprint         Fingerprint
}

// FactsOf returns what the certificate claims.
func FactsOf(cert *x509.Certificate) Facts {
	f := Facts{
		Subject:     clean(cert.Subject.String()),
		Issuer:      clean(cert.Issuer.String()),
		NotBefore:   cert.NotBefore,
		NotAfter:    cert.NotAfter,
		Fingerprint: Of(cert),
	}
	uris := asTexts(cert.URIs, (*url.URL).String)
	for _, name := range slices.Concat(cert.DNSNames, asTexts(cert.IPAddresses, net.IP.String), cert.EmailAddresses, uris) {
		f.Names = append(f.Names, clean(name))
	}
	return f
}

func asTexts[T any](values []T, text func(T) string) []string {
	texts := make([]string, 0, len(values))
	for _, v := range values {
		texts = append(texts, text(v))
	}
	return texts
}
