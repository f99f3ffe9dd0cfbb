package config

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"home_exporter/internal/device"
)

// A plan is what a struct looks like in YAML: its keys, in order, those of inline
// structs among them.
type plan struct {
	fields []*field
	byKey  map[string]*field // with the _file forms
	short  *field            // that a scalar in place of the struct sets; may be nil
}

// A field is one key of a plan.
type field struct {
	key      string
	position int // in plan.fields
	index    []int
	typ      reflect.Type
	doc      string
	required bool
	omit     bool     // leave it out of a dump when it has no value
	fileForm bool     // a Secret, which key_file can give too
	enum     []string // of the field, or of its elements
}

// fileSuffix makes the key of a secret into that of the file that holds it.
const fileSuffix = "_file"

var (
	secretType   = reflect.TypeFor[device.Secret]()
	durationType = reflect.TypeFor[time.Duration]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
	enumType     = reflect.TypeFor[interface{ Enum() []string }]()
)

// plans makes the plan of each type once.
type plans map[reflect.Type]*plan

// of returns the plan of the struct type t. A struct that cannot be configured is a
// mistake of its programmer, and panics.
func (p plans) of(t reflect.Type) *plan {
	if made, ok := p[t]; ok {
		if made == nil {
			panic(fmt.Sprintf("config: %s contains itself", t))
		}
		return made
	}
	p[t] = nil // until it is finished, so that recursion is seen
	made := &plan{byKey: make(map[string]*field)}
	p.add(made, t, nil)
	for _, f := range slices.Clone(made.fields) {
		if f.fileForm && made.byKey[f.key+fileSuffix] == nil {
			made.byKey[f.key+fileSuffix] = f
		}
	}
	p[t] = made
	return made
}

// add adds the fields of t, which is found at index within the plan's struct.
func (p plans) add(to *plan, t reflect.Type, index []int) {
	for i := range t.NumField() {
		sf := t.Field(i)
		key, options, _ := strings.Cut(sf.Tag.Get("yaml"), ",")
		at := append(slices.Clone(index), i)
		switch {
		case key == "-", !sf.IsExported() && !sf.Anonymous:
			continue
		case hasOption(options, "inline"):
			if sf.Type.Kind() != reflect.Struct {
				panic(fmt.Sprintf("config: %s.%s is inline and not a struct", t, sf.Name))
			}
			p.add(to, sf.Type, at)
			continue
		case key == "":
			panic(fmt.Sprintf("config: %s.%s has no yaml key; write - to leave it out", t, sf.Name))
		case to.byKey[key] != nil:
			panic(fmt.Sprintf("config: %s has the key %s twice", t, key))
		}
		p.check(sf.Type, t, sf.Name)
		f := &field{
			key: key, position: len(to.fields), index: at, typ: sf.Type,
			doc:      sf.Tag.Get("doc"),
			required: sf.Tag.Get("required") == "true",
			omit:     hasOption(options, "omitempty") || hasOption(options, "omitzero"),
			fileForm: sf.Type == secretType || sf.Type == reflect.PointerTo(secretType),
			enum:     enumOf(sf),
		}
		to.fields = append(to.fields, f)
		to.byKey[key] = f
		if sf.Tag.Get("short") == "true" {
			to.short = f
		}
	}
}

// hasOption looks an option up among those that follow the key in a yaml tag.
func hasOption(options, option string) bool {
	return slices.Contains(strings.Split(options, ","), option)
}

// check panics when the decoder could not fill a value of type t.
func (p plans) check(t, owner reflect.Type, name string) {
	switch {
	case t == durationType:
		panic(fmt.Sprintf("config: %s.%s is a time.Duration; device.Duration knows seconds", owner, name))
	case isText(t):
		return
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
	case reflect.Pointer, reflect.Slice:
		p.check(t.Elem(), owner, name)
	case reflect.Map:
		if t.Key().Kind() != reflect.String || isText(t.Key()) {
			panic(fmt.Sprintf("config: the keys of %s.%s are not plain strings", owner, name))
		}
		p.check(t.Elem(), owner, name)
	case reflect.Struct:
		p.of(t)
	default:
		panic(fmt.Sprintf("config: %s.%s has the type %s, which no YAML fits", owner, name, t))
	}
}

// isText reports whether values of type t decode themselves from text.
func isText(t reflect.Type) bool {
	return t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(textType)
}

// enumOf returns the values that a field allows, by its tag or its type. For a list or
// a map they are those of the elements.
func enumOf(sf reflect.StructField) []string {
	if tag := sf.Tag.Get("enum"); tag != "" {
		return strings.Split(tag, ",")
	}
	t := sf.Type
	for !isText(t) && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map) {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(enumType) {
		return reflect.New(t).Interface().(interface{ Enum() []string }).Enum()
	}
	return nil
}

// allKeys returns the keys of the plan with the _file forms.
func (p *plan) allKeys() []string {
	var keys []string
	for _, f := range p.fields {
		keys = append(keys, f.key)
		if p.hasFileForm(f) {
			keys = append(keys, f.key+fileSuffix)
		}
	}
	return keys
}

// hasFileForm reports whether f can be given as a file. It cannot when another field
// has that key.
func (p *plan) hasFileForm(f *field) bool {
	return f.fileForm && p.byKey[f.key+fileSuffix] == f
}
