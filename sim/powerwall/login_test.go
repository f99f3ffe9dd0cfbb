package powerwall

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestLoginAnswer(t *testing.T) {
	clock := newClock()
	c := newClient(t, start(t, Options{Now: clock.Now}))
	got := c.login(goodPassword)
	var said struct {
		Email, Firstname, Lastname, Token, Provider, LoginTime string
		Roles                                                  []string
	}
	if err := json.Unmarshal([]byte(got.body), &said); err != nil {
		t.Fatal(err)
	}
	if got.status != 200 || said.Email != "me@example.com" || said.Provider != "Basic" || said.Roles[0] != "Home_Owner" ||
		said.LoginTime != clock.Now().Format(time.RFC3339Nano) {
		t.Errorf("%d %s", got.status, got.body)
	}
	if raw, err := base64.URLEncoding.DecodeString(said.Token); err != nil || len(said.Token) != 88 || len(raw) != 64 {
		t.Errorf("token %q: %v", said.Token, err)
	}
	cookies := got.header["Set-Cookie"]
	if len(cookies) != 2 || cookies[0] != "AuthCookie="+said.Token+"; Path=/" || !strings.HasPrefix(cookies[1], "UserRecord=") {
		t.Errorf("cookies %q", cookies)
	}
}

func TestWaysToLogIn(t *testing.T) {
	form := url.Values{"username": {customer}, "password": {goodPassword}, "email": {"a@b"}, "clientInfo": {`{"timezone":"Europe/Berlin"}`}}
	tests := map[string]struct {
		kind, body string
		want       int
	}{
		"JSON":             {jsonType, `{"username":"customer","password":"EXMPL"}`, 200},
		"JSON untyped":     {"", `{"username":"customer","password":"EXMPL"}`, 200},
		"form":             {"application/x-www-form-urlencoded", form.Encode(), 200},
		"wrong password":   {jsonType, `{"username":"customer","password":"exmpl"}`, 401},
		"whole password":   {jsonType, `{"username":"customer","password":"ABCDEEXMPL"}`, 401},
		"wrong role":       {jsonType, `{"username":"installer","password":"EXMPL"}`, 401},
		"no password":      {jsonType, `{"username":"customer"}`, 401},
		"no JSON":          {jsonType, `username=customer`, 400},
		"damaged form":     {"application/x-www-form-urlencoded", "%zz", 400},
		"number for text":  {jsonType, `{"username":"customer","password":12345}`, 400},
		"nothing whatever": {jsonType, ``, 400},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := start(t, Options{})
			got := newClient(t, s).do(http.MethodPost, "/api/login/Basic", tt.kind, []byte(tt.body))
			if got.status != tt.want {
				t.Errorf("%d %s, want %d", got.status, got.body, tt.want)
			}
			if tt.want == 401 && got.body != `{"code":401,"error":"bad credentials","message":"Login Error"}` {
				t.Errorf("body %s", got.body)
			}
			seen := s.Seen()
			if seen.Attempts() != 1 || (seen.Logins == 1) != (tt.want == 200) || seen.Tokens != seen.Logins {
				t.Errorf("seen %+v", seen)
			}
		})
	}
}

func TestTokenCarriers(t *testing.T) {
	s := start(t, Options{})
	c := loggedIn(t, s)
	for name, headers := range map[string]http.Header{
		"cookie":       {"Cookie": {"AuthCookie=" + c.token}},
		"both, twice":  {"Cookie": {"AuthCookie=" + c.token + "; UserRecord=x; AuthCookie=" + c.token + "; UserRecord=x"}},
		"bearer":       {"Authorization": {"Bearer " + c.token}},
		"old and good": {"Cookie": {"AuthCookie=old; AuthCookie=" + c.token}},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/api/system_status/soe", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = headers
		if got := c.send(r); got.status != 200 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	auths, cookies := map[string]int{}, 0
	for _, r := range s.History() {
		auths[r.Auth]++
		cookies += len(r.Cookies)
	}
	if auths["Bearer"] != 1 || cookies != 4 {
		t.Errorf("auth %v, %d cookies in %+v", auths, cookies, s.History())
	}
}

func TestRefusals(t *testing.T) {
	s := start(t, Options{})
	c := newClient(t, s)
	check := func(what string, want string) {
		t.Helper()
		got := c.get(SOE)
		if got.body != want {
			t.Errorf("%s: %d %s, want %s", what, got.status, got.body, want)
		}
	}
	const expired = `{"code":401,"message":"Token Expired"}`
	const rights = `{"code":403,"error":"Unable to GET to resource","message":"User does not have adequate access rights"}`
	check("no token", rights)
	c.token = "unknown"
	check("unknown token", expired)
	s.SetRefusals(401, 403)
	check("unknown token", rights)
	c.token = ""
	check("no token", expired)
}

func TestTokenUses(t *testing.T) {
	s := start(t, Options{})
	s.SetTokenUses(3)
	c := loggedIn(t, s)
	statuses := ""
	for range 10 {
		got := c.get(SOE)
		if got.status == 401 {
			c.login(goodPassword)
			got = c.get(SOE)
		}
		statuses += http.StatusText(got.status)
	}
	if statuses != strings.Repeat("OK", 10) || s.Seen().Logins != 4 {
		t.Errorf("%s with %d logins, want ceil(10/3) = 4", statuses, s.Seen().Logins)
	}
}

func TestTokenLife(t *testing.T) {
	clock := newClock()
	s := start(t, Options{Now: clock.Now})
	s.SetTokenLife(time.Hour)
	c := loggedIn(t, s)
	clock.pass(time.Hour - 1)
	c.page(SOE)
	if got := s.Seen().Tokens; got != 1 {
		t.Errorf("%d tokens, want 1", got)
	}
	clock.pass(1)
	if got := s.Seen().Tokens; got != 0 {
		t.Errorf("%d tokens, want 0", got)
	}
	if got := c.get(SOE); got.status != 401 {
		t.Errorf("an old token: %d", got.status)
	}
}

func TestTokensEnd(t *testing.T) {
	for name, end := range map[string]func(*client){
		"expire": func(c *client) { c.sim.ExpireTokens() },
		"reboot": func(c *client) { c.sim.Reboot() },
		"logout": func(c *client) {
			if got := c.get(Logout); got.status != 204 || got.body != "" {
				c.t.Errorf("logout: %d %q", got.status, got.body)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, Options{})
			c := loggedIn(t, s)
			c.page(SOE)
			end(c)
			if got := c.get(SOE); got.status != 401 {
				t.Errorf("%d %v, want 401", got.status, got.err)
			}
			if seen := s.Seen(); seen.Tokens != 0 || (seen.Logouts == 1) != (name == "logout") {
				t.Errorf("seen %+v", seen)
			}
		})
	}
}

func TestPasswordChangeKeepsTokens(t *testing.T) {
	s := start(t, Options{})
	c := loggedIn(t, s)
	s.SetPassword("other")
	c.page(SOE)
	if got := newClient(t, s).login(goodPassword); got.status != 401 {
		t.Errorf("old password: %d", got.status)
	}
	if got := newClient(t, s).login("other"); got.status != 200 {
		t.Errorf("new password: %d", got.status)
	}
}

func TestFactoryPassword(t *testing.T) {
	s := start(t, Options{})
	s.RefuseFactoryPassword(true)
	got := newClient(t, s).login(goodPassword)
	if want := `{"code":403,"error":"default password not supported","message":"Login Error"}`; got.body != want || got.status != 403 {
		t.Errorf("%d %s", got.status, got.body)
	}
	s.RefuseFactoryPassword(false)
	loggedIn(t, s)
}

const tooManyBody = `{"code":429,"error":"Api Limit reached for this endpoint","message":"API Limit Reached"}`

func TestLoginLimitStaysWhileLoginsCome(t *testing.T) {
	clock := newClock()
	s := start(t, Options{Now: clock.Now})
	s.SetLoginLimit(2, time.Minute, 10*time.Minute)
	c := newClient(t, s)
	var got []int
	for _, after := range []time.Duration{0, time.Second, time.Second, 9 * time.Minute, 9 * time.Minute, 10 * time.Minute, time.Minute} {
		clock.pass(after)
		r := c.login(goodPassword)
		got = append(got, r.status)
		if r.status == 429 && r.body != tooManyBody {
			t.Errorf("body %s", r.body)
		}
	}
	want := []int{200, 200, 429, 429, 429, 200, 200}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("logins %v, want %v", got, want)
			break
		}
	}
	if seen := s.Seen(); seen.Limited != 3 || seen.Logins != 4 {
		t.Errorf("seen %+v", seen)
	}
	c.page(SOE)
}

func TestLockout(t *testing.T) {
	clock := newClock()
	s := start(t, Options{Now: clock.Now})
	s.SetLockout(3, 5*time.Minute)
	c := newClient(t, s)
	logins := func(want int, passwords ...string) {
		t.Helper()
		for _, password := range passwords {
			if got := c.login(password); got.status != want {
				t.Errorf("login %q: %d, want %d", password, got.status, want)
			}
		}
	}
	logins(401, "a", "b")
	logins(200, goodPassword)
	logins(401, "a", "b", "c")
	logins(429, goodPassword, "a")
	clock.pass(5 * time.Minute)
	logins(200, goodPassword)
}

func TestRetryAfter(t *testing.T) {
	s := start(t, Options{})
	c := newClient(t, s)
	at := time.Date(2026, 6, 4, 6, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		fault Fault
		want  string
	}{{Limited(), ""}, {LimitedFor(90 * time.Second), "90"}, {LimitedUntil(at), "Thu, 04 Jun 2026 06:00:00 GMT"}} {
		s.BreakNext(Login, 1, tt.fault)
		if got := c.login(goodPassword); got.status != 429 || got.body != tooManyBody || got.header.Get("Retry-After") != tt.want {
			t.Errorf("%v: %d %s, Retry-After %q", tt.fault, got.status, got.body, got.header.Get("Retry-After"))
		}
	}
	if got := c.login(goodPassword); got.status != 200 {
		t.Errorf("after them: %d", got.status)
	}
}

func TestViolations(t *testing.T) {
	tests := map[string]struct {
		method, path, body string
		status             int
		why                string
	}{
		"operation":        {"POST", "/api/operation", `{"real_mode":"backup"}`, 403, "is no read"},
		"put":              {"PUT", "/api/site_info", `{}`, 403, "is no read"},
		"stop":             {"GET", "/api/sitemaster/stop", "", 202, "stops the power flow"},
		"run":              {"GET", "/api/sitemaster/run", "", 202, "starts the power flow"},
		"config completed": {"GET", "/api/config/completed", "", 202, "ends a configuration and starts the power flow"},
		"forced login": {"POST", "/api/login/Basic", `{"username":"customer","password":"EXMPL","force_sm_off":true}`, 200,
			"force_sm_off stops the power flow"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := start(t, Options{})
			c := loggedIn(t, s)
			for _, name := range all() {
				c.page(name)
			}
			if got := s.Violations(); len(got) != 0 {
				t.Fatalf("reading violates: %v", got)
			}
			if got := c.do(tt.method, tt.path, jsonType, []byte(tt.body)); got.status != tt.status {
				t.Errorf("status %d, want %d", got.status, tt.status)
			}
			got := s.Violations()
			if len(got) != 1 || got[0] != (Violation{tt.method, tt.path, tt.why}) || s.Seen().Violations != 1 {
				t.Errorf("violations %v", got)
			}
			if up := s.State().Running; up == (name == "stop") {
				t.Errorf("running %v", up)
			}
		})
	}
}

func TestStoppedSiteMaster(t *testing.T) {
	s := start(t, Options{Firmware: Firmware2049})
	c := loggedIn(t, s)
	s.StopSiteMaster(true)
	for _, name := range []Endpoint{Aggregates, SOE, SystemStatus, GridStatus, MeterSite, Vitals} {
		got := c.get(name)
		if _, typed := got.header["Content-Type"]; got.status != 502 || got.body != "" || typed {
			t.Errorf("%s: %d %q %v", name, got.status, got.body, got.header)
		}
	}
	if got := c.read(SiteMaster).String(); !strings.Contains(got, `"status":"StatusDown","running":false,"connected_to_tesla":false`) {
		t.Errorf("site master: %s", got)
	}
	c.page(Status)
	c.page(Operation)
	c.page(PowerwallState) // answers only now
	s.StopSiteMaster(false)
	c.page(Aggregates)
}
