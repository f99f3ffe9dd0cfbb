package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// syntaxError turns an error of the YAML parser into one with the right line and a
// cure. Nothing of the text is quoted, because it may be a password with a bad
// character in it.
func syntaxError(file string, data []byte, err error) *Error {
	problem, hint := problemOf(err)
	line := lineOf(problem, hint, data)
	e := &Error{File: file, Line: line}
	text := nthLine(data, line)
	if column := tabInIndent(text); column > 0 {
		e.Column = column
		e.Err = errors.New("a tab indents this line; YAML wants spaces")
		return e
	}
	e.Err = errors.New(cureOf(problem))
	return e
}

var problemText = regexp.MustCompile(`(?s)^(?:yaml: )?(?:line ([0-9]+): )?(.*)$`)

// problemOf returns the parser's words and its line, or 0. The line is right for a
// quote that is not closed; mostly it is where the surrounding block begins, the first
// of a list of thousands.
func problemOf(err error) (problem string, line int) {
	parts := problemText.FindStringSubmatch(err.Error())
	line, _ = strconv.Atoi(parts[1])
	return parts[2], line
}

// lineOf returns the first line whose end is already too late: the text up to there
// fails with the same problem, the text before it does not. For a quote or bracket
// that nobody closes it is the line that opens it.
func lineOf(problem string, hint int, data []byte) int {
	ends := lineEnds(data)
	fails := func(n int) bool {
		if n == 0 {
			return false
		}
		got, _ := problemOf(parseError(data[:ends[n-1]]))
		return got == problem
	}
	if 0 < hint && hint <= len(ends) && fails(hint) && !fails(hint-1) {
		return hint
	}
	// The parser has read two or three lines beyond, as a rule: gallop back.
	good, bad := 0, readLines(data, ends)
	for step := 1; bad-step > 0; step *= 2 {
		if n := bad - step; !fails(n) {
			good = n
			break
		}
		bad -= step
	}
	for good+1 < bad {
		if n := (good + bad) / 2; fails(n) {
			bad = n
		} else {
			good = n
		}
	}
	return bad
}

// lineEnds returns the offsets behind each line.
func lineEnds(data []byte) []int {
	var ends []int
	for at := 0; at < len(data); {
		n := bytes.IndexByte(data[at:], '\n') + 1
		if n == 0 {
			n = len(data) - at
		}
		at += n
		ends = append(ends, at)
	}
	return ends
}

// readLines returns how many lines the parser takes until it fails.
func readLines(data []byte, ends []int) int {
	r := &lineReader{data: data, ends: ends}
	drain(yaml.NewDecoder(r))
	return max(r.line, 1)
}

// parseError returns what the parser says to data, or io.EOF.
func parseError(data []byte) error {
	return drain(yaml.NewDecoder(bytes.NewReader(data)))
}

func drain(documents *yaml.Decoder) error {
	for {
		if _, err := nextDocument(documents); err != nil {
			return err
		}
	}
}

// A lineReader gives at most one line per Read and counts those that it has begun.
type lineReader struct {
	data []byte
	ends []int
	at   int
	line int
}

func (r *lineReader) Read(p []byte) (int, error) {
	if r.at == len(r.data) {
		return 0, io.EOF
	}
	if r.line == 0 || r.at == r.ends[r.line-1] {
		r.line++
	}
	n := copy(p, r.data[r.at:r.ends[r.line-1]])
	r.at += n
	return n, nil
}

func nthLine(data []byte, line int) []byte {
	for range line - 1 {
		_, rest, _ := bytes.Cut(data, []byte("\n"))
		data = rest
	}
	text, _, _ := bytes.Cut(data, []byte("\n"))
	return text
}

// tabInIndent returns the column of the first tab before the text of a line, or 0.
func tabInIndent(line []byte) int {
	indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
	return bytes.IndexByte(indent, '\t') + 1
}

// cureOf words the parser's problem for people.
func cureOf(problem string) string {
	for _, c := range cures {
		if strings.HasPrefix(problem, c.problem) {
			return c.cure
		}
	}
	return problem
}

// cures has, by the beginnings of the YAML parser's problems, what a writer of a file
// has most likely done. Those that are missing speak for themselves and quote nothing.
var cures = []struct{ problem, cure string }{
	{"mapping values are not allowed", "a colon where none can be: indent the line like its neighbours, put a space after the colon of the key above, or quote a text that has a colon in it"},
	{"did not find expected key", "this fits neither the indentation nor the text above: indent it like its neighbours, and put quotes around a whole text or around nothing"},
	{"did not find expected '-' indicator", "this does not continue the list above: indent it like the other items, and begin an item with - and a space"},
	{"block sequence entries are not allowed", "a list item cannot begin here: put it on a line of its own, indented like its neighbours"},
	{"did not find expected ',' or ']'", "a [ is opened here and not closed, or a comma is missing"},
	{"did not find expected ',' or '}'", "a { is opened here and not closed, or a comma is missing"},
	{"did not find expected node content", "a value is missing here, or a bracket has no partner"},
	{"found unexpected end of stream", "a quote is opened here and never closed"},
	{"found unexpected document indicator", "a quote is opened here and not closed before the line with --- or ..."},
	{"could not find expected ':'", "a key without a colon: write key: value, with a space after the colon"},
	{"found character that cannot start any token", "a text cannot begin with this character; put it in quotes"},
	{"found a tab character", "a tab stands where YAML wants spaces"},
	{"did not find expected hexdecimal number", "an escape that YAML does not know: double the \\, or use single quotes"},
	{"found unknown escape character", "an escape that YAML does not know: double the \\, or use single quotes"},
	{"did not find expected comment or line break", "after | or > only a comment can follow on the same line"},
	{"did not find expected alphabetic or numeric character", "a text that begins with & or * needs quotes; as an anchor it needs a name"},
	{"unknown anchor", "* names an anchor (&) that is not above; quote a text that begins with *"},
	{"did not find expected <document start>", "the document has ended above; this belongs to nothing"},
	{"found incompatible YAML document", "remove the line with %YAML"},
	{"found unknown directive name", "a line cannot begin with %"},
	{"found undefined tag handle", "a text that begins with ! needs quotes"},
	{"did not find expected tag URI", "a text that begins with ! needs quotes"},
	{"exceeded max depth", "nested too deeply"},
}
