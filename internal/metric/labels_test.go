package metric

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEncodeLabels(t *testing.T) {
	tests := map[string]struct {
		pairs []string
		want  Labels
	}{
		"none":                     {},
		"one":                      {pairs: []string{"a", "b"}, want: `a="b"`},
		"in the order given":       {pairs: []string{"z", "1", "a", "2"}, want: `z="1",a="2"`},
		"empty value":              {pairs: []string{"a", ""}, want: `a=""`},
		"a name without value":     {pairs: []string{"a", "1", "b"}, want: `a="1"`},
		"only a name":              {pairs: []string{"a"}},
		"what braces may hold":     {pairs: []string{"a", `{},= #`}, want: `a="{},= #"`},
		"what must be escaped":     {pairs: []string{"a", "\\ \" \n"}, want: `a="\\ \" \n"`},
		"written escapes":          {pairs: []string{"a", `\n\"`}, want: `a="\\n\\\""`},
		"a backslash at the end":   {pairs: []string{"a", `C:\`}, want: `a="C:\\"`},
		"beyond ASCII":             {pairs: []string{"a", "Küche 廚房 🔌"}, want: `a="Küche 廚房 🔌"`},
		"control characters":       {pairs: []string{"a", "\r\x00\x1b[31m\x7f\u009b"}, want: "a=\"\uFFFD\uFFFD\uFFFD[31m\uFFFD\uFFFD\""},
		"a NUL among letters":      {pairs: []string{"a", "x\x00y"}, want: "a=\"x\uFFFDy\""},
		"a line end among letters": {pairs: []string{"a", "x\ny"}, want: `a="x\ny"`},
		"a DEL among letters":      {pairs: []string{"a", "x\x7fy"}, want: "a=\"x\uFFFDy\""},
		"a tab":                    {pairs: []string{"a", "x\ty"}, want: "a=\"x\ty\""},
		"replaced already":         {pairs: []string{"a", "\uFFFD"}, want: "a=\"\uFFFD\""},
		"not UTF-8":                {pairs: []string{"a", "x\xffy\xc3"}, want: "a=\"x\uFFFDy\uFFFD\""},
		"a surrogate":              {pairs: []string{"a", "\xed\xa0\x80"}, want: "a=\"\uFFFD\""},
		"overlong":                 {pairs: []string{"a", "\xc0\xa2"}, want: "a=\"\uFFFD\""}, // would be a quote
		"a quote after not UTF-8":  {pairs: []string{"a", "\xc3\"\n"}, want: "a=\"\uFFFD\\\"\\n\""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := EncodeLabels(tt.pairs...); got != tt.want {
				t.Errorf("EncodeLabels(%q) = %q, want %q", tt.pairs, got, tt.want)
			}
		})
	}
}

func TestLongLabelValues(t *testing.T) {
	const euro = "€" // three bytes
	fill := strings.Repeat("x", maxLabelValue-1)
	tests := map[string]struct{ value, want string }{
		"just fits":                  {fill + "y", fill + "y"},
		"one byte too long":          {fill + "yz", fill + "y"},
		"a megabyte":                 {strings.Repeat("y", 1<<20), strings.Repeat("y", maxLabelValue)},
		"a rune over the border":     {fill + euro + "z", fill},
		"a rune up to the border":    {fill[2:] + euro + "z", fill[2:] + euro},
		"four bytes over the border": {fill[2:] + "🔌", fill[2:]},
		"cut, then escaped":          {strings.Repeat(`"`, 2000), strings.Repeat(`\"`, maxLabelValue)},
		"nothing that begins a rune": {strings.Repeat("\x80", 2000), "\uFFFD"},
		"rubbish after a good start": {fill[3:] + strings.Repeat("\x80", 2000), fill[3:] + "\uFFFD"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := string(EncodeLabels("a", tt.value))
			if want := `a="` + tt.want + `"`; got != want {
				t.Errorf("%d bytes became %d, want %d: ends in %q, want %q",
					len(tt.value), len(got), len(want), got[max(0, len(got)-12):], want[max(0, len(want)-12):])
			}
			if !utf8.ValidString(got) {
				t.Error("not UTF-8")
			}
		})
	}
}

func TestLabelsJoin(t *testing.T) {
	tests := []struct{ l, more, want Labels }{
		{"", "", ""},
		{`a="1"`, "", `a="1"`},
		{"", `b="2"`, `b="2"`},
		{`a="1"`, `b="2"`, `a="1",b="2"`},
	}
	for _, tt := range tests {
		if got := tt.l.Join(tt.more); got != tt.want {
			t.Errorf("%q.Join(%q) = %q, want %q", tt.l, tt.more, got, tt.want)
		}
	}
}
