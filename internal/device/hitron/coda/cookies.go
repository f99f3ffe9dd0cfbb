package coda

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Bounds of what a modem can have us remember and send back. Their sessions take one
// or two cookies.
const (
	maxCookies   = 16
	maxCookieLen = 4096 // RFC 6265, section 6.1
)

// cookies is the jar of a session. It knows one host, the only one that is asked, and
// unlike net/http/cookiejar it has a bound. Older cookies stay, newer ones above the
// bound are dropped.
type cookies struct{ all []*http.Cookie }

var longGone = time.Date(2004, time.January, 1, 0, 0, 0, 0, time.UTC)

// SetCookies keeps what an answer brought.
func (j *cookies) SetCookies(_ *url.URL, set []*http.Cookie) {
	for _, c := range set {
		j.all = slices.DeleteFunc(j.all, func(old *http.Cookie) bool { return old.Name == c.Name })
		// A cookie is deleted with a date long gone. A nearer one says nothing: the clock of
		// a modem can be far off.
		ended := c.MaxAge < 0 || !c.Expires.IsZero() && c.MaxAge == 0 && c.Expires.Before(longGone)
		if ended || len(j.all) == maxCookies || len(c.Name)+len(c.Value) > maxCookieLen {
			continue
		}
		j.all = append(j.all, &http.Cookie{Name: c.Name, Value: c.Value})
	}
}

// Cookies returns what a request takes along.
func (j *cookies) Cookies(*url.URL) []*http.Cookie { return j.all }

func (j *cookies) value(name string) (string, bool) {
	for _, c := range j.all {
		if c.Name == name {
			return c.Value, true
		}
	}
	return "", false
}
