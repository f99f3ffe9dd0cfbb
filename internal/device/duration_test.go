package device

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		text string
		want time.Duration
		err  string
	}{
		{text: "0", want: 0},
		{text: "2", want: 2 * time.Second},
		{text: "2.5", want: 2500 * time.Millisecond},
		{text: ".5", want: 500 * time.Millisecond},
		{text: "5.", want: 5 * time.Second},
		{text: "1e3", want: 1000 * time.Second},
		{text: " 30s ", want: 30 * time.Second},
		{text: "37s", want: 37 * time.Second},
		{text: "1m20s", want: 80 * time.Second},
		{text: "1h30m", want: 90 * time.Minute},
		{text: "750ms", want: 750 * time.Millisecond},
		{text: "1us", want: time.Microsecond},
		{text: "1\u00b5s", want: time.Microsecond},
		{text: "3ns", want: 3},
		{text: ".5h", want: 30 * time.Minute},
		{text: "1.5h", want: 90 * time.Minute},
		{text: "1d", want: day},
		{text: "1w", want: 7 * day},
		{text: "1w1d", want: 8 * day},
		{text: "5d12h10.07s", want: 5*day + 12*time.Hour + 10070*time.Millisecond},
		{text: "1541h38m20.998412744s", want: 1541*time.Hour + 38*time.Minute + 20998412744},
		{text: "20s1m", want: 80 * time.Second},
		{text: "3650d", want: 3650 * day},
		{text: "", err: "an empty duration"},
		{text: "  ", err: "an empty duration"},
		{text: "1 m", err: "is no duration"},
		{text: "1x", err: "is no duration"},
		{text: "h", err: "is no duration"},
		{text: "1.2.3s", err: "is no duration"},
		{text: "--1s", err: "is no duration"},
		{text: ".s", err: "is no duration"},
		{text: "1h30", err: "is no duration"},
		{text: "soon", err: "is no duration"},
		{text: "NaN", err: "is no duration"},
		{text: "-1", err: "is negative"},
		{text: "-0.001", err: "is negative"},
		{text: "3651d", err: "longer than ten years"},
		{text: "1e300", err: "longer than ten years"},
		{text: "inf", err: "is no duration"},
		{text: strings.Repeat("9", 400) + "s", err: ""},
	}
	for _, tt := range tests {
		got, err := ParseDuration(tt.text)
		switch {
		case len(tt.text) > 100: // any error will do
			if err == nil {
				t.Errorf("ParseDuration(%.10q...) = %s, want an error", tt.text, got)
			}
		case tt.err == "" && (err != nil || got != tt.want):
			t.Errorf("ParseDuration(%q) = %s, %v; want %s", tt.text, got, err, tt.want)
		case tt.err != "" && (err == nil || got != 0 || !strings.Contains(err.Error(), tt.err)):
			t.Errorf("ParseDuration(%q) = %s, %v; want 0 and the error %q", tt.text, got, err, tt.err)
		}
	}
}

// FuzzParseDuration wants durations within their bounds, which come back from what is
// written of them.
func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"0", "2", "2.5", "1m30s", "1d12h", "2w", "750ms", "1e3", "1\u00b5s", "-1", "nan", "inf", "0x1p-2", "87600h", "1541h38m20.998412744s", "", "1 m", "1h30"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err != nil {
			if d != 0 || err.Error() == "" {
				t.Fatalf("ParseDuration(%q) = %s beside the error %q", text, d, err)
			}
			return
		}
		if d < 0 || d > 10*365*24*time.Hour {
			t.Fatalf("ParseDuration(%q) = %s", text, d)
		}
		written := Duration(d).String()
		again, err := ParseDuration(written)
		if err != nil || again != d {
			t.Fatalf("%q is %s, written %q, and that is %s, %v", text, d, written, again, err)
		}
	})
}

func TestDurationText(t *testing.T) {
	tests := map[time.Duration]string{
		0: "0s", time.Second: "1s", time.Minute: "1m", time.Hour: "1h", 90 * time.Minute: "1h30m",
		90 * time.Second: "1m30s", 10 * time.Minute: "10m", 100 * time.Minute: "1h40m", 20 * time.Hour: "20h",
		1500 * time.Millisecond: "1.5s", time.Hour + time.Second: "1h0m1s", 7 * 24 * time.Hour: "168h", 250 * time.Microsecond: "250µs",
	}
	for d, want := range tests {
		if got := Duration(d).String(); got != want {
			t.Errorf("%d ns: String() = %q, want %q", d, got, want)
		}
		var back Duration
		if err := back.UnmarshalText([]byte(want)); err != nil || time.Duration(back) != d {
			t.Errorf("%q reads as %s, %v; want %s", want, back, err, d)
		}
	}
}

func TestDurationEncodings(t *testing.T) {
	type block struct {
		D Duration `yaml:"d,omitempty" json:"d"`
		I Interval `yaml:"i,omitempty" json:"i"`
	}
	tests := []struct {
		block      block
		yaml, json string
	}{
		{block{}, "{}\n", `{"d":"0s","i":"0s"}`},
		{block{D: Duration(90 * time.Second), I: Interval{OnScrape: true}}, "d: 1m30s\ni: scrape\n", `{"d":"1m30s","i":"scrape"}`},
		{block{I: Interval{Every: Duration(time.Hour)}}, "i: 1h\n", `{"d":"0s","i":"1h"}`},
	}
	for _, tt := range tests {
		got, err := yaml.Marshal(tt.block)
		if err != nil || string(got) != tt.yaml {
			t.Errorf("YAML of %v = %q, %v; want %q", tt.block, got, err, tt.yaml)
		}
		var back block
		if err := yaml.Unmarshal(got, &back); err != nil || back != tt.block {
			t.Errorf("%q reads as %v, %v; want %v", got, back, err, tt.block)
		}
		got, err = json.Marshal(tt.block)
		if err != nil || string(got) != tt.json {
			t.Errorf("JSON of %v = %s, %v; want %s", tt.block, got, err, tt.json)
		}
	}
}

func TestIntervalText(t *testing.T) {
	tests := []struct {
		text string
		want Interval
		zero bool
		err  bool
	}{
		{text: "scrape", want: Interval{OnScrape: true}},
		{text: "15", want: Interval{Every: Duration(15 * time.Second)}},
		{text: "1m30s", want: Interval{Every: Duration(90 * time.Second)}},
		{text: "0", zero: true},
		{text: "Scrape", err: true},
		{text: "", err: true},
		{text: "-1s", err: true},
	}
	for _, tt := range tests {
		got := Interval{OnScrape: true}
		err := got.UnmarshalText([]byte(tt.text))
		if (err != nil) != tt.err {
			t.Errorf("%q: error %v, want one: %v", tt.text, err, tt.err)
			continue
		}
		if !tt.err && (got != tt.want || got.IsZero() != tt.zero) {
			t.Errorf("%q is %+v, zero %v; want %+v, %v", tt.text, got, got.IsZero(), tt.want, tt.zero)
		}
	}
}
