package tedapi

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
)

// The gateway of all vectors. They were computed with the public definitions of the
// messages (jasonacox/pypowerwall, tedapi.proto).
const vectorDIN = "1232100-00-E--TG00000000GWEX"

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const vectorAnswer = `0a5e0801121e0a1c313233323130302d30302d452d2d544730303030303030304757
	45581a02180182013512330801122f7b2273797374656d223a7b2274696d65223a22
	323032342d30352d30365430373a30383a30392d30373a3030227d7d12020801`

const vectorPayload = `0802120220011a1e0a1c313233323130302d30302d452d2d54473030303030303030
	475745587a110a0f0801120b636f6e6669672e6a736f6e`

const vectorUnknownKey = `320208076202080392032430303030303030302d303030302d343030302d38303030
	2d303030303030303030303031`

func TestRequests(t *testing.T) {
	q := Query{Version: 1, Text: "query Q{system{time}}", Signature: unhex(t, "3006020101020101"), Variables: "{}"}
	h := local(vectorDIN)
	for _, c := range []struct {
		name string
		got  []byte
		want string
	}{
		{"configuration", h.message(h.envelope(payloadFileStore, readConfig())), `
			0a390801120218011a1e0a1c313233323130302d30302d452d2d5447303030303030
			3030475745587a110a0f0801120b636f6e6669672e6a736f6e12020801`},
		{"system info", h.message(h.envelope(payloadCommon, ask(askSystemInfo))), `
			0a2a0801120218011a1e0a1c313233323130302d30302d452d2d5447303030303030
			3030475745582202120012020801`},
		{"query", h.message(h.envelope(payloadGraphQL, q.message())), `
			0a580801120218011a1e0a1c313233323130302d30302d452d2d5447303030303030
			30304757455882012f0a2d0802121908011215717565727920517b73797374656d7b
			74696d657d7d1a08300602010102010122040a027b7d12020801`},
		{"configuration, authorized", authorized(vectorDIN).envelope(payloadFileStore, readConfig()), vectorPayload},
		{"query to another unit", relayed("A--1", "B--2").message(relayed("A--1", "B--2").envelope(payloadGraphQL, nil)), `
			0a15 0801 12060a04412d2d31 1a060a04422d2d32 820100 12020802`},
	} {
		if want := unhex(t, c.want); !bytes.Equal(c.got, want) {
			t.Errorf("%s:\n got %x\nwant %x", c.name, c.got, want)
		}
	}
}

func TestAnswerToQuery(t *testing.T) {
	envelope, err := openMessage(unhex(t, vectorAnswer))
	if err != nil {
		t.Fatal(err)
	}
	response, err := openEnvelope(envelope, payloadGraphQL, queryResponse)
	if err != nil {
		t.Fatal(err)
	}
	n, err := parseQueryResponse(response)
	if got, want := n.at("system", "time").text(), "2024-05-06T07:08:09-07:00"; err != nil || got != want {
		t.Errorf("time = %q (%v), want %q", got, err, want)
	}
}

// testKey is a key of 1024 bits that is good for tests only.
func testKey(t testing.TB) *Key {
	t.Helper()
	p := new(big.Int).SetBytes(unhex(t, `f608744b8794edda42ecd3bf7da5bc847c2689bf56a51f5650cfbe0378383cfd
		ba9de418f0149a7ad0bd0bfedcc7ca3f1684054e2706d6dbd6cff39a03d93331`))
	q := new(big.Int).SetBytes(unhex(t, `ea1caae91c4e203c5a2ff100ccb8bdc861db6c7e380c9e3b03b4fd0300fad9c2
		76f00f0b0c19780ea00195ed172b207dbbbf6a8b1cdd9324684873c663e156d7`))
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	private := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537},
		D:         new(big.Int).ModInverse(big.NewInt(65537), phi),
		Primes:    []*big.Int{p, q},
	}
	private.Precompute()
	key, err := ParseKey(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)}))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestSignedRequest(t *testing.T) {
	key := testKey(t)
	if got, want := key.public, unhex(t, `
		30818902818100e0ff477b6850f8c192948fa5be2e15c0166c300886ef83726d3001
		315558533fd91f751d83a1b1d5724f6b6b80be3a29d619d723bec7b78bfdf0393e46
		b28ff4f9cf2f7dfb78ec1467d165f246ace28bbdac6dd77216b9fd9ad40fc9a5d20e
		fc5b5b14757d15581165adec8e9f042fd6e98958676299c564c81a4f3c23ad742702
		03010001`); !bytes.Equal(got, want) {
		t.Errorf("public key:\n got %x\nwant %x", got, want)
	}
	r := signedRequest{
		din: vectorDIN, payload: authorized(vectorDIN).envelope(payloadFileStore, readConfig()),
		expires: 1700000012, uuid: "00000000-0000-4000-8000-000000000001",
	}
	signed := r.signedBytes()
	if want := unhex(t, `
		000107010107021c313233323130302d30302d452d2d544730303030303030304757
		455804046553f10cff0802120220011a1e0a1c313233323130302d30302d452d2d54
		473030303030303030475745587a110a0f0801120b636f6e6669672e6a736f6e`); !bytes.Equal(signed, want) {
		t.Errorf("signed bytes:\n got %x\nwant %x", signed, want)
	}
	hash := sha512.Sum512(signed)
	if want := unhex(t, `
		b024a5168ea0b7c8a25b8e98fc48a49f663e3baa0a7060534a1e9a1d4c837443
		83b2d3c9a916d41126ce11b44306ddb311154f11d4308a4c27a12d27a34e30dc`); !bytes.Equal(hash[:], want) {
		t.Errorf("hash:\n got %x\nwant %x", hash, want)
	}
	message, err := r.message(key)
	if err != nil {
		t.Fatal(err)
	}
	signature := unhex(t, `
		49f3c1a154afd278f53369dd8969a7bc32c77e9cf235e4b5118a6e3099732bc7e90a
		287e7bd0df44e48d5ea379ff6571ef0cfe9ad886b1e9e5984cc6e0470a74d49d6442
		6379595f03f5ea072313dfb52fba42e020ac0058ff0e6b2c1177e18a9dd85284abb4
		2eabf5111d158d14bbb412a21926ecf87a3350857c82f581e616`)
	if !bytes.Contains(message, signature) {
		t.Errorf("signature %x is not in %x", signature, message)
	}
	sum := sha256.Sum256(message)
	if got, want := hex.EncodeToString(sum[:]), "99176d9ac3a77635ede68f6571e9dd99b4e0352b51bcef37b079645a159ee226"; len(message) != 390 || got != want {
		t.Errorf("message of %d bytes with SHA-256 %s, want 390 with %s", len(message), got, want)
	}
}

func TestUnknownKey(t *testing.T) {
	_, err := openRoutable(unhex(t, vectorUnknownKey))
	if err == nil || !strings.Contains(err.Error(), "does not know the key") {
		t.Errorf("error = %v, want the unknown key", err)
	}
}
