package pin

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// block writes a PEM block.
func block(kind string, content []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})
}

func TestDecode(t *testing.T) {
	one, two := []byte("not even DER"), bytes.Repeat([]byte{0x30, 0x82}, 300)
	oneCert, twoCert := block("CERTIFICATE", one), block("CERTIFICATE", two)
	key := block("PRIVATE KEY", []byte("a key of sixteen"))
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	dos := bytes.ReplaceAll(twoCert, []byte("\n"), []byte("\r\n"))
	for _, c := range []struct {
		name    string
		data    []byte
		want    [][]byte
		wantErr string
	}{
		{"one", oneCert, [][]byte{one}, ""},
		{"two", join(oneCert, twoCert), [][]byte{one, two}, ""},
		{"with text as openssl writes it", join([]byte("Certificate:\n    Data:\n"), oneCert, []byte("\n")), [][]byte{one}, ""},
		{"lines of DOS", dos, [][]byte{two}, ""},
		{"mark at the beginning", join([]byte("\ufeff"), oneCert), [][]byte{one}, ""},
		{"key before it", join(key, oneCert), [][]byte{one}, ""},
		{"key after it", join(oneCert, key), [][]byte{one}, ""},
		{"key alone", key, nil, "no PEM block of type CERTIFICATE"},
		{"another type", block("X509 CRL", one), nil, "no PEM block of type CERTIFICATE"},
		{"empty", nil, nil, "empty"},
		{"white", []byte(" \n\n"), nil, "empty"},
		{"rubbish", []byte("rubbish"), nil, "no PEM block of type CERTIFICATE"},
		{"cut off", twoCert[:100], nil, "1 of 1 certificates cannot be read"},
		{"without content", block("CERTIFICATE", nil), nil, "1 of 1 certificates cannot be read"},
		{"not base64", join(oneCert, []byte("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n")), nil, "1 of 2 certificates cannot be read"},
		{"cut off after a good one", join(oneCert, twoCert[:100]), nil, "1 of 2 certificates cannot be read"},
		{"cut off before a good one", join(twoCert[:65], []byte("\n"), oneCert), nil, "1 of 2 certificates cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := decode(c.data)
			if c.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), c.wantErr) || got != nil {
					t.Fatalf("got %v, %v, want the error %q", got, err, c.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var want Pins
			for _, der := range c.want {
				want = append(want, sum(der))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("pins (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	writeFile(t, path("empty"), nil)
	writeFile(t, path("key"), block("PRIVATE KEY", []byte("open sesame")))
	writeFile(t, path("large"), bytes.Repeat([]byte{'\n'}, maxFile+1))
	for name, want := range map[string]string{
		"missing": "no such file",
		"empty":   "empty",
		"key":     "no PEM block of type CERTIFICATE",
		"large":   "larger than 1 MiB",
		".":       "not a regular file",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(path(name))
			if err == nil {
				t.Fatal("it opens")
			}
			for _, want := range []string{want, path(name), "home_exporter fetch-cert"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in %q", want, err)
				}
			}
			if strings.Contains(err.Error(), "sesame") || strings.Contains(err.Error(), "b3Blbi") {
				t.Errorf("%q shows the key", err)
			}
			if name == "missing" && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%q is not fs.ErrNotExist", err)
			}
		})
	}
}

// TestFileIsReadAgain exchanges the file in each way in which people do it.
func TestFileIsReadAgain(t *testing.T) {
	one, two := selfSigned(t, "one").Leaf, selfSigned(t, "two").Leaf
	path := stored(t, one)
	file, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	good := func(step string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", step, err)
		}
	}
	bad := func(step string, err error, reread string) {
		t.Helper()
		var mismatch *MismatchError
		if !errors.As(err, &mismatch) {
			t.Errorf("%s: got %v, want a mismatch", step, err)
			return
		}
		if mismatch.File != path {
			t.Errorf("%s: the mismatch is with %q", step, mismatch.File)
		}
		if (mismatch.Reread == nil) != (reread == "") || !strings.Contains(err.Error(), reread) {
			t.Errorf("%s: %v, want a mention of %q", step, err, reread)
		}
	}
	good("at first", file.Verify(stateOf(one)))
	bad("at first", file.Verify(stateOf(two)), "")

	good("fetched anew", Save(path, two))
	good("fetched anew", file.Verify(stateOf(two)))
	bad("fetched anew", file.Verify(stateOf(one)), "")

	writeFile(t, path, append(Encode(two), Encode(one)...))
	good("both, written in place", file.Verify(stateOf(one)))
	good("both, written in place", file.Verify(stateOf(two)))
	if got, want := file.Pins(), (Pins{Of(two), Of(one)}); !cmp.Equal(got, want) {
		t.Errorf("pins %v, want %v", got, want)
	}

	// While it cannot be read, what it held counts.
	writeFile(t, path, Encode(one))
	good("one again", file.Verify(stateOf(one)))
	writeFile(t, path, []byte("rubbish"))
	good("spoiled", file.Verify(stateOf(one)))
	bad("spoiled", file.Verify(stateOf(two)), "no PEM block")
	good("remove", os.Remove(path))
	good("gone", file.Verify(stateOf(one)))
	bad("gone", file.Verify(stateOf(two)), "no such file")
	good("back", Save(path, two))
	good("back", file.Verify(stateOf(two)))
}

func FuzzDecode(f *testing.F) {
	good := block("CERTIFICATE", []byte("some bytes"))
	f.Add(good)
	f.Add(append(good, good...))
	f.Add(append(block("PRIVATE KEY", []byte("key")), good...))
	f.Add(good[:40])
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"))
	f.Add([]byte("\ufeff-----BEGIN CERTIFICATE-----\r\nAA==\r\n-----END CERTIFICATE-----"))
	f.Fuzz(func(t *testing.T, data []byte) {
		pins, err := decode(data)
		if (err == nil) != (len(pins) > 0) {
			t.Fatalf("%d pins beside the error %v", len(pins), err)
		}
		if err != nil {
			if len(err.Error()) > 80 {
				t.Errorf("the error quotes the file: %v", err)
			}
			return
		}
		// A further certificate is one pin more, and those before it stay.
		more, err := decode(append(append(bytes.Clone(data), '\n'), good...))
		if err != nil || len(more) != len(pins)+1 || !cmp.Equal(more[:len(pins)], pins) || more[len(pins)] != sum([]byte("some bytes")) {
			t.Errorf("with a certificate behind it: %v, %v; before: %v", more, err, pins)
		}
	})
}

// TestAt pins to a file that is not there yet.
func TestAt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "later.pem")
	f := At(path)
	state := tls.ConnectionState{PeerCertificates: []*x509.Certificate{{Raw: []byte("leaf")}}}
	err := f.Verify(state)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "fetch-cert") {
		t.Errorf("without the file: %v", err)
	}
	if err := Save(path, state.PeerCertificates[0]); err != nil {
		t.Fatal(err)
	}
	if err := f.Verify(state); err != nil {
		t.Errorf("with the file: %v", err)
	}
}
