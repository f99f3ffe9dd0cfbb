package hitron

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"time"
)

// idleLimit ends a session that nobody uses, so that a client that left without a logout is not locked out for ever.
const idleLimit = 5 * time.Minute

// maxPending bounds the preSession cookies that wait for a login.
const maxPending = 64

// sessions are who may ask. All of it is guarded by Sim.mu.
type sessions struct {
	password string
	guests   map[string]bool
	pending  map[string]bool // preSession cookies without a login
	admin    string          // the one session; empty if there is none
	used     time.Time       // when it was used last

	lossStatus int  // HTTP status that tells Device's client of a lost session; 0 is 200 with errCode 401
	lossPage   bool // Data and DataLogin: a lost session leads to the login page with 200
	quiet      bool // Device: a refused login looks like an accepted one
}

// alive says whether somebody is logged in.
func (v *sessions) alive(now time.Time) bool {
	if v.admin != "" && now.Sub(v.used) > idleLimit {
		v.admin = ""
	}
	return v.admin != ""
}

// owns says whether the request belongs to the session, and prolongs it.
func (v *sessions) owns(r *http.Request, cookie string, now time.Time) bool {
	got := cookieOf(r, cookie)
	if !v.alive(now) || got == "" || subtle.ConstantTimeCompare([]byte(got), []byte(v.admin)) == 0 {
		return false
	}
	v.used = now
	return true
}

func (v *sessions) begin(id string, now time.Time) { v.admin, v.used = id, now }

func (v *sessions) clear() { v.admin, v.guests, v.pending = "", nil, nil }

// remember puts id into a set of bounded size.
func remember(set map[string]bool, id string) map[string]bool {
	if set == nil || len(set) >= maxPending {
		set = map[string]bool{}
	}
	set[id] = true
	return set
}

// ExpireSessions forgets who is logged in, guests too.
func (s *Sim) ExpireSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions.clear()
}

// Occupy logs somebody else in, who does nothing and stays until five minutes have passed.
func (s *Sim) Occupy() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions.begin(rand.Text(), s.options.Now())
}

// SetPassword changes the password that a login needs. Sessions stay.
func (s *Sim) SetPassword(password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions.password = password
}

// SetLossStatus chooses how Device tells that a session is lost: a status such as 401 or 403, or with 200 an errCode.
func (s *Sim) SetLossStatus(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if status == http.StatusOK {
		status = 0
	}
	s.sessions.lossStatus = status
}

// SetLossPage lets Data and DataLogin answer who has no session with the login page and status 200. At first they
// send a redirect to it.
func (s *Sim) SetLossPage(page bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions.lossPage = page
}

// SetQuietRefusal lets Device answer a wrong password as if it were right; only the next request tells.
func (s *Sim) SetQuietRefusal(quiet bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions.quiet = quiet
}
