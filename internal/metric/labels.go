package metric

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Labels is encoded label text, name="value" pairs joined by commas, ready to be
// written between braces. The zero value has no labels.
type Labels string

// maxLabelValue bounds the bytes of one label value. Prometheus' own default limit
// is none; a device that answers with a megabyte of name must not own the page.
const maxLabelValue = 1024

// EncodeLabels encodes pairs of name and value. The values may come from a device
// or a file and be anything; the names are ours.
func EncodeLabels(pairs ...string) Labels {
	var b []byte
	for i := 0; i+1 < len(pairs); i += 2 {
		b = appendLabel(b, pairs[i], pairs[i+1])
	}
	return Labels(b)
}

// Join returns l followed by more.
func (l Labels) Join(more Labels) Labels {
	switch {
	case l == "":
		return more
	case more == "":
		return l
	}
	return l + "," + more
}

// appendLabel appends name="value" to b, with a comma before it when b is not empty.
func appendLabel(b []byte, name, value string) []byte {
	if len(b) > 0 {
		b = append(b, ',')
	}
	b = append(b, name...)
	b = append(b, '=', '"')
	b = appendLabelValue(b, value)
	return append(b, '"')
}

// appendLabelValue appends value, escaped as both text formats want it. Bytes that
// are not UTF-8 become U+FFFD, and a value past the limit is cut at a rune: a
// device's words cannot break the page. Control characters become U+FFFD too: the
// formats allow them, but a page may be printed on a terminal.
func appendLabelValue(b []byte, value string) []byte {
	if len(value) > maxLabelValue {
		value = cut(value, maxLabelValue)
	}
	if isPlain(value) {
		return append(b, value...)
	}
	for _, r := range strings.ToValidUTF8(value, "\uFFFD") {
		switch r {
		case '\\':
			b = append(b, '\\', '\\')
		case '"':
			b = append(b, '\\', '"')
		case '\n':
			b = append(b, '\\', 'n')
		default:
			if unicode.IsControl(r) && r != '\t' {
				r = utf8.RuneError
			}
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

// isPlain reports whether value is printable ASCII without anything to escape, as
// nearly all label values are.
func isPlain(value string) bool {
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c < ' ' || c > '~' || c == '\\' || c == '"' {
			return false
		}
	}
	return true
}

// cut returns the first n bytes of the longer s, without half a rune at the end.
func cut(s string, n int) string {
	for i := n; i > n-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			return s[:i]
		}
	}
	return s[:n] // not UTF-8 here
}
