package coda

import (
	"strings"
	"time"
)

// An Event is an entry of the DOCSIS event log.
type Event struct {
	ID       string // DOCSIS event identifier, such as 82000500
	Priority string // in words: critical, warning, notice
	Text     string
	TimeText string // as sent
	// Time is the zero time for an event from before the clock was set.
	Time time.Time
}

// priorities are the levels of RFC 4639 (docsDevEvLevel), which dialect Device numbers.
var priorities = map[string]string{
	"1": "emergency", "2": "alert", "3": "critical", "4": "error",
	"5": "warning", "6": "notice", "7": "information", "8": "debug",
}

// Log reads the page Log. The clock of the modem is taken to be in loc.
func (s *Sheet) Log(loc *time.Location) []Event {
	var all []Event
	for _, r := range s.rows {
		e := Event{ID: r.text("type"), Text: r.text("event"), TimeText: r.text("time"), Priority: r.priority()}
		if e.ID == "" && e.Text == "" {
			s.mistake("event", "an entry without type and text")
			continue
		}
		if t, ok := parseMoment(e.TimeText, loc); ok && t.Year() > 1971 {
			e.Time = t
		}
		all = append(all, e)
	}
	return all
}

// priority returns the priority in one of the words of RFC 4639, or "unknown".
func (r row) priority() string {
	text := strings.ToLower(r.text("priority"))
	if word, ok := priorities[text]; ok {
		return word
	}
	for _, word := range priorities {
		if text == word {
			return word
		}
	}
	return "unknown"
}
