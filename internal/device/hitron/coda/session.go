package coda

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// sessions tells whether there is a session to open anew.
func (c *Client) sessions() bool { return c.dialect != Data || c.options.Guest }

// prepare finds the dialect and opens a session where it takes one.
func (c *Client) prepare(ctx context.Context) error {
	if !c.proven {
		d, err := c.detect(ctx)
		if err != nil {
			return err
		}
		c.dialect = d
	}
	if c.session {
		return nil
	}
	if err := c.open(ctx); err != nil {
		return discreet(err)
	}
	// A login that was let in tells the dialect. Asked again, a modem would answer as
	// one without login, because of the session.
	c.session, c.proven = true, c.proven || c.dialect != Data
	return nil
}

// open opens a session, where the dialect has them.
func (c *Client) open(ctx context.Context) error {
	switch {
	case c.dialect == Device:
		return c.loginDevice(ctx)
	case c.dialect == DataLogin:
		return c.loginForm(ctx)
	case c.options.Guest:
		return c.guest(ctx)
	}
	return nil
}

// guest opens the session that some firmware of dialect Data wants. Source:
// beastie29a/coda56_scraper.
func (c *Client) guest(ctx context.Context) error {
	c.newSession()
	_, err := c.ask(ctx, System, http.MethodPost, "/goform/home", url.Values{"user": {"nologin"}, "pws": {"nologin"}})
	var e *Error
	if errors.As(err, &e) && e.Class == ClassRedirect { // on to the start page
		return nil
	}
	return err
}

// farewell is how long a session that ends with a poll may take to end.
const farewell = time.Second

// EndPoll tells that no request follows for a while. A modem of dialect Device has but
// one session, and its owner may want it: it ends here.
func (c *Client) EndPoll(ctx context.Context) {
	if c.dialect == Device && c.session {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
		defer cancel()
		_ = c.Logout(ctx) // a session that stays is found again, or ends by itself
	}
}

// Logout ends the session, if there is one. A modem with a login has but one, and its
// owner may want it.
func (c *Client) Logout(ctx context.Context) error {
	if !c.session {
		return nil
	}
	var err error
	switch c.dialect {
	case Device:
		_, err = c.ask(ctx, Model, http.MethodPost, "/1/Device/Users/Logout", url.Values{})
	case DataLogin:
		_, err = c.ask(ctx, System, http.MethodPost, "/goform/logout", url.Values{"data": {"byebye"}})
	default:
		return nil
	}
	c.newSession()
	var e *Error
	if errors.As(err, &e) && (e.Class == ClassRedirect || e.Class == ClassAuth) {
		return nil // already gone, or sent to the login page: what we wanted
	}
	return err
}
