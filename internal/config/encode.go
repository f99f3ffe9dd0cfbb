package config

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"home_exporter/internal/device"
)

// An encoder turns structs into YAML nodes by the plans that the decoder follows. The
// encoder of the YAML package would not do: it knows no text types without exported
// fields, among them all of net/netip, and drops them.
type encoder struct {
	plans plans
	err   error // the first
}

func newMapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"} }

// add adds a pair to a mapping, if v has a value at all.
func (e *encoder) add(mapping *yaml.Node, key string, v reflect.Value) {
	if n := e.node(v); n != nil {
		mapping.Content = append(mapping.Content, e.basic(key), n)
	}
}

// node returns v, or nil when there is no value.
func (e *encoder) node(v reflect.Value) *yaml.Node {
	t := v.Type()
	switch {
	case t == secretType:
		if v.IsZero() {
			return nil
		}
		return e.text(device.SecretMask)
	case isText(t):
		return e.text(e.textOf(v))
	}
	switch t.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return e.node(v.Elem())
	case reflect.Struct:
		return e.structure(v)
	case reflect.Slice:
		return e.list(v)
	case reflect.Map:
		return e.stringMap(v)
	case reflect.String:
		return e.text(v.String())
	}
	return e.basic(v.Interface())
}

func (e *encoder) stringMap(v reflect.Value) *yaml.Node {
	values := make(map[string]reflect.Value, v.Len())
	for key, value := range v.Seq2() {
		values[key.String()] = value
	}
	n := newMapping()
	for _, key := range slices.Sorted(maps.Keys(values)) {
		e.add(n, key, values[key])
	}
	return n
}

func (e *encoder) structure(v reflect.Value) *yaml.Node {
	n := newMapping()
	for _, f := range e.plans.of(v.Type()).fields {
		inner := v.FieldByIndex(f.index)
		if f.omit && isEmpty(inner) {
			continue
		}
		e.add(n, f.key, inner)
	}
	return n
}

// list returns a sequence. Its items are never left out: that would move the others.
func (e *encoder) list(v reflect.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for i := range v.Len() {
		item := e.node(v.Index(i))
		if item == nil {
			item = e.text("")
		}
		n.Content = append(n.Content, item)
	}
	return n
}

// isEmpty reports whether v is worth no line.
func isEmpty(v reflect.Value) bool {
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		return v.Len() == 0
	}
	return v.IsZero()
}

// textOf returns what a type that reads text writes.
func (e *encoder) textOf(v reflect.Value) string {
	m, ok := v.Interface().(encoding.TextMarshaler)
	if !ok && v.CanAddr() {
		m, ok = v.Addr().Interface().(encoding.TextMarshaler)
	}
	if !ok {
		return fmt.Sprint(v.Interface())
	}
	text, err := m.MarshalText()
	if err != nil && e.err == nil {
		e.err = fmt.Errorf("write a %s: %w", v.Type(), err)
	}
	return string(text)
}

// text returns a scalar that reads as text: a dollar would begin a variable, and block
// style cannot hold every text of several lines.
func (e *encoder) text(text string) *yaml.Node {
	n := e.basic(strings.ReplaceAll(text, "$", "$$"))
	if strings.ContainsAny(text, "\n\r\u0085\u2028\u2029") {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// basic returns a scalar of a basic type.
func (e *encoder) basic(value any) *yaml.Node {
	n := new(yaml.Node)
	if err := n.Encode(value); err != nil && e.err == nil {
		e.err = fmt.Errorf("write %v: %w", value, err)
	}
	return n
}
