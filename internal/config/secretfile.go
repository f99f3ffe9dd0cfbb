package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"syscall"

	"go.yaml.in/yaml/v3"

	"home_exporter/internal/device"
)

// maxSecret bounds a file with a secret in it.
const maxSecret = 64 << 10

// secretFile reads the file that n names into the secret v. One line break at the end
// is not part of the secret: editors and echo write it. Everything else is.
func (d *decoder) secretFile(n *yaml.Node, v reflect.Value) {
	resolved, done := d.enter(n)
	if resolved == nil {
		return
	}
	defer done()
	name, ok := d.source(n, resolved, "the name of a file")
	if !ok {
		return
	}
	if name == "" {
		d.fail(n, errors.New("the name of the file is empty"))
		return
	}
	path := device.InDir(d.folder(), name)
	text, err := d.files.read(path, maxSecret, false)
	if err != nil {
		d.fail(n, fmt.Errorf("read %s: %w", path, secretFileProblem(err)))
		return
	}
	if trimmed, ok := bytes.CutSuffix(text, []byte("\n")); ok {
		text = bytes.TrimSuffix(trimmed, []byte("\r"))
	}
	if len(text) == 0 {
		d.fail(n, fmt.Errorf("%s is empty", path))
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	d.setSecret(v, string(text))
}

// folder returns what relative file names start from: the folder of the file, and for
// flags the working directory.
func (d *decoder) folder() string {
	if d.flags != nil {
		return ""
	}
	return d.dir
}

// secretFileProblem adds the cure where there is one.
func secretFileProblem(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w; let the user that runs this program read it", err)
	case errors.Is(err, syscall.EISDIR):
		return errors.New("this is a directory; name the file in it")
	}
	return err
}
