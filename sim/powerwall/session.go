package powerwall

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// sessions are who may ask, and who may log in. All of it is guarded by Sim.mu.
type sessions struct {
	password string
	tokens   map[string]*session

	life    time.Duration // of a token; 0 for ever
	uses    int           // requests that a token is good for; 0 for any number
	missing int           // status for who has no token
	expired int           // status for who has one that is not, or no longer, good

	limit   limit
	lockout lockout
	factory bool // the password is the one from the factory, and is refused
}

// A session is who holds a token.
type session struct {
	born time.Time
	used int
}

// A limit is the gateway's patience with logins: more than count within window, and all are answered 429 until quiet
// has passed without one.
type limit struct {
	count         int
	window, quiet time.Duration
	recent        []time.Time
	hitAt         time.Time // of the last login while limited; zero when there is no limit on
}

// A lockout answers 429 for a while after so many wrong passwords in a row.
type lockout struct {
	after int
	lasts time.Duration
	wrong int
	until time.Time
}

// maxTokens bounds the sessions; the oldest go first.
const maxTokens = 1024

func (v *sessions) begin(password string) {
	v.password = password
	v.missing, v.expired = http.StatusForbidden, http.StatusUnauthorized
	v.tokens = map[string]*session{}
}

// open makes a token of the gateway's length: 88 characters.
func (v *sessions) open(now time.Time) string {
	if len(v.tokens) >= maxTokens {
		v.dropOldest()
	}
	var random [64]byte
	rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	token := base64.URLEncoding.EncodeToString(random[:])
	v.tokens[token] = &session{born: now}
	return token
}

func (v *sessions) dropOldest() {
	oldest := ""
	for token, held := range v.tokens {
		if oldest == "" || held.born.Before(v.tokens[oldest].born) {
			oldest = token
		}
	}
	delete(v.tokens, oldest)
}

// check counts one use of a token; ok is false for one that is not good, and found for one that was.
func (v *sessions) check(token string, now time.Time) bool {
	held, ok := v.tokens[token]
	if !ok {
		return false
	}
	if v.life > 0 && now.Sub(held.born) >= v.life || v.uses > 0 && held.used >= v.uses {
		delete(v.tokens, token)
		return false
	}
	held.used++
	return true
}

// tokensOf are the tokens that a request carries: cookies, or a bearer's.
func tokensOf(r *http.Request) []string {
	var out []string
	for _, c := range r.Cookies() {
		if c.Name == authCookie && c.Value != "" {
			out = append(out, c.Value)
		}
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		out = append(out, bearer)
	}
	return out
}

// admit returns nil for who may ask, or else the answer to who may not.
func (s *Sim) admit(r *http.Request, name Endpoint) *answer {
	for _, free := range s.profile.open {
		if name == free {
			return nil
		}
	}
	tokens := tokensOf(r)
	if len(tokens) == 0 {
		return refusal(s.sessions.missing)
	}
	now := s.options.Now()
	for _, token := range tokens {
		if s.sessions.check(token, now) {
			return nil
		}
	}
	return refusal(s.sessions.expired)
}

// refusal is how the gateway says 401 and 403.
func refusal(status int) *answer {
	if status == http.StatusUnauthorized {
		return problem(status, "", "Token Expired")
	}
	return problem(status, "Unable to GET to resource", noRights)
}

// tokensInUse counts the tokens that would be let in now.
func (s *Sim) tokensInUse() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, n := s.options.Now(), 0
	for _, held := range s.sessions.tokens {
		if (s.sessions.life == 0 || now.Sub(held.born) < s.sessions.life) && (s.sessions.uses == 0 || held.used < s.sessions.uses) {
			n++
		}
	}
	return n
}

func (s *Sim) setSessions(change func(*sessions)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.sessions)
}

// ExpireTokens forgets who is logged in.
func (s *Sim) ExpireTokens() { s.setSessions(func(v *sessions) { clear(v.tokens) }) }

// SetTokenLife ends tokens when they are that old; zero is never.
func (s *Sim) SetTokenLife(life time.Duration) { s.setSessions(func(v *sessions) { v.life = life }) }

// SetTokenUses ends tokens after so many requests; zero is never.
func (s *Sim) SetTokenUses(uses int) { s.setSessions(func(v *sessions) { v.uses = uses }) }

// SetRefusals chooses the status for who has no token (403 at first) and for who has one that is no longer good (401
// at first). Owners report both for either.
func (s *Sim) SetRefusals(missing, expired int) {
	s.setSessions(func(v *sessions) { v.missing, v.expired = missing, expired })
}

// SetPassword changes the password that a login needs. Tokens stay good.
func (s *Sim) SetPassword(password string) {
	s.setSessions(func(v *sessions) { v.password = password })
}

// RefuseFactoryPassword treats the password as the one from the factory, which firmware 24.36 and later refuses on
// some units until the owner has set one.
func (s *Sim) RefuseFactoryPassword(refuse bool) {
	s.setSessions(func(v *sessions) { v.factory = refuse })
}

// SetLoginLimit answers 429 to more than count logins within window, and then to every one until quiet has passed
// without any. Count 0 is no limit.
func (s *Sim) SetLoginLimit(count int, window, quiet time.Duration) {
	s.setSessions(func(v *sessions) { v.limit = limit{count: count, window: window, quiet: quiet} })
}

// SetLockout answers 429 to every login for that long after so many wrong passwords in a row. After 0 is never.
func (s *Sim) SetLockout(after int, lasts time.Duration) {
	s.setSessions(func(v *sessions) { v.lockout = lockout{after: after, lasts: lasts} })
}
