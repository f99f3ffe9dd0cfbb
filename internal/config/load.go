package config

import (
	"errors"
	"io/fs"
	"runtime/debug"
	"sync"
	"syscall"

	"home_exporter/internal/device"
)

// maxFile bounds the configuration file. A hundred thousand sockets need a sixth of
// it.
const maxFile = 64 << 20

// Load reads the configuration once.
func Load(src Source, kinds []*device.Kind) (*Config, error) {
	return NewLoader(src, kinds).Load()
}

// A Loader reads the same configuration again and again, and tells when that is due.
// It is safe for concurrent use.
type Loader struct {
	src   Source
	kinds []*device.Kind

	mu   sync.Mutex
	seen *reader // what the last Load has read, be it valid or not
}

// NewLoader returns a loader that has not read anything yet.
func NewLoader(src Source, kinds []*device.Kind) *Loader {
	return &Loader{src: src, kinds: kinds, seen: newReader()}
}

// Load reads and validates the configuration. The error is of type Errors.
func (l *Loader) Load() (*Config, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen = newReader()
	if l.src.Path == "" {
		return parse("", nil, l.src, l.kinds, l.seen)
	}
	data, err := l.seen.read(l.src.Path, maxFile, true)
	if err != nil {
		return nil, Errors{{File: l.src.Path, Err: unreadable(err)}}
	}
	c, err := parse(l.src.Path, data, l.src, l.kinds, l.seen)
	if len(data) > largeFile {
		debug.FreeOSMemory()
	}
	return c, err
}

// largeFile is from where on the nodes of a file, some fifty times its size, are worth
// giving back to the system at once.
const largeFile = 1 << 20

// Changed reports whether the file, or a file that one of its secrets is in, has
// another content than when Load read it last, whether or not it was valid then. It
// compares contents, because times and inodes say nothing where files are exchanged
// by symbolic links.
func (l *Loader) Changed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seen.changed()
}

// unreadable words the error of reading the configuration file.
func unreadable(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("no such file; write one, or name it with --config.file")
	case errors.Is(err, syscall.EISDIR):
		return errors.New("this is a directory; name the file in it")
	}
	return err
}
