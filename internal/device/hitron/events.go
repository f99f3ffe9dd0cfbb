package hitron

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"home_exporter/internal/device/hitron/coda"
)

// eventKinds sorts entries of the DOCSIS event log, by identifier first and then by
// text; the first row that matches counts. The identifiers are common knowledge of
// DOCSIS, gathered from logs of modems and public projects that sort them, such as
// itsDNNS/docsight and csmarshall/netdata-plugin-hitron-coda56-cable-modem. One that is
// not here is sorted by its text.
var eventKinds = []struct {
	kind  string
	ids   []string // a trailing * stands for any rest
	codes []string // event type codes of a CM-STATUS message, which make it this kind
	texts []string // in lower case
}{
	{kind: "t3", ids: []string{"82000200", "82000500", "82000800"}, texts: []string{"t3 time"}},
	{kind: "ranging_failed", ids: []string{"82000300", "82000600", "82000700"}, texts: []string{"retries exhausted", "abort response"}},
	{kind: "t4", ids: []string{"82000400"}, texts: []string{"t4 time"}},
	{kind: "sync_loss", ids: []string{"84000100", "84000200", "84000500", "84020200"}, texts: []string{"sync timing", "fec framing", "lost mdd"}},
	{kind: "partial_service", ids: []string{"84000700"}, codes: []string{"1", "2", "7", "16", "20", "21", "25"}, texts: []string{"partial service"}},
	{kind: "cm_status", ids: []string{cmStatus}, texts: []string{"cm-status"}},
	{kind: "profile", ids: []string{"67061600", "67061601"}, texts: []string{"profile assignment change"}},
	{kind: "ucd", ids: []string{"85000200"}, texts: []string{"ucd invalid"}},
	{kind: "dhcp", ids: []string{"68*"}, texts: []string{"dhcp"}},
}

const (
	cmStatus   = "74010100"
	otherEvent = "other"
)

// alarming are the events that a series stands for even before the first one, so that
// the first one can be seen to come.
var alarming = []eventSort{
	{"t3", "critical"}, {"t4", "critical"}, {"ranging_failed", "critical"}, {"sync_loss", "critical"}, {"partial_service", "warning"},
}

// kindOf returns the kind of an event.
func kindOf(e coda.Event) string {
	for _, k := range eventKinds {
		if slices.ContainsFunc(k.ids, func(id string) bool { return matches(id, e.ID) }) {
			return k.kind
		}
		if e.ID == cmStatus && slices.Contains(k.codes, typeCode(e.Text)) {
			return k.kind
		}
	}
	text := strings.ToLower(e.Text)
	for _, k := range eventKinds {
		if slices.ContainsFunc(k.texts, func(part string) bool { return strings.Contains(text, part) }) {
			return k.kind
		}
	}
	return otherEvent
}

func matches(pattern, id string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(id, prefix) && len(id) == 8
	}
	return pattern == id
}

// typeCode returns N of "Event Type Code: N" in a CM-STATUS message.
func typeCode(text string) string {
	_, rest, ok := strings.Cut(strings.ToLower(text), "event type code:")
	if !ok {
		return ""
	}
	rest = strings.TrimSpace(rest)
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(rest)
	}
	return rest[:end]
}

// An eventSort is the labels of an event.
type eventSort struct{ kind, priority string }

func (s eventSort) compare(o eventSort) int {
	return cmp.Or(cmp.Compare(s.kind, o.kind), cmp.Compare(s.priority, o.priority))
}

// entriesOf counts the log as it is, and finds the newest entry of each kind.
func entriesOf(log []coda.Event) (entries map[eventSort]int, newest map[string]time.Time) {
	entries, newest = make(map[eventSort]int), make(map[string]time.Time)
	for _, e := range log {
		kind := kindOf(e)
		entries[eventSort{kind, e.Priority}]++
		if e.Time.After(newest[kind]) {
			newest[kind] = e.Time
		}
	}
	return entries, newest
}
