package tedapi

import (
	"context"
	"maps"
	"time"

	"home_exporter/internal/device/powerwall/gateway"
)

// A refused path is not asked for a while.
type refused struct {
	until time.Time
	err   *gateway.Error
}

// send sends a request, unless the gateway has refused the like, and returns the body
// of a success.
func (c *Client) send(ctx context.Context, q gateway.Request) ([]byte, error) {
	now := time.Now()
	if now.Before(c.cool) {
		return nil, &gateway.Error{Class: gateway.ClassLimited, RetryAfter: c.cool.Sub(now), Err: c.cause}
	}
	if r := c.refused[q.Path]; now.Before(r.until) {
		return nil, &gateway.Error{Class: r.err.Class, Err: r.err.Err}
	}
	a, err := c.options.Exchange(ctx, q)
	if err != nil {
		return nil, err
	}
	if e := statusError(a, q); e != nil {
		c.remember(q.Path, e)
		return nil, e
	}
	body, err := unpack(a.Body)
	if err != nil {
		return nil, answerError(err)
	}
	return body, nil
}

// maxRefused bounds the paths that are remembered: units have one each.
const maxRefused = 64

// remember keeps from asking again too soon.
func (c *Client) remember(path string, e *gateway.Error) {
	now := time.Now()
	switch e.Class {
	case gateway.ClassLimited:
		c.cool, c.cause = now.Add(e.RetryAfter), e.Err
	case gateway.ClassDenied, gateway.ClassMissing:
		maps.DeleteFunc(c.refused, func(_ string, r refused) bool { return !now.Before(r.until) })
		if len(c.refused) < maxRefused {
			c.refused[path] = refused{now.Add(remember), e}
		}
	}
}
