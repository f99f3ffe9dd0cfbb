package coda

import (
	"strconv"
	"testing"
)

func TestNumber(t *testing.T) {
	tests := map[string]struct {
		json    string
		want    string
		mistake bool
	}{
		"decimal":          {`"9.100"`, "9.1", false},
		"padded":           {`"  40.946190"`, "40.94619", false},
		"padded whole":     {`" 300600000"`, "3.006e+08", false},
		"negative":         {`"-0.900"`, "-0.9", false},
		"float32 noise":    {`"2.000001"`, "2.000001", false},
		"JSON number":      {`9.1`, "9.1", false},
		"JSON exponent":    {`91e-1`, "9.1", false},
		"NA":               {`"NA"`, "absent", false},
		"padded na":        {`"  na "`, "absent", false},
		"N/A":              {`"N/A"`, "absent", false},
		"dash":             {`"-"`, "absent", false},
		"dashes":           {`"--"`, "absent", false},
		"todo":             {`"TODO"`, "absent", false},
		"None":             {`"None"`, "absent", false},
		"Unknown":          {`"Unknown"`, "absent", false},
		"empty":            {`""`, "absent", false},
		"blank":            {`"   "`, "absent", false},
		"null":             {`null`, "absent", false},
		"false":            {`false`, "absent", false},
		"true":             {`true`, "absent", false},
		"list":             {`[1]`, "absent", false},
		"object":           {`{"a":1}`, "absent", false},
		"nan":              {`"nan"`, "absent", false},
		"-nan of C":        {`"-nan"`, "absent", false},
		"inf":              {`"inf"`, "absent", false},
		"-Inf":             {`"-Inf"`, "absent", false},
		"+Infinity":        {`"+Infinity"`, "absent", false},
		"letters":          {`"12abc"`, "absent", true},
		"hexadecimal":      {`"0x1p-2"`, "absent", true},
		"underscore":       {`"1_000"`, "absent", true},
		"thousands":        {`"1,000"`, "absent", true},
		"two numbers":      {`"1 2"`, "absent", true},
		"too large":        {`"1e400"`, "absent", true},
		"too large number": {`1e400`, "absent", true},
		"only a sign":      {`"+"`, "absent", true},
		"other digits":     {`"١٢"`, "absent", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := field(t, tt.json)
			if got := show(r.number("f"), float); got != tt.want {
				t.Errorf("%s is %s, want %s", tt.json, got, tt.want)
			}
			if got := len(r.sheet.Mistakes()) == 1; got != tt.mistake {
				t.Errorf("%s: mistakes %v, want one: %t", tt.json, r.sheet.Mistakes(), tt.mistake)
			}
		})
	}
}

// A number in another unit must not leave the range either.
func TestScaled(t *testing.T) {
	for json, want := range map[string]string{`"   36.8000"`: "3.68e+07", `"NA"`: "absent", `"1e308"`: "absent", `"x"`: "absent"} {
		if got := show(field(t, json).scaled("f", 1e6), float); got != want {
			t.Errorf("%s times 1e6 is %s, want %s", json, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	tests := map[string]struct {
		json, want string
		mistake    bool
	}{
		"plain":                {`"4142950845"`, "4142950845", false},
		"one":                  {`"1 * 2e32 + 426317386"`, "4721284682", false},
		"golden":               {`"1 * 2e32 + 149376573"`, "4444343869", false},
		"capital E":            {`"1 * 2E32 + 5"`, "4294967301", false},
		"nine":                 {`"9 * 2e32 + 868756518"`, "39523462182", false},
		"ten":                  {`"10 * 2e32 + 3651454275"`, "46601127235", false},
		"53":                   {`"53 * 2e32 + 4142950845"`, "231776217533", false},
		"circumflex":           {`"1 * 2^32 + 1"`, "4294967297", false},
		"two stars":            {`"1 * 2**32 + 1"`, "4294967297", false},
		"tight":                {`" 1*2e32+1 "`, "4294967297", false},
		"beyond 2^32 in plain": {`"89896134636"`, "89896134636", false},
		"largest":              {`"4294967295 * 2e32 + 4294967295"`, "18446744073709551615", false},
		"largest in plain":     {`"18446744073709551615"`, "18446744073709551615", false},
		"zero":                 {`"0"`, "0", false},
		"JSON number":          {`278`, "278", false},
		"JSON exponent":        {`1.5e3`, "1500", false},
		"JSON signed exponent": {`1e+5`, "100000", false},
		"NA":                   {`"NA"`, "absent", false},
		"null":                 {`null`, "absent", false},
		"beyond 64 bits":       {`"18446744073709551616"`, "absent", true},
		"sum beyond 64 bits":   {`"4294967295 * 2e32 + 4294967296"`, "absent", true},
		"product beyond":       {`"4294967296 * 2e32 + 0"`, "absent", true},
		"another factor":       {`"1 * 2e31 + 5"`, "absent", true},
		"no sum":               {`"1 * 2e32"`, "absent", true},
		"no product":           {`"1 + 5"`, "absent", true},
		"no factor":            {`"1 * + 5"`, "absent", true},
		"negative":             {`"-1"`, "absent", true},
		"negative low half":    {`"1 * 2e32 + -5"`, "absent", true},
		"fraction":             {`"1.5"`, "absent", true},
		"inexact":              {`1e17`, "absent", true},
		"letters":              {`"12abc"`, "absent", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := field(t, tt.json)
			if got := show(r.count("f"), whole); got != tt.want {
				t.Errorf("%s is %s, want %s", tt.json, got, tt.want)
			}
			if got := len(r.sheet.Mistakes()) == 1; got != tt.mistake {
				t.Errorf("%s: mistakes %v, want one: %t", tt.json, r.sheet.Mistakes(), tt.mistake)
			}
		})
	}
}

func TestParseBytes(t *testing.T) {
	tests := map[string]string{
		"1.05G Bytes": "1127428915", "18.15G Bytes": "19488414105", "989.1M Bytes": "1037146521",
		"40.25M Bytes": "42205184", "1K Bytes": "1024", "1T Bytes": "1099511627776", "2P Bytes": "2251799813685248",
		"1E Bytes": "1152921504606846976", "512 Bytes": "512", "1.05 G Bytes": "1127428915", "12345": "12345",
		"1 * 2e32 + 1": "4294967297",
		"16E Bytes":    "18446744073709551616", "17E Bytes": "absent", "1e308E Bytes": "absent",
		"Bytes": "absent", "G Bytes": "absent", "-1G Bytes": "absent", "1Z Bytes": "absent", "1.05G": "absent", "1GG Bytes": "absent",
	}
	for text, want := range tests {
		v, ok := parseBytes(text)
		got := "absent"
		if ok {
			got = strconv.FormatFloat(v, 'f', 0, 64)
		}
		if got != want {
			t.Errorf("parseBytes(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestParseSpeed(t *testing.T) {
	tests := map[string]string{
		"2500Mbps": "2.5e+09", "1000Mbps": "1e+09", "100 Mbps": "1e+08", "2.5Gbps": "2.5e+09", "10Gbps": "1e+10",
		"1000mb/s": "1e+09", "100": "1e+08", "0Mbps": "0",
		"Mbps": "absent", "1.2.3Mbps": "absent", "100Kbps": "absent", "-100Mbps": "absent", "1e3Mbps": "absent",
		"99999999999999999999999999Mbps": "absent", ".": "absent",
	}
	for text, want := range tests {
		v, ok := parseSpeed(text)
		got := "absent"
		if ok {
			got = float(v)
		}
		if got != want {
			t.Errorf("parseSpeed(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	parsers := map[string]func(string) (bool, bool){"lock": parseYes, "access": parseAccess, "link": parseUp}
	tests := []struct {
		parser, json, want string
	}{
		{"lock", `"YES"`, "true"}, {"lock", `" NO"`, "false"}, {"lock", `"NA"`, "absent"}, {"lock", `"MAYBE"`, "absent"}, {"lock", `1`, "true"},
		{"access", `"Permitted"`, "true"}, {"access", `"Denied"`, "false"}, {"access", `"TODO"`, "absent"}, {"access", `"perhaps"`, "absent"},
		{"link", `"Up"`, "true"}, {"link", `"Down"`, "false"}, {"link", `"-"`, "absent"}, {"link", `"Upside"`, "absent"},
	}
	for _, tt := range tests {
		got := show(read(field(t, tt.json), "f", parsers[tt.parser]), strconv.FormatBool)
		if got != tt.want {
			t.Errorf("%s %s is %s, want %s", tt.parser, tt.json, got, tt.want)
		}
	}
}
