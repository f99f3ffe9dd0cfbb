package pin

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
)

// maxFile bounds a file of certificates. One certificate has one or two KiB.
const maxFile = 1 << 20

// A File holds the certificates that a device may present, in PEM: more than one
// while an exchange is planned. It is read again at every handshake, so that no
// restart is needed after it has changed; handshakes are rare and the file is small.
// It is safe for concurrent use.
type File struct {
	path string

	mu   sync.Mutex
	pins Pins // what the file held when it last could be read
}

// At returns the file at path, which need not be there yet: until it is, no
// certificate is good.
func At(path string) *File { return &File{path: path} }

// Open is At for a file that must be there, with at least one certificate.
func Open(path string) (*File, error) {
	f := At(path)
	var err error
	if f.pins, err = load(path); err != nil {
		return nil, noPins(err)
	}
	return f, nil
}

// noPins tells where the pins come from.
func noPins(err error) error {
	return fmt.Errorf("%w; home_exporter fetch-cert stores the certificate of the device there", err)
}

// Pins returns what the file held when it last could be read.
func (f *File) Pins() Pins {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.pins
}

// Verify is for tls.Config.VerifyConnection. The error for a certificate that is not
// in the file is a *MismatchError, inside a *tls.CertificateVerificationError. When
// the file cannot be read any more, what it held last counts; when it never could be,
// that is the error.
func (f *File) Verify(cs tls.ConnectionState) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	pins, err := load(f.path)
	switch {
	case err == nil:
		f.pins = pins
	case len(f.pins) == 0:
		return noPins(err)
	}
	return f.pins.verify(cs, MismatchError{File: f.path, Reread: err})
}

// load returns the fingerprints of the certificates in a file.
func load(path string) (Pins, error) {
	data, err := read(path)
	if err == nil {
		var pins Pins
		if pins, err = decode(data); err == nil {
			return pins, nil
		}
	}
	return nil, fmt.Errorf("certificate file %s: %w", path, err)
}

// read reads a plain file: opening a pipe would wait for its writer. Its errors do
// not name the file.
func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, cause(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, cause(err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("larger than %d MiB", maxFile>>20)
	}
	return data, nil
}

// cause takes operation and path off an error of package os.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

const blockType = "CERTIFICATE" // RFC 7468, section 5.1

// decode returns the fingerprints of the certificates in PEM. They need not parse,
// because bytes are compared. Other blocks are passed over, a private key among
// them; a certificate that is damaged is an error even beside good ones, because it
// would be missed when the device presents it.
func decode(data []byte) (Pins, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // as some editors begin a file
	var pins Pins
	for rest := data; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type == blockType && len(block.Bytes) > 0 {
			pins = append(pins, sha256.Sum256(block.Bytes))
		}
	}
	switch begun := countBegun(data); {
	case len(pins) < begun:
		return nil, fmt.Errorf("%d of %d certificates cannot be read", begun-len(pins), begun)
	case len(bytes.TrimSpace(data)) == 0:
		return nil, errors.New("empty")
	case len(pins) == 0:
		return nil, errors.New("no PEM block of type " + blockType + " in it")
	}
	return pins, nil
}

// countBegun counts the lines that begin a certificate.
func countBegun(data []byte) int {
	header := []byte("-----BEGIN " + blockType + "-----")
	n := bytes.Count(data, append([]byte("\n"), header...))
	if bytes.HasPrefix(data, header) {
		n++
	}
	return n
}
