package app

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"home_exporter/internal/device"
)

func TestTracerMasksSecrets(t *testing.T) {
	const secret = `p"a/s s+w&rd`
	quoted, err := json.Marshal(map[string]string{"password": secret})
	if err != nil {
		t.Fatal(err)
	}
	for name, sent := range map[string]string{
		"plain":     "login with " + secret,
		"json":      string(quoted),
		"query":     "POST /login?" + url.Values{"password": {secret}}.Encode(),
		"path":      "GET /login/" + url.PathEscape(secret),
		"base64":    "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(secret)),
		"urlbase64": "token " + base64.RawURLEncoding.EncodeToString([]byte(secret)),
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			tracer(&out, []device.Secret{device.NewSecret(""), device.NewSecret(secret)})("%s", sent)
			if !strings.Contains(out.String(), device.SecretMask) {
				t.Errorf("nothing is masked in %q", out.String())
			}
			for _, form := range formsOf(secret) {
				if strings.Contains(out.String(), form) {
					t.Errorf("%q shows the secret as %q", out.String(), form)
				}
			}
		})
	}
}

func TestTracerWithoutSecrets(t *testing.T) {
	var out strings.Builder
	tracer(&out, nil)("connect %s", "tcp 127.0.0.1:80")
	if !strings.HasSuffix(out.String(), " ms  connect tcp 127.0.0.1:80\n") {
		t.Errorf("a line of the trace is %q", out.String())
	}
}

// TestTracerMasksBeforeQuoting prints a body as %q does, which spells a secret anew.
func TestTracerMasksBeforeQuoting(t *testing.T) {
	const secret = "hunter\"two\\three4"
	quoted, err := json.Marshal(map[string]string{"errMsg": "bad " + secret})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	trace := tracer(&out, []device.Secret{device.NewSecret(secret)})
	trace("body %q", quoted)
	trace("text %q", "wrong "+secret)
	trace("error %v", errors.New("refused "+secret))
	if strings.Contains(out.String(), "hunter") || strings.Count(out.String(), device.SecretMask) != 3 {
		t.Errorf("the trace is\n%s", out.String())
	}
}
