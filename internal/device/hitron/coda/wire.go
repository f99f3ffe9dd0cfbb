// Package coda speaks with the cable modems of Hitron: CODA and CGN, DOCSIS 3.0 and
// 3.1. It only reads.
//
// The modems serve small JSON documents, in three dialects (see Dialect). Dialect Data
// sends an array of objects, labelled text/html, in which nearly every value is text:
//
//	[{"portId":"1","frequency":"591000000","modulation":"2","signalStrength":"9.100",
//	  "snr":"43.376","dsoctets":"1 * 2e32 + 149376573","channelId":"7", …}, …]
//
// Dialect Device sends an object with errCode, errMsg and, for lists, an array whose
// key ends in _List. Values are strict: what is neither a number nor one of the known
// ways of saying "nothing" is absent, and noted as a Mistake.
//
// What is known of these firmwares comes from hairyhenderson/hitron_coda,
// anupcshan/coda56-exporter, itsDNNS/docsight (app/drivers/hitron*.py) and
// solentlabs/cable_modem_monitor (modems/hitron).
package coda

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Bounds of what is taken from a modem.
const (
	maxBody = 1 << 20 // bytes of a document
	maxRows = 1024    // the longest list is the event log
	maxText = 256     // bytes of a text
)

// A Sheet is a page as it was sent, taken apart into rows, not yet read.
type Sheet struct {
	page     Page
	dialect  Dialect
	rows     []row
	mistakes []Mistake
}

// A Mistake is a value that is neither what it should be nor a known way of saying
// that there is none.
type Mistake struct{ Field, Text string }

// ParseSheet takes a document apart. Its errors are of type *Error.
func ParseSheet(p Page, d Dialect, body []byte) (*Sheet, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	switch {
	case len(body) == 0:
		return nil, &Error{Class: ClassEmpty, Err: errors.New("the answer is empty")}
	case len(body) > maxBody:
		return nil, errTooLarge()
	case body[0] == '<':
		return nil, &Error{Class: ClassHTML, Err: errors.New("the answer is an HTML page instead of JSON")}
	case body[0] != '[' && body[0] != '{':
		return nil, &Error{Class: ClassJSON, Err: fmt.Errorf("the answer is no JSON: it begins with %q", clip(string(body[:min(len(body), 40)])))}
	}
	dec := json.NewDecoder(bytes.NewReader(blanked(body)))
	dec.UseNumber()
	var doc any
	if err := dec.Decode(&doc); err != nil {
		return nil, &Error{Class: ClassJSON, Err: fmt.Errorf("the answer is no whole JSON document: %w", err)}
	}
	if _, err := dec.Token(); err != io.EOF { // More would let a stray bracket pass
		return nil, &Error{Class: ClassJSON, Err: errors.New("the answer is more than one JSON document")}
	}
	s := &Sheet{page: p, dialect: d}
	if err := s.fill(doc); err != nil {
		return nil, err
	}
	return s, nil
}

// blanked returns body with blanks for control bytes. Some firmware leaves line ends and
// tabs within texts as they are, which is no JSON; between values they are blanks anyway.
func blanked(body []byte) []byte {
	var clean []byte
	for i, b := range body {
		if b >= ' ' {
			continue
		}
		if clean == nil {
			clean = bytes.Clone(body)
		}
		clean[i] = ' '
	}
	if clean == nil {
		return body
	}
	return clean
}

// fill finds the rows in doc.
func (s *Sheet) fill(doc any) error {
	list, _ := doc.([]any)
	if object, ok := doc.(map[string]any); ok {
		if err := checkCode(object); err != nil {
			return err
		}
		list = []any{object}
		if s.page.isList() {
			if list, ok = listOf(object); !ok {
				return &Error{Class: ClassJSON, Err: errors.New("the answer is an object where a list of rows was expected")}
			}
		}
	}
	for i, one := range list {
		if i == maxRows {
			s.mistake("row", "too many")
			break
		}
		r, ok := one.(map[string]any)
		if !ok {
			s.mistake("row", "no object")
			continue
		}
		s.rows = append(s.rows, row{sheet: s, values: r})
	}
	if len(s.rows) == 0 && !s.page.isList() {
		return &Error{Class: ClassEmpty, Err: errors.New("the answer has nothing in it")}
	}
	return nil
}

// listOf finds the rows of an answer in dialect Device. The key differs from one
// firmware to the next (Freq_List, OFDMs_List, OFDMAs_List, Log_List).
func listOf(object map[string]any) ([]any, bool) {
	var keys []string
	for key := range object {
		if strings.HasSuffix(key, "_List") {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys) // the same answer is read in the same way each time
	for _, key := range keys {
		if list, ok := object[key].([]any); ok {
			return list, true
		}
	}
	return nil, false
}

// checkCode looks at the verdict in an answer of dialect Device.
func checkCode(object map[string]any) error {
	code := scalar(object["errCode"])
	switch code {
	case "", "000":
		return nil
	case "401", "403":
		return &Error{Class: ClassAuth, session: true, Err: fmt.Errorf("the modem asks for a login (error %s)", code)}
	}
	return &Error{Class: ClassStatus, Err: fmt.Errorf("the modem reports error %q: %q", clip(code), clip(scalar(object["errMsg"])))}
}

// only returns the row of a page that has a single one. The zero row has no values.
func (s *Sheet) only() row {
	if len(s.rows) == 0 {
		return row{sheet: s}
	}
	return s.rows[0]
}

// Mistakes returns the values that made no sense, as far as the sheet was read.
func (s *Sheet) Mistakes() []Mistake { return s.mistakes }

func (s *Sheet) mistake(field, text string) {
	if len(s.mistakes) < maxRows {
		s.mistakes = append(s.mistakes, Mistake{Field: clip(field), Text: clip(text)})
	}
}
