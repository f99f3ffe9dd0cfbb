package pin

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Encode returns the certificate as one PEM block.
func Encode(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: cert.Raw})
}

// Save stores the certificate in a file that everyone may read, in place of those
// that it holds. The file is exchanged as a whole, so a reader sees the old or the
// new one; after an error it is as it was. A file with anything else in it than
// certificates is not replaced.
func Save(path string, cert *x509.Certificate) error {
	if err := save(path, Encode(cert)); err != nil {
		return fmt.Errorf("store the certificate in %s: %w", path, err)
	}
	return nil
}

func save(path string, text []byte) (err error) {
	if err := replaceable(path); err != nil {
		return err
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // replaces what a link leads to, and not the link
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return cause(err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// replaceable refuses to lose what somebody named by mistake: a key, a
// configuration. An empty file and a damaged certificate are no loss.
func replaceable(path string) error {
	data, err := read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("what is there now cannot be read: %w", err)
	case len(bytes.TrimSpace(data)) == 0:
		return nil
	case !bytes.Contains(data, []byte("-----BEGIN "+blockType+"-----")), bytes.Contains(data, []byte("PRIVATE KEY-----")):
		return errors.New("the file holds something else than certificates; remove it first if it is of no use")
	}
	return nil
}
