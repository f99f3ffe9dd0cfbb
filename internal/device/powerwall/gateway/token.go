package gateway

import (
	"encoding/json"
	"net/http"
	"regexp"
)

// maxToken bounds tokens, of which those seen have some 88 bytes.
const maxToken = 4096

// tokenField is the token in the answer to a login, whatever else is wrong with it.
var tokenField = regexp.MustCompile(`"token"\s*:\s*("(?:[^"\\]|\\.)*")`)

// token returns the token and the user record of a login. Damage elsewhere in the
// answer does not matter.
func (a *answer) token() (token, record string) {
	if m := tokenField.FindSubmatch(a.body); m != nil {
		var text string
		if json.Unmarshal(m[1], &text) == nil && isToken(text) {
			token = text
		}
	}
	for _, cookie := range (&http.Response{Header: a.header}).Cookies() {
		switch {
		case !isToken(cookie.Value):
		case cookie.Name == "AuthCookie" && token == "":
			token = cookie.Value
		case cookie.Name == "UserRecord":
			record = cookie.Value
		}
	}
	return token, record
}

// isToken reports whether text can stand in a cookie as it is (RFC 6265, section
// 4.1.1).
func isToken(text string) bool {
	for i := range len(text) {
		switch b := text[i]; {
		case b <= ' ' || b >= 0x7f, b == '"', b == ',', b == ';', b == '\\':
			return false
		}
	}
	return text != "" && len(text) <= maxToken
}

// authorize adds the session to a request.
func (s *session) authorize(h http.Header) {
	if s.token == "" {
		return
	}
	cookie := "AuthCookie=" + s.token
	if s.record != "" {
		cookie += "; UserRecord=" + s.record
	}
	h.Set("Cookie", cookie)
}
