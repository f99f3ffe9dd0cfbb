package coda

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const testPassword = `sesämö "7" <&>%`

// deviceModem is a modem of dialect Device. Before each answer it asks end, which may
// be nil, whether the session has ended.
func deviceModem(end func(*http.Request) bool) http.HandlerFunc {
	serial := 0
	current := func() string { return fmt.Sprint("session", serial) }
	return func(w http.ResponseWriter, r *http.Request) {
		if end != nil && end(r) {
			serial++
		}
		switch path, _ := strings.CutPrefix(r.URL.Path, "/1/Device/"); path {
		case "Users/Login":
			serial++
			if r.PostFormValue("model") == `{"password":"sesämö \"7\" \u003c\u0026\u003e%","username":"cusadmin"}` {
				http.SetCookie(w, &http.Cookie{Name: "PHPSESSID", Value: current(), Path: "/"})
			}
		case "CM/Version", "CM/DsInfo", "Router/SysInfo", "Users/Logout":
			if cookie, err := r.Cookie("PHPSESSID"); err != nil || cookie.Value != current() {
				io.WriteString(w, `{"errCode":"401","errMsg":"session expired"}`)
				return
			}
			io.WriteString(w, `{"errCode":"000","errMsg":"","Freq_List":[]}`)
		default:
			http.NotFound(w, r)
		}
	}
}

func deviceOptions(o *Options) { loginOptions(o, Device, "cusadmin") }
func formOptions(o *Options)   { loginOptions(o, DataLogin, "admin") }

func loginOptions(o *Options, d Dialect, user string) {
	o.Dialect, o.Username, o.Password = d, user, func() string { return testPassword }
}

// formModem is a modem of dialect DataLogin.
func formModem(t testing.TB, verdict string, end func(*http.Request) bool) http.HandlerFunc {
	loggedIn := false
	pages := healthy(t)
	return func(w http.ResponseWriter, r *http.Request) {
		if end != nil && end(r) {
			loggedIn = false
		}
		cookie, err := r.Cookie("preSession")
		switch {
		case r.URL.Path == "/":
			http.SetCookie(w, &http.Cookie{Name: "preSession", Value: "p1"})
			http.Redirect(w, r, "/login.html", http.StatusFound)
		case r.URL.Path == "/goform/login":
			want := url.Values{"usr": {"admin"}, "pwd": {testPassword}, "forcelogoff": {"0"}, "preSession": {"p1"}}
			if r.ParseForm(); r.PostForm.Encode() != want.Encode() || err != nil || cookie.Value != "p1" {
				io.WriteString(w, "Session timeout")
				return
			}
			loggedIn = verdict == "success"
			io.WriteString(w, verdict+"\r\n")
		case r.URL.Path == "/goform/logout" && r.PostFormValue("data") == "byebye":
			loggedIn = false
			http.Redirect(w, r, "/login.html", http.StatusFound)
		case !loggedIn || err != nil:
			http.Redirect(w, r, "/login.html", http.StatusFound)
		default:
			pages(w, r)
		}
	}
}

// at makes a function that is true for the n-th request for path.
func at(path string, n ...int) func(*http.Request) bool {
	seen := 0
	return func(r *http.Request) bool {
		if r.URL.Path != path {
			return false
		}
		seen++
		for _, one := range n {
			if one == seen {
				return true
			}
		}
		return false
	}
}

// A session that ended costs one login and one more request, no more.
func TestDeviceSession(t *testing.T) {
	const login, try, logout, page = "POST /1/Device/Users/Login", "GET /1/Device/CM/Version", "POST /1/Device/Users/Logout", "GET /1/Device/CM/DsInfo"
	m := newModem(t, true, deviceModem(at("/1/Device/CM/DsInfo", 2, 4, 5)))
	c := newClient(t, m.URL, deviceOptions)
	mustFetch(t, c, Downstream)
	mustFetch(t, c, Downstream)
	m.wantAsked(t, login, try, page, page, login, try, page)
	e := wantError(t, c, Downstream, ClassAuth, "401") // ends again at once: no second login
	if e.Rejected || e.Silent() {
		t.Error("rejected or silent, want neither: user and password are right")
	}
	m.wantAsked(t, login, try, page, page, login, try, page, page, login, try, page)
	c.EndPoll(t.Context())
	mustFetch(t, c, Downstream)
	if err := c.Close(t.Context()); err != nil {
		t.Errorf("close: %v", err)
	}
	m.wantAsked(t, login, try, page, page, login, try, page, page, login, try, page, logout, login, try, page, logout)
	m.wantConnections(t, 1)
}

func TestFormSession(t *testing.T) {
	const start, login, logout, page = "GET /", "POST /goform/login", "POST /goform/logout", "GET /data/dsinfo.asp"
	m := newModem(t, false, formModem(t, "success", at("/data/dsinfo.asp", 2, 4, 5)))
	c := newClient(t, m.URL, formOptions)
	mustFetch(t, c, Downstream)
	mustFetch(t, c, Downstream)
	m.wantAsked(t, start, login, page, page, start, login, page)
	if e := wantError(t, c, Downstream, ClassAuth, "302"); e.Rejected {
		t.Error("rejected, want not: user and password are right")
	}
	m.wantAsked(t, start, login, page, page, start, login, page, page, start, login, page)
	c.EndPoll(t.Context())      // this session stays
	mustFetch(t, c, Downstream) // the server forgot it: one more login
	if err := c.Logout(t.Context()); err != nil {
		t.Errorf("logout: %v", err)
	}
	m.wantAsked(t, start, login, page, page, start, login, page, page, start, login, page, page, start, login, page, logout)
	if err := c.Logout(t.Context()); err != nil {
		t.Errorf("logout without a session: %v", err)
	}
	m.wantAsked(t, start, login, page, page, start, login, page, page, start, login, page, page, start, login, page, logout)
}

// A session that ended may be answered with the page of the login and status 200.
func TestSessionEndsWithWebPage(t *testing.T) {
	const page, guest = "GET /data/dsinfo.asp", "POST /goform/home"
	login := []string{"GET /", "POST /goform/login"}
	for _, tt := range []struct {
		name    string
		options func(*Options)
		session []string // what opens one
	}{
		{"login", formOptions, login},
		{"guest", func(o *Options) { o.Guest = true }, []string{guest}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			open, end := false, at("/data/dsinfo.asp", 2, 4, 5)
			m := newModem(t, false, func(w http.ResponseWriter, r *http.Request) {
				if end(r) {
					open = false
				}
				switch {
				case r.Method == http.MethodPost:
					open = true
					io.WriteString(w, "success")
				case r.URL.Path == "/":
					io.WriteString(w, "<html>")
				case open:
					io.WriteString(w, "[]")
				default:
					io.WriteString(w, "<html>login</html>")
				}
			})
			c := newClient(t, m.URL, tt.options)
			mustFetch(t, c, Downstream)
			mustFetch(t, c, Downstream)
			want := append(append([]string(nil), tt.session...), page, page)
			want = append(append(want, tt.session...), page)
			m.wantAsked(t, want...)
			if e := wantError(t, c, Downstream, ClassAuth, "HTML page"); e.Rejected { // ends again at once
				t.Error("rejected, want not: the session was opened")
			}
			want = append(append(append(want, page), tt.session...), page)
			m.wantAsked(t, want...)
		})
	}
}

// Without a session there is none to open anew: a web page is a web page.
func TestWebPageWithoutSession(t *testing.T) {
	m := newModem(t, false, says(200, "<html>login</html>"))
	wantError(t, newClient(t, m.URL, nil), Downstream, ClassHTML)
	m.wantAsked(t, "GET /data/dsinfo.asp")
}

// Operators spell the form in their own ways.
func TestFormNames(t *testing.T) {
	var got url.Values
	m := newModem(t, false, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			io.WriteString(w, "<html>")
		case "/goform/other":
			r.ParseForm()
			got = r.PostForm
			http.SetCookie(w, &http.Cookie{Name: "userid", Value: "u"})
			io.WriteString(w, "success")
		default:
			if cookie, err := r.Cookie("userid"); err != nil || cookie.Value != "u" {
				http.Error(w, "who?", http.StatusInternalServerError)
			}
			io.WriteString(w, "[]")
		}
	})
	mustFetch(t, newClient(t, m.URL, func(o *Options) {
		formOptions(o)
		o.Form = LoginForm{Path: "/goform/other", UserField: "user", PasswordField: "pws"}
	}), Downstream)
	if want := (url.Values{"user": {"admin"}, "pws": {testPassword}, "forcelogoff": {"0"}}); got.Encode() != want.Encode() {
		t.Errorf("form %v, want %v", got, want)
	}
}

// What comes of a login that is not let in. None of them is repeated.
func TestLoginRefused(t *testing.T) {
	device := func(login, page http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				login(w, r)
			} else {
				page(w, r)
			}
		}
	}
	good := says(200, `{"errCode":"000"}`)
	tests := map[string]struct {
		dialect  Dialect
		serve    http.HandlerFunc
		class    Class
		rejected bool
		says     string
		requests int
	}{
		"form, wrong":             {DataLogin, formModem(t, "Wrong Credentials.", nil), ClassAuth, true, "not accepted", 2},
		"form, somebody else":     {DataLogin, formModem(t, "Repeat Login", nil), ClassAuth, false, "somebody else", 2},
		"form, another word":      {DataLogin, formModem(t, "Busy\x1b", nil), ClassAuth, false, `"Busy"`, 2},
		"form, 401":               {DataLogin, device(says(401, ""), says(200, "")), ClassAuth, true, "not accepted", 2},
		"form, 500":               {DataLogin, device(says(500, ""), says(200, "")), ClassStatus, false, "500", 2},
		"form, start fails":       {DataLogin, says(503, ""), ClassStatus, false, "503", 1},
		"device, code":            {Device, device(says(200, `{"errCode":"004","errMsg":"bad"}`), good), ClassAuth, true, "(004)", 1},
		"device, code as number":  {Device, device(says(200, `{"errCode":4}`), good), ClassAuth, true, "(004)", 1},
		"device, 403":             {Device, device(says(403, ""), good), ClassAuth, true, "403", 1},
		"device, seeming success": {Device, device(says(200, ""), says(200, `{"errCode":"401"}`)), ClassAuth, true, "not accepted", 2},
		"device, 404":             {Device, device(says(404, ""), good), ClassStatus, false, "404", 1},
		"device, not ready":       {Device, device(says(200, "{}"), says(500, "")), ClassStatus, false, "500", 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := newModem(t, false, tt.serve)
			e := wantError(t, newClient(t, m.URL, func(o *Options) { loginOptions(o, tt.dialect, "admin") }), Downstream, tt.class, tt.says)
			if e.Rejected != tt.rejected || e.session {
				t.Errorf("rejected %t, session %t; want %t, false", e.Rejected, e.session, tt.rejected)
			}
			if got := len(m.asked); got != tt.requests {
				t.Errorf("%d requests, want %d: %q", got, tt.requests, m.asked)
			}
		})
	}
}

func TestNoPassword(t *testing.T) {
	m := newModem(t, false, says(200, ""))
	for _, d := range []Dialect{Device, DataLogin} {
		if e := wantError(t, newClient(t, m.URL, func(o *Options) { o.Dialect = d }), Downstream, ClassAuth, d.String(), "no user and password"); !e.Rejected || e.NoLogin != d {
			t.Errorf("%s: rejected %t, login of %s, want true and %s", d, e.Rejected, e.NoLogin, d)
		}
	}
	m.wantAsked(t)
	for want, serve := range map[Dialect]http.HandlerFunc{Device: http.NotFound, DataLogin: says(200, "<html>")} {
		m := newModem(t, false, serve)
		e := wantError(t, newClient(t, m.URL, func(o *Options) { o.Dialect = Auto }), Downstream, ClassAuth, want.String(), "no user and password")
		if e.Rejected || e.NoLogin != want { // it may also be a modem that starts
			t.Errorf("rejected %t, login of %s, want false and %s", e.Rejected, e.NoLogin, want)
		}
	}
}

func TestGuest(t *testing.T) {
	serial := 0
	end := at("/data/dsinfo.asp", 2)
	m := newModem(t, false, func(w http.ResponseWriter, r *http.Request) {
		if end(r) {
			serial++
		}
		cookie, err := r.Cookie("userid")
		switch {
		case r.URL.Path == "/goform/home" && r.PostFormValue("user") == "nologin" && r.PostFormValue("pws") == "nologin":
			http.SetCookie(w, &http.Cookie{Name: "userid", Value: fmt.Sprint(serial)})
			http.Redirect(w, r, "/index.html", http.StatusFound)
		case err != nil || cookie.Value != fmt.Sprint(serial):
			http.Redirect(w, r, "/login.html", http.StatusFound)
		default:
			io.WriteString(w, "[]")
		}
	})
	c := newClient(t, m.URL, func(o *Options) { o.Guest = true })
	mustFetch(t, c, Downstream)
	mustFetch(t, c, Downstream)
	const guest, page = "POST /goform/home", "GET /data/dsinfo.asp"
	m.wantAsked(t, guest, page, page, guest, page)
}
