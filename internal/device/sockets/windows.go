package sockets

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// windows are the hours of the week in which a socket is checked. Without any spans
// that is always.
//
// A device on a battery that wakes at night, or a meter whose modem is switched off
// by day, is expected to be away; outside its hours it is not asked, and neither up
// nor down.
type windows struct {
	zone   *time.Location
	active []span // empty: always
	away   []span // taken out of active
}

// A span is a part of a day of some days of the week.
type span struct {
	days     [7]bool // by time.Weekday
	from, to int     // minutes of the day; to is later than from, at most 24 h
}

// open reports whether t is within the hours.
func (w windows) open(t time.Time) bool {
	if len(w.active) == 0 && len(w.away) == 0 {
		return true
	}
	t = t.In(w.zone)
	if contains(w.away, t) {
		return false
	}
	return len(w.active) == 0 || contains(w.active, t)
}

func contains(spans []span, t time.Time) bool {
	minute := t.Hour()*60 + t.Minute()
	for _, s := range spans {
		if s.days[t.Weekday()] && s.from <= minute && minute < s.to {
			return true
		}
	}
	return false
}

// parseSpans parses one window: days and hours, or one of them.
//
//	Mon-Fri 08:00-18:00    Sat,Sun    22:00-06:00
//
// Hours that end before they begin go on after midnight, into the following day.
func parseSpans(text string) ([]span, error) {
	bad := func() ([]span, error) {
		return nil, fmt.Errorf("%q is no window; write for example Mon-Fri 08:00-18:00, Sat,Sun or 22:00-06:00", text)
	}
	var s span
	s.from, s.to = 0, 24*60
	fields := strings.Fields(text)
	if len(fields) == 0 || len(fields) > 2 {
		return bad()
	}
	hours := fields[len(fields)-1]
	hasHours := strings.Contains(hours, ":")
	if hasHours {
		from, to, ok := strings.Cut(hours, "-")
		var okFrom, okTo bool
		s.from, okFrom = parseMinute(from)
		s.to, okTo = parseMinute(to)
		if !ok || !okFrom || !okTo || s.from == s.to || s.from == 24*60 {
			return bad()
		}
	}
	switch {
	case hasHours && len(fields) == 1:
		s.days = [7]bool{true, true, true, true, true, true, true}
	case hasHours == (len(fields) == 2):
		days, ok := parseDays(fields[0])
		if !ok {
			return bad()
		}
		s.days = days
	default:
		return bad()
	}
	if s.from < s.to {
		return []span{s}, nil
	}
	evening, morning := s, s
	evening.to = 24 * 60
	morning.from = 0
	for d := range s.days {
		morning.days[(d+1)%7] = s.days[d]
	}
	if morning.to == 0 {
		return []span{evening}, nil
	}
	return []span{evening, morning}, nil
}

func parseMinute(text string) (int, bool) {
	h, m, ok := strings.Cut(text, ":")
	hour, errHour := strconv.ParseUint(h, 10, 8)
	minute, errMinute := strconv.ParseUint(m, 10, 8)
	if !ok || errHour != nil || errMinute != nil || len(m) != 2 || minute > 59 || hour*60+minute > 24*60 {
		return 0, false
	}
	return int(hour*60 + minute), true
}

var dayNames = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// parseDays parses Mon-Fri, Sat,Sun and their mixtures. A range may go over the end
// of the week.
func parseDays(text string) (days [7]bool, ok bool) {
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, okFrom := parseDay(first)
		to, okTo := parseDay(last)
		if !okFrom || !okTo {
			return days, false
		}
		for d := from; ; d = (d + 1) % 7 {
			days[d] = true
			if d == to {
				break
			}
		}
	}
	return days, true
}

func parseDay(text string) (int, bool) {
	for i, name := range dayNames {
		if strings.EqualFold(text, name) {
			return i, true
		}
	}
	return 0, false
}
