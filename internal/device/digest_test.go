package device

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

type digested struct {
	Name   string
	Port   uint16
	Bytes  []byte
	Inner  *digested
	Table  map[string]int
	Key    Secret
	hidden int
}

// TestDigestTellsApart has values of which no two of the same types may be the same;
// most are pairs that would be, were they written without their lengths.
func TestDigestTellsApart(t *testing.T) {
	one, zero := 1, 0
	values := [][]any{
		{}, {nil}, {""}, {"", ""}, {"a"}, {"a", "b"}, {"ab"}, {"ab", ""}, {"", "ab"},
		{0}, {1}, {-1}, {0, 0}, {1.5}, {math.Inf(1)}, {math.Copysign(0, -1)}, {256},
		{[]string{}, []string{"a"}}, {[]string{"a"}, []string{}}, {[]string{"a", "b"}}, {[]string{"ab"}}, {[]string{"b", "a"}},
		{[][]string{{"a"}, {"b"}}}, {[][]string{{"a", "b"}, {}}}, {[][]string{{}, {"a", "b"}}},
		{&zero}, {&one},
		{map[string]string{"a": "b"}}, {map[string]string{"b": "a"}}, {map[string]string{"ab": ""}}, {map[string]string{"a": "b", "c": "d"}},
		{digested{}}, {digested{Name: "a"}}, {digested{Port: 1}}, {digested{Bytes: []byte("a")}}, {digested{Inner: &digested{}}},
		{digested{Inner: &digested{Port: 1}}}, {digested{Table: map[string]int{"a": 1}}}, {digested{hidden: 1}},
		{digested{Key: NewSecret("a")}}, {digested{Key: NewSecret("b")}},
	}
	seen := make(map[string]string)
	for _, v := range values {
		types := ""
		for _, part := range v {
			types += fmt.Sprintf("%T ", part)
		}
		what := fmt.Sprintf("%#v", v)
		key := fmt.Sprintf("%s%x", types, DigestOf(v...))
		if other, ok := seen[key]; ok {
			t.Errorf("%s has the digest of %s", what, other)
		}
		seen[key] = what
	}
}

func TestDigestOfTheSame(t *testing.T) {
	large := func(backwards bool) map[string]int {
		m := make(map[string]int)
		for i := range 1000 {
			if backwards {
				i = 999 - i
			}
			m[fmt.Sprint(i)] = i
		}
		return m
	}
	tests := map[string][2]any{
		"maps have no order":           {large(false), large(true)},
		"pointers are what they hold":  {&digested{Name: "a"}, &digested{Name: "a"}},
		"interfaces are what they are": {[]any{1, "a"}, []any{1, "a"}},
		"secrets are their texts":      {NewSecret(strings.Repeat("a", 3)), NewSecret("aaa")},
		"capacity does not matter":     {make([]string, 2, 9), make([]string, 2)},
	}
	for name, pair := range tests {
		for range 10 {
			if DigestOf(pair[0]) != DigestOf(pair[1]) {
				t.Errorf("%s: two digests", name)
				break
			}
		}
	}
}

func TestDigestHidesSecrets(t *testing.T) {
	d := DigestOf(NewSecret(planted))
	if strings.Contains(string(d[:]), planted[:8]) {
		t.Errorf("the digest %q has the secret", d)
	}
}

func TestDigestRefusesFunctions(t *testing.T) {
	for _, v := range []any{func() {}, make(chan int), struct{ F func() }{func() {}}, complex(1, 1)} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("DigestOf(%T) did not panic", v)
				}
			}()
			DigestOf(v)
		}()
	}
}
