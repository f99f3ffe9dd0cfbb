package coda

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestCookies(t *testing.T) {
	many := make([]*http.Cookie, 100)
	for i := range many {
		many[i] = &http.Cookie{Name: fmt.Sprint("c", i), Value: "v"}
	}
	tests := map[string]struct {
		set  []*http.Cookie
		want string
	}{
		"one":        {[]*http.Cookie{{Name: "a", Value: "1"}}, "a=1"},
		"again":      {[]*http.Cookie{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}, {Name: "a", Value: "3"}}, "b=2 a=3"},
		"ended":      {[]*http.Cookie{{Name: "a", Value: "1"}, {Name: "a", MaxAge: -1}}, ""},
		"expired":    {[]*http.Cookie{{Name: "a", Value: "1"}, {Name: "a", Expires: time.Unix(1, 0)}}, ""},
		"has an end": {[]*http.Cookie{{Name: "a", Value: "1", MaxAge: 60, Path: "/x", Domain: "example.org"}}, "a=1"},
		"too long":   {[]*http.Cookie{{Name: "a", Value: strings.Repeat("x", maxCookieLen)}}, ""},
		"too many":   {many, "c0=v c1=v c2=v c3=v c4=v c5=v c6=v c7=v c8=v c9=v c10=v c11=v c12=v c13=v c14=v c15=v"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var j cookies
			j.SetCookies(nil, tt.set)
			var got []string
			for _, c := range j.Cookies(nil) {
				got = append(got, c.String())
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("cookies %q, want %q", s, tt.want)
			}
		})
	}
}
