package web

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
)

// A problem is an answer with a status other than 200, told in one sentence of plain
// text.
type problem struct {
	status int
	text   string
	header http.Header // beside those of every answer
}

func (p *problem) Error() string { return p.text }

func problemf(status int, format string, args ...any) *problem {
	return &problem{status: status, text: fmt.Sprintf(format, args...)}
}

// badRequest is a problem of the client's making.
func badRequest(format string, args ...any) *problem {
	return problemf(http.StatusBadRequest, format, args...)
}

// fail answers r with what is wrong. When an answer broke off the connection is cut,
// so that nobody takes a part for the whole.
func (h *Handler) fail(rec *recorder, r *http.Request, err error) {
	log := h.log.With("path", clean(r.URL.Path, maxEcho), "client", r.RemoteAddr)
	var p *problem
	if !errors.As(err, &p) {
		log.Debug("answer broke off", "err", err)
		panic(http.ErrAbortHandler)
	}
	if p.status >= http.StatusInternalServerError && p.status != http.StatusServiceUnavailable {
		log.Error("request could not be answered", "status", p.status, "err", p.text)
	} else {
		log.Debug("request refused", "status", p.status, "err", p.text)
	}
	if rec.status != 0 {
		return // too late to say so
	}
	for name, values := range p.header {
		rec.Header()[name] = values
	}
	writeText(rec, p.status, p.text+"\n")
}

// panicked ends a request whose handling panicked. It is that request's failure and
// no more.
func (h *Handler) panicked(rec *recorder, r *http.Request, p any) {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	h.log.Error("panic while answering a request", "path", clean(r.URL.Path, maxEcho), "client", r.RemoteAddr,
		"panic", fmt.Sprint(p), "stack", slog.StringValue(string(debug.Stack())))
	if rec.status != 0 {
		panic(http.ErrAbortHandler)
	}
	header := rec.Header()
	for _, name := range []string{"Content-Encoding", "Vary"} {
		header.Del(name)
	}
	writeText(rec, http.StatusInternalServerError,
		"this is a fault of the program: please report it with the log of this moment\n")
}

// writeText answers with a short plain text.
func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	io.WriteString(w, text) // a client that is gone needs no text
}

// A recorder notes the status of an answer, zero before it has one.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap gives http.ResponseController what it sets deadlines on.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
