package hitron

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"sync/atomic"
	"time"
)

// TLS is what the modem's TLS server can.
type TLS int

// The abilities of TLS servers in modems.
const (
	TLSToday   TLS = iota // TLS 1.2 and 1.3
	TLS10                 // TLS 1.0 and nothing later
	TLSRSAOnly            // TLS 1.2 with RSA key exchange only, which clients no longer offer by themselves
)

// certificateName is what the device CA writes into a certificate: the modem's MAC. There are no alternative names,
// so that no client can verify such a certificate by host.
const certificateName = "02:00:5E:10:00:01"

// NewCertificate makes an RSA key of that many bits and a certificate for it that nobody else has signed.
func NewCertificate(bits int) (tls.Certificate, error) {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make a key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make a serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)), // zero is not allowed
		Subject:      pkix.Name{CommonName: certificateName, Organization: []string{"Hitron Technologies"}},
		NotBefore:    time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC), // made in the factory, for the life of the modem
		NotAfter:     time.Date(2039, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make a certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("read the certificate back: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

// A tlsServer is the TLS side of the modem; its certificate can be exchanged.
type tlsServer struct {
	config *tls.Config
	shown  atomic.Pointer[tls.Certificate]
}

func newTLSServer(can TLS, pair *tls.Certificate) (*tlsServer, error) {
	t := &tlsServer{}
	t.config = &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return t.shown.Load(), nil },
	}
	switch can {
	case TLSToday:
	case TLS10:
		t.config.MinVersion, t.config.MaxVersion = tls.VersionTLS10, tls.VersionTLS10
	case TLSRSAOnly:
		t.config.MaxVersion = tls.VersionTLS12
		t.config.CipherSuites = []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_128_CBC_SHA}
	default:
		return nil, fmt.Errorf("no TLS %d is known", can)
	}
	if pair != nil {
		return t, t.show(*pair)
	}
	made, err := NewCertificate(2048)
	if err != nil {
		return nil, err
	}
	return t, t.show(made)
}

// show takes the certificate into use. Sessions that began with another one cannot be resumed.
func (t *tlsServer) show(pair tls.Certificate) error {
	if len(pair.Certificate) == 0 {
		return fmt.Errorf("the certificate is empty")
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return fmt.Errorf("read the certificate: %w", err)
	}
	pair.Leaf = leaf
	var ticketKey [32]byte
	rand.Read(ticketKey[:]) // never fails: crypto/rand ends the program instead
	t.config.SetSessionTicketKeys([][32]byte{ticketKey})
	t.shown.Store(&pair)
	return nil
}

func (t *tlsServer) over(l net.Listener) net.Listener { return tls.NewListener(l, t.config) }
