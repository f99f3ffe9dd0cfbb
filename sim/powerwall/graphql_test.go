package powerwall

import "testing"

func TestAsk(t *testing.T) {
	data := value(dict{"a": dict{"b": 1, "c": []any{dict{"d": "x", "e": 2}, dict{"d": "y", "e": 3}}}, "f": nil})
	tests := map[string]struct {
		text, want string
		faults     int
	}{
		"fields":           {`{a{b}}`, `{"a":{"b":1}}`, 0},
		"lists":            {`query Q { a { c { e } } f }`, `{"a":{"c":[{"e":2},{"e":3}]},"f":null}`, 0},
		"all of it":        {`query Name`, `{"a":{"b":1,"c":[{"d":"x","e":2},{"d":"y","e":3}]},"f":null}`, 0},
		"arguments":        {`query Q($x: [String!]! = ["(", "\")"]) { a(filter: {k: $x}) @include(if: $x) { b } }`, `{"a":{"b":1}}`, 0},
		"alias":            {`{ one: a { two: b } }`, `{"one":{"two":1}}`, 0},
		"fragments":        {`query { a { ...F ... on T { b } } } fragment F on X { c { d } }`, `{"a":{"c":[{"d":"x"},{"d":"y"}],"b":1}}`, 0},
		"comments":         {"# one\n{ a # two\n { b } }", `{"a":{"b":1}}`, 0},
		"unknown":          {`{ a { b z } }`, `{"a":{"b":1,"z":null}}`, 1},
		"self":             {`query { ...F } fragment F on X { a { b } ...F }`, `{"a":{"b":1}}`, 0},
		"unfinished":       {`{ a { b }`, ``, 1},
		"no field":         {`{ { b } }`, ``, 1},
		"no parentheses":   {`{ a ( `, ``, 1},
		"wrong characters": {`{ a ; }`, ``, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, faults := ask(data, tt.text)
			text := ""
			if got != nil {
				text = got.String()
			}
			if text != tt.want || len(faults) != tt.faults {
				t.Errorf("%s %v, want %s", text, faults, tt.want)
			}
		})
	}
}

func FuzzAsk(f *testing.F) {
	data := value(dict{"a": dict{"b": 1}})
	for _, seed := range []string{`{a{b}}`, `query Q($x: Int) { one: a(x: "y") { ...F } } fragment F on T { b }`, `{...F}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, faults := ask(data, text); got == nil && len(faults) == 0 {
			t.Error("neither data nor faults")
		}
	})
}
