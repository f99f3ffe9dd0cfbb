package powerwall

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"time"
)

const (
	authCookie = "AuthCookie"
	userCookie = "UserRecord"
)

// customer is the role that this gateway lets in.
const customer = "customer"

// credentials are what a login says.
type credentials struct {
	Username string `json:"username"`
	Password string `json:"password"`
	Email    string `json:"email"`
	Force    bool   `json:"force_sm_off"`
}

// readCredentials reads JSON or, from clients that send it, a form.
func readCredentials(r *http.Request, body []byte) (credentials, bool) {
	var c credentials
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == "application/x-www-form-urlencoded" {
		fields, err := url.ParseQuery(string(body))
		return credentials{
			Username: fields.Get("username"), Password: fields.Get("password"), Email: fields.Get("email"),
			Force: fields.Get("force_sm_off") == "true",
		}, err == nil
	}
	return c, json.Unmarshal(body, &c) == nil
}

// login is POST /api/login/Basic.
func (s *Sim) login(r *http.Request, body []byte) *answer {
	if r.Method != http.MethodPost {
		return problem(http.StatusMethodNotAllowed, "method not allowed", "Login Error")
	}
	said, ok := readCredentials(r, body)
	if said.Force {
		s.tally.violate(r, "force_sm_off stops the power flow")
	}
	now := s.options.Now()
	if s.sessions.limit.hit(now) || now.Before(s.sessions.lockout.until) {
		s.tally.add(func(seen *Seen) { seen.Limited++ })
		return tooMany()
	}
	if !ok {
		s.tally.add(func(seen *Seen) { seen.Refused++ })
		return problem(http.StatusBadRequest, "invalid JSON in request body", "Login Error")
	}
	if said.Username != customer || said.Password != s.sessions.password {
		s.sessions.lockout.fail(now)
		s.tally.add(func(seen *Seen) { seen.Refused++ })
		return problem(http.StatusUnauthorized, "bad credentials", "Login Error")
	}
	if s.sessions.factory {
		s.tally.add(func(seen *Seen) { seen.Refused++ })
		return problem(http.StatusForbidden, "default password not supported", "Login Error")
	}
	s.sessions.lockout.wrong = 0
	s.tally.add(func(seen *Seen) { seen.Logins++ })
	return welcome(said, s.sessions.open(now), now)
}

// tooMany is the answer to a login when there were too many.
func tooMany() *answer {
	return problem(http.StatusTooManyRequests, "Api Limit reached for this endpoint", "API Limit Reached")
}

// welcome is the answer to a login that was accepted.
func welcome(to credentials, token string, now time.Time) *answer {
	record := map[string]any{
		"Username": to.Username, "Email": to.Email, "FirstName": "Tesla", "LastName": "Energy",
		"Roles": []string{"Home_Owner"}, "Provider": "Basic", "LoginTime": now.Format(time.RFC3339Nano), "Token": token,
	}
	doc := &node{kind: object}
	doc.put("email", value(to.Email))
	doc.put("firstname", value("Tesla"))
	doc.put("lastname", value("Energy"))
	doc.put("roles", value([]string{"Home_Owner"}))
	doc.put("token", value(token))
	doc.put("provider", value("Basic"))
	doc.put("loginTime", value(now.Format(time.RFC3339Nano)))
	a := newAnswer(http.StatusOK, jsonType, "")
	a.doc = doc
	a.header["Set-Cookie"] = []string{
		authCookie + "=" + token + "; Path=/",
		userCookie + "=" + base64.StdEncoding.EncodeToString([]byte(value(record).String())) + "; Path=/",
	}
	return a
}

// logout is GET /api/logout by somebody who is logged in.
func (s *Sim) logout(r *http.Request) *answer {
	for _, token := range tokensOf(r) {
		if _, ok := s.sessions.tokens[token]; ok {
			delete(s.sessions.tokens, token)
			s.tally.add(func(seen *Seen) { seen.Logouts++ })
		}
	}
	return newAnswer(http.StatusNoContent, "", "")
}

// hit counts a login, and says whether it is one too many.
func (l *limit) hit(now time.Time) bool {
	if l.count <= 0 {
		return false
	}
	if !l.hitAt.IsZero() {
		if now.Sub(l.hitAt) < l.quiet {
			l.hitAt = now
			return true
		}
		l.hitAt, l.recent = time.Time{}, nil
	}
	var recent []time.Time
	for _, at := range l.recent {
		if now.Sub(at) < l.window {
			recent = append(recent, at)
		}
	}
	l.recent = append(recent, now)
	if len(l.recent) > l.count {
		l.hitAt = now
		return true
	}
	return false
}

// fail counts a wrong password.
func (l *lockout) fail(now time.Time) {
	if l.after <= 0 {
		return
	}
	if l.wrong++; l.wrong >= l.after {
		l.wrong, l.until = 0, now.Add(l.lasts)
	}
}
