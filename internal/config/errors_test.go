package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"home_exporter/internal/device"
)

func TestErrorsAreCutOff(t *testing.T) {
	for _, n := range []int{1, 49, 50, 51, 73} {
		text := strings.Repeat("  - {host: a, port: x}\n", n)
		_, err := Parse("f.yml", []byte("doors:\n"+text), Source{}, toys())
		lines := strings.Split(err.Error(), "\n")
		want, last := n, fmt.Sprintf("f.yml:%d:21: doors[%d].port: \"x\" is no whole number", n+1, n-1)
		if n > maxShown {
			want, last = maxShown+1, fmt.Sprintf("and %d more", n-maxShown)
		}
		if len(lines) != want || lines[len(lines)-1] != last {
			t.Errorf("%d mistakes: %d lines, the last one %q; want %d and %q", n, len(lines), lines[len(lines)-1], want, last)
		}
		var errs Errors
		if !errors.As(err, &errs) || len(errs) != n {
			t.Errorf("%d mistakes: Errors has %d", n, len(errs))
		}
	}
}

func TestErrorText(t *testing.T) {
	tests := []struct {
		err  Error
		want string
	}{
		{Error{File: "f", Line: 1, Column: 2, Path: "a[0].b", Err: errors.New("x"), Suggestion: "y"}, "f:1:2: a[0].b: x; did you mean y?"},
		{Error{File: "f", Line: 1, Err: errors.New("x")}, "f:1: x"},
		{Error{File: "f", Err: errors.New("x")}, "f: x"},
		{Error{File: commandLine, Path: "--a.b", Err: errors.New("x")}, "--a.b: x"},
		{Error{Err: errors.New("x")}, "x"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestLongTextIsShortened(t *testing.T) {
	_, err := Parse("f.yml", []byte("doors:\n  - {host: a, port: "+strings.Repeat("ü", 10_000)+"}\n"), Source{}, toys())
	if got := len(err.Error()); got > 600 {
		t.Errorf("the message has %d bytes", got)
	}
}

// TestSecretMask has secrets that contain each other, and that %q would write
// differently.
func TestSecretMask(t *testing.T) {
	mask := secretMask([]device.Secret{
		device.NewSecret("tree"), device.NewSecret("treehouse"), device.NewSecret("a\"b\\c"), device.NewSecret("abc"),
	})
	tests := map[string]string{
		"a tree and a treehouse":   "a <secret> and a <secret>",
		`this "a\"b\\c" and a"b\c`: `this "<secret>" and <secret>`,
		"abc is too short to hide": "abc is too short to hide",
		"nothing":                  "nothing",
	}
	for text, want := range tests {
		if got := mask.Replace(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
