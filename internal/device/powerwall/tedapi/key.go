package tedapi

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
)

// A Key signs requests. It cannot be printed.
type Key struct {
	private *rsa.PrivateKey
	public  []byte // PKCS #1, DER
}

// Format writes no part of the key, whatever the verb.
func (*Key) Format(f fmt.State, _ rune) { io.WriteString(f, "<rsa key>") }

// MaxKeyFile bounds a key file.
const MaxKeyFile = 64 << 10

// ParseKey reads a private RSA key in PEM, PKCS #1 or PKCS #8. Its errors tell nothing
// of the content.
func ParseKey(file []byte) (*Key, error) {
	if len(file) > MaxKeyFile {
		return nil, fmt.Errorf("it is longer than %d bytes, so it is no key", MaxKeyFile)
	}
	block, _ := pem.Decode(file)
	if block == nil {
		return nil, errors.New("it is no PEM file; it should begin with -----BEGIN PRIVATE KEY----- or -----BEGIN RSA PRIVATE KEY-----")
	}
	private, err := parsePrivate(block)
	if err != nil {
		return nil, err
	}
	if err := private.Validate(); err != nil {
		return nil, errors.New("its numbers are no valid RSA key")
	}
	return &Key{private, x509.MarshalPKCS1PublicKey(&private.PublicKey)}, nil
}

func parsePrivate(block *pem.Block) (*rsa.PrivateKey, error) {
	switch {
	case block.Type == "ENCRYPTED PRIVATE KEY", bytes.Contains([]byte(block.Headers["Proc-Type"]), []byte("ENCRYPTED")):
		return nil, errors.New("the key is encrypted; decrypt it with openssl pkey, and keep the file readable for home_exporter alone")
	case block.Type == "RSA PRIVATE KEY":
		key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New("the RSA key in it is damaged")
		}
		return key, nil
	case block.Type == "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New("the key in it is damaged")
		}
		private, ok := key.(*rsa.PrivateKey)
		if !ok {
			return nil, errors.New("the key in it is no RSA key; gateways take RSA keys of 4096 bits")
		}
		return private, nil
	case block.Type == "PUBLIC KEY", block.Type == "RSA PUBLIC KEY":
		return nil, errors.New("it is the public half of a key; requests are signed with the private one")
	case block.Type == "EC PRIVATE KEY":
		return nil, errors.New("the key in it is no RSA key; gateways take RSA keys of 4096 bits")
	}
	return nil, fmt.Errorf("it holds a %q and no private key", show([]byte(block.Type)))
}
