package config

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"syscall"
)

// A reader reads the files of one Load, each once, and remembers what was in them.
type reader struct {
	inputs map[string]input
	kept   map[string][]byte // contents, until forget
}

// input is what was found at a path. An error is a content, too: a file that appears
// is a change.
type input struct {
	err   error
	sum   [sha256.Size]byte
	limit int64
	once  bool // a pipe: it cannot be read a second time
}

func newReader() *reader {
	return &reader{inputs: make(map[string]input), kept: make(map[string][]byte)}
}

// read returns the content of a file of at most limit bytes; with pipes, it need not
// be a regular file. The error does not name the file.
func (r *reader) read(path string, limit int64, pipes bool) ([]byte, error) {
	if in, ok := r.inputs[path]; ok {
		return r.kept[path], in.err
	}
	data, once, err := readFile(path, limit, pipes)
	r.inputs[path] = input{err: err, sum: sumOf(data, err), limit: limit, once: once}
	r.kept[path] = data
	return data, err
}

// forget drops the contents and keeps what changed needs.
func (r *reader) forget() { clear(r.kept) }

// changed reports whether a file has another content by now.
func (r *reader) changed() bool {
	for path, in := range r.inputs {
		if in.once {
			continue
		}
		data, _, err := readFile(path, in.limit, false)
		if sumOf(data, err) != in.sum {
			return true
		}
	}
	return false
}

// hash covers data and every file that was read.
func (r *reader) hash(data []byte) [sha256.Size]byte {
	h := sha256.New()
	own := sha256.Sum256(data)
	h.Write(own[:])
	for _, path := range slices.Sorted(maps.Keys(r.inputs)) {
		sum := r.inputs[path].sum
		fmt.Fprintf(h, "%q", path)
		h.Write(sum[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

func sumOf(data []byte, err error) [sha256.Size]byte {
	if err != nil {
		return sha256.Sum256([]byte("unreadable: " + err.Error()))
	}
	return sha256.Sum256(data)
}

// errIrregular refuses what is not a plain file: opening a pipe without a writer would
// wait for ever.
var errIrregular = errors.New("not a regular file")

// readFile reads at most limit bytes. once says that the file gives them only once, as
// a pipe does: that of a shell's <(command) is welcome where pipes are.
func readFile(path string, limit int64, pipes bool) (data []byte, once bool, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, false, cause(err)
	}
	once = !info.Mode().IsRegular()
	switch {
	case info.IsDir():
		return nil, false, syscall.EISDIR
	case once && !pipes:
		return nil, false, errIrregular
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, once, cause(err)
	}
	defer f.Close()
	var b bytes.Buffer
	b.Grow(int(min(info.Size(), limit)) + bytes.MinRead)
	n, err := b.ReadFrom(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, once, cause(err)
	}
	if n > limit {
		return nil, once, fmt.Errorf("larger than %s", byteSize(limit))
	}
	return b.Bytes(), once, nil
}

// cause takes operation and path off the errors of package os: callers name the file
// in their own way.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

func byteSize(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", n>>10)
}
