package hitron

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// An answer is what will be said to one request. Faults change it before it is sent.
type answer struct {
	status int
	header http.Header
	doc    *document // nil for what is no JSON document
	text   string    // the body if there is no document

	delay  time.Duration
	mend   func(body string) string // changes the bytes of the body; nil for none
	end    ending
	repeat int // at least so many bytes, the rows again and again
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
	return &answer{status: status, text: text, header: http.Header{"Content-Type": {contentType}}}
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

// send writes the answer as GoAhead does: a length, a type, no chunks. It calls last before the client can have all of
// it.
func (a *answer) send(w http.ResponseWriter, r *http.Request, last func()) {
	if a.end == unsaid || a.end == reset {
		last()
		cut(r, a.end == reset)
	}
	for key, values := range a.header {
		w.Header()[key] = values
	}
	w.Header().Set("Server", "GoAhead-Webs")
	w.Header().Set("Cache-Control", "no-cache")
	if a.repeat > 0 && a.doc != nil {
		a.stream(w, last)
		return
	}
	body := a.body()
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	if a.end == halfSaid {
		w.Write([]byte(body[:len(body)/2]))
		http.NewResponseController(w).Flush()
		last()
		cut(r, false)
	}
	last()
	w.Write([]byte(body)) // a client that has left is told by nobody
}

// stream writes the rows again and again, without a length.
func (a *answer) stream(w http.ResponseWriter, last func()) {
	w.WriteHeader(a.status)
	n, err := w.Write([]byte(a.doc.head))
	for row := 0; err == nil && n < a.repeat && len(a.doc.rows) > 0; row++ {
		text := a.doc.rows[row%len(a.doc.rows)]
		if row > 0 {
			text = rowEnd + text
		}
		var more int
		more, err = w.Write([]byte(text))
		n += more
	}
	last()
	if err == nil {
		w.Write([]byte(a.doc.tail))
	}
}

// cut ends the connection of a request below TLS, and the handler with it.
func cut(r *http.Request, withReset bool) {
	if c, ok := r.Context().Value(connKey{}).(net.Conn); ok {
		raw := rawConn(c)
		if tcp, ok := raw.(interface{ SetLinger(int) error }); ok && withReset {
			tcp.SetLinger(0)
		}
		raw.Close()
	}
	panic(http.ErrAbortHandler)
}
