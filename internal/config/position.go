package config

import (
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A trail is where the decoder is: the way from the top of the file, a step each.
type trail []step

// step is a key or, without one, an index.
type step struct {
	key   string
	index int
	node  *yaml.Node // of the key
}

func (t *trail) push(s step) { *t = append(*t, s) }
func (t *trail) pop()        { *t = (*t)[:len(*t)-1] }

// String returns the trail as people write it: sockets[2].tls.server_name.
func (t trail) String() string {
	var b strings.Builder
	for _, s := range t {
		switch {
		case s.key == "" && s.node == nil:
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case b.Len() > 0:
			b.WriteString("." + shownKey(s.key))
		default:
			b.WriteString(shownKey(s.key))
		}
	}
	return b.String()
}

var plainKey = regexp.MustCompile(`^[\p{L}\p{N}_./-]{1,64}$`)

// shownKey returns a key for a message. One that runs into a colon is most likely a
// key and its value without the space between them, and the value may be a secret.
func shownKey(key string) string {
	key, _, _ = strings.Cut(key, ":")
	if plainKey.MatchString(key) {
		return key
	}
	const most = 40
	if runes := []rune(key); len(runes) > most {
		key = string(runes[:most]) + "…"
	}
	return strconv.Quote(key)
}

// fail notes a mistake at the value n, which is where the trail leads. A mapping or
// list in block style begins on the line after its key; the key is shown then.
func (d *decoder) fail(n *yaml.Node, err error) {
	if last := len(d.trail) - 1; last >= 0 && d.trail[last].node != nil && beginsBelow(n) {
		n = d.trail[last].node
	}
	d.note(n, d.trail.String(), err, "")
}

// beginsBelow reports whether n is a collection without brackets.
func beginsBelow(n *yaml.Node) bool {
	return (n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode) && n.Style&yaml.FlowStyle == 0
}

// note notes a mistake at the node n, and which key it spoils.
func (d *decoder) note(n *yaml.Node, path string, err error, suggestion string) {
	d.spoil(path)
	d.report(n, path, err, suggestion)
}

// report notes a mistake at the node n, or at the flag that path came from.
func (d *decoder) report(n *yaml.Node, path string, err error, suggestion string) {
	d.failures++
	if d.flags != nil {
		d.add(d.flags.mistake(path, err, suggestion))
		return
	}
	e := &Error{File: d.file, Path: path, Err: err, Suggestion: suggestion}
	if n != nil {
		e.Line, e.Column = n.Line, n.Column
	}
	d.add(e)
}

// locate returns the node that path leads to from n, or the nearest one before it
// that exists, so that a missing key is shown where it belongs.
func locate(n *yaml.Node, path string) *yaml.Node {
	shown := n
	for steps := 0; path != "" && steps < 1000; steps++ {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		if index, rest, ok := cutIndex(path); ok {
			if n.Kind != yaml.SequenceNode || index >= len(n.Content) {
				return shown
			}
			n, path = n.Content[index], rest
			shown = n
			continue
		}
		found, rest := findKey(n, strings.TrimPrefix(path, "."))
		if found.key == nil {
			return shown
		}
		n, path = found.value, rest
		shown = found.value
		if beginsBelow(found.value) || isNull(found.value) {
			shown = found.key
		}
	}
	return shown
}

// cutIndex cuts [12] off the beginning of a path.
func cutIndex(path string) (index int, rest string, ok bool) {
	if path[0] != '[' {
		return 0, "", false
	}
	digits, rest, ok := strings.Cut(path[1:], "]")
	index, err := strconv.Atoi(digits)
	return index, rest, ok && err == nil && index >= 0
}

// findKey returns the pair of n whose key is the longest beginning of path, and what
// of the path is left: keys can have dots in them. A secret is also found by its
// file. Pairs that are merged in come after n's own.
func findKey(n *yaml.Node, path string) (found pair, rest string) {
	return findMerged(n, path, make(map[*yaml.Node]bool))
}

// findMerged looks into no mapping twice: merge keys can be made to name more of them
// than there is time for.
func findMerged(n *yaml.Node, path string, seen map[*yaml.Node]bool) (found pair, rest string) {
	if n.Kind != yaml.MappingNode || seen[n] {
		return pair{}, ""
	}
	seen[n] = true
	longest := 0
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		for _, form := range []string{name, strings.TrimSuffix(name, fileSuffix)} {
			if len(form) > longest && beginsPath(path, form) {
				found, rest, longest = pair{n.Content[i], n.Content[i+1]}, path[len(form):], len(form)
			}
		}
	}
	for i := 0; found.key == nil && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag != mergeTag {
			continue
		}
		for _, source := range mergeSources(n.Content[i+1]) {
			if found, rest = findMerged(source, path, seen); found.key != nil {
				break
			}
		}
	}
	return found, rest
}

// beginsPath reports whether path goes through the key.
func beginsPath(path, key string) bool {
	return key != "" && strings.HasPrefix(path, key) &&
		(len(path) == len(key) || path[len(key)] == '.' || path[len(key)] == '[')
}

// join appends a key to a path.
func join(path, key string) string {
	if path == "" || key == "" || key[0] == '[' {
		return path + key
	}
	return path + "." + key
}
