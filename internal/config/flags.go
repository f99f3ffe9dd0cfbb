package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"home_exporter/internal/device"
)

// origin is where a section comes from that no file has: flags and environment
// variables.
type origin struct {
	kind   *device.Kind
	values map[string]string
}

// node returns the section as if it had been written.
func (o *origin) node() *yaml.Node {
	n := new(yaml.Node)
	if err := n.Encode(o.kind.FromFlags(o.values)); err != nil {
		panic(fmt.Sprintf("config: what %s makes of its flags is not YAML: %v", o.kind.Name, err))
	}
	return n
}

// mistake returns a mistake at path under the name of the flag that it must have come
// from: the one that is called like the last key of path, the only one, or all.
func (o *origin) mistake(path string, err error, suggestion string) *Error {
	inner := strings.TrimPrefix(strings.TrimPrefix(path, o.kind.Name), ".")
	key := inner
	if i := strings.LastIndexByte(key, '.'); i >= 0 {
		key = key[i+1:]
	}
	key, _, _ = strings.Cut(key, "[")
	flag := strings.ReplaceAll(strings.TrimSuffix(key, fileSuffix), "_", "-")
	for _, name := range []string{strings.ReplaceAll(key, "_", "-"), flag} {
		if _, ok := o.values[name]; ok {
			return &Error{File: commandLine, Path: o.flag(name), Err: err, Suggestion: suggestion}
		}
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(o.values)) {
		all = append(all, o.flag(name))
	}
	if inner != "" {
		err = errors.New(inner + ": " + err.Error())
	}
	return &Error{File: commandLine, Path: strings.Join(all, ", "), Err: err, Suggestion: suggestion}
}

func (o *origin) flag(name string) string { return "--" + o.kind.Name + "." + name }
