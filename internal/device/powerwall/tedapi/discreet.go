package tedapi

import (
	"encoding/base64"
	"errors"

	"home_exporter/internal/device/powerwall/gateway"
)

// tellsSecret reports whether a text repeats the gateway password, as it is or as it is
// sent.
func (c *Client) tellsSecret(text string) bool {
	if c.options.Password == nil || c.options.Password() == "" {
		return false
	}
	password := c.options.Password()
	sent := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	return gateway.Repeats(text, password, sent)
}

// discreet replaces the words of an error in which a broken gateway, or what is none,
// has sent the password back.
func (c *Client) discreet(err error) error {
	var e *gateway.Error
	if !errors.As(err, &e) || !c.tellsSecret(e.Error()) {
		return err
	}
	return &gateway.Error{Class: e.Class, Status: e.Status, Login: e.Login, RetryAfter: e.RetryAfter, Err: errors.New("what the gateway answers repeats a secret")}
}
