package config

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// maxMerges bounds how deep merge keys are nested.
const maxMerges = 100

// pair is a key of a mapping with its value.
type pair struct{ key, value *yaml.Node }

// pairs returns the pairs of the mapping n, first its own and then what its merge
// keys (<<) add. same names what a key sets, where two keys set the same; it may be
// nil. A key that is given twice is a mistake, and the first one counts.
func (d *decoder) pairs(n *yaml.Node, same func(string) string) []pair {
	if same == nil {
		same = func(key string) string { return key }
	}
	m := &merger{decoder: d, same: same}
	m.add(n, 0)
	return m.pairs
}

// A merger flattens a mapping and what it merges in.
type merger struct {
	*decoder
	same  func(string) string
	set   map[string]bool // what nearer mappings set; nil until something is merged in
	pairs []pair
}

func (m *merger) add(n *yaml.Node, depth int) {
	if depth > maxMerges {
		m.fail(n, fmt.Errorf("merge keys (<<) are nested deeper than %d", maxMerges))
		return
	}
	if !m.spend(len(n.Content)/2, n) {
		return
	}
	own := make(map[string]*yaml.Node, len(n.Content)/2)
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		switch {
		case key.Tag == mergeTag:
			merges = append(merges, value)
		case key.Kind != yaml.ScalarNode || key.Tag == nullTag:
			m.note(n.Content[i], m.trail.String(), errors.New("a key must be a plain word"), "")
		case own[key.Value] != nil:
			m.note(n.Content[i], join(m.trail.String(), shownKey(key.Value)), fmt.Errorf("duplicate key, first on line %d", own[key.Value].Line), "")
		default:
			own[key.Value] = n.Content[i]
			if !m.set[m.same(key.Value)] {
				m.pairs = append(m.pairs, pair{scalarKey(n.Content[i]), value})
			}
		}
	}
	if len(merges) > 0 && m.set == nil {
		m.set = make(map[string]bool)
	}
	for key := range own {
		if m.set != nil {
			m.set[m.same(key)] = true
		}
	}
	for _, value := range merges {
		m.merge(value, depth+1)
	}
}

// scalarKey returns the key with its text; for an alias that is another node, shown at
// the place of the alias.
func scalarKey(key *yaml.Node) *yaml.Node {
	if key.Kind != yaml.AliasNode {
		return key
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: key.Alias.Value, Line: key.Line, Column: key.Column}
}

// merge adds what a merge key names: a mapping or a list of mappings, of which earlier
// ones count before later ones.
func (m *merger) merge(value *yaml.Node, depth int) {
	sources := mergeSources(value)
	if sources == nil {
		m.note(value, m.trail.String(), errors.New("a merge key (<<) takes a mapping, as *name of one, or a list of them"), "")
		return
	}
	for _, source := range sources {
		n, done := m.enter(source)
		if n == nil {
			return
		}
		m.add(n, depth)
		done()
	}
}

// mergeSources returns the mappings that the value of a merge key names, or nil when
// it is not of that form.
func mergeSources(value *yaml.Node) []*yaml.Node {
	if value.Kind == yaml.AliasNode {
		value = value.Alias
	}
	if value.Kind == yaml.MappingNode {
		return []*yaml.Node{value}
	}
	if value.Kind != yaml.SequenceNode {
		return nil
	}
	sources := make([]*yaml.Node, 0, len(value.Content))
	for _, item := range value.Content {
		if item.Kind == yaml.AliasNode {
			item = item.Alias
		}
		if item.Kind != yaml.MappingNode {
			return nil
		}
		sources = append(sources, item)
	}
	return sources
}
