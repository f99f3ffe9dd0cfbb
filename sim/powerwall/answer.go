package powerwall

import (
	"bytes"
	"net"
	"net/http"
	"strconv"
	"time"
)

// An answer is what will be said to one request. Faults change it before it is sent.
type answer struct {
	status int
	header http.Header
	doc    *node  // nil for what is no JSON document
	text   string // the body if there is no document

	delay time.Duration
	mend  func(body string) string // changes the bytes of the body; nil for none
	end   ending
	pad   int // so many bytes before the body
}

// An ending is how an answer ends.
type ending int

const (
	whole    ending = iota
	unsaid          // the connection ends before a byte
	reset           // as unsaid, with RST
	halfSaid        // the connection ends in the middle of the body
)

func newAnswer(status int, contentType, text string) *answer {
	a := &answer{status: status, text: text, header: http.Header{"Content-Type": nil}}
	if contentType != "" {
		a.header.Set("Content-Type", contentType)
	}
	return a
}

const noRights = "User does not have adequate access rights"

// problem is an answer in the gateway's form for errors. An empty member is left out.
func problem(code int, err, message string) *answer {
	doc := &node{kind: object}
	doc.put("code", value(code))
	if err != "" {
		doc.put("error", value(err))
	}
	if message != "" {
		doc.put("message", value(message))
	}
	a := newAnswer(code, jsonType, "")
	a.doc = doc
	return a
}

func (a *answer) body() string {
	body := a.text
	if a.doc != nil {
		body = a.doc.String()
	}
	if a.mend != nil {
		body = a.mend(body)
	}
	return body
}

// send writes the answer: a length, a type, nothing to be kept. It calls last before the client can have all of it.
func (a *answer) send(w http.ResponseWriter, r *http.Request, last func()) {
	if a.end == unsaid || a.end == reset {
		last()
		cut(r, a.end == reset)
	}
	for key, values := range a.header {
		w.Header()[key] = values
	}
	w.Header().Set("Cache-Control", "no-cache, no-store")
	body := a.body()
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(a.pad+len(body)))
	}
	w.WriteHeader(a.status)
	if a.end == halfSaid {
		w.Write([]byte(body[:len(body)/2]))
		http.NewResponseController(w).Flush()
		last()
		cut(r, false)
	}
	if !a.stuff(w) {
		return // a client that has had enough
	}
	last()
	w.Write([]byte(body)) // a client that has left is told by nobody
}

// stuff writes what stands before the body: blanks, which JSON allows.
func (a *answer) stuff(w http.ResponseWriter) bool {
	blanks := bytes.Repeat([]byte(" "), 64<<10)
	for left := a.pad; left > 0; left -= len(blanks) {
		if _, err := w.Write(blanks[:min(left, len(blanks))]); err != nil {
			return false
		}
	}
	return true
}

// cut ends the connection of a request below TLS, and the handler with it.
func cut(r *http.Request, withReset bool) {
	if c, ok := r.Context().Value(connKey{}).(net.Conn); ok {
		raw := lineOf(c)
		if withReset {
			linger(raw)
		}
		raw.Close()
	}
	panic(http.ErrAbortHandler)
}
