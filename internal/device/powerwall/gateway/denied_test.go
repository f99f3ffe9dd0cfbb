package gateway

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// A path that is refused with a fresh token is denied, and not asked for 10 minutes.
func TestDenied(t *testing.T) {
	h := newHouse()
	denied := says(http.StatusForbidden, `{"code":403,"error":"Unable to GET to resource","message":"User does not have adequate access rights"}`)
	h.page = on("/api/networks", denied)
	bubbled(t, h, nil, nil, func(t *testing.T, c *Client) {
		r := c.Round()
		mustGet(t, r, "/api/operation")
		wantError(t, r, "/api/networks", ClassDenied, "does not have adequate access rights")
		h.wantAsked(t, "POST /api/login/Basic 200", "GET /api/operation 200", "GET /api/networks 403", "POST /api/login/Basic 200", "GET /api/networks 403")
		for end := time.Now().Add(10 * time.Minute); time.Now().Before(end); time.Sleep(15 * time.Second) {
			r = c.Round()
			mustGet(t, r, "/api/operation")
			if e := wantError(t, r, "/api/networks", ClassDenied); e.Status != 0 {
				t.Errorf("status %d, want none: it was not asked", e.Status)
			}
		}
		h.wantLogins(t, 2)
		h.set(func(h *house) { h.page = nil })
		mustGet(t, c.Round(), "/api/networks")
		h.wantLogins(t, 2)
	})
}

// Where much is denied, each round has two logins to find out and no more.
func TestMuchIsDenied(t *testing.T) {
	h := newHouse()
	denied := func(path string) bool { return strings.Contains(path, "m") }
	h.page = func(w http.ResponseWriter, r *http.Request) bool {
		if denied(r.URL.Path) {
			says(http.StatusForbidden, "")(w, r)
		}
		return denied(r.URL.Path)
	}
	address, _ := h.start(t)
	c := newClient(t, address, nil)
	for i := range 5 {
		before := h.countLogins()
		want := len(files)
		for path := range files {
			if denied(path) {
				want--
			}
		}
		if good := poll(t, c); good != want {
			t.Errorf("round %d: %d documents, want %d", i, good, want)
		}
		if logins := h.countLogins() - before; logins > 1+maxVain {
			t.Errorf("round %d: %d logins", i, logins)
		}
	}
	before := h.countLogins()
	poll(t, c)
	h.wantLogins(t, before) // all are known by now
}

// With a gateway that refuses every token there is one login and no storm.
func TestAllIsDenied(t *testing.T) {
	h := newHouse()
	h.open = nil
	h.page = func(w http.ResponseWriter, r *http.Request) bool { says(401, "")(w, r); return true }
	address, _ := h.start(t)
	c := newClient(t, address, nil)
	for range 4 {
		poll(t, c)
	}
	h.wantLogins(t, 1)
}

// A token that worked is not given up because a login for some other path is refused.
func TestTokenOutlivesRefusedLogin(t *testing.T) {
	h := newHouse()
	h.page = on("/api/networks", says(http.StatusForbidden, ""))
	address, _ := h.start(t)
	c := newClient(t, address, nil)
	mustGet(t, c.Round(), "/api/operation")
	h.set(func(h *house) { h.login = says(http.StatusTooManyRequests, "") })
	r := c.Round()
	wantError(t, r, "/api/networks", ClassLimited)
	mustGet(t, r, "/api/operation")
	mustGet(t, c.Round(), "/api/operation")
	h.wantLogins(t, 2)
}

// While no login is to be had, a token that has ended is tried twice and then dropped;
// what needs none is still had, even if it refuses such a token.
func TestTokenEndsWhileBlocked(t *testing.T) {
	h := newHouse()
	address, _ := h.start(t)
	c := newClient(t, address, nil)
	mustGet(t, c.Round(), "/api/operation")
	h.set(func(h *house) {
		h.token, h.asked = "", nil // it rebooted
		h.login = says(http.StatusTooManyRequests, "")
	})
	r := c.Round()
	for _, path := range []string{"/api/operation", "/api/networks", "/api/solars", "/api/sitemaster"} {
		wantError(t, r, path, ClassLimited)
	}
	mustGet(t, r, "/api/status")
	h.wantAsked(t, "GET /api/operation 401", "POST /api/login/Basic 429", "GET /api/networks 401", "GET /api/status 200")

	h = newHouse()
	h.page = func(w http.ResponseWriter, r *http.Request) bool {
		stale := r.URL.Path == "/api/status" && r.Header.Get("Cookie") != ""
		if stale {
			says(http.StatusUnauthorized, "")(w, r)
		}
		return stale
	}
	h.login = says(http.StatusTooManyRequests, "")
	address, _ = h.start(t)
	c = newClient(t, address, nil)
	c.session.token = "old"
	mustGet(t, c.Round(), "/api/status")
	h.wantAsked(t, "GET /api/status 401", "POST /api/login/Basic 429", "GET /api/status 200")
}

// A Powerwall 3 wants a login for the status, too.
func TestStatusWithLogin(t *testing.T) {
	h := newHouse()
	h.open = nil
	address, _ := h.start(t)
	c := newClient(t, address, nil)
	r := c.Round()
	mustGet(t, r, "/api/status")
	mustGet(t, r, "/api/operation")
	h.wantAsked(t, "GET /api/status 401", "POST /api/login/Basic 200", "GET /api/status 200", "GET /api/operation 200")
}

func TestNoPassword(t *testing.T) {
	h := newHouse()
	address, _ := h.start(t)
	c := newClient(t, address, func(o *Options) { o.Password = nil })
	r := c.Round()
	mustGet(t, r, "/api/status")
	wantError(t, r, "/api/operation", ClassAuth, "no password is configured")
	h.wantAsked(t, "GET /api/status 200")
}
