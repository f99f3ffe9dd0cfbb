package config

import (
	"errors"
	"fmt"
	"reflect"

	"go.yaml.in/yaml/v3"

	"home_exporter/internal/device"
)

// maxNodes bounds how much is decoded, however often aliases repeat it. A hundred
// thousand sockets are a million nodes.
const maxNodes = 10_000_000

// maxErrors bounds how many mistakes are kept.
const maxErrors = 10_000

// A decoder fills structs from YAML nodes and collects what is wrong on the way. It
// decodes one configuration.
type decoder struct {
	file   string
	dir    string // that relative file names start from
	lookup func(string) (string, bool)
	files  *reader
	flags  *origin // of the section being decoded; nil when it is the file

	plans   plans
	trail   trail
	limit   int // of nodes
	nodes   int // that may still be decoded
	inside  map[*yaml.Node]bool
	secrets []device.Secret
	errs    []*Error
	// failures counts the calls of report, and errs has what came of them: each once.
	failures int
	noted    map[place]bool
	unknown  map[*yaml.Node]string // unknown keys that have been noted, with what they mean
	spoiled  spoiled
}

func newDecoder(file, dir string, lookup func(string) (string, bool), files *reader) *decoder {
	return &decoder{
		file: file, dir: dir, lookup: lookup, files: files,
		plans: make(plans), limit: maxNodes, nodes: maxNodes, inside: make(map[*yaml.Node]bool),
		noted: make(map[place]bool), unknown: make(map[*yaml.Node]string), spoiled: make(spoiled),
	}
}

// value decodes n into v, which keeps its value where the mistake is and where n says
// null.
func (d *decoder) value(n *yaml.Node, v reflect.Value) {
	d.decode(n, v, nil)
}

// decode is value with the enum of the field that v belongs to.
func (d *decoder) decode(written *yaml.Node, v reflect.Value, enum []string) {
	n, done := d.enter(written)
	if n == nil {
		return
	}
	defer done()
	if !isNull(n) {
		d.fill(written, n, v, enum)
	}
}

// fill decodes n, which is no alias, into v. Mistakes are shown where it is written.
func (d *decoder) fill(written, n *yaml.Node, v reflect.Value, enum []string) {
	t := v.Type()
	if isText(t) {
		d.text(written, n, v, enum)
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		target := reflect.New(t.Elem())
		d.fill(written, n, target.Elem(), enum)
		v.Set(target)
	case reflect.Struct:
		d.structure(written, n, v)
	case reflect.Slice:
		d.list(written, n, v, enum)
	case reflect.Map:
		d.stringMap(written, n, v, enum)
	default:
		d.scalar(written, n, v, enum)
	}
}

// enter follows aliases and counts. It returns nil when n must not be decoded, and
// otherwise what to call when n has been.
func (d *decoder) enter(written *yaml.Node) (n *yaml.Node, done func()) {
	if !d.spend(1, written) {
		return nil, nil
	}
	n = written
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Anchor == "" {
		return n, func() {}
	}
	if d.inside[n] {
		d.fail(written, errors.New("this alias stands inside of what it stands for"))
		return nil, nil
	}
	d.inside[n] = true
	return n, func() { delete(d.inside, n) }
}

// spend takes n nodes from those that may still be decoded, and reports whether there
// were as many.
func (d *decoder) spend(n int, at *yaml.Node) bool {
	if d.nodes > 0 && d.nodes <= n {
		d.fail(at, fmt.Errorf("the aliases up to here stand for more than %d values; repeat less", d.limit))
	}
	d.nodes = max(d.nodes-n, 0)
	return d.nodes > 0
}

// list decodes a sequence.
func (d *decoder) list(written, n *yaml.Node, v reflect.Value, enum []string) {
	if n.Kind != yaml.SequenceNode {
		d.fail(written, notAList(n))
		return
	}
	if !d.knowsTag(written, n) {
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		d.trail.push(step{index: i})
		if d.nodes > 0 && isNull(item) {
			d.fail(item, errors.New("this list item is empty"))
		} else {
			d.decode(item, out.Index(i), enum)
		}
		d.trail.pop()
	}
	v.Set(out)
}

// notAList says what stands where a list is expected, and how to make one of it.
func notAList(n *yaml.Node) error {
	switch {
	case n.Kind == yaml.ScalarNode:
		return errors.New("a list is expected, not a single value: put [ and ] around it")
	case n.Style&yaml.FlowStyle != 0:
		return errors.New("a list is expected: put [ and ] around the { }")
	}
	return errors.New("a list is expected: put '- ' before the first key and indent the others to match")
}

// stringMap decodes a mapping whose keys are free.
func (d *decoder) stringMap(written, n *yaml.Node, v reflect.Value, enum []string) {
	if n.Kind != yaml.MappingNode {
		d.fail(written, fmt.Errorf("a mapping (key: value) is expected, not %s", kindOf(n)))
		return
	}
	if !d.knowsTag(written, n) {
		return
	}
	out := reflect.MakeMap(v.Type())
	for _, p := range d.pairs(n, nil) {
		if isNull(p.value) {
			continue // unset, which may hide one that is merged in
		}
		d.trail.push(step{key: p.key.Value, node: p.key})
		element := reflect.New(v.Type().Elem()).Elem()
		d.decode(p.value, element, enum)
		out.SetMapIndex(reflect.ValueOf(p.key.Value).Convert(v.Type().Key()), element)
		d.trail.pop()
	}
	v.Set(out)
}

// knowsTag reports whether the tag of n is one that YAML itself gives. Others are
// mostly texts that begin with ! and want quotes; they are not quoted here, because
// one may be a password.
func (d *decoder) knowsTag(written, n *yaml.Node) bool {
	switch n.Tag {
	case "", "!!str", "!!int", "!!float", "!!bool", "!!timestamp", nullTag, "!!seq", "!!map", mergeTag:
		return true
	}
	d.fail(written, errors.New("an unknown tag; a text that begins with ! needs quotes"))
	return false
}

// isNull reports whether n says null, or nothing.
func isNull(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n.Kind == yaml.ScalarNode && n.Tag == nullTag
}

// kindOf names what n is.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	return "a single value"
}
