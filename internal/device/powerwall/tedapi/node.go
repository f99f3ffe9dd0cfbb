package tedapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"

	"home_exporter/internal/device/powerwall/gateway"
)

// A node is a value in a JSON document of which nothing is certain. What is missing,
// null or of another type is nothing, and costs nothing else. The zero node is nothing.
type node struct{ v any }

// parseNode reads a JSON document. Errors tell nothing of its content.
func parseNode(doc []byte) (node, error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return node{}, errors.New("the answer is no whole JSON document")
	}
	if d.More() {
		return node{}, errors.New("the answer is more than one JSON document")
	}
	return node{v}, nil
}

// at follows names into objects. An object that is "missing in action" has not been
// measured: what is in it are zeros.
func (n node) at(names ...string) node {
	for _, name := range names {
		object, ok := n.v.(map[string]any)
		if !ok || n.missing() {
			return node{}
		}
		n = node{object[name]}
	}
	if n.missing() {
		return node{}
	}
	return n
}

// missing reports whether the object is marked as missing in action.
func (n node) missing() bool {
	object, _ := n.v.(map[string]any)
	mia, _ := object["isMIA"].(bool)
	return mia
}

// maxItems bounds lists and objects.
const maxItems = 256

// items returns the elements of a list. They keep their places, because lists that
// belong together do so by index.
func (n node) items() []node {
	list, _ := n.v.([]any)
	list = list[:min(len(list), maxItems)]
	out := make([]node, 0, len(list))
	for _, v := range list {
		out = append(out, node{v})
	}
	return out
}

// item returns an element of a list, nothing behind its end.
func item(list []node, i int) node {
	if i >= len(list) {
		return node{}
	}
	return list[i]
}

// maxNumber is above all that can be measured. Gateways write the largest number that
// there is for "no limit".
const maxNumber = 1e100

// number returns a number, nil for none.
func (n node) number() *float64 {
	number, ok := n.v.(json.Number)
	if !ok {
		return nil
	}
	f, err := number.Float64()
	if err != nil || math.Abs(f) > maxNumber {
		return nil
	}
	return &f
}

func (n node) flag() *bool {
	b, ok := n.v.(bool)
	if !ok {
		return nil
	}
	return &b
}

// text returns a text, cleaned, empty for none.
func (n node) text() string {
	s, _ := n.v.(string)
	return gateway.Clean(s)
}

// texts returns the texts in a list.
func (n node) texts() []string {
	var all []string
	for _, one := range n.items() {
		if s := one.text(); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// empty reports whether it is nothing, or an object or list without content.
func (n node) empty() bool {
	switch v := n.v.(type) {
	case nil:
		return true
	case map[string]any:
		for _, inner := range v {
			if inner != nil {
				return false
			}
		}
		return true
	case []any:
		return len(v) == 0
	}
	return false
}

// show returns bytes from outside as text that errors and labels can have.
func show(b []byte) string { return gateway.Clean(string(b)) }
