package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// planted is a secret that stands in no message by chance.
const planted = "Xk7-planted-9q"

// TestNoSecretLeaks puts a secret into good and broken files, in every place where
// someone may put one, and looks for any half of it in all that comes out.
func TestNoSecretLeaks(t *testing.T) {
	write(t, t.TempDir()+"/unused", planted)
	texts := map[string]string{
		"good":                      "hub: {user_name: u, password: %s}",
		"good, with everything":     "hub: {user_name: u, password: %s, devices: [{host: h, password: %[1]s, tls: {key: %[1]s}}]}\nmeters: {list: [{name: m, headers: {A: %[1]s}}]}",
		"list":                      "hub: {user_name: u, password: [%s]}",
		"mapping":                   "hub: {user_name: u, password: {a: %s}}",
		"tag":                       "hub: {user_name: u, password: !%s }",
		"tag with value":            "hub: {user_name: u, password: !%s x}",
		"alias":                     "hub: {user_name: u, password: *%s }",
		"anchor":                    "hub: {user_name: u, password: &%s }",
		"percent":                   "hub:\n  user_name: u\n  password: %%%s\n",
		"at":                        "hub:\n  user_name: u\n  password: @%s\n",
		"quote":                     "hub:\n  user_name: u\n  password: \"%s\n",
		"quote and more":            "hub:\n  user_name: u\n  password: '%s'x\n",
		"escape":                    "hub:\n  user_name: u\n  password: \"\\q%s\"\n",
		"colon":                     "hub:\n  user_name: u\n  password: a: %s\n",
		"no space":                  "hub:\n  user_name: u\n  password:%s\n",
		"no space, key follows":     "hub:\n  password:%s\n  user_name: u\n",
		"no space, alone":           "hub:\n  password:%s\n",
		"no space, in braces":       "hub: {user_name: u, password:%s}",
		"no space, unknown":         "hub: {user_name: u, passwort:%s}",
		"comma":                     "hub: {user_name: u, password: a,%s}",
		"dollar":                    "hub: {user_name: u, password: $%s}",
		"variable":                  "hub: {user_name: u, password: '${%s'}",
		"bad variable":              "hub: {user_name: u, password: '${%s}'}",
		"misspelled key":            "hub: {user_name: u, pasword: %s}",
		"unknown key":               "hub: {user_name: u, secret_word: %s}",
		"unknown key with a list":   "hub: {user_name: u, secret_word: [%s]}",
		"twice":                     "hub: {user_name: u, password: x, password: %s}",
		"both forms":                "hub: {user_name: u, password: %s, password_file: nowhere}",
		"used as a number":          "hub: {user_name: u, password: &p %s, discovery: {packets: *p}}",
		"used as an address":        "hub: {user_name: u, password: &p %s, discovery: {target: *p}}",
		"used as a name, twice":     "hub: {user_name: u, password: &p %s, devices: [*p, *p]}",
		"used in enum and duration": "hub: {user_name: u, password: &p %s}\ndoors: [{host: a, port: 1, protocol: *p, timeout: *p}]",
		"used before":               "doors: [{host: a, port: &p %s}]\nhub: {user_name: u, password: *p}",
		"used as a key":             "hub: {user_name: u, password: &p %s, *p : x}",
		"used in labels":            "hub: {user_name: u, password: &p %s}\ndoors: [{host: a, port: 1, raw_labels: *p}]",
		"as a rule":                 "hub: {user_name: u, password: &p \"%s \"}\nprobe: {allow: [*p]}",
		"as a section":              "hub: %s",
		"as a text":                 "%s",
		"in a short form's place":   "hub: {user_name: u, password: &p %s, devices: *p}",
		"control character":         "hub: {user_name: u, password: \"\x01%s\"}",
		"not UTF-8":                 "hub: {user_name: u, password: \xff%s}",
		"tab":                       "hub:\n\tpassword: %s",
		"second document":           "doors: []\n---\nhub: {password: %s}",
		"merge":                     "hub: {user_name: u, <<: %s}",
		"null after":                "hub: {user_name: u, password: ~ %s}",
		"literal":                   "hub:\n  user_name: u\n  password: |%s\n    x\n",
	}
	for name, format := range texts {
		t.Run(name, func(t *testing.T) {
			text := strings.ReplaceAll(strings.ReplaceAll(format, "%[1]s", planted), "%s", planted)
			text = strings.ReplaceAll(text, "%%", "%")
			c, err := Parse("f.yml", []byte(text), Source{LookupEnv: environment}, toys())
			var out bytes.Buffer
			slog.New(slog.NewJSONHandler(&out, nil)).Error("x", "err", err, "c", c)
			slog.New(slog.NewTextHandler(&out, nil)).Error("x", "err", err, "c", c)
			fmt.Fprintf(&out, "%v %+v %#v %s %q %v %+v %#v", err, err, err, err, err, c, c, c)
			if c != nil {
				type inner struct{ c Config }
				fmt.Fprintf(&out, "%v %+v %#v %d %v %+v %#v", *c, *c, *c, *c, inner{*c}, inner{*c}, inner{*c})
				dump, err := c.Dump()
				if err != nil {
					t.Fatal(err)
				}
				out.Write(dump)
				encoded, err := json.Marshal(struct{ Probe Probe }{c.Probe})
				if err != nil {
					t.Fatal(err)
				}
				out.Write(encoded)
			}
			for _, part := range []string{planted, planted[:7], planted[7:], "planted"} {
				if bytes.Contains(out.Bytes(), []byte(part)) {
					t.Errorf("%q has come out:\n%s", part, out.Bytes())
				}
			}
		})
	}
}
