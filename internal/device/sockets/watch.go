package sockets

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"home_exporter/internal/device"
)

// A stamp tells whether a file may have changed. Its change by a swapped symbolic
// link, as orchestrators do it, shows in the inode or the time.
type stamp struct {
	path string
	info os.FileInfo
}

func (s stamp) same(o stamp) bool {
	return s.path == o.path && os.SameFile(s.info, o.info) &&
		s.info.ModTime().Equal(o.info.ModTime()) && s.info.Size() == o.info.Size()
}

// warmth is for how long after its last change a file may be in the middle of being
// written. It is also the coarsest tick of a file system's clock, that of FAT.
const warmth = 2 * time.Second

// warm reports whether the file has changed just now. One from the future has not.
func (s stamp) warm(now time.Time) bool {
	age := now.Sub(s.info.ModTime())
	return 0 <= age && age < warmth
}

// stat returns the stamps of all files that the patterns match, each once. A name
// without a pattern must exist.
func (l *list) stat() ([]stamp, error) {
	stamps := []stamp{}
	seen := make(map[string]bool)
	for _, pattern := range l.entry.Files {
		paths, err := expandPattern(l.entry.dir, pattern)
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			if seen[path] {
				continue
			}
			seen[path] = true
			info, err := os.Stat(path)
			if err != nil {
				return nil, unreadable(err)
			}
			stamps = append(stamps, stamp{path, info})
		}
	}
	return stamps, nil
}

// expandPattern returns the files that a pattern stands for. Hidden files match only
// a pattern that begins with a dot itself: editors keep theirs beside the original.
func expandPattern(dir, pattern string) ([]string, error) {
	if !isPattern(pattern) {
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(dir, pattern)
		}
		return []string{filepath.Clean(pattern)}, nil
	}
	full := pattern
	if !filepath.IsAbs(pattern) {
		full = filepath.Join(escapePattern(dir), pattern)
	}
	paths, err := filepath.Glob(full)
	if err != nil {
		return nil, fmt.Errorf("files %s: %w", pattern, err)
	}
	if strings.HasPrefix(filepath.Base(pattern), ".") {
		return paths, nil
	}
	shown := paths[:0]
	for _, path := range paths {
		if !strings.HasPrefix(filepath.Base(path), ".") {
			shown = append(shown, path)
		}
	}
	return shown, nil
}

func isPattern(name string) bool { return strings.ContainsAny(name, `*?[`) }

// escapePattern makes a pattern that matches dir alone. Windows has no way to.
func escapePattern(dir string) string {
	if runtime.GOOS == "windows" {
		return dir
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}

// unreadable adds the reason and what happens now to an error of the file system.
func unreadable(err error) error {
	e := &device.Error{Reason: device.Internal, Err: err, Hint: "the sockets listed before go on being checked; the file is looked for again by itself"}
	if errors.Is(err, os.ErrPermission) {
		e.Reason = device.Permission
	}
	return e
}

// Limits of a file. JSON is read as a stream; of YAML the parser makes a tree of some
// thirty times its size.
const (
	maxJSON = 256 << 20
	maxYAML = 16 << 20
)

// read reads the groups of the file.
func (s stamp) read(each func(int, group) error) error {
	switch mode := s.info.Mode(); {
	case mode.IsDir():
		return errors.New("this is a directory; name the files in it, as in " + filepath.Join(s.path, "*.yml"))
	case !mode.IsRegular():
		return errors.New("this is no regular file")
	}
	f, err := os.Open(s.path)
	if err != nil {
		return bare(err)
	}
	defer f.Close()
	if strings.EqualFold(filepath.Ext(s.path), ".json") {
		return readJSON(&bounded{in: f, limit: maxJSON}, each)
	}
	return readYAML(&bounded{in: f, limit: maxYAML}, each)
}

// bare drops what an error of package os says of operation and path.
func bare(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// A bounded reader ends with an error where a file goes on past its limit: a list that
// was cut there would be taken for a whole one.
type bounded struct {
	in    io.Reader
	limit int64
	done  int64
}

type tooLargeError struct{ limit int64 }

func (e tooLargeError) Error() string {
	return fmt.Sprintf("the file is larger than %d MiB, the limit of its format; split it", e.limit>>20)
}

func (b *bounded) Read(p []byte) (int, error) {
	// One byte more than the limit is read, to see whether it is there.
	n, err := b.in.Read(p[:min(int64(len(p)), b.limit+1-b.done)])
	b.done += int64(n)
	if b.done > b.limit {
		return 0, tooLargeError{b.limit}
	}
	return n, err
}
