package powerwall

import (
	"errors"
	"slices"
	"strings"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/powerwall/gateway"
	"home_exporter/internal/pin"
)

// docErrors is what is wrong with several documents, in one line; those that have the
// same cause are named together.
type docErrors []*docError

func (e docErrors) Error() string {
	labels := make(map[string][]string)
	var causes []string
	for _, one := range e {
		cause := one.err.Error()
		if labels[cause] == nil {
			causes = append(causes, cause)
		}
		labels[cause] = append(labels[cause], one.label)
	}
	var all []string
	for _, cause := range causes {
		all = append(all, strings.Join(labels[cause], ", ")+": "+cause)
	}
	return strings.Join(all, "; ")
}

// Unwrap returns the errors of the documents.
func (e docErrors) Unwrap() []error {
	var all []error
	for _, one := range e {
		all = append(all, one)
	}
	return all
}

// complaints is what is wrong with the documents as they were last asked for. What a
// firmware does not have is not wrong, and neither is a site master that is stopped.
func (s *site) complaints() error {
	var all docErrors
	for _, st := range s.states {
		var e *docError
		if !st.absent && errors.As(st.err, &e) && classOf(e) != gateway.ClassStopped {
			all = append(all, e)
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortFunc(all, func(a, b *docError) int { return strings.Compare(a.label, b.label) })
	return all
}

func classOf(err error) gateway.Class {
	var e *gateway.Error
	if errors.As(err, &e) {
		return e.Class
	}
	return ""
}

// explainSome explains an error beside readings. Patience with logins is kept by the
// client: what needs no login is read on, at the usual pace.
func (s *site) explainSome(err error, now time.Time) error {
	err = s.explain(err)
	var own *device.Error
	if errors.As(err, &own) && s.client.BlockedUntil().After(now) {
		own.RetryAfter = 0
	}
	return err
}

// explain gives err a reason and, where one is known, a cure.
func (s *site) explain(err error) error {
	var e *gateway.Error
	if !errors.As(err, &e) {
		return err
	}
	out := &device.Error{Reason: reasonOf(e), Err: err, Hint: s.hint(e), RetryAfter: e.RetryAfter}
	s.correctTEDAPI(out, e)
	return out
}

// correctTEDAPI takes back what is true of the local API only: its login is not that of
// TEDAPI, and a gateway that answers the one is there.
func (s *site) correctTEDAPI(out *device.Error, e *gateway.Error) {
	var d *docError
	if !errors.As(out.Err, &d) || !strings.HasPrefix(d.label, "tedapi/") {
		return
	}
	out.Hint = device.HintOf(e.Err)
	if out.Reason == device.Auth && !e.Login {
		out.Reason = device.Permission
	}
}

func reasonOf(e *gateway.Error) device.Reason {
	switch e.Class {
	case gateway.ClassTimeout:
		return device.Timeout
	case gateway.ClassTLS, gateway.ClassPin:
		return device.TLS
	case gateway.ClassAuth, gateway.ClassDenied:
		return device.Auth
	case gateway.ClassLimited:
		return device.RateLimited
	case gateway.ClassJSON:
		return device.Parse
	case gateway.ClassConnect:
		return device.ReasonOf(e.Err)
	}
	return device.Protocol
}

// hint is what to do about e.
func (s *site) hint(e *gateway.Error) string {
	var mismatch *pin.MismatchError
	switch e.Class {
	case gateway.ClassConnect, gateway.ClassTimeout:
		return "Is the gateway on the network? Over Wi-Fi it drops off for a minute now and then: retry_timeout bridges that."
	case gateway.ClassTLS:
		return "Is it a gateway? They abort the handshake for names that they do not know: tls_server_name sets the one that is asked for."
	case gateway.ClassPin:
		if errors.As(e, &mismatch) {
			return "" // it tells by itself
		}
	case gateway.ClassAuth:
		if s.settings.client.Password == nil {
			return "Set login_password or login_password_file: the password of the gateway's own web page, by default the last five characters of the one on its label."
		}
		return "Check login_password: it is that of the gateway's own web page, not of the maker's account. No login is tried for some minutes, because the gateway locks out who tries too often."
	case gateway.ClassMissing:
		return "Is it a Powerwall gateway? Nothing that one tells can be had there."
	case gateway.ClassLimited:
		return "Something asks the gateway too often. It is left alone for some minutes; other programs that log in to it keep the limit alive."
	}
	return device.HintOf(e.Err)
}
