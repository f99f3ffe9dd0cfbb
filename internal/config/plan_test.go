package config

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device"
)

func TestPlanKeys(t *testing.T) {
	tests := []struct {
		of   any
		want []string
	}{
		{hub{}, []string{"user_name", "password", "password_file", "devices", "discovery"}},
		{tlsBlock{}, []string{"server_name", "cert_file", "key", "key_file"}},
		{door{}, []string{"name", "interval", "timeout", "keep", "max_backoff", "host", "port", "protocol", "hinges", "wing", "raw_labels"}},
		{struct {
			Key     device.Secret `yaml:"key"`
			KeyFile string        `yaml:"key_file"`
		}{}, []string{"key", "key_file"}}, // a key of that name is what it says
		{struct {
			Left string `yaml:"-"`
			In   string `yaml:"in"`
			out  string
		}{}, []string{"in"}},
	}
	for _, tt := range tests {
		got := make(plans).of(reflect.TypeOf(tt.of)).allKeys()
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("keys of %T (-want +got):\n%s", tt.of, diff)
		}
	}
}

// recursive cannot be configured.
type recursive struct {
	Next []recursive `yaml:"next"`
}

func TestPlanRefusesWhatNoYAMLFits(t *testing.T) {
	tests := []struct {
		of   any
		want string
	}{
		{struct {
			A time.Duration `yaml:"a"`
		}{}, "device.Duration knows seconds"},
		{struct {
			A any `yaml:"a"`
		}{}, "which no YAML fits"},
		{struct {
			A []chan int `yaml:"a"`
		}{}, "which no YAML fits"},
		{struct {
			A [2]int `yaml:"a"`
		}{}, "which no YAML fits"},
		{struct {
			A complex128 `yaml:"a"`
		}{}, "which no YAML fits"},
		{struct {
			A map[int]string `yaml:"a"`
		}{}, "are not plain strings"},
		{struct {
			A map[string]func() `yaml:"a"`
		}{}, "which no YAML fits"},
		{struct{ A string }{}, "has no yaml key"},
		{struct {
			A *door `yaml:",inline"`
		}{}, "is inline and not a struct"},
		{struct {
			A string `yaml:"a"`
			B string `yaml:"a"`
		}{}, "has the key a twice"},
		{struct {
			device.Common `yaml:",inline"`
			B             string `yaml:"name"`
		}{}, "has the key name twice"},
		{recursive{}, "contains itself"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, tt.want) {
					t.Errorf("%T: the panic says %s, want %s", tt.of, got, tt.want)
				}
			}()
			make(plans).of(reflect.TypeOf(tt.of))
			t.Errorf("%T was accepted", tt.of)
		})
	}
}
