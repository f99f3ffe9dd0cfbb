package gateway

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"
)

// A Request is for something beside the local API, at the same gateway: TEDAPI.
type Request struct {
	Method, Path, ContentType string
	Body                      []byte
	// User and Password are sent as basic authorization when User is not empty.
	User     string
	Password func() string
	// Bearer sends the token of the login instead, and logs in where there is none.
	Bearer bool
}

// A Response is what came back, whatever its status.
type Response struct {
	Status     int
	Body       []byte
	RetryAfter time.Duration // what the header of that name says, 0 for nothing
}

// Exchange sends a request over the client's connection, without further attempts. Its
// errors are of type *Error, or that of a canceled ctx; a status is none. No body is
// traced: they hold password hashes, and what the household has told its installer.
func (c *Client) Exchange(ctx context.Context, q Request) (Response, error) {
	if now := time.Now(); now.Before(c.cool) {
		return Response{}, &Error{Class: ClassLimited, RetryAfter: c.cool.Sub(now), Err: c.coolCause}
	}
	r := c.Round()
	if q.Bearer && c.session.token == "" {
		if err := r.login(ctx); err != nil {
			return Response{}, ofLogin(err)
		}
	}
	a, err := c.trade(ctx, q)
	if err != nil || !q.Bearer || r.fresh || a.Status != http.StatusUnauthorized && a.Status != http.StatusForbidden {
		return a, err
	}
	// The token has ended: once more with a new one.
	if err := r.login(ctx); err != nil {
		return Response{}, ofLogin(err)
	}
	return c.trade(ctx, q)
}

// ofLogin marks an error of a login: whoever goes on asking goes on logging in.
func ofLogin(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	marked := *e
	marked.Login = true
	return &marked
}

// trade sends a request, and again where it met a connection that the gateway had given
// up while it was idle.
func (c *Client) trade(ctx context.Context, q Request) (Response, error) {
	a, err := c.tradeOnce(ctx, q)
	var e *Error
	if errors.As(err, &e) && e.stale() && ctx.Err() == nil {
		c.counts.Retries++
		return c.tradeOnce(ctx, q)
	}
	return a, err
}

func (c *Client) tradeOnce(ctx context.Context, q Request) (Response, error) {
	way := new(progress)
	within, cancel := httptrace.WithClientTrace(ctx, way.trace()), func() {}
	if c.options.RequestTimeout > 0 {
		within, cancel = context.WithTimeout(within, c.options.RequestTimeout)
	}
	defer cancel()
	request, err := c.newExchange(within, q)
	if err != nil {
		return Response{}, &Error{Class: ClassConnect, Err: err}
	}
	c.trace("> %s %s, %d bytes", q.Method, q.Path, len(q.Body))
	began := time.Now()
	a, err := c.fetch(request)
	if err == nil {
		c.trace("< %d, %d bytes in %s", a.Status, len(a.Body), time.Since(began).Round(time.Millisecond))
		return a, nil
	}
	if !way.connected.Load() {
		c.transport.CloseIdleConnections() // as once does
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return Response{}, ctx.Err()
	}
	e := c.explain(err, way, ctx.Err() != nil)
	if q.User != "" && Repeats(e.Error(), q.Password(), base64.StdEncoding.EncodeToString([]byte(q.User+":"+q.Password()))) {
		e.Err = errors.New("the answer is no HTTP, and repeats a secret")
	}
	c.trace("< %v", e)
	return Response{}, e
}

// newExchange makes a request that net/http sends once only, as newRequest does.
func (c *Client) newExchange(ctx context.Context, q Request) (*http.Request, error) {
	if !strings.HasPrefix(q.Path, "/tedapi/") {
		return nil, fmt.Errorf("%s is not a part of TEDAPI", q.Path)
	}
	r, err := http.NewRequestWithContext(ctx, q.Method, "https://"+c.options.Address+q.Path, io.NopCloser(bytes.NewReader(q.Body)))
	if err != nil {
		return nil, err
	}
	if q.Method != http.MethodGet {
		r.ContentLength = int64(len(q.Body))
	}
	if q.ContentType != "" {
		r.Header.Set("Content-Type", q.ContentType)
	}
	switch {
	case q.Bearer:
		r.Header.Set("Authorization", "Bearer "+c.session.token)
	case q.User != "":
		r.SetBasicAuth(q.User, q.Password())
	}
	return r, nil
}

// fetch carries r out. Unlike those of logins, answers count only when they are whole.
func (c *Client) fetch(r *http.Request) (Response, error) {
	response, err := c.http.Do(r)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // who asked knows the address
		}
		return Response{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	switch {
	case len(content) > maxBody:
		return Response{}, &Error{Class: ClassLarge, Status: response.StatusCode, Err: fmt.Errorf("the answer is longer than %d bytes", maxBody)}
	case err != nil:
		e := asError(err)
		return Response{}, &Error{Class: e.Class, Status: response.StatusCode, Err: fmt.Errorf("the answer breaks off after %d bytes: %w", len(content), err)}
	}
	a := answer{header: response.Header}
	return Response{Status: response.StatusCode, Body: content, RetryAfter: a.retryAfter()}, nil
}

// Clean returns a text that came through Exchange as labels and errors can show it:
// without control characters, and bounded.
func Clean(text string) string { return clean(text) }
