package web

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// maxBody is more than any request to us has a use for: none reads its body.
const maxBody = 64 << 10

// refuseBody reads past a body, and refuses one that is too long. It waits no longer
// than the server's ReadTimeout.
func refuseBody(w http.ResponseWriter, r *http.Request) error {
	tooLong := problemf(http.StatusRequestEntityTooLarge, "the body is longer than %d bytes; no request to this program needs one", maxBody)
	tooLong.header = http.Header{"Connection": {"close"}}
	if r.ContentLength > maxBody {
		return tooLong
	}
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	_, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxBody))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return tooLong
	case errors.Is(err, os.ErrDeadlineExceeded):
		return problemf(http.StatusRequestTimeout, "the body did not arrive in time")
	case err != nil:
		return badRequest("the body could not be read: %s", clean(err.Error(), maxError))
	}
	return nil
}

// slots bounds how much of something is done at the same time.
type slots chan struct{}

func newSlots(n, otherwise int) slots {
	if n <= 0 {
		n = otherwise
	}
	return make(slots, n)
}

// enter takes a slot, which the returned func gives back, or returns the problem
// that none is free.
func (h *Handler) enter(s slots, what string) (leave func(), err error) {
	select {
	case s <- struct{}{}:
		return func() { <-s }, nil
	default:
	}
	h.tally.rejected.Inc()
	p := problemf(http.StatusServiceUnavailable, "%d %s are being answered already; ask again in a second", cap(s), what)
	p.header = http.Header{"Retry-After": {"1"}}
	return nil, p
}

// A client takes each piece of an answer, at most 64 KiB, within stallTimeout, and
// all of it within answerTimeout, or the scrape timeout that it announced if that is
// longer. 600,000 series are some 90 MB, or 5 MB compressed: that is a connection of
// 0.4 Mbit/s at least.
const (
	stallTimeout  = 10 * time.Second
	answerTimeout = 2 * time.Minute
)

// allow moves the moment at which the server cuts the connection of w. Not every
// writer has one; then there is nothing to move.
func allow(w http.ResponseWriter, d time.Duration) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(d))
}

// A patientWriter writes an answer to a client that takes it at some pace, and fails
// when it does not.
type patientWriter struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	end        time.Time
}

func newPatientWriter(w http.ResponseWriter, total time.Duration) *patientWriter {
	return &patientWriter{w: w, controller: http.NewResponseController(w), end: time.Now().Add(total)}
}

func (p *patientWriter) Write(b []byte) (int, error) {
	deadline := time.Now().Add(stallTimeout)
	if deadline.After(p.end) {
		deadline = p.end
	}
	_ = p.controller.SetWriteDeadline(deadline)
	return p.w.Write(b)
}
