package coda

import (
	"encoding/json"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A row is one object of a sheet.
type row struct {
	sheet  *Sheet
	values map[string]any
}

// raw returns the text of a field, trimmed; empty for one that is missing or no
// scalar. Firmwares write the same number as text or as a number.
func (r row) raw(field string) string { return scalar(r.values[field]) }

func scalar(value any) string {
	switch v := value.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	}
	return ""
}

// text returns the first of the fields that says something, cut to a sane length.
func (r row) text(fields ...string) string {
	for _, field := range fields {
		if t := clip(r.raw(field)); !saysNothing(t) {
			return t
		}
	}
	return ""
}

// lower and upper return text in one case. That can make it longer.
func (r row) lower(fields ...string) string { return clip(strings.ToLower(r.text(fields...))) }
func (r row) upper(fields ...string) string { return clip(strings.ToUpper(r.text(fields...))) }

// number returns the value of a field, nil when it has none.
func (r row) number(field string) *float64 {
	return read(r, field, parseNumber)
}

// count returns the value of a counter, nil when it has none.
func (r row) count(field string) *uint64 {
	return read(r, field, parseCount)
}

// scaled returns the value of a field times factor.
func (r row) scaled(field string, factor float64) *float64 {
	return read(r, field, func(text string) (float64, bool) {
		v, ok := parseNumber(text)
		return v * factor, ok && !math.IsInf(v*factor, 0)
	})
}

// read parses a field. What says nothing is nil, and so is what makes no sense; the
// latter is noted.
func read[T any](r row, field string, parse func(string) (T, bool)) *T {
	text := r.raw(field)
	if saysNothing(text) {
		return nil
	}
	v, ok := parse(text)
	if !ok {
		r.sheet.mistake(field, text)
		return nil
	}
	return &v
}

// clip bounds a text from the modem; what is not UTF-8 or not to be seen goes.
func clip(s string) string { return strings.TrimSpace(cut(s, maxText)) }

// cut is clip to another length.
func cut(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError || !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return s
}
