package gateway

import (
	"encoding/json"
	"html"
	"net/url"
	"strconv"
	"strings"
)

// tellsSecret reports whether a text repeats the password or the session. A gateway
// that is broken, or none, may send them back; they must reach neither an error nor a
// trace.
func (c *Client) tellsSecret(text string) bool {
	secrets := []string{c.session.token, c.session.record}
	if c.options.Password != nil {
		secrets = append(secrets, c.options.Password())
	}
	return Repeats(text, secrets...)
}

// Repeats reports whether a text contains one of the secrets, in any of the ways in
// which they may be written down.
func Repeats(text string, secrets ...string) bool {
	text = strings.ToLower(text)
	for _, secret := range secrets {
		for _, form := range forms(secret) {
			if strings.Contains(text, form) {
				return true
			}
		}
	}
	return false
}

// forms are the ways, in lower case, in which a secret may be written down.
func forms(secret string) []string {
	if secret == "" {
		return nil
	}
	quoted, _ := json.Marshal(secret) // no error for a string
	all := []string{
		secret,
		bare(string(quoted)),
		bare(strconv.Quote(secret)),
		bare(strconv.QuoteToASCII(secret)),
		url.QueryEscape(secret),
		url.PathEscape(secret),
		html.EscapeString(secret),
	}
	for i := range all {
		all[i] = strings.ToLower(all[i])
	}
	return all
}

// bare takes the quotation marks off.
func bare(quoted string) string { return quoted[1 : len(quoted)-1] }
