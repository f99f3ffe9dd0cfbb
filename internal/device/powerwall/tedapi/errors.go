package tedapi

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"home_exporter/internal/device/powerwall/gateway"
)

// ErrNoQuery is the error of what needs a query that the operator has not supplied.
var ErrNoQuery = errors.New("the query file has no query for it")

// Cures, as parts of error texts.
const (
	cureWiFi = "check gateway_password, which is the whole password of the gateway's label; since firmware 25.10 TEDAPI answers only over the gateway's own Wi-Fi (TEG-… or TeslaPW_…), or over the wired network with a registered key (rsa_key_file)"
	cureKey  = "the key is registered and not verified: switch one Powerwall off and on again within ten minutes of the registration, or register it anew"
)

// fail makes the error of a request that was answered.
func fail(class gateway.Class, format string, args ...any) *gateway.Error {
	return &gateway.Error{Class: class, Status: http.StatusOK, Err: fmt.Errorf(format, args...)}
}

// statusError judges the HTTP status of an answer. It is nil for 200.
func statusError(a gateway.Response, q gateway.Request) *gateway.Error {
	e := &gateway.Error{Class: gateway.ClassStatus, Status: a.Status}
	switch a.Status {
	case http.StatusOK:
		return nil
	case http.StatusUnauthorized, http.StatusForbidden:
		cure := cureWiFi
		switch {
		case q.Bearer:
			cure = "it does not tell its DIN to this login"
		case q.Path == signedPath:
			cure = "it takes no signed requests; is the key of rsa_key_file registered with this gateway?"
		}
		e.Class, e.Err = gateway.ClassDenied, fmt.Errorf("the gateway refuses TEDAPI (%d): %s", a.Status, cure)
	case http.StatusNotFound:
		e.Class, e.Err = gateway.ClassMissing, errors.New("this model or firmware does not have TEDAPI (404)")
		if q.Path == signedPath {
			e.Err = errors.New("this model or firmware does not have signed TEDAPI (404): leave rsa_key_file out and ask over the gateway's own Wi-Fi")
		}
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		e.Class, e.RetryAfter = gateway.ClassLimited, max(coolDown, a.RetryAfter)
		e.Err = fmt.Errorf("the gateway wants TEDAPI to pause (%d)", a.Status)
	default:
		e.Err = fmt.Errorf("the gateway answers with status %d", a.Status)
	}
	return e
}

// Memories of what a gateway has refused.
const (
	remember = 10 * time.Minute // 403 and 404, by path
	coolDown = 5 * time.Minute  // 429 and 503, for all of TEDAPI
)

// answerError classifies what is wrong with the content of an answer.
func answerError(err error) *gateway.Error {
	var e *gateway.Error
	var r *refusal
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, errTooLong):
		return fail(gateway.ClassLarge, "%w", err)
	case errors.As(err, &r) && (r.code == codeDenied || r.code == codeUnauthenticated):
		return fail(gateway.ClassDenied, "%w", err)
	case errors.As(err, &r):
		return fail(gateway.ClassStatus, "%w", err)
	}
	return fail(gateway.ClassJSON, "%w", err)
}

// A fault is what a RoutableMessage says of a signed request.
type fault struct {
	class gateway.Class
	words string // with the cure, where one is known
}

// faults is by number. Those that are missing are of commands that nobody sends here.
var faults = map[uint64]fault{
	1:  {gateway.ClassStatus, "it is busy"},
	2:  {gateway.ClassTimeout, "the unit cannot be reached: only the leader of a site answers signed requests"},
	3:  {gateway.ClassDenied, "it does not know the key: register the public half of rsa_key_file with this gateway"},
	4:  {gateway.ClassDenied, "the key is not active: " + cureKey},
	5:  {gateway.ClassDenied, "the signature is wrong: is rsa_key_file the key that was registered?"},
	6:  {gateway.ClassStatus, "it does not accept the token or counter"},
	7:  {gateway.ClassDenied, "the key has no privilege for it"},
	8:  {gateway.ClassStatus, "it knows no such domain"},
	9:  {gateway.ClassStatus, "it does not know the command"},
	10: {gateway.ClassStatus, "it cannot decode the request"},
	11: {gateway.ClassStatus, "it has an internal error"},
	12: {gateway.ClassDenied, "the request is for another DIN than its own"},
	13: {gateway.ClassStatus, "a parameter of the request is wrong"},
	14: {gateway.ClassDenied, "its list of keys is full"},
	15: {gateway.ClassStatus, "the epoch of the request is wrong"},
	16: {gateway.ClassStatus, "the length of the initial vector is wrong"},
	17: {gateway.ClassDenied, "the request has expired: the clocks of the gateway and of this computer differ; set this one by NTP"},
	18: {gateway.ClassDenied, "the request tells no key"},
	19: {gateway.ClassStatus, "the hash of the metadata is wrong"},
	20: {gateway.ClassDenied, "the request ends too late: the clocks of the gateway and of this computer differ; set this one by NTP"},
	21: {gateway.ClassDenied, "remote access is disabled: enable it in the maker's app"},
	22: {gateway.ClassStatus, "it does not support the service"},
}

const faultWrongDIN = 12

// errWrongDIN marks the error of that fault, and adds no word to it.
var errWrongDIN = errors.New("")

// faultError returns the error of a fault, nil for none.
func faultError(number uint64) *gateway.Error {
	if number == 0 {
		return nil
	}
	f, known := faults[number]
	if !known {
		f = fault{gateway.ClassStatus, "for a reason that is not known"}
	}
	e := fail(f.class, "the gateway refuses the signed request: %s (fault %d)", f.words, number)
	if number == faultWrongDIN {
		e.Err = fmt.Errorf("%w%w", e.Err, errWrongDIN)
	}
	return e
}
