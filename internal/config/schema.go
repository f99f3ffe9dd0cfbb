package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"home_exporter/internal/device"
)

// Schema returns the JSON Schema (draft 2020-12) of configuration files with these
// kinds, for editors. It allows what the decoder allows, as far as a schema can tell:
// what a variable will hold, or which names are taken, it does not know.
func Schema(kinds []*device.Kind) ([]byte, error) {
	s := schemaMaker{plans: make(plans)}
	top := schema{
		Dialect:       "https://json-schema.org/draft/2020-12/schema",
		Title:         "Configuration of home_exporter",
		Type:          types{"object"},
		Extensions:    map[string]schema{"^" + extension: {Description: "Yours, for anchors (&name) that other places refer to."}},
		NothingBeside: true,
	}
	defaults := s.of(reflect.TypeFor[device.Defaults](), nil)
	defaults.Description = "What an entry does not set and its kind does not know better."
	probe := s.of(reflect.TypeFor[probeBlock](), nil)
	probe.Description = "What /probe may ask."
	top.Properties = properties{{defaultsKey, defaults}, {probeKey, probe}}
	for _, kind := range kinds {
		section := reflect.TypeOf(kind.Section()).Elem()
		s.plans.check(section, section, "section")
		one := s.of(section, nil)
		one.Description = kind.Summary
		top.Properties = append(top.Properties, property{kind.Name, one})
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(top); err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	return b.Bytes(), nil
}

// schema is the part of JSON Schema that a configuration needs.
type schema struct {
	Dialect       string            `json:"$schema,omitempty"`
	Title         string            `json:"title,omitempty"`
	Description   string            `json:"description,omitempty"`
	Type          types             `json:"type,omitempty"`
	Enum          []any             `json:"enum,omitempty"`
	Pattern       string            `json:"pattern,omitempty"`
	Minimum       json.Number       `json:"minimum,omitempty"`
	Maximum       json.Number       `json:"maximum,omitempty"`
	AnyOf         []schema          `json:"anyOf,omitempty"`
	AllOf         []schema          `json:"allOf,omitempty"`
	Items         *schema           `json:"items,omitempty"`
	Properties    properties        `json:"properties,omitempty"`
	Extensions    map[string]schema `json:"patternProperties,omitempty"`
	Values        *schema           `json:"-"`
	Required      []string          `json:"required,omitempty"`
	NothingBeside bool              `json:"-"`
}

// MarshalJSON writes the two uses of additionalProperties: none, and of this form.
func (s schema) MarshalJSON() ([]byte, error) {
	type plain schema
	out := struct {
		plain
		Beside any `json:"additionalProperties,omitempty"`
	}{plain: plain(s)}
	switch {
	case s.Values != nil:
		out.Beside = s.Values
	case s.NothingBeside:
		out.Beside = false
	}
	return json.Marshal(out)
}

// types is the value of the keyword type: a word, or a list of words.
type types []string

// MarshalJSON writes a single word without a list around it.
func (t types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// properties are written in the order of the struct, as a reader expects them.
type properties []property

type property struct {
	key    string
	schema schema
}

// MarshalJSON writes an object.
func (p properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, one := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(one.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(one.schema)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// schemaMaker makes schemas of types.
type schemaMaker struct{ plans plans }

// of returns the schema of a value of type t, null among them: an empty value is unset.
func (m schemaMaker) of(t reflect.Type, enum []string) schema {
	if isText(t) || t.Kind() != reflect.Pointer && !isCollection(t) {
		return scalarSchema(t, enum)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return m.of(t.Elem(), enum)
	case reflect.Slice:
		item := notNull(m.of(t.Elem(), enum))
		return schema{Type: types{"array", "null"}, Items: &item}
	case reflect.Map:
		value := m.of(t.Elem(), enum)
		return schema{Type: types{"object", "null"}, Values: &value}
	}
	return m.ofStruct(t)
}

func isCollection(t reflect.Type) bool {
	return t.Kind() == reflect.Slice || t.Kind() == reflect.Map || t.Kind() == reflect.Struct
}

// ofStruct returns the schema of a mapping and, where there is one, of its short form.
func (m schemaMaker) ofStruct(t reflect.Type) schema {
	p := m.plans.of(t)
	s := schema{Type: types{"object", "null"}, NothingBeside: true}
	for _, f := range p.fields {
		one := m.of(f.typ, f.enum)
		one.Description = f.doc
		s.Properties = append(s.Properties, property{f.key, one})
		if !p.hasFileForm(f) {
			if f.required {
				s.Required = append(s.Required, f.key)
			}
			continue
		}
		s.Properties = append(s.Properties, property{f.key + fileSuffix, schema{
			Description: "File that holds " + f.key + ", relative to the folder of this file.",
			Type:        types{"string", "null"},
		}})
		// That both are given is no mistake to the schema: one may be merged in.
		if f.required {
			s.AllOf = append(s.AllOf, schema{AnyOf: []schema{
				{Required: []string{f.key}}, {Required: []string{f.key + fileSuffix}},
			}})
		}
	}
	if p.short == nil {
		return s
	}
	s.Type = types{"object"}
	return schema{AnyOf: []schema{m.of(p.short.typ, p.short.enum), s}}
}

// notNull returns s without null: a list item cannot be empty.
func notNull(s schema) schema {
	isNull := func(word string) bool { return word == "null" }
	s.Type = slices.DeleteFunc(slices.Clone(s.Type), isNull)
	var anyOf []schema
	for _, one := range s.AnyOf {
		if len(one.Type) == 1 && isNull(one.Type[0]) {
			continue
		}
		anyOf = append(anyOf, notNull(one))
	}
	s.AnyOf = anyOf
	return s
}
