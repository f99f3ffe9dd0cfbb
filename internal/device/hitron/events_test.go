package hitron

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device/hitron/coda"
	simhitron "home_exporter/sim/hitron"
)

// TestKindOf sorts entries by identifier, then by text.
func TestKindOf(t *testing.T) {
	for _, tt := range []struct{ id, text, want string }{
		{"82000200", "", "t3"},
		{"82000500", "", "t3"},
		{"82000800", "", "t3"},
		{"82000300", "", "ranging_failed"},
		{"82000600", "", "ranging_failed"},
		{"82000700", "", "ranging_failed"},
		{"82000400", "", "t4"},
		{"84000100", "", "sync_loss"},
		{"84000200", "", "sync_loss"},
		{"84000500", "", "sync_loss"},
		{"84020200", "", "sync_loss"},
		{"84000700", "", "partial_service"},
		{"67061600", "", "profile"},
		{"67061601", "", "profile"},
		{"85000200", "", "ucd"},
		{"68010300", "", "dhcp"},
		{"68000000", "T3 time-out", "dhcp"},
		{"680", "", "other"},
		{"99999999", "", "other"},
		{"", "Started Unicast Maintenance Ranging - No Response received - T3 time-out", "t3"},
		{"", "No Ranging Response received - T3 time out", "t3"},
		{"1", "Ranging Request Retries exhausted", "ranging_failed"},
		{"1", "Unicast Ranging Received Abort Response - initializing MAC", "ranging_failed"},
		{"1", "Received Response to Broadcast Maintenance Request, But no Unicast Maintenance opportunities received - T4 time out", "t4"},
		{"1", "SYNC Timing Synchronization failure - Failed to acquire QAM/QPSK symbol timing", "sync_loss"},
		{"1", "SYNC Timing Synchronization failure - Failed to acquire FEC framing", "sync_loss"},
		{"1", "Lost MDD Timeout", "sync_loss"},
		{"1", "RCS Partial Service", "partial_service"},
		{"1", "US profile assignment change. US Chan ID: 9", "profile"},
		{"1", "UCD invalid or channel unusable", "ucd"},
		{"1", "DHCP RENEW sent - No response for IPv4", "dhcp"},
		{"82000400", "T3 time-out", "t4"},
	} {
		if got := kindOf(coda.Event{ID: tt.id, Text: tt.text}); got != tt.want {
			t.Errorf("%q %q: %s, want %s", tt.id, tt.text, got, tt.want)
		}
	}
}

// TestKindOfStatus sorts the CM-STATUS messages by their code.
func TestKindOfStatus(t *testing.T) {
	for code, want := range map[string]string{
		"1": "partial_service", "2": "partial_service", "7": "partial_service", "16": "partial_service",
		"20": "partial_service", "21": "partial_service", "25": "partial_service",
		"4": "cm_status", "5": "cm_status", "6": "cm_status", "8": "cm_status", "9": "cm_status", "10": "cm_status",
		"17": "cm_status", "22": "cm_status", "23": "cm_status", "24": "cm_status", "26": "cm_status", "": "cm_status", "160": "cm_status",
	} {
		for _, text := range []string{
			"CM-STATUS message sent. Event Type Code: " + code + "; Chan ID: 33; DSID: N/A; MAC Addr: N/A;",
			"cm-status message sent. event type code:" + code,
		} {
			if got := kindOf(coda.Event{ID: "74010100", Text: text}); got != want {
				t.Errorf("%q: %s, want %s", text, got, want)
			}
		}
	}
	if got := kindOf(coda.Event{ID: "1", Text: "CM-STATUS message sent. Event Type Code: 16;"}); got != "cm_status" {
		t.Errorf("without the identifier: %s, want cm_status", got)
	}
	if got := kindOf(coda.Event{ID: "74010100"}); got != "cm_status" {
		t.Errorf("without a text: %s, want cm_status", got)
	}
}

// t3 is an entry of a T3 time-out. An empty time is that of a clock that was not set.
func t3(at string) coda.Event {
	e := coda.Event{ID: "82000500", Priority: "critical", TimeText: at, Text: "T3 time-out;CM-MAC=1"}
	if set, err := time.Parse("01/02/06 15:04:05", at); err == nil {
		e.Time = set
	}
	return e
}

// TestEventTally counts entries that appear in the log.
func TestEventTally(t *testing.T) {
	a, b, c := t3("01/19/26 20:14:55"), t3("01/19/26 20:14:56"), t3("01/19/26 20:14:57")
	early := t3("Time Not Established")
	other := a
	other.Text = "T3 time-out;CM-MAC=2"
	elsewhere := a
	elsewhere.ID = "82000200"
	for _, tt := range []struct {
		name string
		logs [][]coda.Event
		want uint64
	}{
		{"the first look", [][]coda.Event{{a, a, b}}, 0},
		{"an empty first look", [][]coda.Event{{}, {a}}, 0},
		{"an empty first look, then a new one", [][]coda.Event{{}, {a}, {a, b}}, 1},
		{"nothing new", [][]coda.Event{{a}, {a}}, 0},
		{"a new one", [][]coda.Event{{a}, {a, b}}, 1},
		{"the same once more", [][]coda.Event{{a}, {a, a, a}}, 2},
		{"another address", [][]coda.Event{{a}, {other}}, 0},
		{"another identifier", [][]coda.Event{{a}, {a, elsewhere}}, 1},
		{"in another order", [][]coda.Event{{a, b}, {b, a}}, 0},
		{"cleared", [][]coda.Event{{a, b}, {}}, 0},
		{"shown empty", [][]coda.Event{{a, b}, {}, {a, b}}, 0},
		{"shown empty, with a new one after", [][]coda.Event{{a, b}, {}, {a, b, c}}, 1},
		{"cleared and filled", [][]coda.Event{{a, b}, {}, {c}}, 1},
		{"a part, then all", [][]coda.Event{{a, a, b}, {a}, {a, a, b}}, 0},
		{"a part, then more than before", [][]coda.Event{{a, a}, {a}, {a, a, a}}, 1},
		{"without a time, nothing new", [][]coda.Event{{early}, {early}}, 0},
		{"without a time, the same once more", [][]coda.Event{{a, early}, {a, early, early}}, 1},
		{"without a time, fewer and more again", [][]coda.Event{{early, early}, {early}, {early, early}}, 1},
		{"without a time, after a restart", [][]coda.Event{{a, early}, {a}, {a, early}}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var tally eventTally
			for _, log := range tt.logs {
				tally.update(log)
			}
			if got := tally.counts[eventSort{"t3", "critical"}]; got != tt.want {
				t.Errorf("%d events, want %d", got, tt.want)
			}
		})
	}
}

// TestEventTallyBound remembers a bounded part of a log without end: the entries that
// were there last.
func TestEventTallyBound(t *testing.T) {
	entry := func(n int) coda.Event {
		return t3(start.Add(time.Duration(n) * time.Second).Format("01/02/06 15:04:05"))
	}
	entries := func(from, to int) (log []coda.Event) {
		for n := from; n < to; n++ {
			log = append(log, entry(n))
		}
		return log
	}
	var tally eventTally
	count := func() uint64 { return tally.counts[eventSort{"t3", "critical"}] }
	tally.update(entries(0, 1))
	tally.update(entries(1, 3*maxIdentities)) // of one log the first are read
	if got := count(); got != maxIdentities {
		t.Errorf("%d events of a log that is too long, want %d", got, maxIdentities)
	}
	for range 2 {
		tally.update(entries(1, 1+maxIdentities/2)) // these stay in the log,
		tally.update(append(entries(1, 1+maxIdentities/2), entries(4*maxIdentities, 4*maxIdentities+maxIdentities/2)...))
	}
	if got, want := count(), uint64(maxIdentities+maxIdentities/2); got != want {
		t.Errorf("%d events, want %d", got, want)
	}
	if got := len(tally.dated); got != maxIdentities {
		t.Errorf("%d identities are remembered, want %d", got, maxIdentities)
	}
	before := count()
	tally.update(entries(maxIdentities/2+1, maxIdentities+1)) // long out of the log, and forgotten
	if got := count() - before; got != maxIdentities/2 {
		t.Errorf("%d events that were forgotten came anew, want %d", got, maxIdentities/2)
	}
	undated := make([]coda.Event, 3*maxIdentities)
	for i := range undated {
		undated[i] = coda.Event{ID: "1", TimeText: start.Add(time.Duration(i)).String()}
	}
	tally.update(undated)
	if got := len(tally.undated); got != maxIdentities {
		t.Errorf("%d identities without a time are remembered, want %d", got, maxIdentities)
	}
}

// TestAlarming has the series of what alarms before the first such event.
func TestAlarming(t *testing.T) {
	var tally eventTally
	tally.update(nil)
	var got []string
	for _, s := range slices.SortedFunc(maps.Keys(tally.counts), eventSort.compare) {
		got = append(got, s.kind+" "+s.priority)
	}
	want := []string{"partial_service warning", "ranging_failed critical", "sync_loss critical", "t3 critical", "t4 critical"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
}

// TestEntriesOf counts the log as it is and finds the newest entries.
func TestEntriesOf(t *testing.T) {
	early, late := t3("a"), t3("b")
	early.Time, late.Time = start, start.Add(time.Hour)
	entries, newest := entriesOf([]coda.Event{late, early, {ID: "82000400", Priority: "critical"}})
	if entries[eventSort{"t3", "critical"}] != 2 || entries[eventSort{"t4", "critical"}] != 1 || len(entries) != 2 {
		t.Errorf("entries %v", entries)
	}
	if !newest["t3"].Equal(late.Time) || len(newest) != 1 {
		t.Errorf("newest %v, want that of t3 alone", newest)
	}
}

// TestEventLog lets an event come, the log be cleared, another come, and the old ones
// come back.
func TestEventLog(t *testing.T) {
	const total = `modem_event_log_events_total{kind="t3",priority="critical"}`
	const entries = `modem_event_log_entries{kind="t3",priority="critical"}`
	r := newRig(t, simhitron.Options{})
	r.well(0).want(t, series{total: 0, entries: 1})
	event := simhitron.Event{At: start, ID: "82000200", Priority: "critical", Text: "No Ranging Response received - T3 time-out;CM-MAC=1"}
	r.sim.Edit(func(s *simhitron.State) { s.Log = append(s.Log, event) })
	r.well(5*time.Minute).want(t, series{total: 1, entries: 2, `modem_event_log_last_timestamp_seconds{kind="t3"}`: float64(start.Unix())})
	r.well(5*time.Minute).want(t, series{total: 1, entries: 2})
	r.sim.Edit(func(s *simhitron.State) { s.Log = nil })
	s := r.well(5 * time.Minute)
	s.want(t, series{total: 1})
	s.lack(t, "modem_event_log_entries")
	event.Text = strings.Replace(event.Text, "No", "no", 1)
	r.sim.Edit(func(s *simhitron.State) { s.Log = []simhitron.Event{event, event} })
	r.well(5*time.Minute).want(t, series{total: 3, entries: 2})
	r.sim.Edit(nil)
	r.well(5*time.Minute).want(t, series{total: 3, entries: 1})
}
