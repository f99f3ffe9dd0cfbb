package coda

import (
	"strings"
	"time"
	"unicode"
)

// maxSpan is more than any modem runs or any lease lasts, and far from overflow.
const maxSpan = 100 * 365 * 24 * time.Hour

// parseSpan reads an uptime or the length of a lease, in any of the forms that
// firmwares have:
//
//	479h:53m:58s · 19 days 23h:40m:38s · 1d:02h:03m:04s · 468117 (seconds)
//	10 Days,17 Hours,33 Minutes,47 Seconds · D: 6 H: 09 M: 25 S: 55
//
// Each is a row of numbers with units, of which the first letter tells, from the
// largest to the smallest; in the last form the unit stands before its number.
func parseSpan(text string) (time.Duration, bool) {
	if seconds, ok := parseDigits(text); ok {
		return times(seconds, time.Second)
	}
	words, ok := spanWords(text)
	if !ok || len(words) == 0 || len(words)%2 != 0 {
		return 0, false
	}
	before := !isDigit(words[0])
	var total, last time.Duration
	for len(words) > 0 {
		number, unit := words[0], words[1]
		if before {
			number, unit = unit, number
		}
		n, ok := parseDigits(number)
		step := spanUnits[unicode.ToLower(rune(unit[0]))]
		span, inRange := times(n, step)
		falling := last == 0 || step < last
		if !ok || !falling || !inRange || total > maxSpan-span {
			return 0, false
		}
		total, last = total+span, step
		words = words[2:]
	}
	return total, true
}

var spanUnits = map[rune]time.Duration{
	'd': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute, 's': time.Second,
}

func times(n uint64, unit time.Duration) (time.Duration, bool) {
	if unit <= 0 || n > uint64(maxSpan/unit) {
		return 0, false
	}
	return time.Duration(n) * unit, true
}

// spanWords cuts text into runs of digits and runs of letters. Anything but blanks,
// colons and commas between them becomes a word that fits nowhere. It is false for
// more words than any form has.
func spanWords(text string) (words []string, ok bool) {
	for text != "" {
		switch {
		case strings.ContainsRune(" \t:,", rune(text[0])):
			text = text[1:]
			continue
		case len(words) == 2*len(spanUnits):
			return nil, false
		}
		n := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsDigit(r) })
		if n == 0 {
			n = strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
		}
		switch {
		case n < 0:
			n = len(text)
		case n == 0:
			n = 1
		}
		words = append(words, text[:n])
		text = text[n:]
	}
	return words, true
}

func isDigit(word string) bool { return word[0] >= '0' && word[0] <= '9' }
