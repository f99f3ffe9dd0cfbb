package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device"
)

// complaint is a section whose Specs says what the test wants.
type complaint struct {
	A   string `yaml:"a,omitempty"`
	B   inner  `yaml:"b,omitempty"`
	err error
}

type inner struct {
	C int `yaml:"c,omitempty"`
	D int `yaml:"d,omitempty"`
}

func (c *complaint) Specs(device.Defaults) ([]device.Spec, error) { return nil, c.err }

func TestErrorsOfSpecs(t *testing.T) {
	no := errors.New("no")
	at := device.At
	tests := map[string]struct {
		text string
		err  error
		want []string
	}{
		"of the section":     {"k: {a: x}", no, []string{"1:1: k: no"}},
		"joined":             {"k: {a: x}", errors.Join(at("a", no), no), []string{"1:1: k: no", "1:8: k.a: no"}},
		"joined deeper":      {"k: {a: x}", errors.Join(errors.Join(at("a", no)), errors.Join(no, errors.Join(at("b", no)))), []string{"1:1: k: no", "1:4: k.b: no", "1:8: k.a: no"}},
		"of two, as one":     {"k: {a: x}", fmt.Errorf("%w and %w", no, no), []string{"1:1: k: no and no"}},
		"wrapped by others":  {"k: {a: x}", fmt.Errorf("check: %w", at("a", no)), []string{"1:1: k: check: a: no"}},
		"nowhere":            {"k: {a: x}", at("b.c.x[7]", no), []string{"1:4: k.b.c.x[7]: no"}},
		"beside a mistake":   {"k: {a: [x], b: {c: 1}}", errors.Join(at("a", no), no), []string{"1:1: k: no", "1:8: k.a: a text is expected, not a list"}},
		"at the mistake":     {"k: {a: [x]}", at("a", no), []string{"1:8: k.a: a text is expected, not a list"}},
		"below the mistake":  {"k: {b: [x]}", at("b.c", no), []string{"1:8: k.b: a mapping (key: value) is expected, not a list"}},
		"about the mistake":  {"k: {a: [x], b: {c: 1}}", at("b.c", errors.New("c needs an (a)")), []string{"1:8: k.a: a text is expected, not a list"}},
		"about another one":  {"k: {a: [x], b: {c: 1}}", at("b.c", errors.New("c needs a_b and ab")), []string{"1:8: k.a: a text is expected, not a list", "1:20: k.b.c: c needs a_b and ab"}},
		"in another mapping": {"k: {a: x, b: {c: y, d: 1}}", errors.Join(at("a", no), at("b.d", no), at("b", no)), []string{"1:8: k.a: no", "1:14: k.b: no", "1:18: k.b.c: \"y\" is no whole number", "1:24: k.b.d: no"}},
		"no section at all":  {"k: [x]", errors.Join(at("a", no), no), []string{"1:4: k: a mapping (key: value) is expected, not a list"}},
		"empty section":      {"k:", no, []string{"1:1: k: no"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			kind := &device.Kind{Name: "k", Section: func() device.Section { return &complaint{err: tt.err} }}
			_, err := Parse("f.yml", []byte(tt.text), Source{}, []*device.Kind{kind})
			if err == nil {
				t.Fatal("no error")
			}
			got := strings.Split(strings.ReplaceAll(err.Error(), "f.yml:", ""), "\n")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMissingKeysAreTold has two keys missing at one place.
func TestMissingKeysAreTold(t *testing.T) {
	type pairOfKeys struct {
		A string `yaml:"a" required:"true"`
		B string `yaml:"b" required:"true"`
	}
	kind := &device.Kind{Name: "k", Section: func() device.Section {
		return &struct {
			complaint  `yaml:"-"`
			pairOfKeys `yaml:",inline"`
		}{}
	}}
	_, err := Parse("f.yml", []byte("k: {}"), Source{}, []*device.Kind{kind})
	want := "f.yml:1:4: k.a: this key is required\nf.yml:1:4: k.b: this key is required"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestMergesAreSearchedOnce has an entry that is not decoded any more because the one
// before it has used up what may be, and whose merge keys cannot all be followed.
func TestMergesAreSearchedOnce(t *testing.T) {
	text := "x-a: &a {host: a}\n" + merges(60) + "doors: [{<<: *m60}, {<<: *m60}, {port: 1, <<: *m60}]\n"
	d := newDecoder("f.yml", "", environment, newReader())
	d.limit, d.nodes = 1000, 1000
	d.document([]byte(text), nil, toys())
	if got := d.mistakes(); len(got) != 1 {
		t.Errorf("mistakes: %v, want that of the limit alone", got)
	}
}
