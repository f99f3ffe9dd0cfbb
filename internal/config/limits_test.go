package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// large returns a file of so many lines, in which the text of one is another.
func large(lines, line int, text string) []byte {
	var b strings.Builder
	for i := 1; i <= lines; i++ {
		switch {
		case i == line:
			b.WriteString(text + "\n")
		case i == 1:
			b.WriteString("doors:\n")
		case i%2 == 0:
			fmt.Fprintf(&b, "  - name: door %d\n", i)
		default:
			b.WriteString("    <<: {host: 10.0.0.1, port: 80}\n")
		}
	}
	return []byte(b.String())
}

func TestOneMistakeInALargeFile(t *testing.T) {
	const list = "indent it like the other items, and begin an item with - and a space"
	tests := map[string]struct {
		lines, line int
		text, want  string
	}{
		"value of 100,000 lines":       {100_001, 77_777, "    <<: {host: 10.0.0.1, port: 80000}", "f.yml:77777:32: doors[38887].port: 80000 is out of range: 0 to 65535"},
		"indentation of 100,000 lines": {100_001, 77_776, "   - name: door 1", "f.yml:77776: this does not continue the list above: " + list},
		"quote":                        {3001, 776, "  - name: \"door 1", "f.yml:776: a quote is opened here and never closed"},
		"key":                          {3001, 777, "    <<: {hots: 10.0.0.1, port: 80}", "f.yml:777:10: doors[387].hots: unknown key; did you mean host?"},
		"name":                         {3001, 776, "  - name: door 6", "f.yml:776:11: doors[387].name: the name \"door 6\" is taken by the entry on line 6"},
		"tab":                          {3001, 777, "\t<<: {host: 10.0.0.1, port: 80}", "f.yml:777:1: a tab indents this line; YAML wants spaces"},
		"brace":                        {3001, 777, "    <<: {host: 10.0.0.1, port: 80", "f.yml:777: a { is opened here and not closed, or a comma is missing"},
		"anchor":                       {3001, 777, "    <<: *nowhere", "f.yml:777: * names an anchor (&) that is not above; quote a text that begins with *"},
		"byte":                         {3001, 777, "    host: caf\xe9", "f.yml:777:14: the byte 0xe9 is not UTF-8; save the file as UTF-8"},
		"first line":                   {3001, 1, "dors:", "f.yml:1:1: dors: unknown key; did you mean doors?"},
		"last line":                    {3001, 3001, "    <<: {host: 10.0.0.1, port: }", "f.yml:3001:26: doors[1499].port: a door needs a port from 1 to 65535"},
		"last quote":                   {3000, 3000, "  - name: \"", "f.yml:3000: a quote is opened here and never closed"},
		"first quote":                  {3000, 1, "doors: \"", "f.yml:1: a quote is opened here and never closed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("f.yml", large(tt.lines, tt.line, tt.text), Source{}, toys())
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %.500v\nwant %s", err, tt.want)
			}
		})
	}
}

// BenchmarkParse has the figures of a hundred thousand lines: right, with one value
// wrong, and with one indentation wrong, for which the file is parsed again.
func BenchmarkParse(b *testing.B) {
	for _, c := range []struct {
		name, text string
	}{
		{"valid", "  - name: door 1e5"},
		{"one_mistake", "  - nam: door 1e5"},
		{"syntax", "   - name: door 1e5"},
	} {
		data := large(100_001, 77_776, c.text)
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				Parse("f.yml", data, Source{}, toys())
			}
		})
	}
}

// TestAliasBombs has files of few lines that stand for very much, with a limit that is
// a five-hundredth of the real one.
func TestAliasBombs(t *testing.T) {
	list := func(of string, n int) string { return "[" + strings.Repeat(of+", ", n-1) + of + "]" }
	tests := map[string]string{
		"lists of lists": "x-a: &a " + list("1", 1000) + "\nx-b: &b " + list("*a", 1000) +
			"\nmeters: {list: " + list("{name: a, hours: *b}", 3) + "}\n",
		"entries":     "x-a: &a " + list("left", 1000) + "\nx-d: &d {host: a, port: 1, hinges: *a}\ndoors: " + list("*d", 1000) + "\n",
		"merges":      "x-a: &a {host: a}\n" + merges(40) + "doors: [{<<: *m40, port: 1}]\n",
		"wide merges": "x-a: &a {" + wideMapping(2000) + "}\ndoors: " + list("{<<: *a, host: a, port: 1}", 1000) + "\n",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDecoder("f.yml", "", environment, newReader())
			d.limit, d.nodes = 20_000, 20_000
			d.document([]byte(text), nil, toys())
			if !slices.ContainsFunc(d.mistakes(), func(e *Error) bool {
				return strings.Contains(e.Error(), "stand for more than 20000 values")
			}) {
				t.Errorf("the mistakes are %.300v", d.mistakes())
			}
		})
	}
}

// merges returns n mappings that each merge in the one before twice.
func merges(n int) string {
	text := "x-0: &m0 {<<: *a}\n"
	for i := range n {
		text += fmt.Sprintf("x-%d: &m%[1]d {<<: [*m%d, *m%[2]d]}\n", i+1, i)
	}
	return text
}

func wideMapping(n int) string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("k%d: 1", i)
	}
	return strings.Join(keys, ", ")
}

func TestDeepNesting(t *testing.T) {
	for name, text := range map[string]string{
		"brackets": "doors: " + strings.Repeat("[", 200_000),
		"closed":   "doors: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
		"braces":   "hub: " + strings.Repeat("{devices: ", 5000) + strings.Repeat("}", 5000),
		"merges":   "doors: [" + strings.Repeat("{<<: ", 5000) + "{}" + strings.Repeat("}", 5000) + "]",
		"dashes":   "doors:\n" + strings.Repeat("- ", 20_000) + "x\n",
	} {
		_, err := Parse("f.yml", []byte(text), Source{}, toys())
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
