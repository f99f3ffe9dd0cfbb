package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// parse returns the root of the only document in data, or nil when there is none, and
// notes what is wrong with the text.
func (d *decoder) parse(data []byte) *yaml.Node {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !d.isText(data) {
		return nil
	}
	data, protected := protect(data)
	documents := yaml.NewDecoder(bytes.NewReader(data))
	first, err := nextDocument(documents)
	if err == io.EOF {
		return nil
	}
	if err != nil {
		d.add(syntaxError(d.file, data, err))
		return nil
	}
	second, err := nextDocument(documents)
	switch {
	case err == io.EOF:
	case err != nil:
		d.add(syntaxError(d.file, data, err))
	default:
		d.add(&Error{File: d.file, Line: second.Line, Column: second.Column,
			Err: errors.New("a second document begins here, and only one is read: remove the line with ---")})
	}
	root := first.Content[0]
	if protected {
		restore(root)
	}
	if root.Kind == yaml.ScalarNode && root.Tag == nullTag {
		return nil
	}
	return root
}

// nextDocument returns the next document node. The parser is not ours, and what it
// reads may come from anywhere: a panic in it is an error here.
func nextDocument(documents *yaml.Decoder) (n *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("yaml: the parser gave up on this file")
		}
	}()
	n = new(yaml.Node)
	if err := documents.Decode(n); err != nil {
		return nil, err
	}
	return n, nil
}

// isText reports whether data is the UTF-8 text that YAML can be, and notes the first
// byte that is not.
func (d *decoder) isText(data []byte) bool {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		d.add(&Error{File: d.file, Err: errors.New("the file is UTF-16; save it as UTF-8")})
		return false
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		var err error
		switch {
		case r == utf8.RuneError && size <= 1:
			err = fmt.Errorf("the byte %#02x is not UTF-8; save the file as UTF-8", data[i])
		case !isYAML(r):
			err = fmt.Errorf("the character %U cannot stand here; write it as an escape in double quotes, or remove it", r)
		}
		if err != nil {
			line, column := lineAndColumn(data, i)
			d.add(&Error{File: d.file, Line: line, Column: column, Err: err})
			return false
		}
		i += size
	}
	return true
}

// isYAML reports whether r may stand in a YAML stream (YAML 1.2.2, section 5.1).
func isYAML(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r', r == 0x85:
		return true
	case r == openBrace, r == closeBrace: // see protect
		return false
	case r < ' ', 0x7f <= r && r < 0xa0, r == 0xfeff, r == 0xfffe, r == 0xffff:
		return false
	}
	return true
}

// lineAndColumn returns the place of the byte at offset i, counted in runes.
func lineAndColumn(data []byte, i int) (line, column int) {
	start := bytes.LastIndexByte(data[:i], '\n') + 1
	return bytes.Count(data[:start], []byte("\n")) + 1, utf8.RuneCount(data[start:i]) + 1
}

// The tags that the YAML parser gives.
const (
	nullTag  = "!!null"
	mergeTag = "!!merge"
)
