package coda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// loginDevice logs in to dialect Device. The modem may answer a wrong password with
// success, so the session is tried. Source: hairyhenderson/hitron_coda, login.go.
func (c *Client) loginDevice(ctx context.Context) error {
	user, password, err := c.credentials()
	if err != nil {
		return err
	}
	model, err := json.Marshal(map[string]string{"username": user, "password": password})
	if err != nil {
		return fmt.Errorf("encode the login: %w", err)
	}
	c.newSession()
	body, err := c.ask(ctx, Model, http.MethodPost, "/1/Device/Users/Login", url.Values{"model": {string(model)}})
	if err != nil {
		return rejected(err)
	}
	var verdict *Error // nothing at all, or a web page, is a success as well
	if _, err = ParseSheet(Model, Device, body); errors.As(err, &verdict) && (verdict.Class == ClassStatus || verdict.Class == ClassAuth) {
		return rejected(&Error{Class: ClassAuth, Err: errors.New("the modem answers the login with an error" + shortCode(body) + ", which it also does while somebody else is logged in")})
	}
	path, _ := Model.Path(Device)
	if body, err = c.ask(ctx, Model, http.MethodGet, path, nil); err == nil {
		_, err = ParseSheet(Model, Device, body)
	}
	if err != nil {
		return rejected(err)
	}
	return nil
}

// shortCode returns the error code in an answer, to be added to a sentence; nothing for
// what does not look like one.
func shortCode(body []byte) string {
	var answer struct {
		Code json.RawMessage `json:"errCode"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	code, err := strconv.ParseUint(strings.Trim(string(answer.Code), `"`), 10, 64)
	if err != nil || code > 999 {
		return ""
	}
	return fmt.Sprintf(" (%03d)", code)
}
