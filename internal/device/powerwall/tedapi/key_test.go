package tedapi

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
)

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func TestParseKey(t *testing.T) {
	key := testKey(t)
	der, err := x509.MarshalPKCS8PrivateKey(key.private)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseKey(append([]byte("a comment before it\n"), pemOf("PRIVATE KEY", der)...))
	if err != nil || !got.private.Equal(key.private) {
		t.Errorf("PKCS #8: %v (%v), want the same key as in PKCS #1", got, err)
	}
}

func TestParseKeyMistakes(t *testing.T) {
	key := testKey(t)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	rsa1 := x509.MarshalPKCS1PrivateKey(key.private)
	legacy := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED"}, Bytes: rsa1})
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "no PEM file"},
		{"DER", rsa1, "no PEM file"},
		{"planted text", []byte("planted"), "no PEM file"},
		{"public", pemOf("PUBLIC KEY", key.public), "public half"},
		{"public, PKCS #1", pemOf("RSA PUBLIC KEY", key.public), "public half"},
		{"encrypted", pemOf("ENCRYPTED PRIVATE KEY", []byte("planted")), "encrypted"},
		{"encrypted, old form", legacy, "encrypted"},
		{"elliptic curve", pemOf("PRIVATE KEY", pkcs8), "no RSA key"},
		{"elliptic curve, SEC 1", pemOf("EC PRIVATE KEY", sec1), "no RSA key"},
		{"certificate", pemOf("CERTIFICATE", []byte("planted")), "CERTIFICATE"},
		{"damaged", pemOf("RSA PRIVATE KEY", rsa1[:len(rsa1)/2]), "damaged"},
		{"damaged, PKCS #8", pemOf("PRIVATE KEY", []byte("planted")), "damaged"},
		{"too long", make([]byte, MaxKeyFile+1), "longer"},
	} {
		_, err := ParseKey(c.file)
		switch {
		case err == nil || !strings.Contains(err.Error(), c.want):
			t.Errorf("%s: error %v, want one that says %q", c.name, err, c.want)
		case strings.Contains(err.Error(), "planted"):
			t.Errorf("%s: error %q tells what is in the file", c.name, err)
		}
	}
}

func TestKeyIsNotPrinted(t *testing.T) {
	key := testKey(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if got := fmt.Sprintf(verb, key); got != "<rsa key>" {
			t.Errorf("%s prints %s", verb, got)
		}
		if got := fmt.Sprintf(verb, Options{Key: key}); strings.Contains(got, key.private.D.String()) {
			t.Errorf("%s of options prints the key", verb)
		}
	}
}
