package device

import (
	"fmt"
	"sync"
	"time"
)

// A Budget bounds how many requests of one sort a device gets: the modem that
// restarts after some hundred fetches of one page, the gateway that locks out after
// repeated logins.
type Budget struct {
	Name     string
	Requests int
	Per      time.Duration
}

// A Purse is what is left of a budget. Requests come back one by one, Per/Requests
// apart, up to the full purse. So a device gets at most Requests at once, and over
// time Requests in each Per. It is safe for concurrent use.
type Purse struct {
	budget Budget
	mu     sync.Mutex
	empty  time.Time // when the purse would be empty had nothing been added since
}

// NewPurse returns a full purse.
func NewPurse(b Budget) *Purse { return &Purse{budget: b} }

// Budget returns what the purse was made for.
func (p *Purse) Budget() Budget { return p.budget }

// each is the time in which one request comes back.
func (p *Purse) each() time.Duration {
	return max(p.budget.Per/time.Duration(max(p.budget.Requests, 1)), 1)
}

// Left returns how many requests are left now.
func (p *Purse) Left(now time.Time) int {
	if p.budget.Requests <= 0 {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return int(p.fill(now) / p.each())
}

// fill is the time since the purse was empty, at most Per.
func (p *Purse) fill(now time.Time) time.Duration {
	return min(max(now.Sub(p.empty), 0), p.budget.Per)
}

// Spend takes one request, or returns an Error with reason rate_limited.
func (p *Purse) Spend(now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	fill := p.fill(now)
	if p.budget.Requests <= 0 || fill < p.each() {
		wait := p.each() - fill
		return &Error{
			Reason:     RateLimited,
			RetryAfter: wait,
			Err: fmt.Errorf("the budget %q of %d requests per %s is spent; the next one is due in %s",
				p.budget.Name, p.budget.Requests, p.budget.Per, wait.Round(time.Second)),
		}
	}
	p.empty = now.Add(p.each() - fill)
	return nil
}
