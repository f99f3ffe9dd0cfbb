package hitron

import (
	"errors"
	"net/http"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/hitron/coda"
)

// lockout is for how long a modem that does not accept user and password is left
// alone: some lock their login after a few attempts.
const lockout = 5 * time.Minute

// explain gives err a reason and, where one is known, a cure: those of the first page,
// unless user and password were refused at another one.
func explain(err error, s *settings) error {
	var first *coda.Error
	if !errors.As(err, &first) {
		return err
	}
	var wait time.Duration
	var pages pageErrors
	errors.As(err, &pages)
	for _, p := range pages {
		var e *coda.Error
		switch {
		case !errors.As(p, &e):
		case e.Rejected:
			first, wait = e, max(wait, lockout, e.RetryAfter)
		case isFast(p.page): // a slow page is left alone by itself
			wait = max(wait, e.RetryAfter)
		}
	}
	return &device.Error{Reason: reasonOf(first), Err: err, Hint: hint(first, s), RetryAfter: wait}
}

// reasonOf maps the classes of pages to the reasons that all kinds share.
func reasonOf(e *coda.Error) device.Reason {
	switch e.Class {
	case coda.ClassDNS:
		return device.DNS
	case coda.ClassTimeout:
		return device.Timeout
	case coda.ClassRefused:
		return device.Refused
	case coda.ClassUnreachable:
		return device.Unreachable
	case coda.ClassTLS:
		return device.TLS
	case coda.ClassAuth:
		return device.Auth
	case coda.ClassBudget:
		return device.RateLimited
	case coda.ClassJSON, coda.ClassEmpty:
		return device.Parse
	case coda.ClassStatus:
		if e.Status == http.StatusTooManyRequests || e.RetryAfter > 0 {
			return device.RateLimited
		}
	case coda.ClassOther:
		return device.ReasonOf(e.Err)
	}
	return device.Protocol
}
