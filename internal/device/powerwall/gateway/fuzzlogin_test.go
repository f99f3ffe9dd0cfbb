package gateway

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

// FuzzLogin is the answer to a login: status, body, a cookie and Retry-After.
func FuzzLogin(f *testing.F) {
	f.Add(200, []byte(`{"email":"me@example.com","token":"abc==","provider":"Basic"}`), "AuthCookie=abc==; Path=/", "")
	f.Add(200, []byte(`{"token":"a; b\r\n"}`), `AuthCookie="a b"`, "")
	f.Add(429, []byte(`{"code":429,"error":"Api Limit reached for this endpoint","message":"API Limit Reached"}`), "", "3600")
	f.Add(401, []byte(`{"code":401,"error":"bad credentials","message":"Login Error"}`), "", "Fri, 31 Dec 1999 23:59:59 GMT")
	f.Add(503, []byte("<html>"), "UserRecord=x", "-1")
	f.Add(500, []byte(nil), "=", "99999999999")
	f.Fuzz(func(t *testing.T, status int, body []byte, cookie, after string) {
		c := New(Options{Password: func() string { return "other password" }})
		a := &answer{status: status, header: http.Header{"Set-Cookie": {cookie}, "Retry-After": {after}}, body: body}
		err := c.loggedIn(a)
		results := uint64(0)
		for _, n := range c.counts.Logins {
			results += n
		}
		if results != 1 {
			t.Errorf("%d results", results)
		}
		if err == nil {
			checkSession(t, a, &c.session)
			return
		}
		var e *Error
		if !errors.As(err, &e) || !sane(e.Error(), maxMessage) || c.session.token != "" || e.RetryAfter < 0 || e.RetryAfter > longestRest {
			t.Fatalf("error %q (%+v), token %q", err, e, c.session.token)
		}
		if patience := status == 401 || status == 403 || status == 429 || status == 503; patience != (e.RetryAfter >= firstBlock) {
			t.Errorf("status %d: patience for %s", status, e.RetryAfter)
		}
	})
}

// checkSession checks that a session can be sent, as one header with its own cookies.
func checkSession(t *testing.T, a *answer, s *session) {
	t.Helper()
	if a.status != http.StatusOK || s.token == "" || len(s.token) > maxToken || len(s.record) > maxToken {
		t.Errorf("status %d lets in with %q and %q", a.status, s.token, s.record)
	}
	request := http.Request{Header: make(http.Header)}
	s.authorize(request.Header)
	var names []string
	for _, cookie := range request.Cookies() {
		names = append(names, cookie.Name)
		if cookie.Value != s.token && cookie.Value != s.record {
			t.Errorf("the cookie %q is neither %q nor %q", cookie.Value, s.token, s.record)
		}
	}
	want := "AuthCookie"
	if s.record != "" {
		want += " UserRecord"
	}
	if strings.Join(names, " ") != want {
		t.Errorf("cookies %q, want %q", names, want)
	}
}
