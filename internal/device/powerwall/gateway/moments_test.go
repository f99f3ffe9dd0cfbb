package gateway

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestParseUptime(t *testing.T) {
	tests := map[string]struct {
		want time.Duration
		ok   bool
	}{
		"37s":                          {37 * time.Second, true},
		"1m20s":                        {80 * time.Second, true},
		"5d12h10.07s":                  {475210*time.Second + 70*time.Millisecond, true},
		"1541h38m20.998412744s":        {5549900998412744 * time.Nanosecond, true},
		".5h":                          {30 * time.Minute, true},
		"5.s":                          {5 * time.Second, true},
		"0":                            {0, true},
		"0s":                           {0, true},
		"1w":                           {168 * time.Hour, true},
		"1.5d":                         {36 * time.Hour, true},
		"3s1w2h":                       {170*time.Hour + 3*time.Second, true},
		" 1h\n":                        {time.Hour, true},
		"+1h":                          {time.Hour, true},
		"1ms2us3µs4μs5ns":              {1009005, true},
		"36500d":                       {maxUptime, true},
		"5":                            {},
		"":                             {},
		" ":                            {},
		"+":                            {},
		"1 m":                          {},
		"1x":                           {},
		"h":                            {},
		".":                            {},
		".s":                           {},
		".d":                           {},
		"1.2.3s":                       {},
		"1.2.3d":                       {},
		"--1s":                         {},
		"-1s":                          {},
		"1h-1s":                        {},
		"1e3d":                         {},
		"1h00":                         {},
		"36501d":                       {},
		"36500d1ns":                    {},
		"9223372036s9223372036s":       {},
		"99999999999999999999h":        {},
		strings.Repeat("9", 400) + "d": {},
		"never":                        {},
	}
	for text, tt := range tests {
		if got, ok := ParseUptime(text); got != tt.want || ok != tt.ok {
			t.Errorf("%.40q: %s, %t; want %s, %t", text, got, ok, tt.want, tt.ok)
		}
	}
}

func TestParseMoments(t *testing.T) {
	east := time.FixedZone("", 8*3600)
	tests := []struct {
		name  string
		parse func(string) time.Time
		text  string
		want  time.Time
	}{
		{"start", ParseStartTime, "2024-04-18 06:51:39 +0800", time.Date(2024, 4, 18, 6, 51, 39, 0, east)},
		{"start with a line end", ParseStartTime, "2024-04-18 06:51:39 +0800\n", time.Date(2024, 4, 18, 6, 51, 39, 0, east)},
		{"start in RFC 3339", ParseStartTime, "2024-04-18T06:51:39+08:00", time.Time{}},
		{"start with a zone name", ParseStartTime, "2024-04-18 06:51:39 CST", time.Time{}},
		{"start before the clock was set", ParseStartTime, "1970-01-01 08:00:13 +0800", time.Time{}},
		{"no start", ParseStartTime, "", time.Time{}},
		{"nine digits", ParseMoment, "2024-06-21T12:30:00.123456789+02:00", time.Date(2024, 6, 21, 10, 30, 0, 123456789, time.UTC)},
		{"six digits", ParseMoment, "2023-11-02T09:08:07.654321+01:00", time.Date(2023, 11, 2, 8, 8, 7, 654321000, time.UTC)},
		{"no digits", ParseMoment, "2023-11-02T09:08:07Z", time.Date(2023, 11, 2, 9, 8, 7, 0, time.UTC)},
		{"never", ParseMoment, never, time.Time{}},
		{"in the layout of the start", ParseMoment, "2024-04-18 06:51:39 +0800", time.Time{}},
		{"31 April", ParseMoment, "2024-04-31T00:00:00Z", time.Time{}},
		{"no moment", ParseMoment, "", time.Time{}},
	}
	for _, tt := range tests {
		if got := tt.parse(tt.text); !got.Equal(tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestAppRatio(t *testing.T) {
	for raw, want := range map[float64]float64{62.5: .60526315789, 23.3: .19263157895, 24: .2, 9.75: .05, 5: 0, 100: 1, 3: 0, 0: 0, -1: 0} {
		if got := AppRatio(raw); math.Abs(got-want) > 1e-11 {
			t.Errorf("raw %g: %.12f, want %.12f", raw, got, want)
		}
	}
}
