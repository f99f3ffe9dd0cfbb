package config

import (
	"slices"
	"strings"
	"unicode"
)

// A section validates itself after the decoder has been through it, and does not know
// what the decoder has left unset because of a mistake. What it says about that is no
// mistake of its own: "the timeout is longer than the interval", where the interval
// could not be read. This file tells such follow-ups from mistakes.

// spoiled has, by the path of a mapping, the keys in it that have a mistake. The key
// whole stands for all of them.
type spoiled map[string][]string

const whole = ""

// spoil remembers the key that a mistake at path is about: the one that the trail ends
// with, or one of the mapping that it ends with. A list item or a section that is not
// what it should be is spoiled as a whole.
func (d *decoder) spoil(path string) {
	within, key := d.trail, whole
	last := len(within) - 1
	switch {
	case within.String() != path:
		key = strings.TrimPrefix(path[min(len(path), len(within.String())):], ".")
	case last > 0 && within[last].node != nil:
		within, key = within[:last], within[last].key
	}
	d.spoiled.add(within.String(), key)
}

func (s spoiled) add(mapping, key string) {
	if !slices.Contains(s[mapping], key) {
		s[mapping] = append(s[mapping], key)
	}
}

// isFollowUp reports whether what a section says about path comes of a mistake that is
// known: path leads to or through a spoiled key, or the text speaks of one beside it.
func (s spoiled) isFollowUp(path, text string) bool {
	for i := 1; i <= len(path); i++ {
		if i < len(path) && path[i] != '.' && path[i] != '[' {
			continue
		}
		for _, key := range s[path[:i]] {
			if key == whole || beginsPath(strings.TrimPrefix(path[i:], "."), key) || speaksOf(text, key) {
				return true
			}
		}
	}
	return false
}

// speaksOf reports whether key is a word of text.
func speaksOf(text, key string) bool {
	return slices.Contains(strings.FieldsFunc(text, func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), key)
}
