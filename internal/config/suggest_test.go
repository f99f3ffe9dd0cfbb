package config

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	keys := []string{"name", "host", "port", "protocol", "timeout", "interval", "max_backoff", "tls", "gateway_address", "gateway_port"}
	tests := map[string]string{
		"hots":                       "host", // neighbours swapped
		"hst":                        "host", // one missing
		"hoost":                      "host", // one too many
		"hast":                       "host", // another one
		"Host":                       "host", // case
		"HOST":                       "host", //
		"max-backoff":                "max_backoff",
		"maxBackoff":                 "max_backoff",
		"maximum_backoff":            "max_backoff",
		"proto":                      "protocol", // begins it
		"hostname":                   "host",     // is begun by it
		"interva":                    "interval",
		"gateway":                    "gateway_port", // the shorter of two that it begins
		"prot":                       "port",         // a slip is nearer than a beginning
		"colour":                     "",
		"x":                          "",
		"xx":                         "",
		"":                           "",
		"tl":                         "tls",
		"名":                          "",
		strings.Repeat("host", 1000): "",
	}
	for word, want := range tests {
		if got := nearest(word, keys); got != want {
			t.Errorf("nearest(%.20q) = %q, want %q", word, got, want)
		}
	}
}

func TestEditDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "abc", 3}, {"abc", "abc", 0},
		{"kitten", "sitting", 3}, {"ab", "ba", 1}, {"abcd", "badc", 2}, {"ca", "abc", 3}, {"über", "uber", 1},
	}
	for _, tt := range tests {
		if got := editDistance(tt.a, tt.b); got != tt.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := editDistance(tt.b, tt.a); got != tt.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}
