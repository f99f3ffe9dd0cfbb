package coda

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// LoginForm is how the login of dialect DataLogin is spelled, which differs between
// operators. The zero value is that of the CGNV4.
type LoginForm struct {
	Path, UserField, PasswordField string
}

// orDefault fills what is not set. Source: cfstras/hitron-exporter, collector.go.
func (f LoginForm) orDefault() LoginForm {
	if f.Path == "" {
		f.Path = "/goform/login"
	}
	if f.UserField == "" {
		f.UserField = "usr"
	}
	if f.PasswordField == "" {
		f.PasswordField = "pwd"
	}
	return f
}

// loginForm logs in to dialect DataLogin. It never ends the session of somebody else.
// Sources: cfstras/hitron-exporter, collector.go; yrro/hitron-exporter, hitron.py.
func (c *Client) loginForm(ctx context.Context) error {
	user, password, err := c.credentials()
	if err != nil {
		return err
	}
	c.newSession()
	// The answer is a redirect to the login page. What counts is its cookie.
	_, err = c.ask(ctx, System, http.MethodGet, "/", nil)
	var e *Error
	if err != nil && (!errors.As(err, &e) || e.Class != ClassRedirect) {
		return err
	}
	form := c.options.Form.orDefault()
	fields := url.Values{form.UserField: {user}, form.PasswordField: {password}, "forcelogoff": {"0"}}
	if value, ok := c.cookies.value("preSession"); ok {
		fields.Set("preSession", value)
	}
	body, err := c.ask(ctx, System, http.MethodPost, form.Path, fields)
	if err != nil {
		return rejected(err)
	}
	switch verdict := strings.TrimSpace(string(body)); {
	case verdict == "success":
		return nil
	case strings.HasPrefix(verdict, "Repeat Login"):
		return &Error{Class: ClassAuth, Err: errors.New("somebody else is logged in to the modem, and it takes one at a time")}
	case strings.HasPrefix(verdict, "Wrong Credentials"):
		return &Error{Class: ClassAuth, Rejected: true, Err: errors.New("user or password are not accepted: the modem answers Wrong Credentials")}
	case repeats(verdict, password):
		return &Error{Class: ClassAuth, Err: errors.New("the login did not succeed: the modem answers with the password")}
	default:
		return &Error{Class: ClassAuth, Err: fmt.Errorf("the login did not succeed: the modem answers %q", clip(verdict))}
	}
}
