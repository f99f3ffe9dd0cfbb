package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// Memories of what a gateway has refused.
const (
	remember = 10 * time.Minute // paths that it does not have, or does not let us read
	coolDown = 5 * time.Minute  // after 429 and 503
)

// remembered returns why path is not asked for now, nil if it is.
func (c *Client) remembered(path string, now time.Time) error {
	for _, refused := range []map[string]time.Time{c.missing, c.denied} {
		maps.DeleteFunc(refused, func(_ string, until time.Time) bool { return !now.Before(until) })
	}
	switch {
	case now.Before(c.cool):
		return &Error{Class: ClassLimited, RetryAfter: c.cool.Sub(now), Err: c.coolCause}
	case now.Before(c.missing[path]):
		return &Error{Class: ClassMissing, Err: errors.New("this gateway does not have it")}
	case now.Before(c.denied[path]):
		return &Error{Class: ClassDenied, Err: errors.New("this login may not read it")}
	}
	return nil
}

// judge turns an answer into its body or an error, and remembers refusals.
func (c *Client) judge(path string, a *answer) ([]byte, error) {
	now := time.Now()
	switch {
	case a.status == http.StatusOK:
		return a.body, nil
	case a.refused():
		c.denied[path] = now.Add(remember)
		return nil, &Error{Class: ClassDenied, Status: a.status, Err: fmt.Errorf("the gateway does not let this login read it: %s", c.word(a))}
	case a.status == http.StatusNotFound:
		c.missing[path] = now.Add(remember)
		return nil, &Error{Class: ClassMissing, Status: a.status, Err: errors.New("this gateway does not have it")}
	case a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable:
		return nil, c.rest(a, now)
	case a.status == http.StatusBadGateway && len(bytes.TrimSpace(a.body)) == 0:
		return nil, &Error{Class: ClassStopped, Status: a.status, Err: errors.New("the site master is stopped, so there are no data")}
	}
	return nil, &Error{Class: ClassStatus, Status: a.status, Err: errors.New(c.word(a))}
}

// rest leaves the gateway alone for a while, as it asks for.
func (c *Client) rest(a *answer, now time.Time) *Error {
	wait := max(coolDown, a.retryAfter())
	c.cool, c.coolCause = now.Add(wait), fmt.Errorf("the gateway asks for patience: %s", c.word(a))
	return &Error{Class: ClassLimited, Status: a.status, RetryAfter: wait, Err: c.coolCause}
}

func (a *answer) refused() bool {
	return a.status == http.StatusUnauthorized || a.status == http.StatusForbidden
}

// longestRest bounds what a gateway can ask for.
const longestRest = 24 * time.Hour

// retryAfter reads the header of that name: seconds, or a date.
func (a *answer) retryAfter() time.Duration {
	text := a.header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, longestRest)
	}
	if t, err := http.ParseTime(text); err == nil {
		return min(max(time.Until(t), 0), longestRest)
	}
	return 0
}

// word returns what the gateway says with a status other than 200, as far as it has an
// error document: {"code", "error", "message"}, of which any may be missing.
func (c *Client) word(a *answer) string {
	var doc struct {
		Error   string `json:"error"`
		Message string `json:"message"`
	}
	text := http.StatusText(a.status)
	if decode(a.body, &doc) == nil && doc.Error+doc.Message != "" {
		switch {
		case doc.Error == "" || doc.Error == doc.Message:
			text = doc.Message
		case doc.Message == "":
			text = doc.Error
		default:
			text = doc.Error + ", " + doc.Message
		}
	}
	if c.tellsSecret(text) {
		text = "what it says repeats a secret"
	}
	if text == "" {
		return fmt.Sprintf("it answers %d", a.status)
	}
	return fmt.Sprintf("it answers %d (%s)", a.status, text)
}
