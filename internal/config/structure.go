package config

import (
	"errors"
	"fmt"
	"reflect"

	"go.yaml.in/yaml/v3"
)

// given is what a mapping says about a field.
type given struct {
	key    *yaml.Node // nil when the field is not given
	broken bool       // a mistake has been noted
}

// structure decodes a mapping into a struct, or a scalar into the field that is its
// short form.
func (d *decoder) structure(written, n *yaml.Node, v reflect.Value) {
	p := d.plans.of(v.Type())
	fields := make([]given, len(p.fields))
	switch {
	case n.Kind == yaml.ScalarNode && p.short != nil:
		before := d.failures
		d.fill(written, n, v.FieldByIndex(p.short.index), p.short.enum)
		fields[p.short.position] = given{written, d.failures > before}
	case n.Kind != yaml.MappingNode:
		d.fail(written, fmt.Errorf("a mapping (key: value) is expected, not %s", kindOf(n)))
		return
	case !d.knowsTag(written, n):
		return
	default:
		for _, pair := range d.pairs(n, p.sameField) {
			d.entry(n, pair, p, v, fields)
		}
	}
	if d.nodes > 0 { // else it may be there and was not decoded any more
		d.missing(n, p, v, fields)
	}
}

// sameField maps the _file form of a secret to its key, so that the one form wins over
// a merged-in other.
func (p *plan) sameField(key string) string {
	if f := p.byKey[key]; f != nil {
		return f.key
	}
	return key
}

// entry decodes one pair of a struct's mapping n.
func (d *decoder) entry(n *yaml.Node, pair pair, p *plan, v reflect.Value, fields []given) {
	key := pair.key.Value
	f := p.byKey[key]
	if f == nil {
		if meant := p.byKey[d.unknownKey(n, pair, p.allKeys(), "")]; meant != nil {
			fields[meant.position].broken = true
		}
		return
	}
	if isNull(pair.value) {
		return
	}
	d.trail.push(step{key: key, node: pair.key})
	defer d.trail.pop()
	if other := fields[f.position].key; other != nil {
		d.note(pair.key, d.trail.String(), fmt.Errorf("%s is given too, on line %d; keep one of the two", other.Value, other.Line), "")
		return
	}
	before := d.failures
	if key == f.key {
		d.decode(pair.value, v.FieldByIndex(f.index), f.enum)
	} else {
		d.secretFile(pair.value, v.FieldByIndex(f.index))
	}
	fields[f.position] = given{pair.key, d.failures > before}
}

// missing notes the required fields that the mapping n does not give, or gives as an
// empty text.
func (d *decoder) missing(n *yaml.Node, p *plan, v reflect.Value, fields []given) {
	for i, f := range p.fields {
		key := fields[i].key
		if !f.required || fields[i].broken || key != nil && !isEmptyText(v.FieldByIndex(f.index)) {
			continue
		}
		path := join(d.trail.String(), f.key)
		switch {
		case key != nil:
			d.note(key, path, errors.New("this is required and may not be empty"), "")
		case p.hasFileForm(f):
			d.note(n, path, fmt.Errorf("this key is required, or %s", f.key+fileSuffix), "")
		default:
			d.note(n, path, errors.New("this key is required"), "")
		}
	}
}

// isEmptyText reports whether v is a text, or a secret, of no length.
func isEmptyText(v reflect.Value) bool {
	return (v.Kind() == reflect.String || v.Type() == secretType) && v.IsZero()
}
