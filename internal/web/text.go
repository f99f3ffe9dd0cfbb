package web

import (
	"strconv"
	"strings"
	"unicode"
)

// Bounds of text that came from outside, in characters.
const (
	maxEcho  = 200  // what a client sent, in a message back to it
	maxError = 2000 // the text of an error: a device may answer with anything
	maxNames = 50   // of known names that a message lists
)

// clean makes text from outside fit to be shown in one line: without control
// characters, without what turns the direction of writing, and not too long.
func clean(s string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n == most {
			b.WriteString(" …")
			break
		}
		n++
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			b.WriteByte(' ')
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			b.WriteRune(unicode.ReplacementChar)
		default:
			b.WriteRune(r) // of bytes that are not UTF-8, range makes U+FFFD
		}
	}
	return b.String()
}

// list names the known ones of something, not too many of them.
func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	shown := names[:min(len(names), maxNames)]
	parts := make([]string, len(shown))
	for i, name := range shown {
		parts[i] = clean(name, maxEcho)
	}
	text := strings.Join(parts, ", ")
	if more := len(names) - len(shown); more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	return text
}
