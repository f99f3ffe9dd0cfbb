package gateway

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// leastInterval is the shortest time from attempt to attempt.
const leastInterval = 100 * time.Millisecond

// exchange sends a request until an answer comes or the window for attempts closes.
func (r *Round) exchange(ctx context.Context, method, path string, body []byte) (*answer, error) {
	stale := false
	for {
		began := time.Now()
		a, err := r.once(ctx, method, path, body)
		if err == nil {
			r.away = 0
			return a, nil
		}
		var e *Error
		if !errors.As(err, &e) {
			return nil, err
		}
		// Servers drop idle connections; such a failure tells nothing of the gateway.
		another := e.stale() && !stale && ctx.Err() == nil
		stale = stale || another
		// What may have reached the gateway and is no reading is not sent again: logins lock
		// it out.
		lost := method != http.MethodGet && e.way != nil && e.way.connected.Load()
		if !another && (lost || !r.wait(ctx, e, began)) {
			if e.unreached() {
				r.away++
			}
			return nil, e
		}
		r.client.counts.Retries++
	}
}

// wait waits for the next attempt after the one that began at began and failed with e,
// and reports whether there is to be one.
func (r *Round) wait(ctx context.Context, e *Error, began time.Time) bool {
	o := &r.client.options
	if !e.again() || o.RetryTimeout <= 0 {
		return false
	}
	if e.unknownName() {
		if r.unknown++; r.unknown > 1 {
			return false
		}
	}
	now := time.Now()
	if r.window.IsZero() {
		r.window = now.Add(o.RetryTimeout)
	}
	next := began.Add(max(o.RetryInterval, leastInterval))
	if now.After(next) {
		next = now
	}
	return next.Before(r.window) && sleepUntil(ctx, next)
}

// sleepUntil reports whether t came before ctx ended.
func sleepUntil(ctx context.Context, t time.Time) bool {
	if deadline, ok := ctx.Deadline(); ok && !t.Before(deadline) {
		return false
	}
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil
	}
}
