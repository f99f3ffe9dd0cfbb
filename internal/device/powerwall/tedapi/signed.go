package tedapi

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"time"

	"home_exporter/internal/device/powerwall/gateway"
	"home_exporter/internal/device/powerwall/protobuf"
)

// Constants of signed requests.
const (
	signatureRSA = 7 // type of the signature, in the signed bytes
	domainEnergy = 7 // of energy devices
	// lifetime is for how long a request is good. Gateways refuse those that are good for
	// longer than some seconds.
	lifetime = 12 * time.Second
	maxDIN   = 255 // its length takes one byte
)

// A signedRequest is what is signed.
type signedRequest struct {
	din     string
	payload []byte // a MessageEnvelope
	expires uint32 // in seconds since 1970
	uuid    string
}

// expiry returns when a request that is made now expires.
func expiry(now time.Time) uint32 {
	seconds := now.Unix()
	if now.Nanosecond() > 0 {
		seconds++
	}
	return uint32(seconds + int64(lifetime/time.Second))
}

// signedBytes is what the signature covers: tag, length and value of its metadata, an
// end mark, and the payload. The moment is big-endian here, and little-endian in the
// message.
func (r *signedRequest) signedBytes() []byte {
	out := []byte{0, 1, signatureRSA, 1, 1, domainEnergy, 2, byte(len(r.din))}
	out = append(out, r.din...)
	out = append(out, 4, 4)
	out = binary.BigEndian.AppendUint32(out, r.expires)
	return append(append(out, 0xff), r.payload...)
}

// message returns the RoutableMessage.
func (r *signedRequest) message(key *Key) (protobuf.Message, error) {
	if len(r.din) > maxDIN {
		return nil, fmt.Errorf("a DIN of %d bytes is too long to be signed", len(r.din))
	}
	hash := sha512.Sum512(r.signedBytes())
	signature, err := rsa.SignPKCS1v15(nil, key.private, crypto.SHA512, hash[:])
	if err != nil {
		return nil, fmt.Errorf("sign the request: %w", err)
	}
	identity := protobuf.Message{}.Data(1, key.public)
	data := protobuf.Message{}.Data(1, identity).Data(7, protobuf.Message{}.Fixed32(1, r.expires).Data(2, signature))
	to := protobuf.Message{}.Number(1, domainEnergy)
	return protobuf.Message{}.Data(6, to).Data(10, r.payload).Data(13, data).Data(51, []byte(r.uuid)), nil
}

// openRoutable returns the envelope in the answer to a signed request.
func openRoutable(b []byte) ([]byte, error) {
	status, _, err := last(b, 12)
	if err != nil {
		return nil, err
	}
	if e := faultError(number(status, 1)); e != nil {
		return nil, e
	}
	payload, there, err := last(b, 10)
	switch {
	case err != nil:
		return nil, err
	case !there || len(payload) == 0:
		return nil, errEmpty
	}
	if payload, err = unpack(payload); err != nil {
		return nil, err
	}
	if notVerified(payload) {
		return nil, fail(gateway.ClassDenied, "the gateway does not accept the key of rsa_key_file: %s", cureKey)
	}
	return payload, nil
}

// maxNotice is longer than any notice.
const maxNotice = 4096

// notVerified reports whether an answer is the notice that the key is not verified,
// which comes as a success. Its letters and what stands before it vary.
func notVerified(payload []byte) bool {
	if len(payload) > maxNotice {
		return false
	}
	letters := bytes.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case 'a' <= r && r <= 'z':
			return r
		}
		return -1
	}, payload)
	return bytes.Contains(letters, []byte("authorizationnotverified"))
}
