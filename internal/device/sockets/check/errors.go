package check

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
)

// A Class says in one word how a check ended. The set is closed, so that a class can be
// a label value.
type Class uint8

// The classes.
const (
	ClassOK           Class = iota // up
	ClassRefused                   // the host answers, and nothing listens there
	ClassReset                     // the connection broke after it stood
	ClassTimeout                   // nothing came back before the deadline
	ClassUnreachable               // no way to the host, or a router says so
	ClassDenied                    // a route, a firewall or a file mode forbids it
	ClassNotPermitted              // this program may not ask: no right to ping, or Permit said no
	ClassDNSNotFound               // the name does not exist, or not in this address family
	ClassDNSTimeout                // the resolver did not answer
	ClassDNSError                  // the resolver answered with a failure
	ClassNoAnswer                  // an answer was required and none came
	ClassMismatch                  // an answer came and it was not the expected one
	ClassNotFound                  // no such socket file
	ClassWrongType                 // the socket file is of another type
	ClassBusy                      // a unix listener with a full backlog
	ClassTLS                       // the handshake did not end well
	ClassResources                 // this host has run out of descriptors, buffers or memory
	ClassLocalAddress              // this host lacks the source address, the interface or a free port
	ClassConfig                    // an address or network that cannot be dialled
	ClassCanceled                  // the caller ended the check before it could tell
	ClassOther                     // anything else

	classCount
)

// classWords: ClassDenied and ClassNotPermitted share their word, because both are a
// "no" from a rule; they differ in what follows (see Inconclusive).
var classWords = [classCount]string{
	ClassOK:           "ok",
	ClassRefused:      "refused",
	ClassReset:        "reset",
	ClassTimeout:      "timeout",
	ClassUnreachable:  "unreachable",
	ClassDenied:       "denied",
	ClassNotPermitted: "denied",
	ClassDNSNotFound:  "dns_notfound",
	ClassDNSTimeout:   "dns_timeout",
	ClassDNSError:     "dns_error",
	ClassNoAnswer:     "no_answer",
	ClassMismatch:     "mismatch",
	ClassNotFound:     "not_found",
	ClassWrongType:    "wrong_type",
	ClassBusy:         "busy",
	ClassTLS:          "tls",
	ClassResources:    "resources",
	ClassLocalAddress: "local_address",
	ClassConfig:       "config",
	ClassCanceled:     "canceled",
	ClassOther:        "other",
}

// Classes returns every class. Two of them share the word "denied"; a class is told
// apart by its word together with Inconclusive.
func Classes() []Class {
	all := make([]Class, classCount)
	for i := range all {
		all[i] = Class(i)
	}
	return all
}

// String returns the word for labels.
func (c Class) String() string {
	if c < classCount {
		return classWords[c]
	}
	return classWords[ClassOther]
}

// Up reports whether the socket can be opened.
func (c Class) Up() bool { return c == ClassOK }

// Inconclusive reports whether the check says nothing about the target, because what
// failed was on this side: it must not turn an up into a down.
func (c Class) Inconclusive() bool {
	switch c {
	case ClassNotPermitted, ClassResources, ClassLocalAddress, ClassCanceled:
		return true
	}
	return false
}

// A verdict is an error that this package decided on, rather than met.
type verdict struct {
	class Class
	text  string
}

func (v *verdict) Error() string { return v.text }

func (v *verdict) verdictClass() Class { return v.class }

// Classify tells the class of an error that a dial, a lookup, an exchange or Check
// returned. It looks at names first, then at addresses, then at errno, and at deadlines
// last: ETIMEDOUT also says Timeout() and a resolver's time-out is not the target's.
func Classify(err error) Class {
	if err == nil {
		return ClassOK
	}
	var own interface{ verdictClass() Class }
	if errors.As(err, &own) {
		return own.verdictClass()
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return classifyDNS(dns)
	}
	if isAddressError(err) {
		return ClassConfig
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		if class, ok := classifyErrno(err, errno); ok {
			return class
		}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return ClassCanceled
	case isTimeout(err):
		return ClassTimeout
	case isAlert(err):
		return ClassTLS
	}
	return ClassOther
}

// isAlert reports whether err is an alert of crypto/tls, whose type is not exported but
// for its operation. Alerts come after the handshake too: a server that wants a client
// certificate says so when we think we are in.
func isAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error")
}

func isAddressError(err error) bool {
	var (
		addr    *net.AddrError
		parse   *net.ParseError
		invalid net.InvalidAddrError
		unknown net.UnknownNetworkError
	)
	return errors.As(err, &addr) || errors.As(err, &unknown) || errors.As(err, &parse) || errors.As(err, &invalid)
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout()
}

func classifyDNS(err *net.DNSError) Class {
	switch {
	case isShortage(err):
		return ClassResources
	case err.IsNotFound:
		return ClassDNSNotFound
	case errors.Is(err, context.Canceled):
		return ClassCanceled
	case err.IsTimeout:
		return ClassDNSTimeout
	}
	return ClassDNSError
}

// isShortage reports whether the lookup failed for want of our own resources. Go's
// resolver keeps only the text of the errno, so the text is what can be compared.
func isShortage(err *net.DNSError) bool {
	var errno syscall.Errno
	if errors.As(err.UnwrapErr, &errno) {
		return errnoClasses[errno] == ClassResources
	}
	for errno, class := range errnoClasses {
		if class == ClassResources && strings.HasSuffix(err.Err, errno.Error()) {
			return true
		}
	}
	return false
}

func classifyErrno(err error, errno syscall.Errno) (Class, bool) {
	if errno == errnoInvalid {
		// The address was valid, or we would not have got as far as the call: so it is
		// Linux's answer for a blackhole route.
		var call *os.SyscallError
		if errors.As(err, &call) && call.Syscall == "connect" {
			return ClassUnreachable, true
		}
	}
	class, ok := errnoClasses[errno]
	return class, ok
}
