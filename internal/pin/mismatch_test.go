package pin

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func sum(data []byte) Fingerprint { return sha256.Sum256(data) }

func TestMismatchError(t *testing.T) {
	a, b, c, d, e := sum([]byte("a")), sum([]byte("b")), sum([]byte("c")), sum([]byte("d")), sum([]byte("e"))
	for _, test := range []struct {
		name        string
		err         MismatchError
		want, never []string
	}{
		{
			"file", MismatchError{File: "modem.pem", Stored: []Fingerprint{a}, Presented: b, Subject: "CN=modem"},
			[]string{a.String(), b.String(), "modem.pem", `"CN=modem"`, "another device", "in between", "run home_exporter fetch-cert"},
			[]string{"configuration", "counted"},
		},
		{
			"configuration", MismatchError{Stored: []Fingerprint{a, c}, Presented: b},
			[]string{a.String() + " and " + c.String(), b.String(), "into the configuration"},
			[]string{"fetch-cert"},
		},
		{
			"many", MismatchError{Stored: []Fingerprint{a, b, c, d, e, e}, Presented: e},
			[]string{d.String() + " and 2 more"},
			nil,
		},
		{"none", MismatchError{Presented: b}, []string{"pinned is none"}, nil},
		{
			"not read again", MismatchError{File: "x", Reread: errors.New("certificate file x: is gone")},
			[]string{"certificate file x: is gone", "what it held before has counted"}, nil,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := test.err.Error()
			for _, want := range test.want {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in %q", want, text)
				}
			}
			for _, never := range test.never {
				if strings.Contains(text, never) {
					t.Errorf("%q in %q", never, text)
				}
			}
		})
	}
}

// TestHostileCertificate has texts that would spoil a terminal or a log.
func TestHostileCertificate(t *testing.T) {
	hostile := "modem\x1b[2J\n\u202eevil" + strings.Repeat("ä", 500)
	tmpl := template("modem")
	tmpl.Subject.CommonName = hostile
	tmpl.EmailAddresses = []string{"a\x1b[2Jb@example.com"}
	cert := ownSigned(t, tmpl, newKey(t)).Leaf
	var mismatch *MismatchError
	if err := (Pins{}).Verify(stateOf(cert)); !errors.As(err, &mismatch) {
		t.Fatal(err)
	}
	facts := FactsOf(cert)
	for name, text := range map[string]string{
		"subject of the mismatch": mismatch.Subject, "subject": facts.Subject, "issuer": facts.Issuer,
		"names": strings.Join(facts.Names, ","), "message": mismatch.Error(),
	} {
		if strings.ContainsAny(text, "\x1b\n\u202e") || !utf8.ValidString(text) {
			t.Errorf("the %s is %q", name, text)
		}
	}
	if n := utf8.RuneCountInString(mismatch.Subject); n != maxText || !strings.HasPrefix(mismatch.Subject, "CN=modem\ufffd[2J") {
		t.Errorf("the subject has %d characters: %q", n, mismatch.Subject)
	}
}
