package hitron

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

const (
	deviceCookie = "PHPSESSID"
	preCookie    = "preSession"
	guestCookie  = "userid"
)

func cookieOf(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

func (a *answer) setCookie(name, value string) *answer {
	a.header.Add("Set-Cookie", (&http.Cookie{Name: name, Value: value, Path: "/"}).String())
	return a
}

func toLogin(to string) *answer {
	a := newAnswer(http.StatusFound, htmlType, "<html><body>This document has moved.</body></html>")
	a.header.Set("Location", to)
	return a
}

// form reads the fields of a POST.
func form(r *http.Request) url.Values {
	r.Body = http.MaxBytesReader(nil, r.Body, 64<<10)
	if r.ParseForm() != nil {
		return nil
	}
	return r.PostForm
}

// admit returns nil for who may ask, or else the answer to who may not.
func (s *Sim) admit(r *http.Request, name Endpoint) *answer {
	switch name {
	case Root, Login, Logout, Guest:
		return nil
	}
	now := s.options.Now()
	switch s.options.Dialect {
	case Device:
		if s.options.NeedReferer && !strings.HasPrefix(r.Referer(), s.URL()+"/") {
			return newAnswer(http.StatusForbidden, htmlType, "<html><body>Forbidden</body></html>")
		}
		if s.sessions.owns(r, deviceCookie, now) {
			return nil
		}
		if status := s.sessions.lossStatus; status != 0 {
			return newAnswer(status, jsonType, "")
		}
		return newAnswer(http.StatusOK, jsonType, `{"errCode":"401","errMsg":"session expired"}`)
	case DataLogin:
		if s.sessions.owns(r, s.sessionCookie(), now) {
			return nil
		}
		return s.outside("/login.html")
	}
	if !s.options.GuestSession || s.sessions.guests[cookieOf(r, guestCookie)] {
		return nil
	}
	return s.outside("/index.html")
}

// outside is the answer of Data and DataLogin to who has no session: a page, or where it is.
func (s *Sim) outside(page string) *answer {
	if s.sessions.lossPage {
		return newAnswer(http.StatusOK, htmlType, loginPage)
	}
	return toLogin(page)
}

// root is GET /. DataLogin begins a login with it.
func (s *Sim) root(*http.Request) *answer {
	switch s.options.Dialect {
	case Device:
		return toLogin("/webpages/index.html")
	case DataLogin:
		id := rand.Text()
		s.sessions.pending = remember(s.sessions.pending, id)
		return toLogin("/login.html").setCookie(preCookie, id)
	}
	return newAnswer(http.StatusOK, htmlType, loginPage)
}

// guestLogin is POST /goform/home of dialect Data.
func (s *Sim) guestLogin(r *http.Request) *answer {
	f := form(r)
	if f.Get("user") != "nologin" || f.Get("pws") != "nologin" {
		s.tally.add(func(seen *Seen) { seen.Refused++ })
		return newAnswer(http.StatusOK, htmlType, loginPage)
	}
	id := rand.Text()
	s.sessions.guests = remember(s.sessions.guests, id)
	s.tally.add(func(seen *Seen) { seen.Logins++ })
	return newAnswer(http.StatusOK, htmlType, "success").setCookie(guestCookie, id)
}

// deviceLogin is the login of dialect Device. While somebody is logged in, nobody else is let in.
func (s *Sim) deviceLogin(r *http.Request) *answer {
	var model struct{ Username, Password string }
	err := json.Unmarshal([]byte(form(r).Get("model")), &model)
	now := s.options.Now()
	own := s.sessions.owns(r, deviceCookie, now)
	switch {
	case err != nil || model.Username != s.options.Username || model.Password != s.sessions.password:
		s.tally.add(func(seen *Seen) { seen.Refused++ })
		if s.sessions.quiet {
			return newAnswer(http.StatusOK, jsonType, "{}")
		}
		return newAnswer(http.StatusOK, jsonType, `{"errCode":"003","errMsg":"Wrong username or password"}`)
	case s.sessions.alive(now) && !own:
		s.tally.add(func(seen *Seen) { seen.Refused++ })
		return newAnswer(http.StatusOK, jsonType, `{"errCode":"004","errMsg":"Another user is logged in"}`)
	}
	id := rand.Text()
	s.sessions.begin(id, now)
	s.tally.add(func(seen *Seen) { seen.Logins++ })
	body := `{"errCode":"000","errMsg":""}`
	if s.options.Firmware == Firmware71 {
		body = ""
	}
	return newAnswer(http.StatusOK, jsonType, body).setCookie(deviceCookie, id)
}

func (s *Sim) deviceLogout(r *http.Request) *answer {
	s.endSession(r, deviceCookie)
	return newAnswer(http.StatusOK, jsonType, `{"errCode":"000","errMsg":""}`)
}

func (s *Sim) endSession(r *http.Request, cookie string) {
	if !s.sessions.owns(r, cookie, s.options.Now()) {
		return
	}
	s.sessions.admin = ""
	s.tally.add(func(seen *Seen) { seen.Logouts++ })
}

// sessionCookie names the cookie that DataLogin wants with a request.
func (s *Sim) sessionCookie() string {
	if s.options.Login.Cookie != "" {
		return s.options.Login.Cookie
	}
	return preCookie
}

// formLogin is POST /goform/login.
func (s *Sim) formLogin(r *http.Request) *answer {
	f := form(r)
	id := cookieOf(r, preCookie)
	now := s.options.Now()
	own := s.sessions.owns(r, s.sessionCookie(), now)
	refuse := func(why string) *answer {
		s.tally.add(func(seen *Seen) { seen.Refused++ })
		return newAnswer(http.StatusOK, htmlType, why)
	}
	switch {
	case id == "" || f.Get(preCookie) != id || !s.sessions.pending[id] && !own:
		return refuse("Your session has timed out. Please try again.")
	case f.Get(s.options.Login.UserField) != s.options.Username ||
		f.Get(s.options.Login.PasswordField) != s.sessions.password:
		return refuse("Wrong Credentials.")
	case s.sessions.alive(now) && !own && f.Get("forcelogoff") != "1":
		return refuse("Repeat Login")
	}
	delete(s.sessions.pending, id)
	s.tally.add(func(seen *Seen) { seen.Logins++ })
	a := newAnswer(http.StatusOK, htmlType, "success")
	if name := s.options.Login.Cookie; name != "" {
		id = rand.Text()
		a.setCookie(name, id)
	}
	s.sessions.begin(id, now)
	return a
}

// formLogout is POST /goform/logout with data=byebye.
func (s *Sim) formLogout(r *http.Request) *answer {
	if form(r).Get("data") == "byebye" {
		s.endSession(r, s.sessionCookie())
	}
	return newAnswer(http.StatusOK, htmlType, "success")
}
