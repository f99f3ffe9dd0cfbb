package powerwall

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha512"
	"crypto/x509"
	"encoding/binary"
	"net/http"
	"time"
)

// The faults of a routable message.
const (
	faultNone        = 0
	faultUnknownKey  = 3
	faultInactiveKey = 4
	faultSignature   = 5
	faultDomain      = 8
	faultDecoding    = 10
	faultWrongDIN    = 12
	faultExpired     = 17
	faultNoIdentity  = 18
	faultTTL         = 20
)

// domainEnergy is the domain of energy devices, and maxTTL how far ahead a signature may end.
const (
	domainEnergy = 7
	maxTTL       = time.Minute
)

// A routable is a RoutableMessage that was read.
type routable struct {
	uuid, payload       []byte
	key                 []byte
	expires             uint32
	signature           []byte
	domain              uint64
	identified, bounded bool
}

func readRoutable(body []byte) (routable, error) {
	m, err := readMessage(body)
	if err != nil {
		return routable{}, err
	}
	out := routable{uuid: m.bytes(51), payload: m.bytes(10)}
	to, err := m.inner(6)
	if err != nil {
		return out, err
	}
	out.domain = to.number(1)
	data, err := m.inner(13)
	if err != nil {
		return out, err
	}
	identity, err := data.inner(1)
	if err != nil {
		return out, err
	}
	out.identified, out.key = identity.has(1), identity.bytes(1)
	signature, err := data.inner(7)
	if err != nil {
		return out, err
	}
	out.bounded, out.expires, out.signature = signature.has(1), uint32(signature.number(1)), signature.bytes(2)
	return out, nil
}

// signedBytes are what a signature of v1r covers: tag, length and value of signature type, domain, DIN and end, then
// the payload.
func signedBytes(din string, expires uint32, payload []byte) []byte {
	out := []byte{0, 1, 7, 1, 1, domainEnergy, 2, byte(len(din))}
	out = append(out, din...)
	out = append(out, 4, 4)
	out = binary.BigEndian.AppendUint32(out, expires)
	out = append(out, 0xff)
	return append(out, payload...)
}

// routed answers a RoutableMessage. The leader answers for itself, whoever of the site was asked. s.mu is held.
func (s *Sim) routed(r *http.Request, body []byte, state *State) []byte {
	in, err := readRoutable(body)
	if err != nil {
		return routedReply(in.uuid, faultDecoding, nil)
	}
	key, fault := s.checkSigned(in, state)
	if fault != faultNone {
		return routedReply(in.uuid, fault, nil)
	}
	envelope, err := readMessage(in.payload)
	if err != nil {
		return routedReply(in.uuid, faultDecoding, nil)
	}
	if key.State == KeyPending {
		text := failure(codeDenied, "rpc error: authorization not verified")
		return routedReply(in.uuid, faultNone, s.reply(envelope, state.DIN, payloadCommon, text))
	}
	if unit := recipient(envelope); unit != state.DIN && state.unit(unit) < 0 {
		return routedReply(in.uuid, faultWrongDIN, nil)
	}
	return routedReply(in.uuid, faultNone, s.envelope(r, envelope, state, state.DIN))
}

// checkSigned finds the key of a message and verifies what it has signed.
func (s *Sim) checkSigned(in routable, state *State) (Key, uint64) {
	now := s.options.Now()
	switch {
	case in.domain != domainEnergy:
		return Key{}, faultDomain
	case !in.identified:
		return Key{}, faultNoIdentity
	}
	key, ok := s.keyOf(in.key)
	end := time.Unix(int64(in.expires), 0)
	switch {
	case !ok:
		return key, faultUnknownKey
	case key.State == KeyTimedOut:
		return key, faultInactiveKey
	case !in.bounded || !end.After(now):
		return key, faultExpired
	case end.Sub(now) > maxTTL:
		return key, faultTTL
	case verifySigned(key.Public, state.DIN, in):
		return key, faultNone
	}
	if envelope, err := readMessage(in.payload); err == nil && verifySigned(key.Public, recipient(envelope), in) {
		return key, faultWrongDIN // well signed, for somebody else
	}
	return key, faultSignature
}

// keyOf finds a key that is known by its PKCS #1 form.
func (s *Sim) keyOf(der []byte) (Key, bool) {
	for _, key := range s.keys {
		if key.State != KeyRemoved && key.State != 0 && string(x509.MarshalPKCS1PublicKey(key.Public)) == string(der) {
			return key, true
		}
	}
	return Key{}, false
}

func verifySigned(key *rsa.PublicKey, din string, in routable) bool {
	if len(din) > 255 {
		return false
	}
	hash := sha512.Sum512(signedBytes(din, in.expires, in.payload))
	return rsa.VerifyPKCS1v15(key, crypto.SHA512, hash[:], in.signature) == nil
}

// routedReply is the RoutableMessage that answers the one with that uuid.
func routedReply(uuid []byte, fault uint64, payload []byte) []byte {
	return built(func(w *builder) {
		w.message(6, func(to *builder) { to.varint(1, domainEnergy) })
		if payload != nil {
			w.bytes(10, payload)
		}
		if fault != faultNone {
			w.message(12, func(status *builder) { status.varint(1, int64(fault)) })
		}
		w.bytes(50, uuid)
	})
}
