package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// A Class says in one word why something could not be had from a gateway. The set is
// closed.
type Class string

// The classes.
const (
	ClassConnect Class = "connect"      // no connection, or it broke
	ClassTimeout Class = "timeout"      // no whole answer in time
	ClassTLS     Class = "tls"          // handshake
	ClassPin     Class = "tls_pin"      // another certificate than the pinned one
	ClassAuth    Class = "auth"         // login refused
	ClassDenied  Class = "denied"       // logged in, and still not allowed
	ClassLimited Class = "rate_limited" // the gateway, or we ourselves, ask for patience
	ClassMissing Class = "missing"      // this firmware does not have it
	ClassStopped Class = "stopped"      // the site master is stopped: no data, and no fault
	ClassStatus  Class = "status"       // another HTTP status than 200
	ClassJSON    Class = "json"         // not the document that was expected
	ClassLarge   Class = "too_large"    // longer than is sane
)

// Classes returns all classes.
func Classes() []Class {
	return []Class{ClassConnect, ClassTimeout, ClassTLS, ClassPin, ClassAuth, ClassDenied, ClassLimited,
		ClassMissing, ClassStopped, ClassStatus, ClassJSON, ClassLarge}
}

// An Error tells why something could not be had.
type Error struct {
	Class      Class
	Status     int // of HTTP, 0 where there was none
	Err        error
	Login      bool          // it is a login of Exchange that failed
	RetryAfter time.Duration // for how long the gateway is left alone
	// way is how far the request came, nil where none was sent.
	way *progress
}

// maxMessage bounds the text of an error, of which parts can come from the gateway.
const maxMessage = 1024

func (e *Error) Error() string { return cut(e.Err.Error(), maxMessage) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// again reports whether another attempt may help: nothing, or no whole document, has
// come back, and it is not for a reason that stays.
func (e *Error) again() bool {
	switch e.Class {
	case ClassConnect, ClassTimeout, ClassTLS:
	default:
		return false
	}
	var address *net.AddrError
	var forbidden forbiddenError
	return e.way != nil && !errors.As(e.Err, &address) && !errors.As(e.Err, &forbidden)
}

// unknownName reports whether there is no such name, which a name server on its way
// up says, too.
func (e *Error) unknownName() bool {
	var dns *net.DNSError
	return errors.As(e.Err, &dns) && dns.IsNotFound
}

// stale reports whether the request met a connection that the gateway had given up
// while it was idle.
func (e *Error) stale() bool {
	return e.Class == ClassConnect && e.way != nil && e.way.reused.Load() && !e.way.answered.Load()
}

// unreached reports whether there is no sign of the gateway: a document that is late
// on a good connection is one.
func (e *Error) unreached() bool {
	return e.way != nil && !e.way.answered.Load() && (e.Class != ClassTimeout || !e.way.connected.Load())
}

// pinError is the refusal of a certificate by Options.TLS.
type pinError struct{ error }

func (e pinError) Unwrap() error { return e.error }

// handshakeError is the failure of a TLS handshake.
type handshakeError struct{ error }

func (e handshakeError) Unwrap() error { return e.error }

func (e handshakeError) Error() string {
	if errors.Is(e.error, io.EOF) {
		return "the gateway closes the connection within the TLS handshake; it does so for server names that it does not know"
	}
	return "TLS handshake: " + e.error.Error()
}

// forbiddenError is the refusal of an address by Options.Permit.
type forbiddenError struct{ error }

func (e forbiddenError) Unwrap() error { return e.error }

// asError classifies an error of net/http.
func asError(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	var pin pinError
	var handshake handshakeError
	var timeout net.Error
	switch {
	case errors.As(err, &pin):
		return &Error{Class: ClassPin, Err: err}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return &Error{Class: ClassTimeout, Err: err}
	case errors.As(err, &handshake):
		return &Error{Class: ClassTLS, Err: err}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &Error{Class: ClassConnect, Err: fmt.Errorf("the gateway closed the connection: %w", err)}
	}
	return &Error{Class: ClassConnect, Err: err}
}
