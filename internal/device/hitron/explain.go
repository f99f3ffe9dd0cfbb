package hitron

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/hitron/coda"
)

// pageErrors is what is wrong with several pages, in one line.
type pageErrors []*pageError

func (e pageErrors) Error() string {
	var all []string
	for _, one := range e {
		all = append(all, one.Error())
	}
	return strings.Join(all, "; ")
}

// Unwrap returns the errors of the pages.
func (e pageErrors) Unwrap() []error {
	var all []error
	for _, one := range e {
		all = append(all, one)
	}
	return all
}

// join returns e as one error, nil for none.
func (e pageErrors) join() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// complaints is what is wrong with the pages as they were last asked for.
func (m *modem) complaints() error {
	var errs pageErrors
	for _, p := range pageOrder {
		if err := m.endpoints[p].complaint(p); err != nil {
			errs = append(errs, err)
		}
	}
	return errs.join()
}

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

// hint is what to do about e.
func hint(e *coda.Error, s *settings) string {
	switch e.Class {
	case coda.ClassTimeout, coda.ClassUnreachable:
		if !e.Connected {
			return "Is the modem on, and is there a route to it? Some modems answer only to addresses of their own network: see source_address."
		}
	case coda.ClassRefused:
		return "Nothing listens there: check the address and the port, and whether the modem wants https or http."
	case coda.ClassTLS:
		if errors.Is(e, http.ErrSchemeMismatch) {
			return "The modem speaks plain HTTP there: write the address with http:// in front."
		}
		if s.trust.blind() && !s.trust.legacy {
			return "Old firmware speaks only old TLS: try tls_legacy: true, or http:// in front of the address."
		}
	case coda.ClassHTML, coda.ClassRedirect:
		return "The modem shows its login page instead: try guest_session: true, or dialect: data_login with username and password."
	case coda.ClassAuth:
		if e.Rejected {
			return "Check username and password; the modem is left alone for five minutes, because some lock their login."
		}
		return "Log out of the modem's web pages: it takes one user at a time."
	case coda.ClassStatus:
		if e.Status == http.StatusNotFound {
			return "The modem does not have this page: check the address, or set the dialect of its firmware."
		}
	}
	return device.HintOf(e.Err)
}
