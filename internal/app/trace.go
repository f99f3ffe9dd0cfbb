package app

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"home_exporter/internal/device"
)

// tracer returns a function that prints what goes over the wire to w, with the time
// since its start, and secrets masked in the forms in which they travel.
func tracer(w io.Writer, secrets []device.Secret) func(format string, args ...any) {
	var forms []string
	for _, s := range secrets {
		for _, form := range formsOf(s.Reveal()) {
			forms = append(forms, form, device.SecretMask)
		}
	}
	mask := strings.NewReplacer(forms...)
	start := time.Now()
	return func(format string, args ...any) {
		// Before they are formatted too: %q would hide a secret from the mask.
		for i, arg := range args {
			switch v := arg.(type) {
			case string:
				args[i] = mask.Replace(v)
			case []byte:
				args[i] = []byte(mask.Replace(string(v)))
			case error:
				args[i] = mask.Replace(v.Error())
			}
		}
		text := mask.Replace(fmt.Sprintf(format, args...))
		fmt.Fprintf(w, "%9.3f ms  %s\n", float64(time.Since(start).Microseconds())/1e3, text)
	}
}

// formsOf returns the spellings of a secret inside messages: as it is, in JSON, in a
// URL, in base64.
func formsOf(secret string) []string {
	if secret == "" {
		return nil
	}
	quoted, _ := json.Marshal(secret) // a string cannot fail
	return []string{
		secret,
		string(quoted[1 : len(quoted)-1]),
		url.QueryEscape(secret),
		url.PathEscape(secret),
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.RawURLEncoding.EncodeToString([]byte(secret)),
	}
}
