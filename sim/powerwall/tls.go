package powerwall

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"net"
	"slices"
	"sync/atomic"
	"time"
)

// serverNames are the names that the gateway answers to. A client that sends none is welcome too.
var serverNames = []string{"teg", "powerwall", "powerpack"}

// CertificateOptions say what a certificate is like. The zero value is what an older gateway made for itself.
type CertificateOptions struct {
	Issued    bool      // by a CA of the device's own, as newer gateways have it; else self-signed
	Names     []string  // alternative names; teg, powerwall and powerpack if nil, none if empty
	Addresses []net.IP  // alternative addresses
	NotAfter  time.Time // the end of a life of 25 years, if zero
}

// NewCertificate makes an ECDSA P-256 key and a certificate for it. The certificate of the CA is not part of the pair.
func NewCertificate(o CertificateOptions) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make a key: %w", err)
	}
	template, err := leafTemplate(o)
	if err != nil {
		return tls.Certificate{}, err
	}
	parent, signer := template, key
	if o.Issued {
		if parent, signer, err = newAuthority(template); err != nil {
			return tls.Certificate{}, err
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make a certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("read the certificate back: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

func leafTemplate(o CertificateOptions) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("make a serial number: %w", err)
	}
	names := o.Names
	if names == nil {
		names = serverNames
	}
	end := o.NotAfter
	if end.IsZero() {
		end = time.Now().AddDate(24, 0, 0)
	}
	subject := pkix.Name{
		Country: []string{"US"}, Province: []string{"California"}, Locality: []string{"Palo Alto"},
		Organization: []string{"Tesla"}, OrganizationalUnit: []string{"Tesla Energy Products"}, CommonName: "powerwall",
	}
	if o.Issued {
		var id [16]byte
		rand.Read(id[:]) // never fails: crypto/rand ends the program instead
		subject.CommonName = hex.EncodeToString(id[:])
	}
	return &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)), // zero is not allowed
		Subject:      subject,
		DNSNames:     names, IPAddresses: o.Addresses,
		NotBefore: end.AddDate(-25, 0, 0), NotAfter: end,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, nil
}

// newAuthority makes the CA of one device, which nobody ever sees.
func newAuthority(of *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	subject := of.Subject
	subject.CommonName += " CA"
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: subject, NotBefore: of.NotBefore, NotAfter: of.NotAfter,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, PublicKey: &key.PublicKey,
	}
	return template, key, nil
}

// A tlsServer is the TLS side of the gateway; its certificate can be exchanged.
type tlsServer struct {
	config *tls.Config
	shown  atomic.Pointer[tls.Certificate]
}

func (s *Sim) newTLSServer() (*tlsServer, error) {
	t := &tlsServer{}
	t.config = &tls.Config{
		MinVersion:         tls.VersionTLS12,
		NextProtos:         []string{"http/1.1"},
		GetCertificate:     func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return t.shown.Load(), nil },
		GetConfigForClient: s.greet,
	}
	if s.options.Certificate != nil {
		return t, t.show(*s.options.Certificate)
	}
	o := CertificateOptions{Issued: s.profile.issued}
	if host, _, err := net.SplitHostPort(s.address); err == nil && !o.Issued {
		o.Addresses = []net.IP{net.ParseIP(host)}
	}
	made, err := NewCertificate(o)
	if err != nil {
		return nil, err
	}
	return t, t.show(made)
}

// greet notes the name that a client asks for, and ends the handshake if it is not one of the gateway's.
func (s *Sim) greet(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	name := hello.ServerName
	known := name == "" || slices.Contains(serverNames, name)
	s.tally.add(func(seen *Seen) {
		if _, old := seen.ServerNames[name]; old || len(seen.ServerNames) < maxNames {
			seen.ServerNames = put(seen.ServerNames, name, seen.ServerNames[name]+1)
		}
		if !known {
			seen.Unnamed++
		}
	})
	if !known {
		return nil, fmt.Errorf("unknown server name %q", name)
	}
	return nil, nil
}

// show takes the certificate into use. Sessions that began with another one cannot be resumed.
func (t *tlsServer) show(pair tls.Certificate) error {
	if len(pair.Certificate) == 0 {
		return errors.New("the certificate is empty")
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return fmt.Errorf("read the certificate: %w", err)
	}
	pair.Leaf = leaf
	var ticketKey [32]byte
	rand.Read(ticketKey[:])
	t.config.SetSessionTicketKeys([][32]byte{ticketKey})
	t.shown.Store(&pair)
	return nil
}
