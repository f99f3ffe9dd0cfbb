package poll

import (
	"math"
	"testing"
	"time"
	"unsafe"

	"home_exporter/internal/device"
)

// A hundred thousand sockets have a hundred thousand entries.
func TestEntryIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(entry{}); size > 256 {
		t.Errorf("an entry takes %d bytes, want at most 256", size)
	}
}

func TestSlotAfter(t *testing.T) {
	times := map[string]time.Time{
		"today":          time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC),
		"1970":           time.Unix(0, 0),
		"before 1970":    time.Date(1901, 1, 1, 0, 0, 0, 0, time.UTC),
		"a clock afar":   time.Date(2261, 12, 31, 0, 0, 0, 0, time.UTC),
		"one nanosecond": time.Unix(0, 1),
	}
	intervals := []time.Duration{device.MinInterval, time.Second, time.Minute, 7 * time.Hour, 3650 * 24 * time.Hour, 1}
	for name, now := range times {
		for _, interval := range intervals {
			for _, device := range []string{"", "a", "10.0.0.1:80"} {
				e := entryAt(interval, device)
				slot := e.slotAfter(now)
				if wait := slot.Sub(now); wait <= 0 || wait > interval {
					t.Errorf("%s, interval %s, %q: the next slot is in %s", name, interval, device, wait)
				}
				if interval > time.Nanosecond && slot.Year() < 2262 {
					if again := e.slotAfter(slot); again.Sub(slot) != interval {
						t.Errorf("%s, interval %s, %q: %s from slot to slot", name, interval, device, again.Sub(slot))
					}
				}
			}
		}
	}
}

func entryAt(interval time.Duration, name string) *entry {
	return &entry{
		kind: &kindState{kind: &device.Kind{Name: "toy"}}, name: name,
		pace: &device.Pace{Interval: interval},
	}
}

// The wall clock may be set forward or back at any time, above all on small boards
// that have none of their own. The next poll stays between half an interval and one
// and a half away.
func TestSlotsSurviveClockJumps(t *testing.T) {
	e := entryAt(time.Minute, "a")
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, jump := range []time.Duration{0, time.Second, -time.Second, 29 * time.Second, -31 * time.Second,
		time.Hour + 7*time.Second, -time.Hour, 50 * 365 * 24 * time.Hour, -56 * 365 * 24 * time.Hour} {
		due := e.slotAfter(start).Add(jump)
		e.rare = nil
		next := e.nextSlot(&run{due: due}, due.Add(time.Second))
		if gap := next.Sub(due); gap < 30*time.Second || gap > 90*time.Second {
			t.Errorf("after a jump of %s the next poll is %s after the last", jump, gap)
		}
		if e.counts().skipped != 0 {
			t.Errorf("after a jump of %s, %d slots count as skipped", jump, e.counts().skipped)
		}
	}
}

func TestPhaseIsOfKindAndName(t *testing.T) {
	phase := func(kind, name string) time.Duration {
		e := entryAt(time.Hour, name)
		e.kind.kind.Name = kind
		return e.phase()
	}
	if phase("ab", "c") == phase("a", "bc") {
		t.Error("kind and name run into each other")
	}
	if phase("a", "x") == phase("b", "x") {
		t.Error("two kinds ask devices of one name at the same time")
	}
	if e := entryAt(math.MaxInt64, "a"); e.phase() < 0 {
		t.Errorf("phase is negative: %s", e.phase())
	}
}
