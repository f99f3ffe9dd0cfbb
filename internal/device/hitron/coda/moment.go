package coda

import (
	"strings"
	"time"
)

// layouts are how firmwares write the time of day. None has a zone.
var layouts = []string{
	"Mon Jan 2, 2006, 15:04:05",
	"2006-01-02 15:04:05",
	"01/02/2006 15:04:05",
	"01/02/06 15:04:05", // years from 69 on are of the last century: a clock that is not set
}

// parseMoment reads a time of day in the zone loc.
func parseMoment(text string, loc *time.Location) (time.Time, bool) {
	text = strings.Join(strings.Fields(text), " ")
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, text, loc); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
