package powerwall

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A node is a JSON value that keeps the order of its keys and the spelling of its numbers and strings, so that what
// nobody changed comes out byte for byte as it went in.
type node struct {
	kind  nodeKind
	raw   string   // scalars, as written
	keys  []string // objects
	items []*node  // objects and arrays
}

type nodeKind int

const (
	scalar nodeKind = iota
	array
	object
)

// parse reads one JSON value.
func parse(text []byte) (*node, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return parseRaw(raw)
}

func parseRaw(raw json.RawMessage) (*node, error) {
	if raw[0] != '{' && raw[0] != '[' {
		return &node{raw: string(raw)}, nil
	}
	n := &node{kind: array}
	if raw[0] == '{' {
		n.kind = object
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	for d.More() {
		if n.kind == object {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			n.keys = append(n.keys, key.(string)) // the decoder lets nothing else stand there
		}
		var item json.RawMessage
		if err := d.Decode(&item); err != nil {
			return nil, err
		}
		child, err := parseRaw(item)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, child)
	}
	return n, nil
}

// value makes a node of what json.Marshal can write.
func value(v any) *node {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("simulated gateway: %v", err)) // only a mistake in this package
	}
	n, err := parse(text)
	if err != nil {
		panic(fmt.Sprintf("simulated gateway: %v", err))
	}
	return n
}

func (n *node) String() string {
	var out strings.Builder
	n.write(&out)
	return out.String()
}

func (n *node) write(out *strings.Builder) {
	switch n.kind {
	case scalar:
		out.WriteString(n.raw)
		return
	case array:
		out.WriteByte('[')
	case object:
		out.WriteByte('{')
	}
	for i, item := range n.items {
		if i > 0 {
			out.WriteByte(',')
		}
		if n.kind == object {
			out.WriteString(quote(n.keys[i]))
			out.WriteByte(':')
		}
		item.write(out)
	}
	out.WriteByte("]}"[n.kind-array])
}

func (n *node) clone() *node {
	c := &node{kind: n.kind, raw: n.raw, keys: slices.Clone(n.keys)}
	for _, item := range n.items {
		c.items = append(c.items, item.clone())
	}
	return c
}

// child is the member of that name, or the element of that number; nil if there is none.
func (n *node) child(key string) *node {
	switch n.kind {
	case object:
		if i := slices.Index(n.keys, key); i >= 0 {
			return n.items[i]
		}
	case array:
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(n.items) {
			return n.items[i]
		}
	}
	return nil
}

// at follows a path such as battery_blocks.0.p_out; the empty path is n itself. It is nil where the path ends early.
func (n *node) at(path string) *node {
	if path == "" {
		return n
	}
	for key := range strings.SplitSeq(path, ".") {
		if n = n.child(key); n == nil {
			return nil
		}
	}
	return n
}

// put sets a member, at the end if it is new.
func (n *node) put(key string, to *node) {
	if i := slices.Index(n.keys, key); i >= 0 {
		n.items[i] = to
		return
	}
	n.keys, n.items = append(n.keys, key), append(n.items, to)
}

// drop takes a member of an object away.
func (n *node) drop(keys ...string) {
	for _, key := range keys {
		if i := slices.Index(n.keys, key); i >= 0 {
			n.keys, n.items = slices.Delete(n.keys, i, i+1), slices.Delete(n.items, i, i+1)
		}
	}
}

// dropAt takes away what the path leads to.
func (n *node) dropAt(path string) {
	parent, key := "", path
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		parent, key = path[:i], path[i+1:]
	}
	if p := n.at(parent); p != nil && p.kind == object {
		p.drop(key)
	}
}

// walk calls visit for n and everything in it, with the key of the object that each stands in.
func (n *node) walk(key string, visit func(key string, n *node)) {
	visit(key, n)
	for i, item := range n.items {
		inner := key
		if n.kind == object {
			inner = n.keys[i]
		}
		item.walk(inner, visit)
	}
}

// become turns n into something else.
func (n *node) become(raw string) { *n = node{raw: raw} }

func (n *node) isNumber() bool {
	return n.kind == scalar && n.raw != "" && (n.raw[0] == '-' || n.raw[0] >= '0' && n.raw[0] <= '9')
}

func quote(s string) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.Encode(s) // a string always can
	return strings.TrimSuffix(out.String(), "\n")
}
