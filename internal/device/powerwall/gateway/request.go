package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// progress is how far a request came. net/http reports it on goroutines of its own.
type progress struct{ connected, reused, answered atomic.Bool }

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) {
			p.connected.Store(true)
			p.reused.Store(i.Reused)
		},
		GotFirstResponseByte: func() { p.answered.Store(true) },
	}
}

// An answer is what came back, whatever its status.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// once sends a request once. Its errors are of type *Error, or that of a canceled ctx.
func (r *Round) once(ctx context.Context, method, path string, body []byte) (*answer, error) {
	c := r.client
	way := new(progress)
	within, cancel := httptrace.WithClientTrace(ctx, way.trace()), func() {}
	if c.options.RequestTimeout > 0 {
		within, cancel = context.WithTimeout(within, c.options.RequestTimeout)
	}
	defer cancel()
	request, err := c.newRequest(within, method, path, body)
	if err != nil {
		return nil, &Error{Class: ClassConnect, Err: err}
	}
	c.trace("> %s %s", method, path)
	a, err := c.carry(request)
	if err == nil {
		return a, nil
	}
	if !way.connected.Load() {
		// net/http goes on dialing for whoever comes next. A gateway that hangs in a
		// handshake would block the one connection there may be.
		c.transport.CloseIdleConnections()
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, ctx.Err()
	}
	e := c.explain(err, way, ctx.Err() != nil)
	c.trace("< %v", e)
	return nil, e
}

// newRequest makes a request that net/http sends once only: on its own it repeats a
// GET on a connection that broke, which Counts would not know of.
func (c *Client) newRequest(ctx context.Context, method, path string, body []byte) (*http.Request, error) {
	if acts(method, path) {
		return nil, fmt.Errorf("%s %s would change the gateway, and is never sent", method, path)
	}
	// NopCloser hides that there may be nothing to send: net/http would send it again.
	r, err := http.NewRequestWithContext(ctx, method, "https://"+c.options.Address+path, io.NopCloser(bytes.NewReader(body)))
	if err != nil {
		return nil, err
	}
	if method == http.MethodGet {
		c.session.authorize(r.Header)
		return r, nil
	}
	r.ContentLength = int64(len(body))
	r.Header.Set("Content-Type", "application/json")
	return r, nil
}

// acts reports whether a request would do something: all that is no GET but the login,
// and what acts although it is one.
func acts(method, path string) bool {
	switch path {
	case "/api/login/Basic":
		return false
	case "/api/sitemaster/stop", "/api/sitemaster/run", "/api/config/completed":
		return true
	}
	return method != http.MethodGet
}

// explain makes an Error of what carry returned. Over says that the time for the whole
// poll has passed.
func (c *Client) explain(err error, way *progress, over bool) *Error {
	e := asError(err)
	e.way = way
	if c.tellsSecret(e.Error()) {
		e.Err = errors.New("the answer is no HTTP, and repeats a secret")
	}
	if !errors.Is(e.Err, context.DeadlineExceeded) {
		return e
	}
	what, limit := "answer", "in the time left for the poll"
	switch {
	case !way.connected.Load():
		what = "connection"
	case e.Status != 0:
		what = "whole answer"
	}
	if !over {
		limit = "within " + c.options.RequestTimeout.String()
	}
	e.Err = fmt.Errorf("no %s %s: %w", what, limit, context.DeadlineExceeded)
	return e
}

// carry carries r out.
func (c *Client) carry(r *http.Request) (*answer, error) {
	began := time.Now()
	response, err := c.http.Do(r)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // who asked knows the address
		}
		return nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	a := &answer{status: response.StatusCode, header: response.Header, body: content}
	c.traceAnswer(r, a, time.Since(began))
	switch {
	case len(content) > maxBody:
		return nil, &Error{Class: ClassLarge, Status: a.status, Err: fmt.Errorf("the answer is longer than %d bytes", maxBody)}
	case err != nil && r.Method == http.MethodGet && a.status == http.StatusOK:
		e := asError(err)
		return nil, &Error{Class: e.Class, Status: a.status, Err: fmt.Errorf("the answer breaks off after %d bytes: %w", len(content), err)}
	}
	return a, nil // what refuses, or lets in, does so in its first lines
}

// maxTraced is how much of a body a trace shows.
const maxTraced = 2048

// traceAnswer notes an answer: no header, as that has cookies, and of logins no body.
func (c *Client) traceAnswer(r *http.Request, a *answer, took time.Duration) {
	if c.options.Trace == nil {
		return
	}
	line := fmt.Sprintf("< %d, %d bytes in %s", a.status, len(a.body), took.Round(time.Millisecond))
	switch {
	case r.Method != http.MethodGet:
		c.trace("%s", line)
	case c.tellsSecret(string(a.body)):
		c.trace("%s, which repeat a secret", line)
	default:
		c.trace("%s: %q", line, a.body[:min(len(a.body), maxTraced)])
	}
}
