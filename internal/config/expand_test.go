package config

import (
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	tests := []struct{ text, want, err string }{
		{text: "", want: ""},
		{text: "plain", want: "plain"},
		{text: "${HOST}", want: "10.0.0.9"},
		{text: "http://${HOST}:${PORT}/", want: "http://10.0.0.9:8080/"},
		{text: "${NONE}", want: ""},
		{text: "$$", want: "$"},
		{text: "$$$$", want: "$$"},
		{text: "$${HOST}", want: "${HOST}"},
		{text: "$$${HOST}$$", want: "$10.0.0.9$"},
		{text: "${DOLLARS}", want: "${HOST}$$"}, // not looked at again
		{text: "${HOST}}", want: "10.0.0.9}"},
		{text: "$", err: "a $ on its own"},
		{text: "a$b", err: "a $ on its own"},
		{text: "$HOST", err: "a $ on its own"},
		{text: "$$$", err: "a $ on its own"},
		{text: "${HOST", err: "${ without the closing }"},
		{text: "${", err: "${ without the closing }"},
		{text: "${}", err: "no name of an environment variable"},
		{text: "${A B}", err: "no name of an environment variable"},
		{text: "${1A}", err: "no name of an environment variable"},
		{text: "${HOST:-x}", err: "no name of an environment variable"},
		{text: "${NOWHERE}", err: "the environment variable NOWHERE is not set"},
		{text: "${LATIN}", err: "the environment variable LATIN is not UTF-8 text"},
	}
	for _, tt := range tests {
		got, err := expand(tt.text, environment)
		switch {
		case tt.err == "" && (err != nil || got != tt.want):
			t.Errorf("expand(%q) = %q, %v; want %q", tt.text, got, err, tt.want)
		case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
			t.Errorf("expand(%q) = %q, %v; want the error %s", tt.text, got, err, tt.err)
		}
	}
}

// FuzzExpand wants a text back that has been made safe against expansion.
func FuzzExpand(f *testing.F) {
	for _, seed := range []string{"", "$", "$$", "${HOST}", "a$$b${PORT}c", "${", "${}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		expand(text, environment)
		got, err := expand(strings.ReplaceAll(text, "$", "$$"), environment)
		if err != nil || got != text {
			t.Errorf("%q with its dollars doubled gives %q, %v", text, got, err)
		}
	})
}
