package powerwall

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"
)

// vectorKey is a key for tests alone.
func vectorKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	p, q := new(big.Int).SetBytes(unhex(t, vectorKeyP)), new(big.Int).SetBytes(unhex(t, vectorKeyQ))
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537},
		D:         new(big.Int).ModInverse(big.NewInt(65537), phi), Primes: []*big.Int{p, q},
	}
	key.Precompute()
	return key
}

const vectorUUID = "00000000-0000-4000-8000-000000000001"

// signMessage is a RoutableMessage.
func signMessage(t *testing.T, key *rsa.PrivateKey, din string, expires uint32, payload []byte) []byte {
	t.Helper()
	hash := sha512.Sum512(signedBytes(din, expires, payload))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA512, hash[:])
	if err != nil {
		t.Fatal(err)
	}
	return built(func(w *builder) {
		w.message(6, func(to *builder) { to.varint(1, 7) })
		w.bytes(10, payload)
		w.message(13, func(data *builder) {
			data.message(1, func(id *builder) { id.bytes(1, x509.MarshalPKCS1PublicKey(&key.PublicKey)) })
			data.message(7, func(s *builder) { s.fixed32(1, expires).bytes(2, signature) })
		})
		w.text(51, vectorUUID)
	})
}

func TestSignedVectors(t *testing.T) {
	key, payload := vectorKey(t), unhex(t, vectorSignedPayload)
	covered := signedBytes(vectorDIN, 1700000012, payload)
	hash := sha512.Sum512(covered)
	if hex.EncodeToString(covered) != vectorSignedBytes || hex.EncodeToString(hash[:]) != vectorSignedHash {
		t.Errorf("signed bytes %x", covered)
	}
	if got := hex.EncodeToString(x509.MarshalPKCS1PublicKey(&key.PublicKey)); got != vectorKeyPublic {
		t.Errorf("public key %s", got)
	}
	message := signMessage(t, key, vectorDIN, 1700000012, payload)
	if sum := sha256.Sum256(message); len(message) != 390 || hex.EncodeToString(sum[:]) != "99176d9ac3a77635ede68f6571e9dd99b4e0352b51bcef37b079645a159ee226" {
		t.Errorf("%d bytes, %x", len(message), sum)
	}
	if !strings.Contains(hex.EncodeToString(message), vectorKeySignature) {
		t.Errorf("another signature in %x", message)
	}
	if got := hex.EncodeToString(routedReply([]byte(vectorUUID), faultUnknownKey, nil)); got != vectorUnknownKeyReply {
		t.Errorf("unknown key: %s", got)
	}
}

func TestSigned(t *testing.T) {
	key, payload := vectorKey(t), unhex(t, vectorSignedPayload)
	at := time.Unix(1700000000, 500)
	other := bytes.Replace(payload, []byte("GWEX"), []byte("XXXX"), 1)
	spoilt := signMessage(t, key, vectorDIN, 1700000012, payload)
	spoilt[len(spoilt)-60] ^= 1
	tests := map[string]struct {
		state KeyState
		body  []byte
		fault uint64
	}{
		"good":           {KeyVerified, signMessage(t, key, vectorDIN, 1700000012, payload), faultNone},
		"unknown":        {KeyRemoved, signMessage(t, key, vectorDIN, 1700000012, payload), faultUnknownKey},
		"timed out":      {KeyTimedOut, signMessage(t, key, vectorDIN, 1700000012, payload), faultInactiveKey},
		"expired":        {KeyVerified, signMessage(t, key, vectorDIN, 1700000000, payload), faultExpired},
		"too long":       {KeyVerified, signMessage(t, key, vectorDIN, 1700000100, payload), faultTTL},
		"spoilt":         {KeyVerified, spoilt, faultSignature},
		"another DIN":    {KeyVerified, signMessage(t, key, "1232100-00-E--TG00000000XXXX", 1700000012, other), faultWrongDIN},
		"wrong DIN":      {KeyVerified, signMessage(t, key, vectorDIN, 1700000012, other), faultWrongDIN},
		"no protobuf":    {KeyVerified, []byte{0xff}, faultDecoding},
		"damaged inside": {KeyVerified, signMessage(t, key, vectorDIN, 1700000012, []byte{0xff}), faultDecoding},
		"nothing":        {KeyVerified, nil, faultDomain},
		"no identity":    {KeyVerified, built(func(w *builder) { w.message(6, func(to *builder) { to.varint(1, 7) }) }), faultNoIdentity},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := start(t, Options{Firmware: Firmware2510, Now: func() time.Time { return at }, Keys: []Key{{&key.PublicKey, KeyVerified}}})
			s.SetKeyState(0, tt.state)
			got := newClient(t, s).do(http.MethodPost, "/tedapi/v1r", bytesType, tt.body)
			answer := dig(t, []byte(got.body))
			if fault := dig(t, []byte(got.body), 12).number(1); got.status != 200 || fault != tt.fault {
				t.Errorf("status %d, fault %d, want %d", got.status, fault, tt.fault)
			}
			if tt.fault != faultNone {
				return
			}
			file := dig(t, answer.bytes(10), 15, 2, 1)
			if string(file.bytes(1)) != "config.json" || string(answer.bytes(50)) != vectorUUID {
				t.Errorf("answer %q", got.body)
			}
			s.SetKeyState(0, KeyPending)
			pending := newClient(t, s).do(http.MethodPost, "/tedapi/v1r", bytesType, tt.body)
			if !strings.Contains(pending.body, "authorization not verified") || len(dig(t, []byte(pending.body), 12)) != 0 {
				t.Errorf("pending: %q", pending.body)
			}
		})
	}
}
