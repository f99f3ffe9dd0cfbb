package device

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"syscall"
	"testing"
	"time"
)

func dial(err error) error {
	return fmt.Errorf("poll: %w", &net.OpError{Op: "dial", Net: "tcp", Err: err})
}

func TestReasonOf(t *testing.T) {
	tests := map[string]struct {
		err  error
		want Reason
	}{
		"own":                        {&Error{Reason: Auth, Err: io.EOF}, Auth},
		"own, wrapped":               {fmt.Errorf("log in: %w", &Error{Reason: Parse, Err: context.DeadlineExceeded}), Parse},
		"own, joined":                {errors.Join(io.EOF, &Error{Reason: RateLimited, Err: io.EOF}), RateLimited},
		"down":                       {Down(Refused, io.EOF), Refused},
		"name not found":             {dial(&net.DNSError{Err: "no such host", IsNotFound: true}), DNS},
		"name server silent":         {dial(&net.DNSError{Err: "i/o timeout", IsTimeout: true}), DNS},
		"refused":                    {dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), Refused},
		"connect timed out":          {dial(os.NewSyscallError("connect", syscall.ETIMEDOUT)), Timeout},
		"host unreachable":           {dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), Unreachable},
		"network unreachable":        {dial(syscall.ENETUNREACH), Unreachable},
		"network down":               {dial(syscall.ENETDOWN), Unreachable},
		"may not":                    {dial(os.NewSyscallError("socket", syscall.EPERM)), Permission},
		"no access":                  {dial(syscall.EACCES), Permission},
		"reset":                      {&url.Error{Op: "Get", URL: "http://x", Err: dial(syscall.ECONNRESET)}, Protocol},
		"broken pipe":                {dial(syscall.EPIPE), Protocol},
		"out of descriptors":         {dial(os.NewSyscallError("socket", syscall.EMFILE)), Internal},
		"system out of descriptors":  {dial(syscall.ENFILE), Internal},
		"no buffers":                 {dial(syscall.ENOBUFS), Internal},
		"out of ports":               {dial(syscall.EADDRNOTAVAIL), Internal},
		"certificate":                {&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, TLS},
		"unknown authority":          {fmt.Errorf("get: %w", x509.UnknownAuthorityError{}), TLS},
		"other host":                 {x509.HostnameError{Host: "a", Certificate: &x509.Certificate{}}, TLS},
		"expired":                    {x509.CertificateInvalidError{Reason: x509.Expired}, TLS},
		"not TLS":                    {tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, TLS},
		"alert":                      {tls.AlertError(40), TLS},
		"remote alert":               {errors.New("remote error: tls: handshake failure"), TLS},
		"deadline":                   {fmt.Errorf("ask: %w", context.DeadlineExceeded), Timeout},
		"read deadline":              {dial(os.ErrDeadlineExceeded), Timeout},
		"http client":                {&url.Error{Op: "Get", URL: "http://x", Err: context.DeadlineExceeded}, Timeout},
		"we gave up":                 {fmt.Errorf("ask: %w", context.Canceled), Internal},
		"file that may not be read":  {&os.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, Permission},
		"end in the middle":          {io.ErrUnexpectedEOF, Protocol},
		"anything else":              {errors.New("what is this"), Protocol},
		"unknown errno":              {dial(syscall.ENOTTY), Protocol},
		"descriptor before deadline": {errors.Join(syscall.EMFILE, context.DeadlineExceeded), Internal},
	}
	for name, tt := range tests {
		if got := ReasonOf(tt.err); got != tt.want {
			t.Errorf("%s: ReasonOf(%v) = %s, want %s", name, tt.err, got, tt.want)
		}
		if !slices.Contains(Reasons, tt.want) {
			t.Errorf("%s is not among Reasons", tt.want)
		}
	}
}

// TestReasonOfRealErrors asks the kernel instead of building errors by hand.
func TestReasonOfRealErrors(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetReadDeadline(time.Unix(1, 0))
	_, err = c.Read(make([]byte, 1))
	if got := ReasonOf(err); got != Timeout {
		t.Errorf("ReasonOf(%v) = %s, want %s", err, got, Timeout)
	}
	// No ephemeral port is this low, so that nobody happens to listen there.
	const closed = "127.0.0.1:1"
	if _, err = net.Dial("tcp", closed); err == nil {
		t.Fatalf("something listens on %s", closed)
	}
	if got := ReasonOf(err); got != Refused {
		t.Errorf("ReasonOf(%v) = %s, want %s", err, got, Refused)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = new(net.Dialer).DialContext(ctx, "tcp", closed)
	if got := ReasonOf(err); got != Internal {
		t.Errorf("ReasonOf(%v) = %s, want %s", err, got, Internal)
	}
}

func TestReasonsAreWords(t *testing.T) {
	word := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	for i, r := range Reasons {
		if !word.MatchString(string(r)) {
			t.Errorf("%q is no label value in the style of the others", r)
		}
		if slices.Contains(Reasons[:i], r) {
			t.Errorf("%s is there twice", r)
		}
	}
	if len(Reasons) != 12 {
		t.Errorf("there are %d reasons, the documents know 12", len(Reasons))
	}
}

func TestErrorCarries(t *testing.T) {
	cause := errors.New("429 too many requests")
	err := fmt.Errorf("log in: %w", &Error{Reason: RateLimited, Err: cause, Hint: "wait", RetryAfter: time.Minute})
	if !errors.Is(err, cause) || err.Error() != "log in: 429 too many requests" {
		t.Errorf("the cause is lost in %v", err)
	}
	if got := HintOf(err); got != "wait" {
		t.Errorf("HintOf = %q, want wait", got)
	}
	if got := RetryAfterOf(err); got != time.Minute {
		t.Errorf("RetryAfterOf = %s, want 1m", got)
	}
	if IsDown(err) || !IsDown(fmt.Errorf("x: %w", Down(Refused, cause))) || IsDown(cause) || IsDown(nil) {
		t.Error("IsDown does not tell failures from readings")
	}
	if got := HintOf(dial(syscall.EMFILE)); got == "" {
		t.Error("no hint when descriptors run out")
	}
	if HintOf(cause) != "" || RetryAfterOf(cause) != 0 {
		t.Error("a hint or a pause for an error without one")
	}
}

// TestDownKeepsWhatItWraps finds the cure and the patience behind a Down.
func TestDownKeepsWhatItWraps(t *testing.T) {
	inner := &Error{Reason: Auth, Err: errors.New("login refused"), Hint: "check the password", RetryAfter: time.Minute}
	err := fmt.Errorf("gateway: %w", Down(Refused, inner))
	if got := HintOf(err); got != inner.Hint {
		t.Errorf("HintOf = %q, want %q", got, inner.Hint)
	}
	if got := RetryAfterOf(err); got != inner.RetryAfter {
		t.Errorf("RetryAfterOf = %s, want %s", got, inner.RetryAfter)
	}
	if got := ReasonOf(err); got != Refused {
		t.Errorf("ReasonOf = %s, want that of the outermost, %s", got, Refused)
	}
}
