package coda

import (
	"testing"
	"time"
)

func TestParseMoment(t *testing.T) {
	berlin := time.FixedZone("", 3600)
	tests := []struct {
		text string
		loc  *time.Location
		want string // Unix seconds
	}{
		{"Tue Jan 20, 2026, 09:06:40", time.UTC, "1768900000"},
		{"Tue Jan 20, 2026, 09:06:40", berlin, "1768896400"},
		{"Fri Jun 17, 2022, 17:09:10", time.UTC, "1655485750"},
		{"Mon Jun  6, 2022, 17:09:10", time.UTC, "1654535350"},
		{"Mon Jun 06, 2022, 17:09:10", time.UTC, "1654535350"},
		{"2020-11-17 02:12:33", time.UTC, "1605579153"},
		{"11/15/2020 03:57:38", time.UTC, "1605412658"},
		{"01/19/26 20:14:55", time.UTC, "1768853695"},
		{"01/01/70 00:00:41", time.UTC, "41"},
		{"12/31/99 23:59:59", time.UTC, "946684799"},
		{"Time Not Established", time.UTC, "absent"},
		{"", time.UTC, "absent"},
		{"2020-13-17 02:12:33", time.UTC, "absent"},
		{"02/30/26 20:14:55", time.UTC, "absent"},
		{"2020-11-17 02:12:33 x", time.UTC, "absent"},
	}
	for _, tt := range tests {
		got := "absent"
		if v, ok := parseMoment(tt.text, tt.loc); ok {
			got = whole(uint64(v.Unix()))
		}
		if got != tt.want {
			t.Errorf("%q in %s is %s, want %s", tt.text, tt.loc, got, tt.want)
		}
	}
}
