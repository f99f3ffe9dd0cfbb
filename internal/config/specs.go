package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"home_exporter/internal/device"
)

// specs lets the section validate itself and checks what it returns. The trail stands
// at the section n; before it was decoded, so many mistakes were noted.
func (d *decoder) specs(s section, n pair, defaults device.Defaults, noted int) []device.Spec {
	specs, err := s.value.Specs(defaults)
	for _, one := range flatten(err) {
		path := ""
		if at, ok := one.(*device.FieldError); ok {
			path, one = at.Path, at.Err
		}
		full := join(d.trail.String(), path)
		if d.spoiled.isFollowUp(full, one.Error()) {
			continue
		}
		shown := n.key
		if path != "" && d.flags == nil {
			shown = locate(n.value, path)
		}
		d.report(shown, full, one, "")
	}
	if err != nil {
		return nil
	}
	names := &nameIndex{decoder: d, section: n}
	names.whole = d.failures == noted
	labels := newLabelRules(s.kind)
	seen := make(map[string]bool, len(specs))
	for i := range specs {
		spec := &specs[i]
		spec.Kind = s.kind.Name
		if seen[spec.Name] {
			names.twice(spec.Name)
		}
		seen[spec.Name] = true
		if err := labels.check(spec.Labels); err != nil {
			names.note(spec.Name, fmt.Errorf("the labels of the device %q: %w", spec.Name, err))
		}
	}
	return specs
}

// flatten returns the errors that err joins, at whatever depth. An error that was made
// of several by fmt.Errorf has a text of its own and stays whole.
func flatten(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		if err == nil {
			return nil
		}
		return []error{err}
	}
	var texts []string
	for _, one := range joined.Unwrap() {
		texts = append(texts, one.Error())
	}
	if strings.Join(texts, "\n") != err.Error() {
		return []error{err}
	}
	var errs []error
	for _, one := range joined.Unwrap() {
		errs = append(errs, flatten(one)...)
	}
	return errs
}

// A nameIndex finds the entries of a section that give a device its name. It is built
// at the first mistake.
type nameIndex struct {
	*decoder
	section pair
	whole   bool // no entry has a mistake that could have lost it its name
	places  map[string][]namePlace
	told    map[string]bool
	left    int // nodes that may still be walked
}

type namePlace struct {
	path string
	node *yaml.Node
}

// twice notes that a name is given to more than one device, once for each entry after
// the first.
func (x *nameIndex) twice(name string) {
	x.build()
	if x.told[name] {
		return
	}
	x.told[name] = true
	places := x.places[name]
	if len(places) < 2 && x.whole {
		x.report(x.section.key, x.trail.String(), fmt.Errorf("two devices have the name %q; give each its own", name), "")
		return
	}
	for _, p := range places[min(1, len(places)):] {
		x.report(p.node, p.path, fmt.Errorf("the name %q is taken by the entry on line %d", name, places[0].node.Line), "")
	}
}

// note notes a mistake of the device of that name.
func (x *nameIndex) note(name string, err error) {
	x.build()
	if places := x.places[name]; len(places) > 0 {
		x.report(places[0].node, places[0].path, err, "")
		return
	}
	if x.whole {
		x.report(x.section.key, x.trail.String(), err, "")
	}
}

// nameKey is the key of device.Common that names a device.
const nameKey = "name"

func (x *nameIndex) build() {
	if x.places != nil {
		return
	}
	x.places, x.told = make(map[string][]namePlace), make(map[string]bool)
	x.left = x.limit
	if x.flags == nil {
		x.walk(x.section.value, x.trail)
	}
}

// walk collects the names in the collections under n, which the trail leads to.
func (x *nameIndex) walk(n *yaml.Node, at trail) {
	const deepest = 6 // lists of devices stand two or three steps down
	if x.left--; x.left < 0 || len(at) > deepest {
		return
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.SequenceNode {
		for i, item := range n.Content {
			x.walk(item, append(at, step{index: i}))
		}
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	x.add(n, at)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i]; key.Tag != mergeTag {
			x.walk(n.Content[i+1], append(at, step{key: key.Value, node: key}))
		}
	}
}

// add notes the name that the mapping n has, of its own or merged in.
func (x *nameIndex) add(n *yaml.Node, at trail) {
	found, rest := findKey(n, nameKey)
	if found.key == nil || found.key.Value != nameKey || rest != "" || found.value.Kind != yaml.ScalarNode {
		return
	}
	name, err := expand(found.value.Value, x.lookup)
	if err != nil {
		return
	}
	if !slices.Contains(n.Content, found.value) {
		found.value = n // shown at the entry and not at what it merges in
	}
	x.places[name] = append(x.places[name], namePlace{join(at.String(), nameKey), found.value})
}
