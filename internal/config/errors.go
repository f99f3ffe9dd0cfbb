package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"home_exporter/internal/device"
)

// maxShown bounds how many mistakes one message lists.
const maxShown = 50

// Errors are all mistakes of a configuration, in file order.
type Errors []*Error

// An Error is one mistake.
type Error struct {
	// File is the file as the user named it, or commandLine.
	File string
	// Line and Column count from 1. Zero means that the place is not known, or that
	// the whole file is meant.
	Line, Column int
	// Path leads to the place, as in sockets[2].protocol. For what came from flags it
	// is the flag.
	Path string
	Err  error
	// Suggestion is the known word that is nearest to the unknown one, if one is near.
	Suggestion string
}

// commandLine stands as File for what flags and the environment gave. It is not
// printed, because the flag tells more.
const commandLine = "command line"

// Error returns file:line:column: path: mistake; did you mean suggestion?
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" && e.File != commandLine {
		b.WriteString(e.File)
		if e.Line > 0 {
			b.WriteString(":" + strconv.Itoa(e.Line))
			if e.Column > 0 {
				b.WriteString(":" + strconv.Itoa(e.Column))
			}
		}
		b.WriteString(": ")
	}
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	b.WriteString(e.Err.Error())
	if e.Suggestion != "" {
		b.WriteString("; did you mean " + e.Suggestion + "?")
	}
	return b.String()
}

// Unwrap returns the mistake without its place.
func (e *Error) Unwrap() error { return e.Err }

// Error returns one mistake per line, the first fifty of them.
func (e Errors) Error() string {
	var b strings.Builder
	for i, one := range e {
		if i == maxShown {
			fmt.Fprintf(&b, "\nand %d more", len(e)-maxShown)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(one.Error())
	}
	return b.String()
}

// Unwrap returns the mistakes one by one.
func (e Errors) Unwrap() []error {
	errs := make([]error, len(e))
	for i, one := range e {
		errs[i] = one
	}
	return errs
}

// place is where a mistake is, and which.
type place struct {
	line, column int
	key, text    string
}

// add adds a mistake, unless it has been added: a mapping with a mistake that a
// hundred aliases refer to is one mistake.
func (d *decoder) add(e *Error) {
	p := place{e.Line, e.Column, e.Path, e.Err.Error()}
	if e.Line > 0 {
		p.key = p.key[strings.LastIndexByte(p.key, '.')+1:]
	}
	if d.noted[p] || len(d.errs) >= maxErrors {
		return
	}
	d.noted[p] = true
	d.errs = append(d.errs, e)
}

// mistakes returns what was found, in file order. Secrets that got into a text, from a
// kind or through an anchor, are masked.
func (d *decoder) mistakes() Errors {
	mask := secretMask(d.secrets)
	for _, e := range d.errs {
		e.Path = shorten(mask.Replace(e.Path))
		if text := e.Err.Error(); shorten(mask.Replace(text)) != text {
			e.Err = errors.New(shorten(mask.Replace(text)))
		}
	}
	out := Errors(slices.Clone(d.errs))
	slices.SortStableFunc(out, func(a, b *Error) int {
		return cmp.Or(
			cmp.Compare(fileRank(a.File), fileRank(b.File)),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column))
	})
	return out
}

// fileRank puts the file before the command line.
func fileRank(file string) int {
	if file == commandLine {
		return 1
	}
	return 0
}

// maxText bounds the text of one mistake. It is cut after the secrets have been
// masked, because half of one would not be known again.
const maxText = 500

func shorten(text string) string {
	if len(text) <= maxText {
		return text
	}
	n := maxText
	for !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "…"
}

// minMasked is the length from which on a text is a secret and not a syllable: with
// shorter ones, masking would hollow out the message and give them away at that.
const minMasked = 4

// secretMask returns what masks the secrets in a text, as they are and as %q writes
// them.
func secretMask(secrets []device.Secret) *strings.Replacer {
	var texts []string
	for _, s := range secrets {
		text := s.Reveal()
		if len(text) < minMasked {
			continue
		}
		texts = append(texts, text)
		if quoted := strconv.Quote(text); quoted[1:len(quoted)-1] != text {
			texts = append(texts, quoted[1:len(quoted)-1])
		}
	}
	// A secret that begins another one must not leave the other's end in sight.
	slices.SortFunc(texts, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	pairs := make([]string, 0, 2*len(texts))
	for _, text := range texts {
		pairs = append(pairs, text, device.SecretMask)
	}
	return strings.NewReplacer(pairs...)
}
