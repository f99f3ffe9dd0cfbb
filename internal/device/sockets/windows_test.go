package sockets

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseSpans(t *testing.T) {
	every := [7]bool{true, true, true, true, true, true, true}
	week := [7]bool{time.Monday: true, time.Tuesday: true, time.Wednesday: true, time.Thursday: true, time.Friday: true}
	for _, tt := range []struct {
		text string
		want []span // nil: an error
	}{
		{"Mon-Fri 08:00-18:00", []span{{week, 480, 1080}}},
		{"mon-FRI 8:00-18:00", []span{{week, 480, 1080}}},
		{"  Mon-Fri   08:00-18:00  ", []span{{week, 480, 1080}}},
		{"Sat,Sun", []span{{[7]bool{time.Saturday: true, time.Sunday: true}, 0, 1440}}},
		{"Wed", []span{{[7]bool{time.Wednesday: true}, 0, 1440}}},
		{"Mon-Wed,Fri 00:00-24:00", []span{{[7]bool{time.Monday: true, time.Tuesday: true, time.Wednesday: true, time.Friday: true}, 0, 1440}}},
		{"Sun-Sat", []span{{every, 0, 1440}}},
		{"Mon-Mon", []span{{[7]bool{time.Monday: true}, 0, 1440}}},
		{"00:00-24:00", []span{{every, 0, 1440}}},
		{"22:00-24:00", []span{{every, 1320, 1440}}},
		{"22:00-00:00", []span{{every, 1320, 1440}}},
		{"22:00-06:00", []span{{every, 1320, 1440}, {every, 0, 360}}},
		{"Fri-Mon 22:00-06:30", []span{
			{[7]bool{time.Friday: true, time.Saturday: true, time.Sunday: true, time.Monday: true}, 1320, 1440},
			{[7]bool{time.Saturday: true, time.Sunday: true, time.Monday: true, time.Tuesday: true}, 0, 390},
		}},
		{"Sat 23:59-00:01", []span{
			{[7]bool{time.Saturday: true}, 1439, 1440},
			{[7]bool{time.Sunday: true}, 0, 1},
		}},
		{"", nil},
		{"   ", nil},
		{"always", nil},
		{"Monday", nil},
		{"Mon-", nil},
		{"-Fri", nil},
		{"Mon,,Fri", nil},
		{"Sat, Sun", nil},
		{"08:00", nil},
		{"08:00-", nil},
		{"08:00-08:00", nil},
		{"24:00-06:00", nil},
		{"08:00-24:01", nil},
		{"08:60-09:00", nil},
		{"8:0-9:00", nil},
		{"-8:00-9:00", nil},
		{"+8:00-9:00", nil},
		{"25:00-26:00", nil},
		{"08:00-18:00 Mon-Fri", nil},
		{"Mon 08:00-12:00 13:00-17:00", nil},
		{"Mon 08:00 18:00", nil},
	} {
		got, err := parseSpans(tt.text)
		if (err == nil) != (tt.want != nil) {
			t.Errorf("parseSpans(%q): %v, %v", tt.text, got, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(span{})); diff != "" {
			t.Errorf("parseSpans(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestWindows(t *testing.T) {
	spans := func(texts ...string) (all []span) {
		for _, text := range texts {
			s, err := parseSpans(text)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, s...)
		}
		return all
	}
	berlin := zone(t, "Europe/Berlin")
	night := windows{zone: time.UTC, away: spans("22:00-06:00")}
	office := windows{zone: time.UTC, active: spans("Mon-Fri 08:00-18:00"), away: spans("12:00-13:00")}
	weekend := windows{zone: time.UTC, active: spans("Fri-Sun 20:00-02:00")}
	for _, tt := range []struct {
		name string
		w    windows
		at   string // RFC 3339
		want bool
	}{
		{"no spans", windows{}, "2024-01-01T03:00:00Z", true},
		{"before the night", night, "2024-01-01T21:59:59Z", true},
		{"its first moment", night, "2024-01-01T22:00:00Z", false},
		{"midnight", night, "2024-01-02T00:00:00Z", false},
		{"its last moment", night, "2024-01-02T05:59:59Z", false},
		{"morning", night, "2024-01-02T06:00:00Z", true},
		{"at work", office, "2024-01-05T08:00:00Z", true},
		{"downtime within", office, "2024-01-05T12:30:00Z", false},
		{"evening", office, "2024-01-05T18:00:00Z", false},
		{"Saturday", office, "2024-01-06T10:00:00Z", false},
		{"Friday night", weekend, "2024-01-05T20:00:00Z", true},
		{"Thursday night", weekend, "2024-01-04T20:00:00Z", false},
		{"Friday morning belongs to Thursday", weekend, "2024-01-05T01:00:00Z", false},
		{"Monday morning belongs to Sunday", weekend, "2024-01-08T01:59:00Z", true},
		{"Monday at two", weekend, "2024-01-08T02:00:00Z", false},
		{"another zone", windows{zone: berlin, active: spans("08:00-09:00")}, "2024-01-05T07:30:00Z", true},
		{"another zone in summer", windows{zone: berlin, active: spans("08:00-09:00")}, "2024-07-05T07:30:00Z", false},
		{"an hour that comes twice: first", windows{zone: berlin, active: spans("02:00-03:00")}, "2024-10-27T00:30:00Z", true},
		{"an hour that comes twice: second", windows{zone: berlin, active: spans("02:00-03:00")}, "2024-10-27T01:30:00Z", true},
		{"an hour that does not come", windows{zone: berlin, active: spans("02:00-03:00")}, "2024-03-31T01:00:00Z", false},
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := tt.w.open(at); got != tt.want {
			t.Errorf("%s: open(%s) is %t, want %t", tt.name, tt.at, got, tt.want)
		}
	}
}

// FuzzParseSpans finds no text that panics, and none that is accepted and means less
// than a minute or more than the week.
func FuzzParseSpans(f *testing.F) {
	for _, seed := range []string{"Mon-Fri 08:00-18:00", "Sat,Sun", "22:00-06:00", "Fri-Mon 23:59-00:00", "00:00-24:00", "Mon-", ":-:", "a,b 1:00-2:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		spans, err := parseSpans(text)
		if err != nil {
			if spans != nil {
				t.Errorf("spans beside the error %v", err)
			}
			return
		}
		w := windows{zone: time.UTC, active: spans}
		open := 0
		for m := range 7 * 24 * 60 {
			if w.open(start.Add(time.Duration(m) * time.Minute)) {
				open++
			}
		}
		if open == 0 {
			t.Errorf("%q is accepted, and never open", text)
		}
		for _, s := range spans {
			if s.from < 0 || s.to > 24*60 || s.from >= s.to {
				t.Errorf("%q gives a span from minute %d to %d", text, s.from, s.to)
			}
		}
		again, err := parseSpans(strings.ToUpper(" " + text + " "))
		if err != nil || !cmp.Equal(spans, again, cmp.AllowUnexported(span{})) {
			t.Errorf("in capitals it is %v, %v, not %v", again, err, spans)
		}
	})
}
