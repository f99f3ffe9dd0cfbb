package hitron

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"home_exporter/internal/device/hitron/coda"
)

// maxIdentities bounds what is remembered of the log; the modems keep far fewer.
const maxIdentities = 1024

// An eventTally counts the entries that are new in the log. The log is a ring: the
// same entry is read many times, and equal entries are told apart by their number. At
// times a modem shows only a part of it, or nothing, and later all of it again.
type eventTally struct {
	started bool
	looks   uint64
	dated   map[string]entryMemory // by identity
	undated map[string]int         // as the log had them last: their time tells nothing
	counts  map[eventSort]uint64
}

// An entryMemory is what is remembered of equal entries whose time was set.
type entryMemory struct {
	most int    // at one look
	look uint64 // the last one that had them
	at   time.Time
}

// update counts what is new in the log. What is in it at the first look happened
// before; an empty one is no look, because a modem that starts has none yet.
func (t *eventTally) update(log []coda.Event) {
	if t.counts == nil {
		t.dated, t.counts = make(map[string]entryMemory), make(map[eventSort]uint64)
		for _, s := range alarming {
			t.counts[s] = 0
		}
	}
	t.looks++
	now := make(map[string]int)
	undated := make(map[string]int)
	for _, e := range log[:min(len(log), maxIdentities)] {
		id := identityOf(e)
		now[id]++
		known := t.undated[id]
		if e.Time.IsZero() {
			undated[id]++
		} else {
			known = t.dated[id].most
			t.dated[id] = entryMemory{max(known, now[id]), t.looks, e.Time}
		}
		s := eventSort{kindOf(e), e.Priority}
		switch {
		case t.started && now[id] > known:
			t.counts[s]++
		case t.counts[s] == 0:
			t.counts[s] = 0 // the series begins at zero
		}
	}
	t.undated, t.started = undated, t.started || len(log) > 0
	t.forget()
}

// forget keeps the identities within their bound. The first to go are those that have
// been out of the log for longest.
func (t *eventTally) forget() {
	if len(t.dated) <= maxIdentities {
		return
	}
	ids := slices.SortedFunc(maps.Keys(t.dated), func(a, b string) int {
		x, y := t.dated[a], t.dated[b]
		return cmp.Or(cmp.Compare(y.look, x.look), y.at.Compare(x.at), cmp.Compare(a, b))
	})
	for _, id := range ids[maxIdentities:] {
		delete(t.dated, id)
	}
}

// identityOf tells entries apart. What follows the first semicolon (addresses,
// versions) is the same for all.
func identityOf(e coda.Event) string {
	text, _, _ := strings.Cut(e.Text, ";")
	return e.TimeText + "\x00" + e.ID + "\x00" + text
}
