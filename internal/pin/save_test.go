package pin

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestSave(t *testing.T) {
	one, two := selfSigned(t, "one").Leaf, selfSigned(t, "two").Leaf
	path := filepath.Join(t.TempDir(), "modem.pem")
	for _, fresh := range []*x509.Certificate{one, two} {
		if err := Save(path, fresh); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		block, rest := pem.Decode(text)
		if block == nil || block.Type != "CERTIFICATE" || len(block.Headers) > 0 || len(rest) > 0 || !bytes.Equal(block.Bytes, fresh.Raw) {
			t.Errorf("the file holds\n%s", text)
		}
		lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		for i, line := range lines[1 : len(lines)-1] {
			if full := i < len(lines)-3; len(line) > 64 || full && len(line) != 64 || strings.Contains(line, "\r") {
				t.Errorf("line %d is %q", i+2, line)
			}
		}
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o644 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	alone(t, path)
}

// alone says that nothing stands beside the file.
func alone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(entries, func(e fs.DirEntry) bool { return e.Name() != filepath.Base(path) }); i >= 0 {
		t.Errorf("%s was left behind", entries[i].Name())
	}
}

func TestSaveReplacesWhatIsNoLoss(t *testing.T) {
	cert := selfSigned(t, "modem").Leaf
	for name, text := range map[string]string{
		"empty":   "",
		"damaged": "-----BEGIN CERTIFICATE-----\nMIIB",
		"several": string(Encode(cert)) + string(Encode(cert)),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "modem.pem")
			writeFile(t, path, []byte(text))
			if err := Save(path, cert); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, Encode(cert)) {
				t.Errorf("the file holds %q, %v", got, err)
			}
		})
	}
}

func TestSaveKeepsWhatIsNoCertificate(t *testing.T) {
	cert := selfSigned(t, "modem").Leaf
	key := string(block("EC PRIVATE KEY", []byte("a key")))
	for name, text := range map[string]string{
		"configuration":       "hitron:\n  - {name: modem}\n",
		"key":                 key,
		"key and certificate": key + string(Encode(cert)),
		"very large":          strings.Repeat("x", maxFile+1),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "modem.pem")
			writeFile(t, path, []byte(text))
			if err := Save(path, cert); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want an error that names the file", err)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != text {
				t.Errorf("the file was changed: %v", err)
			}
			alone(t, path)
		})
	}
}

func TestSaveErrors(t *testing.T) {
	cert := selfSigned(t, "modem").Leaf
	dir := t.TempDir()
	for name, path := range map[string]string{
		"no folder":        filepath.Join(dir, "none", "modem.pem"),
		"it is a folder":   dir,
		"folder is a file": filepath.Join(stored(t, cert), "modem.pem"),
	} {
		t.Run(name, func(t *testing.T) {
			if err := Save(path, cert); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want an error that names the file", err)
			}
		})
	}
}

// TestSaveBehindLink keeps the link, as where configurations are links to elsewhere.
func TestSaveBehindLink(t *testing.T) {
	one, two := selfSigned(t, "one").Leaf, selfSigned(t, "two").Leaf
	target := stored(t, one)
	link := filepath.Join(t.TempDir(), "link.pem")
	if err := os.Symlink(target, link); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	if err := Save(link, two); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(target); err != nil || !bytes.Equal(got, Encode(two)) {
		t.Errorf("the file behind the link: %v", err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info.Mode(), err)
	}
	alone(t, target)
}
