// Package config reads home_exporter.yml.
//
// The way of a file, and the file here that each step stands in:
//
//	bytes    load.go, reader.go       bounded; remembered, so that a change is seen
//	nodes    parse.go, syntax.go      YAML, one document, syntax mistakes at their line
//	values   decode.go, structure.go  nodes to Go values by the plan of their type
//	         mapping.go, scalar.go    (plan.go), strictly, with merge keys, variables
//	         expand.go, secretfile.go and secrets out of files
//	specs    document.go, specs.go    sections validate themselves; paths become lines
//
// Dump goes the way back, and Schema tells editors about it.
//
// It knows kinds by the contract of package device alone. Every mistake of a file is
// reported in one run, as Errors, with file, line, column and the nearest known key;
// the text of a secret is in none of them.
//
// # What a section can be
//
// A section is a pointer to a struct, a slice of structs, or a map with string keys.
// Fields may be strings, booleans, integers, floats, types that implement
// encoding.TextUnmarshaler, and pointers, slices, string maps and structs of these.
// Anything else panics the first time that the section is looked at. The tags are:
//
//	yaml:"key,omitempty"  the key; ",inline" for a struct whose keys stand among ours
//	doc:"Sentence."       what the key means, for the JSON Schema
//	required:"true"       an entry without the key is a mistake
//	enum:"a,b,c"          the values allowed; or a method Enum() []string on the type
//	short:"true"          the field that a scalar in place of the whole struct sets
//
// A field of type device.Secret can be given by its key or, under the key with _file
// appended, as the name of a file that holds it.
//
// A section with a method SetDir(string) is told the folder that its relative file
// names start from, before Specs is called. It is empty when the section came from
// flags: names are relative to the working directory then.
//
// Specs is called even when the decoder has found mistakes, so that all are shown
// together; a field with a mistake is left unset. What Specs says about such a field,
// at its path or by its key in the text, is not shown: it would be no mistake of its
// own.
package config

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"

	"home_exporter/internal/device"
)

// Source says where a configuration comes from.
type Source struct {
	// Path is the file. Empty means that there is none.
	Path string
	// Flags has, by kind and name, the settings from command line and environment. A
	// kind in it replaces that kind's section of the file, which is not looked at.
	Flags map[string]map[string]string
	// LookupEnv finds the variables that ${NAME} names; nil means os.LookupEnv.
	LookupEnv func(string) (string, bool)
}

func (s Source) lookup() func(string) (string, bool) {
	if s.LookupEnv != nil {
		return s.LookupEnv
	}
	return os.LookupEnv
}

// Config is a valid configuration.
type Config struct {
	Defaults device.Defaults
	Probe    Probe
	// Specs are the devices of all kinds, in the order of the kinds and then of the
	// file.
	Specs []device.Spec
	// Hash changes when the file changes or a file that one of its secrets is in.
	Hash [sha256.Size]byte

	// A pointer is as far as package fmt goes when it meets a Config inside of
	// something else.
	held *contents
}

// contents is what may hold secrets.
type contents struct {
	sections []section
	secrets  []device.Secret
}

// section is the decoded section of one kind.
type section struct {
	kind  *device.Kind
	value device.Section
}

// Secrets returns every secret of the configuration, for masking what goes to
// people's eyes.
func (c *Config) Secrets() []device.Secret {
	if c.held == nil {
		return nil
	}
	return c.held.secrets
}

// Format keeps every verb of package fmt from walking into the sections, where it
// could come by a secret in a field that is not exported.
func (c Config) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "configuration of %d devices", len(c.Specs))
}

// Parse reads data as if it were a file of that name. Relative file names in it start
// from the folder of name.
func Parse(name string, data []byte, src Source, kinds []*device.Kind) (*Config, error) {
	return parse(name, data, src, kinds, newReader())
}

func parse(name string, data []byte, src Source, kinds []*device.Kind, files *reader) (*Config, error) {
	d := newDecoder(name, filepath.Dir(name), src.lookup(), files)
	c := d.document(data, src.Flags, kinds)
	defer files.forget()
	if errs := d.mistakes(); len(errs) > 0 {
		return nil, errs
	}
	c.Hash = files.hash(data)
	c.held.secrets = d.secrets
	return c, nil
}
