package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// A session is the login, and what keeps us from trying it too often: a gateway that
// limits logins goes on doing so for as long as they keep coming.
type session struct {
	token, record string // of the cookies AuthCookie and UserRecord
	refusals      int    // answers in a row that refuse the token
	failures      int    // refused logins in a row
	blockedUntil  time.Time
	blockedBy     *Error
}

// Format prints nothing of the session: it would let whoever reads it in.
func (s session) Format(f fmt.State, _ rune) { io.WriteString(f, "session") }

// drop forgets the token. What blocks logins stays.
func (s *session) drop() { s.token, s.record, s.refusals = "", "", 0 }

// LoginResult is how a login ended.
type LoginResult string

// The results.
const (
	LoginOK      LoginResult = "ok"
	LoginDenied  LoginResult = "denied"
	LoginLimited LoginResult = "rate_limited"
	LoginFailed  LoginResult = "error"
)

// LoginResults returns all results.
func LoginResults() []LoginResult {
	return []LoginResult{LoginOK, LoginDenied, LoginLimited, LoginFailed}
}

// Blocks after refused logins: the first one, and what it doubles to.
const (
	firstBlock   = 5 * time.Minute
	longestDeny  = time.Hour
	longestLimit = 30 * time.Minute
)

// login opens a session, with one attempt. While logins are blocked, and after one of
// this round that failed, it fails without one. The token there was stays until there
// is a better one: it may still be good for other paths.
func (r *Round) login(ctx context.Context) error {
	c := r.client
	switch now := time.Now(); {
	case r.noLogin != nil:
		return r.noLogin
	case now.Before(c.session.blockedUntil):
		return c.session.blocked(now)
	case c.options.Password == nil:
		return &Error{Class: ClassAuth, Err: errors.New("the gateway wants a login, and no password is configured")}
	}
	body, err := json.Marshal(map[string]any{
		"username": "customer", "email": c.options.Email, "password": c.options.Password(),
		"force_sm_off": false, // true would let the login stop the power flow
	})
	if err != nil {
		return fmt.Errorf("encode the login: %w", err)
	}
	answer, err := r.exchange(ctx, http.MethodPost, "/api/login/Basic", body)
	if err != nil {
		c.counts.Logins[LoginFailed]++
		return r.loginLost(err)
	}
	if err := c.loggedIn(answer); err != nil {
		r.noLogin = err
		return err
	}
	r.fresh = true
	return nil
}

// loginLost takes a login that had no answer. If it may have reached the gateway, this
// round has no other.
func (r *Round) loginLost(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	e.Err = fmt.Errorf("the login: %w", e.Err)
	if !e.unreached() || e.way.connected.Load() {
		r.noLogin = e
	}
	return e
}

// blocked returns why no login is tried now.
func (s *session) blocked(now time.Time) *Error {
	by := s.blockedBy
	return &Error{Class: by.Class, RetryAfter: s.blockedUntil.Sub(now),
		Err: fmt.Errorf("no login before %s, because of the last one: %w", s.blockedUntil.Format(time.TimeOnly), by.Err)}
}

// loggedIn takes the answer to a login.
func (c *Client) loggedIn(a *answer) error {
	switch {
	case a.status == http.StatusOK:
		token, record := a.token()
		if token == "" {
			c.counts.Logins[LoginFailed]++
			return &Error{Class: ClassAuth, Status: a.status, Err: errors.New("the gateway accepts the login and gives no token")}
		}
		c.session = session{token: token, record: record}
		c.counts.Logins[LoginOK]++
		return nil
	case a.status == http.StatusTooManyRequests:
		c.counts.Logins[LoginLimited]++
		return c.block(a, ClassLimited, longestLimit, "the gateway limits logins")
	case a.refused():
		c.counts.Logins[LoginDenied]++
		return c.block(a, ClassAuth, longestDeny, "the gateway refuses the login")
	case a.status == http.StatusServiceUnavailable:
		c.counts.Logins[LoginFailed]++
		return c.rest(a, time.Now())
	}
	c.counts.Logins[LoginFailed]++
	return &Error{Class: ClassStatus, Status: a.status, Err: fmt.Errorf("the login failed: %s", c.word(a))}
}

// block keeps from further logins, longer each time.
func (c *Client) block(a *answer, class Class, longest time.Duration, what string) error {
	s, now := &c.session, time.Now()
	wait := min(firstBlock<<min(s.failures, 10), longest)
	wait = max(wait, a.retryAfter())
	s.failures++
	s.blockedUntil = now.Add(wait)
	s.blockedBy = &Error{Class: class, Status: a.status, RetryAfter: wait, Err: fmt.Errorf("%s: %s", what, c.word(a))}
	return s.blockedBy
}

// logout ends the session. The result does not matter.
func (c *Client) logout(ctx context.Context) {
	if c.session.token == "" {
		return
	}
	r := &Round{client: c}
	_, _ = r.once(ctx, http.MethodGet, "/api/logout", nil)
	c.session.drop()
}
