package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// Password, token and cookies reach the gateway and nothing else, even if it sends
// them back, in whatever form.
func TestSecretsStaySecret(t *testing.T) {
	quoted := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	raw := func(w http.ResponseWriter, text string) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		io.WriteString(conn, text)
	}
	echoes := map[string]func(w http.ResponseWriter, r *http.Request, secret string){
		"error": func(w http.ResponseWriter, r *http.Request, s string) {
			says(401, `{"error":`+quoted("you said "+s)+`}`)(w, r)
		},
		"message": func(w http.ResponseWriter, r *http.Request, s string) {
			says(429, `{"error":"x","message":`+strconv.QuoteToASCII(s)+`}`)(w, r)
		},
		"busy":     func(w http.ResponseWriter, r *http.Request, s string) { says(503, `{"error":`+quoted(s)+`}`)(w, r) },
		"broken":   func(w http.ResponseWriter, r *http.Request, s string) { says(500, `{"message":`+quoted(s)+`}`)(w, r) },
		"page":     func(w http.ResponseWriter, r *http.Request, s string) { says(200, "<p>"+html.EscapeString(s))(w, r) },
		"document": func(w http.ResponseWriter, r *http.Request, s string) { says(200, `{"site_name":`+quoted(s)+`}`)(w, r) },
		"query": func(w http.ResponseWriter, r *http.Request, s string) {
			http.Redirect(w, r, "/?p="+url.QueryEscape(s), http.StatusFound)
		},
		"status": func(w http.ResponseWriter, _ *http.Request, s string) {
			raw(w, "HTTP/1.1 401 "+s+"\r\nContent-Length: 0\r\n\r\n")
		},
		"no HTTP": func(w http.ResponseWriter, _ *http.Request, s string) { raw(w, s+"\r\n\r\n") },
		"header":  func(w http.ResponseWriter, _ *http.Request, s string) { raw(w, "HTTP/1.1 200 OK\r\n"+s+"\r\n\r\n") },
		"upper":   func(w http.ResponseWriter, r *http.Request, s string) { says(404, strings.ToUpper(s))(w, r) },
		"cut body": func(w http.ResponseWriter, _ *http.Request, s string) {
			raw(w, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"+s)
		},
	}
	// A letter of each that no form of writing changes.
	secrets := map[string]string{`Pa55"w<rt ä`: "Pa55", "Secr3tToken-_==": "cr3tTok", "Us3rRecord==": "s3rRec"}
	for name, echo := range echoes {
		for secret, kernel := range secrets {
			for _, atLogin := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s, %s, login %t", name, kernel, atLogin), func(t *testing.T) {
					h := newHouse()
					h.login = func(w http.ResponseWriter, r *http.Request) {
						if atLogin {
							echo(w, r, secret)
							return
						}
						w.Header().Add("Set-Cookie", "UserRecord=Us3rRecord==; Path=/")
						says(200, `{"token":"Secr3tToken-_=="}`)(w, r)
					}
					h.page = func(w http.ResponseWriter, r *http.Request) bool { echo(w, r, secret); return true }
					address, _ := h.start(t)
					var lines []string
					c := newClient(t, address, func(o *Options) {
						o.Password = func() string { return `Pa55"w<rt ä` }
						o.Trace = func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
					})
					if atLogin {
						c.session.token, c.session.record = "Secr3tToken-_==", "Us3rRecord=="
						if err := c.Round().login(t.Context()); err == nil && secret != "Secr3tToken-_==" {
							t.Error("no error")
						} else if err != nil {
							lines = append(lines, everything(err)...)
						}
					} else {
						r := c.Round()
						for _, path := range []string{"/api/operation", "/api/site_info", "/api/status"} {
							if _, err := Get[SiteInfo](t.Context(), r, path); err != nil {
								lines = append(lines, everything(err)...)
							}
						}
					}
					if len(lines) < 2 {
						t.Errorf("%q are too few lines to tell", lines)
					}
					for _, line := range lines {
						if strings.Contains(strings.ToLower(line), strings.ToLower(kernel)) {
							t.Errorf("%q has the secret", line)
						}
					}
				})
			}
		}
	}
}

// everything is all that can be printed of an error.
func everything(err error) (lines []string) {
	for ; err != nil; err = errors.Unwrap(err) {
		lines = append(lines, err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err))
	}
	return lines
}

// A healthy day has no secret in the trace either, and else all that is needed.
func TestTrace(t *testing.T) {
	h := newHouse()
	h.tokenFor = 7
	address, _ := h.start(t)
	var trace strings.Builder
	c := New(Options{Address: address, RequestTimeout: patient, Email: email, Password: func() string { return password },
		Trace: func(format string, args ...any) { fmt.Fprintf(&trace, format+"\n", args...) }})
	poll(t, c)
	c.Close(t.Context())
	for _, secret := range []string{"Pa55", "T0ken", "UserRec0rd", "AuthCookie", "Set-Cookie"} {
		if strings.Contains(trace.String(), secret) {
			t.Errorf("the trace has %q", secret)
		}
	}
	for _, part := range []string{"> POST /api/login/Basic\n< 200, ", "> GET /api/operation\n< 200, 126 bytes in ", `"{\"real_mode\":\"self_consumption\"`, "> GET /api/logout\n< 204, 0 bytes"} {
		if !strings.Contains(trace.String(), part) {
			t.Errorf("the trace lacks %q:\n%.2000s", part, trace.String())
		}
	}
}

// What a gateway puts into an error is cleaned and has an end.
func TestErrorsAreBounded(t *testing.T) {
	h := newHouse()
	long := strings.Repeat(`\u001bä`, 10000)
	h.page = func(w http.ResponseWriter, r *http.Request) bool {
		switch r.URL.Path {
		case "/api/operation":
			says(500, `{"error":"`+long+`","message":"`+long+`."}`)(w, r)
		default:
			conn, _, _ := http.NewResponseController(w).Hijack()
			io.WriteString(conn, strings.Repeat("\x1bä", 10000)+"\r\n\r\n")
			conn.Close()
		}
		return true
	}
	address, _ := h.start(t)
	r := newClient(t, address, nil).Round()
	for path, class := range map[string]Class{"/api/operation": ClassStatus, "/api/status": ClassConnect} {
		if e := wantError(t, r, path, class, "ä"); !sane(e.Error(), maxMessage) {
			t.Errorf("%s: error of %d bytes: %q", path, len(e.Error()), e)
		}
	}
}

func TestTellsSecret(t *testing.T) {
	c := newClient(t, "192.0.2.1:443", func(o *Options) { o.Password = func() string { return `a "ö" <5>%` } })
	for text, want := range map[string]bool{
		`you said a "ö" <5>%!`:            true,
		`{"p":"a \"ö\" <5>%"}`:            true,
		`{"p":"a \"\u00F6\" <5>%"}`:       true,
		`{"p":"a \"ö\" \u003c5\u003e%"}`:  true,
		`/?p=a+%22%C3%B6%22+%3C5%3E%25`:   true,
		`/a%20%22%c3%b6%22%20%3c5%3e%25`:  true,
		`<b>a &#34;ö&#34; &lt;5&gt;%</b>`: true,
		`a "o" <5>%`:                      false,
		``:                                false,
	} {
		if got := c.tellsSecret(text); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
	c.options.Password = nil
	if c.tellsSecret("anything") {
		t.Error("without secrets: true, want false")
	}
}
