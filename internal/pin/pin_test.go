package pin

import (
	"crypto/tls"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"home_exporter/internal/testenv"
)

const plain = "4a83b50af0fca4af1b0ec0b8f28c4fb0d46ab0e0b0f7f2dd0cfd0a0f6e8a1b2c"

var colons = strings.TrimSuffix(pairs(plain), ":")

func pairs(digits string) string {
	var b strings.Builder
	for i := 0; i < len(digits); i += 2 {
		b.WriteString(digits[i:i+2] + ":")
	}
	return b.String()
}

func TestParseFingerprint(t *testing.T) {
	for _, c := range []struct {
		name, text, want string // want is the canonical text or part of the error
	}{
		{"plain", plain, colons},
		{"capitals", strings.ToUpper(plain), colons},
		{"colons", colons, colons},
		{"colons and capitals", strings.ToUpper(colons), colons},
		{"spaces around", " " + colons + "\n", colons},
		{"empty", "", "this has 0"},
		{"short", plain[2:], "this has 62"},
		{"long", plain + "00", "this has 66"},
		{"sha1", plain[:40], "SHA-1"},
		{"not hexadecimal", plain[:10] + "g" + plain[11:], "digit 11 of this is none"},
		{"not ASCII", plain[:62] + "é", "digit 63 of this is none"},
		{"with its name", "SHA256:" + plain, "colons stand elsewhere"},
		{"odd colons", plain[:1] + ":" + plain[1:], "colons stand elsewhere"},
		{"colon at the end", colons + ":", "colons stand elsewhere"},
		{"spaces within", strings.ReplaceAll(colons, ":", " "), "digit 3 of this is none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := ParseFingerprint(c.text)
			got := f.String()
			if err != nil {
				got = err.Error()
				if f != (Fingerprint{}) {
					t.Errorf("beside an error, the fingerprint is %s", f)
				}
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestFingerprintText(t *testing.T) {
	var f Fingerprint
	if err := f.UnmarshalText([]byte(plain)); err != nil {
		t.Fatal(err)
	}
	if text, err := f.MarshalText(); err != nil || string(text) != colons {
		t.Errorf("got %s, %v, want %s", text, err, colons)
	}
	if err := f.UnmarshalText([]byte("rubbish")); err == nil {
		t.Error("rubbish is taken for a fingerprint")
	}
}

// TestOfAsOpenSSL compares with what people will compare with.
func TestOfAsOpenSSL(t *testing.T) {
	testenv.Need(t, "openssl")
	cert := selfSigned(t, "modem").Leaf
	cmd := exec.Command("openssl", "x509", "-noout", "-fingerprint", "-sha256")
	cmd.Stdin = strings.NewReader(string(Encode(cert)))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	_, printed, _ := strings.Cut(strings.TrimSpace(string(out)), "=")
	want, err := ParseFingerprint(printed)
	if err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	if got := Of(cert); got != want {
		t.Errorf("got %s, openssl says %s", got, want)
	}
}

func TestPinsVerify(t *testing.T) {
	one, two, three := selfSigned(t, "one").Leaf, selfSigned(t, "two").Leaf, selfSigned(t, "three").Leaf
	for _, c := range []struct {
		name string
		pins Pins
		ok   bool
	}{
		{"the one", Pins{Of(one)}, true},
		{"any of them", Pins{Of(two), Of(one)}, true},
		{"another", Pins{Of(two), Of(three)}, false},
		{"none", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.pins.Verify(stateOf(one))
			if (err == nil) != c.ok {
				t.Fatalf("error %v", err)
			}
			if err == nil {
				return
			}
			var mismatch *MismatchError
			if !errors.As(err, &mismatch) || mismatch.Presented != Of(one) || len(mismatch.Stored) != len(c.pins) {
				t.Errorf("%v is no proper mismatch", err)
			}
			var verification *tls.CertificateVerificationError
			if !errors.As(err, &verification) || len(verification.UnverifiedCertificates) != 1 {
				t.Errorf("%v is not known as an error of verification", err)
			}
		})
	}
	if err := (Pins{Of(one)}).Verify(tls.ConnectionState{}); err == nil {
		t.Error("no certificate at all is accepted")
	}
}
