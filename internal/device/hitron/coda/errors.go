package coda

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// A Class says in one word why a page could not be had. The set is closed.
type Class string

// The classes.
const (
	ClassDNS         Class = "dns"         // the name did not resolve
	ClassTimeout     Class = "timeout"     // no whole answer in time
	ClassRefused     Class = "refused"     // nothing listens there
	ClassUnreachable Class = "unreachable" // no way to the modem
	ClassTLS         Class = "tls"         // handshake or certificate
	ClassReset       Class = "reset"       // the connection broke
	ClassStatus      Class = "status"      // an HTTP status or error code other than success
	ClassRedirect    Class = "redirect"    // sent elsewhere, which we do not follow
	ClassHTML        Class = "html"        // a web page, mostly that of the login
	ClassJSON        Class = "json"        // not the JSON that was expected
	ClassEmpty       Class = "empty"       // nothing where something always is
	ClassTooLarge    Class = "too_large"   // more than maxBody
	ClassAuth        Class = "auth"        // user, password or session not accepted
	ClassBudget      Class = "budget"      // not asked, to spare the modem
	ClassOther       Class = "other"       // anything else, such as what is no HTTP
)

// ErrNoPage is the error of a page that the dialect does not have.
var ErrNoPage = errors.New("this dialect has no such page")

// An Error tells why a page could not be had.
type Error struct {
	Class      Class
	Err        error
	Status     int           // HTTP status, 0 where there was none
	RetryAfter time.Duration // as the modem asked for
	// Connected says that there was a connection: something is there.
	Connected bool
	// Rejected says that user and password are wrong: asking again does not help.
	Rejected bool
	// NoLogin is the dialect of a modem that wants a login, where no user and password
	// are configured; Auto otherwise.
	NoLogin Dialect
	// BadCertificate says that Options.TLS has refused the modem's certificate.
	BadCertificate bool
	// session says that a new login may help, answered that an answer had begun.
	session, answered bool
}

// maxMessage bounds the text of an error, of which parts can come from the modem.
const maxMessage = 1024

func (e *Error) Error() string { return cut(e.Err.Error(), maxMessage) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Silent reports whether the modem as a whole is away, so that asking for further
// pages would only cost time.
func (e *Error) Silent() bool {
	switch e.Class {
	case ClassDNS, ClassRefused, ClassUnreachable, ClassTLS:
		return true
	case ClassTimeout:
		return !e.Connected
	}
	return false
}

func errTooLarge() *Error {
	return &Error{Class: ClassTooLarge, Err: fmt.Errorf("the answer is longer than %d bytes", maxBody)}
}

// certificateError is the refusal of a certificate by Options.TLS.
type certificateError struct{ error }

func (e certificateError) Unwrap() error { return e.error }

// asError classifies what net/http returned.
func asError(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	var certificate certificateError
	return &Error{Class: classify(err), Err: err, BadCertificate: errors.As(err, &certificate)}
}

func classify(err error) Class {
	var dns *net.DNSError
	var timeout net.Error
	var errno syscall.Errno
	switch {
	case errors.As(err, &dns):
		return ClassDNS
	case isTLS(err):
		return ClassTLS
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return ClassTimeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return ClassReset
	case errors.As(err, &errno):
		return classOfErrno(errno)
	}
	return ClassOther
}

func isTLS(err error) bool {
	var certificate certificateError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var verification *tls.CertificateVerificationError
	return errors.As(err, &certificate) || errors.As(err, &record) || errors.As(err, &alert) ||
		errors.As(err, &verification) || errors.Is(err, http.ErrSchemeMismatch) || isHandshake(err)
}

// classOfErrno knows the numbers of Windows (Winsock) beside those of the platform.
func classOfErrno(errno syscall.Errno) Class {
	switch errno {
	case syscall.ECONNREFUSED, 10061:
		return ClassRefused
	case syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.ENETDOWN, 10050, 10051, 10064, 10065:
		return ClassUnreachable
	case syscall.ETIMEDOUT, 10060:
		return ClassTimeout
	case syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, 10053, 10054:
		return ClassReset
	}
	return ClassOther
}
