package gateway

import (
	"strconv"
	"strings"
	"time"
)

// startLayout is how the status writes the start; all other moments are RFC 3339.
const startLayout = "2006-01-02 15:04:05 -0700"

// ParseStartTime reads Status.StartTime, the zero time for what is none or makes no
// sense.
func ParseStartTime(text string) time.Time { return parse(startLayout, text) }

// ParseMoment reads an RFC 3339 time. "Never", which the gateway writes as the year 1,
// and what makes no sense are the zero time.
func ParseMoment(text string) time.Time { return parse(time.RFC3339Nano, text) }

// parse takes what lies before 1971 for a clock that was not set.
func parse(layout, text string) time.Time {
	t, err := time.Parse(layout, strings.TrimSpace(text))
	if err != nil || t.Year() < 1971 {
		return time.Time{}
	}
	return t
}

// maxUptime is longer than any gateway has been on.
const maxUptime = 100 * 365 * 24 * time.Hour

// ParseUptime reads Status.Uptime: a duration as Go writes it, and besides with d for
// 24 hours and w for 7 days. There is none below zero.
func ParseUptime(text string) (time.Duration, bool) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "+")
	if text == "0" {
		return 0, true
	}
	var total time.Duration
	for rest := text; rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789."))
		letters := strings.IndexAny(rest[digits:], "0123456789.")
		if letters < 0 {
			letters = len(rest) - digits
		}
		span, ok := spanOf(rest[:digits], rest[digits:digits+letters])
		if !ok || span > maxUptime-total {
			return 0, false
		}
		total += span
		rest = rest[digits+letters:]
	}
	return total, text != ""
}

// spanOf returns number units.
func spanOf(number, unit string) (time.Duration, bool) {
	if number == "" || unit == "" {
		return 0, false
	}
	hours := 24.0
	switch unit {
	case "w":
		hours *= 7
	case "d":
	default:
		span, err := time.ParseDuration(number + unit)
		return span, err == nil
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || n*hours > maxUptime.Hours() {
		return 0, false
	}
	return time.Duration(n * hours * float64(time.Hour)), true
}

// reserved is the part of the raw scale, in percent, that the owner cannot use. The
// maker's app shows the rest as 0 to 100.
const reserved = 5

// AppRatio turns a percentage of the raw scale into the 0 to 1 of the maker's app.
func AppRatio(raw float64) float64 {
	return max(0, (raw-reserved)/(100-reserved))
}
