package device

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"iter"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// Reason says why a poll failed, from one closed set. It is a label value, a word on
// the page and a field of the API.
type Reason string

// The reasons.
const (
	DNS         Reason = "dns"          // the name did not resolve
	Refused     Reason = "refused"      // the host is there and wants no connection
	Timeout     Reason = "timeout"      // no answer within the time
	Unreachable Reason = "unreachable"  // no way to the host
	TLS         Reason = "tls"          // handshake or certificate
	Auth        Reason = "auth"         // user, password or token not accepted
	RateLimited Reason = "rate_limited" // the device or our own budget asks for patience
	Protocol    Reason = "protocol"     // an answer that the protocol does not have
	Parse       Reason = "parse"        // an answer whose content makes no sense
	Permission  Reason = "permission"   // this program may not do what it takes
	NoAnswer    Reason = "no_answer"    // asked, and silence is not allowed
	Internal    Reason = "internal"     // our own fault or lack of resources
)

// Reasons is the closed set, in the order of the documents.
var Reasons = []Reason{DNS, Refused, Timeout, Unreachable, TLS, Auth, RateLimited,
	Protocol, Parse, Permission, NoAnswer, Internal}

// An Error is a failed poll with its reason and, where one is known, the cure.
type Error struct {
	Reason Reason
	Err    error
	// Hint is a sentence that tells what to do about it.
	Hint string
	// RetryAfter, when not zero, is for how long the device wants to be left alone.
	RetryAfter time.Duration
	down       bool
}

func (e *Error) Error() string {
	if e.Err == nil {
		return string(e.Reason)
	}
	return e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Down returns an error that is a reading: the poll did its work, and found the
// device unwell for this reason. It is shown, but it is no failure: no backoff, and
// the readings of the same poll replace the last ones.
func Down(reason Reason, err error) *Error {
	return &Error{Reason: reason, Err: err, down: true}
}

// IsDown reports whether err was made by Down.
func IsDown(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.down
}

// HintOf returns the cure that err, or what it wraps, knows.
func HintOf(err error) string {
	for e := range ownErrors(err) {
		if e.Hint != "" {
			return e.Hint
		}
	}
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return "the program has run out of file descriptors: raise LimitNOFILE of its unit, or ulimit -n"
	}
	return ""
}

// RetryAfterOf returns for how long err, or what it wraps, asks to wait; zero when it
// does not.
func RetryAfterOf(err error) time.Duration {
	for e := range ownErrors(err) {
		if e.RetryAfter != 0 {
			return e.RetryAfter
		}
	}
	return 0
}

// ownErrors yields the Errors in err, the outermost first.
func ownErrors(err error) iter.Seq[*Error] {
	return func(yield func(*Error) bool) {
		for e := (*Error)(nil); errors.As(err, &e) && yield(e); {
			err = e.Err
		}
	}
}

// ReasonOf returns the reason of err: that of the Error in it, or what the errors of
// the standard library tell. An unknown error counts as Protocol, because what we do
// not understand came from the device.
func ReasonOf(err error) Reason {
	var own *Error
	if errors.As(err, &own) {
		return own.Reason
	}
	// Names first: a look-up that timed out is a fault of the resolver, not the device.
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return DNS
	}
	// Errno before "is it a timeout": ETIMEDOUT also says that it is one.
	var errno syscall.Errno
	if errors.As(err, &errno) {
		if r, ok := reasonOfErrno(errno); ok {
			return r
		}
	}
	if isTLS(err) {
		return TLS
	}
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout() {
		return Timeout
	}
	if errors.Is(err, context.Canceled) {
		return Internal
	}
	if errors.Is(err, os.ErrPermission) {
		return Permission
	}
	return Protocol
}

func reasonOfErrno(errno syscall.Errno) (Reason, bool) {
	switch errno {
	case syscall.ECONNREFUSED:
		return Refused, true
	case syscall.ETIMEDOUT:
		return Timeout, true
	case syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN:
		return Unreachable, true
	case syscall.EACCES, syscall.EPERM:
		return Permission, true
	case syscall.ECONNRESET, syscall.EPIPE:
		return Protocol, true
	case syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL:
		return Internal, true
	}
	return "", false
}

// isTLS reports whether err came out of a handshake or of checking a certificate.
func isTLS(err error) bool {
	var (
		verify  *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		alert   tls.AlertError
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	return errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alert) ||
		errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid) ||
		strings.Contains(err.Error(), "tls: ")
}
