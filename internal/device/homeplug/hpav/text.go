package hpav

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText bounds a text that an adapter tells, in bytes.
const maxText = 64

// clean returns the printable part of a text from an adapter, bounded.
func clean(text []byte) string {
	var out strings.Builder
	for _, r := range string(text) {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			continue
		}
		if out.Len()+utf8.RuneLen(r) > maxText {
			break
		}
		out.WriteRune(r)
	}
	return strings.TrimSpace(out.String())
}

// cString cuts a text at its first zero.
func cString(text []byte) []byte {
	text, _, _ = bytes.Cut(text, []byte{0})
	return text
}
