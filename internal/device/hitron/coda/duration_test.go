package coda

import (
	"strings"
	"testing"
	"time"
)

func TestSpan(t *testing.T) {
	tests := map[string]string{ // seconds
		"00h:02m:57s": "177", "479h:53m:58s": "1727638", "24h:30m:59s": "88259",
		"19 days 23h:40m:38s": "1726838", "59 days 03h:53m:24s": "5111604", "015 days 22h:13m:57s": "1376037",
		"1d:02h:03m:04s": "93784", "10 Days,17 Hours,33 Minutes,47 Seconds": "927227", "468117": "468117",
		"D: 6 H: 09 M: 25 S: 55": "552355", "04 Days,09 Hours,47 Minutes,10 Seconds": "380830",
		"D: 7 H: 00 M: 00 S: 00": "604800", "000 days 04h:43m:05s": "16985", " 00h:00m:00s ": "0", "5 days": "432000",
		"D: -- H: -- M: -- S: --": "absent", "": "absent", "soon": "absent", "--": "absent",
		"1d:--h:03m:04s": "absent", ":": "absent", "h": "absent", "5 years": "absent", "1d 2": "absent",
		"-5": "absent", "1.5h": "absent", "2h:1d": "absent", "1h:1h": "absent",
		"3153600000": "3153600000", "3153600001": "absent", "36500d": "3153600000", "36500d:1s": "absent",
		"99999999999999999999d": "absent", "18446744073709551615": "absent", "١٢h": "absent", "5\u00e4": "absent",
		strings.Repeat("1d ", 9): "absent", strings.Repeat("1d2h3m4s", 4): "absent", "D: 6 9 H": "absent",
	}
	for text, want := range tests {
		r := row{sheet: &Sheet{}, values: map[string]any{"f": text}}
		if got := show(r.span("f"), func(d time.Duration) string { return whole(uint64(d / time.Second)) }); got != want {
			t.Errorf("%q is %s seconds, want %s", text, got, want)
		}
	}
}

func TestSpanMistakes(t *testing.T) {
	s := parse(t, System, Data, `[{"a":"soon","b":"D: -- H: -- M: -- S: --","c":""}]`)
	for _, f := range []string{"a", "b", "c"} {
		s.only().span(f)
	}
	wantMistakes(t, s, "a=soon") // dashes are a way of saying nothing
}
