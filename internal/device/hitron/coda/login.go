package coda

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
)

// credentials returns user and password, or the error that there are none.
func (c *Client) credentials() (user, password string, err error) {
	if c.options.Username == "" || c.options.Password == nil {
		return "", "", &Error{Class: ClassAuth, NoLogin: c.dialect, Rejected: c.proven, // otherwise it may be a modem of another dialect that starts
			Err: fmt.Errorf("the modem wants a login (dialect %s), and no user and password are configured", c.dialect)}
	}
	return c.options.Username, c.options.Password(), nil
}

// discreet takes what the modem itself said out of the error of a login: it might send
// the password back. The trace, which is masked, has it.
func discreet(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	hidden := *e
	switch {
	case e.Class == ClassRedirect:
		hidden.Err = fmt.Errorf("the modem answers %d to the login and points elsewhere", e.Status)
	case e.Class == ClassOther && e.Connected:
		hidden.Err = errors.New("the answer to the login is no HTTP")
	case e.Class == ClassJSON:
		hidden.Err = errors.New("the answer within the login is not the JSON that was expected")
	default:
		return err
	}
	return &hidden
}

// repeats reports whether a text has the password in it, however it may be escaped.
func repeats(text, password string) bool {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return r
			}
			return -1
		}, s)
	}
	if unescaped, err := url.PathUnescape(text); err == nil && strings.Contains(unescaped, password) {
		return true
	}
	return strings.Contains(text, password) || plain(password) != "" && strings.Contains(plain(text), plain(password))
}

// rejected marks an answer that refuses user and password.
func rejected(err error) error {
	var e *Error
	if !errors.As(err, &e) || e.Class != ClassAuth {
		return err
	}
	return &Error{Class: ClassAuth, Status: e.Status, Rejected: true, Err: fmt.Errorf("user or password are not accepted: %w", e.Err)}
}
