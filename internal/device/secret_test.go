package device

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"log/slog"
	"strings"
	"testing"
	"text/template"

	"go.yaml.in/yaml/v3"
)

// planted stands in no output by chance, nor does its hexadecimal form.
const planted = "pl4nted-xYzzy9"

// holder is what a configuration does with secrets.
type holder struct {
	Name   string
	Secret Secret
	Ptr    *Secret
	List   []Secret
	Map    map[string]Secret
	Any    any
	hidden Secret // fmt does not ask the methods of this one
}

func newHolder() holder {
	s := NewSecret(planted)
	return holder{"n", s, &s, []Secret{s}, map[string]Secret{"k": s}, s, s}
}

// outputs is every way out that the program has.
func outputs(t *testing.T) map[string]func(v any) string {
	toString := func(b []byte, err error) string {
		if err != nil {
			return err.Error()
		}
		return string(b)
	}
	logged := func(handler func(*bytes.Buffer) slog.Handler) func(any) string {
		return func(v any) string {
			var b bytes.Buffer
			log := slog.New(handler(&b))
			log.Info("m", "v", v)
			log.With("v", v).WithGroup("g").Info("m", slog.Group("h", "v", v))
			return b.String()
		}
	}
	out := map[string]func(v any) string{
		"Print":  func(v any) string { return fmt.Sprint(v) + fmt.Sprintln(v) },
		"error":  func(v any) string { return fmt.Errorf("log in with %v: %w", v, errors.New("refused")).Error() },
		"json":   func(v any) string { return toString(json.Marshal(v)) },
		"indent": func(v any) string { return toString(json.MarshalIndent(v, "", " ")) },
		"yaml":   func(v any) string { return toString(yaml.Marshal(v)) },
		"xml":    func(v any) string { return toString(xml.Marshal(v)) },
		"slog text": logged(func(b *bytes.Buffer) slog.Handler {
			return slog.NewTextHandler(b, &slog.HandlerOptions{AddSource: true})
		}),
		"slog JSON": logged(func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) }),
		"text/template": func(v any) string {
			var b bytes.Buffer
			template.Must(template.New("").Parse(`{{.}} {{print .}} {{printf "%v %q" . .}} {{html .}} {{js .}} {{urlquery .}}`)).Execute(&b, v)
			return b.String()
		},
		"html/template": func(v any) string {
			var b bytes.Buffer
			htmltemplate.Must(htmltemplate.New("").Parse(`<a title="{{.}}" href="/?q={{.}}">{{.}}</a><script>let x = {{.}}</script>`)).Execute(&b, v)
			return b.String()
		},
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%#q", "%+q", "%x", "%X", "% x", "%#x", "%10v", "%-30s|", "%.3s", "%d", "%p", "%t", "%c", "%U", "%e", "%w"} {
		out[verb] = func(v any) string { return fmt.Sprintf(verb, v) }
	}
	return out
}

func TestSecretHasNoWayOut(t *testing.T) {
	h := newHolder()
	values := map[string]any{
		"secret": h.Secret, "pointer": h.Ptr, "list": h.List, "map": h.Map,
		"struct": h, "pointer to struct": &h, "interface": []any{h.Secret, h.Ptr, h},
	}
	leaks := []string{planted, planted[:4], planted[8:], fmt.Sprintf("%x", planted)[:8], fmt.Sprintf("%X", planted)[:8], fmt.Sprintf("% x", planted)[:8]}
	for way, print := range outputs(t) {
		for what, v := range values {
			got := print(v)
			if got == "" {
				t.Errorf("%s of %s says nothing", way, what)
			}
			for _, leak := range leaks {
				if strings.Contains(got, leak) {
					t.Errorf("%s of %s has %q: %s", way, what, leak, got)
				}
			}
		}
	}
}

func TestSecretLooksLikeItsMask(t *testing.T) {
	s := NewSecret(planted)
	for _, got := range []string{s.String(), fmt.Sprint(s), fmt.Sprintf("%+v", s), fmt.Sprintf("%#v", s), s.LogValue().String()} {
		if got != SecretMask {
			t.Errorf("got %q, want %q", got, SecretMask)
		}
	}
	type block struct {
		S Secret `yaml:"s,omitempty" json:"s"`
		E Secret `yaml:"e,omitempty" json:"e"`
	}
	text, err := yaml.Marshal(block{S: s})
	if want := "s: <secret>\n"; err != nil || string(text) != want {
		t.Errorf("YAML is %q, %v; want %q", text, err, want)
	}
	text, err = json.Marshal(block{S: s})
	if want := `{"s":"\u003csecret\u003e","e":""}`; err != nil || string(text) != want {
		t.Errorf("JSON is %s, %v; want %s", text, err, want)
	}
}

func TestSecretEqual(t *testing.T) {
	if !NewSecret(planted).Equal(NewSecret(planted)) || NewSecret(planted).Equal(NewSecret("other")) {
		t.Error("Equal does not compare the texts")
	}
	if !NewSecret("").Equal(Secret{}) {
		t.Error("an empty secret is not equal to none")
	}
}

func TestSecretKeepsItsText(t *testing.T) {
	for _, text := range []string{"", "a", planted, "line\nbreak", "\xff\x00", " spaces "} {
		s := NewSecret(text)
		if s.Reveal() != text || s.IsZero() != (text == "") {
			t.Errorf("%q: Reveal() = %q, IsZero() = %v", text, s.Reveal(), s.IsZero())
		}
		var read Secret
		if err := read.UnmarshalText([]byte(text)); err != nil || read.Reveal() != text {
			t.Errorf("UnmarshalText(%q): %q, %v", text, read.Reveal(), err)
		}
		if mask := s.String(); (mask == "") != (text == "") {
			t.Errorf("%q: String() = %q", text, mask)
		}
	}
}
