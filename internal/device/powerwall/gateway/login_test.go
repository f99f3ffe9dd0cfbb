package gateway

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// all is the paths of a round, in order.
func all() []string { return slices.Sorted(maps.Keys(files)) }

// poll asks for everything, in one round, and returns how often that worked.
func poll(t testing.TB, c *Client) (good int) {
	t.Helper()
	r := c.Round()
	for _, path := range all() {
		if _, err := r.get(t.Context(), path); err == nil {
			good++
		}
	}
	return good
}

func TestOneLoginForManyRounds(t *testing.T) {
	h := newHouse()
	address, _ := h.start(t)
	c := newClient(t, address, nil)
	for range 12 {
		if good := poll(t, c); good != len(files) {
			t.Fatalf("%d documents, want %d", good, len(files))
		}
	}
	h.wantLogins(t, 1)
	h.wantConnections(t, 1)
	if d := cmp.Diff(Counts{Logins: map[LoginResult]uint64{LoginOK: 1}}, c.Counts()); d != "" {
		t.Errorf("counts, -want +got:\n%s", d)
	}
	h.set(func(h *house) {
		if want := 12*len(files) + 1; len(h.asked) != want || h.peak != 1 {
			t.Errorf("%d requests, %d at a time; want %d, 1", len(h.asked), h.peak, want)
		}
	})
}

// A token that expires costs a login and no document.
func TestTokenExpires(t *testing.T) {
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		for _, requests := range []int{1, 2, 5, 7, 17, 100} {
			h := newHouse()
			h.tokenFor, h.refusal, h.open = requests, status, nil
			address, _ := h.start(t)
			c := newClient(t, address, nil)
			const rounds = 3
			for range rounds {
				if good := poll(t, c); good != len(files) {
					t.Errorf("token for %d requests: %d documents, want %d", requests, good, len(files))
				}
			}
			total := rounds * len(files)
			h.wantLogins(t, (total+requests-1)/requests)
		}
	}
}

// A wrong password is tried once, then not for 5 minutes, 10, 20, 40, 60 and 60.
func TestWrongPassword(t *testing.T) {
	h := newHouse()
	wrong := func(o *Options) { o.Password = func() string { return "other" } }
	bubbled(t, h, wrong, nil, func(t *testing.T, c *Client) {
		logins := 0
		for _, minutes := range []time.Duration{5, 10, 20, 40, 60, 60} {
			e := wantError(t, c.Round(), "/api/operation", ClassAuth, "refuses the login", "401 (bad credentials, Login Error)")
			if e.RetryAfter != minutes*time.Minute {
				t.Errorf("patience for %s, want %s", e.RetryAfter, minutes*time.Minute)
			}
			logins++
			for end := time.Now().Add(minutes * time.Minute); ; {
				r := c.Round()
				mustGet(t, r, "/api/status") // needs none
				wantError(t, r, "/api/operation", ClassAuth, "no login before", "bad credentials")
				wantError(t, r, "/api/networks", ClassAuth)
				step := min(15*time.Second, time.Until(end)-time.Nanosecond)
				if step <= 0 {
					break
				}
				time.Sleep(step)
			}
			h.wantLogins(t, logins)
			time.Sleep(time.Nanosecond)
		}
		if d := cmp.Diff(map[LoginResult]uint64{LoginDenied: 6}, c.Counts().Logins); d != "" {
			t.Errorf("counts, -want +got:\n%s", d)
		}
		c.options.Password = func() string { return password }
		mustGet(t, c.Round(), "/api/operation")
		if !c.BlockedUntil().IsZero() {
			t.Errorf("blocked until %s after a login, want not", c.BlockedUntil())
		}
		c.session.drop()
		c.options.Password = func() string { return "other" }
		if e := wantError(t, c.Round(), "/api/operation", ClassAuth); e.RetryAfter != 5*time.Minute {
			t.Errorf("patience for %s after a good login, want 5 minutes again", e.RetryAfter)
		}
	})
}

func TestLoginLimited(t *testing.T) {
	h := newHouse()
	after := ""
	h.login = func(w http.ResponseWriter, r *http.Request) {
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		says(http.StatusTooManyRequests, `{"code":429,"error":"Api Limit reached for this endpoint","message":"API Limit Reached"}`)(w, r)
	}
	bubbled(t, h, nil, nil, func(t *testing.T, c *Client) {
		for i, tt := range []struct {
			after string
			want  time.Duration
		}{
			{"", 5 * time.Minute}, {"", 10 * time.Minute}, {"30", 20 * time.Minute}, {"", 30 * time.Minute}, {"soon", 30 * time.Minute},
			{"3600", time.Hour}, {time.Now().Add(10 * time.Hour).UTC().Format(http.TimeFormat), 10*time.Hour - 125*time.Minute - 30*time.Minute},
			{"9999999", 24 * time.Hour}, {"-1", 30 * time.Minute}, {"Fri, 02 Jan 1998 15:04:05 GMT", 30 * time.Minute},
		} {
			after = tt.after
			e := wantError(t, c.Round(), "/api/operation", ClassLimited, "limits logins", "Api Limit reached for this endpoint")
			if e.RetryAfter != tt.want || e.Status != http.StatusTooManyRequests {
				t.Errorf("%d: status %d, patience for %s; want 429, %s", i, e.Status, e.RetryAfter, tt.want)
			}
			if got := time.Until(c.BlockedUntil()); got != tt.want {
				t.Errorf("%d: blocked for %s, want %s", i, got, tt.want)
			}
			for range 3 {
				wantError(t, c.Round(), "/api/operation", ClassLimited, "no login before")
			}
			mustGet(t, c.Round(), "/api/status")
			h.wantLogins(t, i+1)
			time.Sleep(tt.want)
		}
	})
}

// What a login can answer, and what becomes of it.
func TestLoginAnswers(t *testing.T) {
	cookie := func(value string) func(http.Header) {
		return func(h http.Header) { h.Add("Set-Cookie", "AuthCookie="+value+"; Path=/") }
	}
	tests := map[string]struct {
		status int
		body   string
		header func(http.Header)
		token  string
		class  Class
		says   string
		result LoginResult
	}{
		"token":                         {200, `{"token":"abc=="}`, nil, "abc==", "", "", LoginOK},
		"escaped token":                 {200, `{"token" : "a\u0062c\u003d="}`, nil, "abc==", "", "", LoginOK},
		"both":                          {200, `{"token":"abc=="}`, cookie("other"), "abc==", "", "", LoginOK},
		"long token":                    {200, `{"token":"` + strings.Repeat("x", 900) + `"}`, nil, strings.Repeat("x", 900), "", "", LoginOK},
		"only in the cookie":            {200, `{"email":"a"}`, cookie("abc=="), "abc==", "", "", LoginOK},
		"cookie and no JSON":            {200, "<html>", cookie("abc=="), "abc==", "", "", LoginOK},
		"cut after the token":           {200, `{"roles":["a"],"token":"abc==","prov`, nil, "abc==", "", "", LoginOK},
		"damaged before the token":      {200, `{"roles":["a",,"token":"abc=="}`, nil, "abc==", "", "", LoginOK},
		"token of another type":         {200, `{"token":5}`, nil, "", ClassAuth, "gives no token", LoginFailed},
		"token of another type, cookie": {200, `{"token":null}`, cookie("abc"), "abc", "", "", LoginOK},
		"token that is none":            {200, `{"token":"a; b\r\nX: y"}`, nil, "", ClassAuth, "gives no token", LoginFailed},
		"token of two words":            {200, `{"token":"a b"}`, cookie("abc"), "abc", "", "", LoginOK},
		"token of two lines":            {200, `{"token":"a\nb"}`, cookie("abc"), "abc", "", "", LoginOK},
		"endless token":                 {200, `{"token":"` + strings.Repeat("x", maxToken+1) + `"}`, nil, "", ClassAuth, "gives no token", LoginFailed},
		"empty token":                   {200, `{"token":""}`, nil, "", ClassAuth, "gives no token", LoginFailed},
		"nothing":                       {200, "", nil, "", ClassAuth, "gives no token", LoginFailed},
		"cut token":                     {200, `{"token":"abc=`, nil, "", ClassAuth, "gives no token", LoginFailed},
		"default password":              {403, `{"code":403,"error":"default password not supported","message":"Login Error"}`, nil, "", ClassAuth, "403 (default password not supported, Login Error)", LoginDenied},
		"refused without words":         {401, "", nil, "", ClassAuth, "401 (Unauthorized)", LoginDenied},
		"one word twice":                {401, `{"error":"no","message":"no"}`, nil, "", ClassAuth, "401 (no)", LoginDenied},
		"only a message":                {401, `{"message":"no\u0007"}`, nil, "", ClassAuth, "401 (no)", LoginDenied},
		"broken":                        {500, `{"error":"oops"}`, nil, "", ClassStatus, "the login failed: it answers 500 (oops)", LoginFailed},
		"a status without a name":       {299, `{"token":"abc"}`, nil, "", ClassStatus, "it answers 299", LoginFailed},
		"elsewhere":                     {307, "", func(h http.Header) { h.Set("Location", "https://192.0.2.1/") }, "", ClassStatus, "307", LoginFailed},
		"busy":                          {503, `{"error":"current config mode is busy","message":"current config mode is busy"}`, nil, "", ClassLimited, "503 (current config mode is busy)", LoginFailed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHouse()
			var cookies []string
			h.login = func(w http.ResponseWriter, r *http.Request) {
				if tt.header != nil {
					tt.header(w.Header())
				}
				says(tt.status, tt.body)(w, r)
			}
			h.page = func(w http.ResponseWriter, r *http.Request) bool {
				cookies = append(cookies, r.Header.Get("Cookie"))
				says(200, "{}")(w, r)
				return true
			}
			address, _ := h.start(t)
			c := newClient(t, address, nil)
			r := c.Round()
			if tt.class == "" {
				mustGet(t, r, "/api/operation")
				if d := cmp.Diff([]string{"AuthCookie=" + tt.token}, cookies); d != "" {
					t.Errorf("cookies, -want +got:\n%s", d)
				}
			} else {
				wantError(t, r, "/api/operation", tt.class, tt.says)
				wantError(t, r, "/api/networks", tt.class) // no second attempt in this round
				if len(cookies) != 0 {
					t.Errorf("asked with the cookies %q, want not at all", cookies)
				}
			}
			h.wantLogins(t, 1)
			if d := cmp.Diff(map[LoginResult]uint64{tt.result: 1}, c.Counts().Logins); d != "" {
				t.Errorf("counts, -want +got:\n%s", d)
			}
		})
	}
}
