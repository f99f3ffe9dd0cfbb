package coda

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// progress is how far a request came. net/http reports it on goroutines of its own.
type progress struct{ connected, answered atomic.Bool }

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn:              func(httptrace.GotConnInfo) { p.connected.Store(true) },
		GotFirstResponseByte: func() { p.answered.Store(true) },
	}
}

// ask sends one request and returns the body of its answer. A connection that breaks
// before anything came back is tried anew, once: the servers drop idle ones.
func (c *Client) ask(ctx context.Context, p Page, method, path string, form url.Values) ([]byte, error) {
	body, err := c.once(ctx, p, method, path, form)
	var e *Error
	if errors.As(err, &e) && e.Class == ClassReset && !e.answered && method == http.MethodGet {
		body, err = c.once(ctx, p, method, path, form)
	}
	return body, err
}

func (c *Client) once(ctx context.Context, p Page, method, path string, form url.Values) ([]byte, error) {
	if err := c.wait(ctx); err != nil {
		return nil, err
	}
	if p == OFDM && c.options.Spend != nil {
		if err := c.options.Spend(); err != nil {
			return nil, &Error{Class: ClassBudget, Err: err}
		}
	}
	c.requests[p]++
	defer func() { c.notBefore = time.Now().Add(c.options.Gap) }()
	var way progress
	within, cancel := context.WithTimeout(httptrace.WithClientTrace(ctx, way.trace()), c.options.Timeout)
	defer cancel()
	r, err := c.newRequest(within, method, path, form)
	if err != nil {
		return nil, &Error{Class: ClassOther, Err: err}
	}
	c.trace("> %s %s", method, r.URL.Redacted())
	start := time.Now()
	body, err := c.send(r)
	c.took = time.Since(start)
	if err == nil {
		return body, nil
	}
	c.trace("< %v", err)
	if !way.connected.Load() {
		// net/http goes on dialing for whoever comes next. A modem that hangs in a
		// handshake would block the one connection there may be.
		c.transport.CloseIdleConnections()
	}
	if ctx.Err() != nil {
		return nil, ctx.Err() // the poll is over: that tells nothing of the modem
	}
	return nil, c.explain(err, &way, within.Err() != nil)
}

// newRequest makes a request that net/http sends once only: on its own it repeats a GET
// on a connection that broke, which neither Requests nor Options.Spend would know of.
func (c *Client) newRequest(ctx context.Context, method, path string, form url.Values) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.options.Base.JoinPath(path).String(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.GetBody = nil
	if form == nil {
		r.Body = io.NopCloser(strings.NewReader("")) // no body on the wire, yet not one to send again
	} else {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if c.dialect == Device {
		r.Header.Set("Referer", c.options.Base.JoinPath("/webpages/index.html").Redacted()) // some firmware checks it
	}
	return r, nil
}

// explain makes an Error of what send returned.
func (c *Client) explain(err error, way *progress, late bool) *Error {
	e := asError(err)
	e.Connected, e.answered = way.connected.Load(), way.answered.Load()
	switch {
	case late && e.Status == 0:
		e.Class, e.Err = ClassTimeout, fmt.Errorf("no answer within %s", c.options.Timeout)
	case e.Class == ClassOther && e.Connected && !e.answered:
		e.Class = ClassReset // errors of net/http without a type, such as that of an idle connection closed
	}
	return e
}

// send carries r out.
func (c *Client) send(r *http.Request) ([]byte, error) {
	start := time.Now()
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, plain(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	c.trace("< %q %q, %d bytes in %s: %q", answer.Status, answer.Header.Get("Content-Type"), len(body),
		time.Since(start).Round(time.Millisecond), body[:min(len(body), maxTraced)])
	if e := refusal(answer); e != nil {
		return nil, e
	}
	switch {
	case err != nil:
		return nil, &Error{Class: classify(err), Status: answer.StatusCode, Err: fmt.Errorf("the answer breaks off after %d bytes: %w", len(body), err)}
	case len(body) > maxBody:
		return nil, errTooLarge()
	}
	return body, nil
}

// refusal is the error of an answer whose status is not 200.
func refusal(answer *http.Response) *Error {
	switch code := answer.StatusCode; {
	case code == http.StatusOK:
		return nil
	case code >= 300 && code < 400:
		return &Error{Class: ClassRedirect, Status: code,
			Err: fmt.Errorf("the modem answers %d and points to %q instead", code, clip(answer.Header.Get("Location")))}
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return &Error{Class: ClassAuth, Status: code, session: true, Err: fmt.Errorf("the modem answers %d %s", code, http.StatusText(code))}
	default:
		return &Error{Class: ClassStatus, Status: code, RetryAfter: retryAfter(answer.Header), Err: fmt.Errorf("the modem answers %d %s", code, http.StatusText(code))}
	}
}

// maxTraced is how much of a body a trace shows.
const maxTraced = 4096

// wait leaves the modem alone for the gap between two requests.
func (c *Client) wait(ctx context.Context) error {
	d := time.Until(c.notBefore)
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// retryAfter reads the header of that name; 0 where it says nothing sensible.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseUint(h.Get("Retry-After"), 10, 32)
	if err != nil {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, time.Hour)
}

func (c *Client) trace(format string, args ...any) {
	if c.options.Trace != nil {
		c.options.Trace(format, args...)
	}
}
