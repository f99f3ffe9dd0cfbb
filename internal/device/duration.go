package device

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a time.Duration as configurations write it: a bare number is seconds
// and may have a fraction; otherwise Go's form (1h30m, 750ms), and besides d for 24
// hours and w for 7 days.
type Duration time.Duration

// maxDuration keeps sums and products of durations far from overflow.
const maxDuration = 10 * 365 * 24 * time.Hour

// ParseDuration parses s. Negative durations and those of more than ten years are
// errors.
func ParseDuration(s string) (time.Duration, error) {
	s = strings.TrimSpace(s)
	if strings.Trim(s, "0123456789.eE+-") == "" { // no hexadecimal, no Inf, no NaN
		if seconds, err := strconv.ParseFloat(s, 64); err == nil {
			return inRange(s, seconds*float64(time.Second))
		}
	}
	if s == "" {
		return 0, errors.New(`an empty duration; write for example 30s, 1m30s or 2.5 (seconds)`)
	}
	total := 0.0
	for rest := s; rest != ""; {
		digits := strings.IndexFunc(rest, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
		if digits <= 0 {
			return 0, badDuration(s)
		}
		n, err := strconv.ParseFloat(rest[:digits], 64)
		if err != nil {
			return 0, badDuration(s)
		}
		rest = rest[digits:]
		letters := strings.IndexFunc(rest, func(r rune) bool { return r == '.' || '0' <= r && r <= '9' })
		if letters < 0 {
			letters = len(rest)
		}
		unit, ok := durationUnits[rest[:letters]]
		if !ok {
			return 0, badDuration(s)
		}
		total += n * float64(unit)
		rest = rest[letters:]
	}
	return inRange(s, total)
}

var durationUnits = map[string]time.Duration{
	"ns": time.Nanosecond, "us": time.Microsecond,
	"\u00b5s": time.Microsecond, "\u03bcs": time.Microsecond, // the micro sign and the Greek letter look alike
	"ms": time.Millisecond,
	"s":  time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
}

func badDuration(s string) error {
	return fmt.Errorf("%q is no duration; write for example 30s, 1m30s or 2.5 (seconds)", s)
}

func inRange(s string, ns float64) (time.Duration, error) {
	switch {
	case math.IsNaN(ns):
		return 0, badDuration(s)
	case ns < 0:
		return 0, fmt.Errorf("%q is negative", s)
	case ns > float64(maxDuration):
		return 0, fmt.Errorf("%q is longer than ten years", s)
	}
	return time.Duration(math.Round(ns)), nil
}

// UnmarshalText parses as ParseDuration does.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}

// MarshalText writes Go's form without trailing zero units: 1m, not 1m0s.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// MarshalYAML writes what MarshalText does.
func (d Duration) MarshalYAML() (any, error) { return d.String(), nil }

func (d Duration) String() string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// Or returns d, or otherwise where d is not set.
func (d Duration) Or(otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return time.Duration(d)
}

// IsZero reports whether the duration is not set.
func (d Duration) IsZero() bool { return d == 0 }

// Interval is a Duration or the word scrape, which asks the device when Prometheus
// asks us.
type Interval struct {
	Every    Duration
	OnScrape bool
}

// UnmarshalText parses a duration or the word scrape.
func (i *Interval) UnmarshalText(text []byte) error {
	if string(text) == "scrape" {
		*i = Interval{OnScrape: true}
		return nil
	}
	i.OnScrape = false
	return i.Every.UnmarshalText(text)
}

// MarshalText writes what UnmarshalText reads.
func (i Interval) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// MarshalYAML writes what MarshalText does.
func (i Interval) MarshalYAML() (any, error) { return i.String(), nil }

// IsZero reports whether the interval is not set.
func (i Interval) IsZero() bool { return i == Interval{} }

func (i Interval) String() string {
	if i.OnScrape {
		return "scrape"
	}
	return i.Every.String()
}
