package coda

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// The password reaches the modem and nothing else, even if the modem sends it back.
func TestPasswordStaysSecret(t *testing.T) {
	echoes := map[string]func(string) http.HandlerFunc{
		"text": func(p string) http.HandlerFunc { return says(200, "you said "+p) },
		"code": func(p string) http.HandlerFunc { return says(200, fmt.Sprintf(`{"errCode":"1","errMsg":%q}`, p)) },
		"redirect": func(p string) http.HandlerFunc {
			return http.RedirectHandler("/?p="+url.QueryEscape(p), http.StatusFound).ServeHTTP
		},
		"path": func(p string) http.HandlerFunc {
			return http.RedirectHandler("/"+url.PathEscape(p), http.StatusFound).ServeHTTP
		},
		"status":  func(p string) http.HandlerFunc { return raw("HTTP/1.1 401 " + p + "\r\nContent-Length: 0\r\n\r\n") },
		"no HTTP": func(p string) http.HandlerFunc { return raw(p + "\r\n\r\n") },
		"401":     func(string) http.HandlerFunc { return says(401, "") },
	}
	for name, echo := range echoes {
		for _, d := range []Dialect{Device, DataLogin} {
			t.Run(name+" "+d.String(), func(t *testing.T) {
				m := newModem(t, false, echo(testPassword))
				var lines []string
				c := newClient(t, m.URL, func(o *Options) {
					loginOptions(o, d, "admin")
					o.Trace = func(format string, args ...any) {
						if strings.HasPrefix(format, ">") { // answers are masked where traces are written
							lines = append(lines, fmt.Sprintf(format, args...))
						}
					}
				})
				_, err := fetch(t, c, Downstream)
				if err == nil {
					t.Fatal("no error")
				}
				for inner := err; inner != nil; inner = errors.Unwrap(inner) {
					lines = append(lines, inner.Error(), fmt.Sprintf("%+v", inner))
				}
				for _, line := range lines {
					if strings.Contains(line, "sesä") || strings.Contains(line, "ses%C3") || strings.Contains(line, `ses\`) {
						t.Errorf("%q has the password", line)
					}
				}
			})
		}
	}
}

// raw answers with bytes.
func raw(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		io.WriteString(conn, answer)
	}
}

func TestRepeats(t *testing.T) {
	tests := []struct {
		text, password string
		want           bool
	}{
		{`you said hunter-2!`, "hunter-2!", true},
		{`{\"p\":\"a \\\"b\\\"\"}`, `a "b"`, true},
		{"/?p=%C3%A4%25", "ä%", true},
		{"Session timeout", "hunter2", false},
		{"Busy!", "!!", false},
		{"Busy", "", true}, // nothing to hide, nothing to lose
	}
	for _, tt := range tests {
		if got := repeats(tt.text, tt.password); got != tt.want {
			t.Errorf("repeats(%q, %q) = %t, want %t", tt.text, tt.password, got, tt.want)
		}
	}
}
