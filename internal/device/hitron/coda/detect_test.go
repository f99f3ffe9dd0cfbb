package coda

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The first answer tells the dialect, and it is asked for once.
func TestDetect(t *testing.T) {
	const sys = "GET /data/getSysInfo.asp"
	login := func(o *Options) { loginOptions(o, Auto, "cusadmin") }
	tests := map[string]struct {
		serve  http.HandlerFunc
		change func(*Options)
		want   Dialect
		asked  []string
	}{
		"data":   {healthy(t), nil, Data, []string{sys, "GET /data/dsinfo.asp", "GET /data/usinfo.asp"}},
		"device": {deviceModemWith(`[]`), login, Device, []string{sys, "POST /1/Device/Users/Login", "GET /1/Device/CM/Version", "GET /1/Device/CM/DsInfo", "GET /1/Device/CM/UsInfo"}},
		"data with login": {formModem(t, "success", nil), func(o *Options) { loginOptions(o, Auto, "admin") }, DataLogin,
			[]string{sys, "GET /", "POST /goform/login", "GET /data/dsinfo.asp", "GET /data/usinfo.asp"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := newModem(t, false, tt.serve)
			c := newClient(t, m.URL, func(o *Options) {
				o.Dialect = Auto
				if tt.change != nil {
					tt.change(o)
				}
			})
			if dialectOf(c) != Auto {
				t.Errorf("dialect %s before anything was asked", dialectOf(c))
			}
			mustFetch(t, c, Downstream)
			mustFetch(t, c, Upstream) // the dialect is known
			if dialectOf(c) != tt.want {
				t.Errorf("dialect %s, want %s", dialectOf(c), tt.want)
			}
			m.wantAsked(t, tt.asked...)
		})
	}
}

// deviceModemWith is a modem of dialect Device that takes any login.
func deviceModemWith(rows string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/1/Device/") {
			http.NotFound(w, r)
			return
		}
		io.WriteString(w, `{"errCode":"000","Freq_List":`+rows+`}`)
	}
}

// Answers that tell nothing of the dialect leave it open, and it is asked anew.
func TestDetectAgain(t *testing.T) {
	tests := map[string]struct {
		first http.HandlerFunc
		class Class
	}{
		"late":                      {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, ClassTimeout},
		"busy":                      {says(503, ""), ClassStatus},
		"too long":                  {says(200, strings.Repeat("x", maxBody+1)), ClassTooLarge},
		"login page while starting": {says(200, "<html>"), ClassAuth},
		"redirect while starting":   {http.RedirectHandler("/", http.StatusFound).ServeHTTP, ClassAuth},
		"nothing yet":               {http.NotFound, ClassAuth},
		"empty":                     {says(200, ""), ClassEmpty},
		"cut off":                   {says(200, "[{"), ClassJSON},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := newModem(t, false, tt.first)
			c := newClient(t, m.URL, func(o *Options) { o.Dialect = Auto; o.Timeout = 100 * time.Millisecond })
			e := wantError(t, c, System, tt.class)
			if dialectOf(c) != Auto || e.Rejected {
				t.Errorf("dialect %s, rejected %t; want auto, false", dialectOf(c), e.Rejected)
			}
			c.options.Timeout = patient
			m.becomes(healthy(t))
			mustFetch(t, c, System)
			if dialectOf(c) != Data {
				t.Errorf("dialect %s, want data", dialectOf(c))
			}
		})
	}
}

// Once logged in, a modem answers as one without login. That must not be taken for one.
func TestDetectWithinSession(t *testing.T) {
	fail := true
	pages := formModem(t, "success", nil)
	m := newModem(t, false, func(w http.ResponseWriter, r *http.Request) {
		if fail && r.URL.Path == "/data/dsinfo.asp" {
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return
		}
		pages(w, r)
	})
	c := newClient(t, m.URL, func(o *Options) { loginOptions(o, Auto, "admin") })
	wantError(t, c, Downstream, ClassStatus)
	fail = false
	mustFetch(t, c, Downstream)
	if dialectOf(c) != DataLogin {
		t.Errorf("dialect %s, want data_login", dialectOf(c))
	}
	m.wantAsked(t, "GET /data/getSysInfo.asp", "GET /", "POST /goform/login", "GET /data/dsinfo.asp", "GET /data/dsinfo.asp")
}

func TestDetectGuest(t *testing.T) {
	m := newModem(t, false, func(w http.ResponseWriter, r *http.Request) {
		switch _, err := r.Cookie("userid"); {
		case r.URL.Path == "/goform/home":
			http.SetCookie(w, &http.Cookie{Name: "userid", Value: "1"})
		case err != nil:
			http.Redirect(w, r, "/login.html", http.StatusFound)
		default:
			io.WriteString(w, "[]")
		}
	})
	c := newClient(t, m.URL, func(o *Options) { o.Dialect = Auto; o.Guest = true })
	mustFetch(t, c, Downstream)
	m.wantAsked(t, "GET /data/getSysInfo.asp", "POST /goform/home", "GET /data/dsinfo.asp")
}
