package sockets

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device/sockets/check"
)

// A step is one poll of a history, so many seconds after the start.
type step struct {
	at   float64
	what string // up, a class of failure, rest, or miss
}

// play lets the socket live through the steps, which are what its polls would do.
func play(s *socket, steps []step) (last Reading) {
	for _, st := range steps {
		last = reading(st.at, classNamed(st.what))
		switch st.what {
		case "rest":
			s.history.rest(last.At, s.settings.interval)
			last = Reading{At: last.At}
		case "miss":
			s.history.miss(check.ClassResources)
		default:
			s.history.record(last, s.settings.interval)
		}
	}
	return last
}

func classNamed(word string) check.Class {
	for _, c := range check.Classes() {
		if c.String() == word {
			return c
		}
	}
	return check.ClassOK
}

func TestHistory(t *testing.T) {
	const (
		spentUp      = "connection_status_state_seconds_total state=up"
		spentDown    = "connection_status_state_seconds_total state=down"
		spentUnknown = "connection_status_state_seconds_total state=unknown"
		toUp         = "connection_status_transitions_total to=up"
		toDown       = "connection_status_transitions_total to=down"
		outage       = "connection_status_longest_outage_seconds"
		since        = "connection_status_state_since_timestamp_seconds"
		success      = "connection_status_last_success_timestamp_seconds"
		inARow       = "connection_status_consecutive_failures"
		probed       = "connection_status_probes_total"
		succeeded    = "connection_status_successes_total"
		isUp         = "connection_status_up"
		inside       = "connection_status_scheduled"
		refused      = "connection_status_failures_total class=refused"
		timedOut     = "connection_status_failures_total class=timeout"
		lastClass    = "connection_status_last_failure_info class=timeout"
		resources    = "connection_status_probe_errors_total class=resources"
	)
	moment := func(seconds float64) float64 { return float64(start.Unix()) + seconds }
	for _, tt := range []struct {
		name   string
		steps  []step
		scrape float64
		want   map[string]float64
		absent []string
	}{
		{
			name:   "times and changes of state",
			steps:  []step{{0, "up"}, {10, "up"}, {20, "refused"}, {30, "refused"}, {40, "up"}},
			scrape: 45,
			want: map[string]float64{spentUp: 25, spentDown: 20, toUp: 1, toDown: 1, outage: 20,
				since: moment(40), success: moment(40), inARow: 0, probed: 5, succeeded: 3, refused: 2, isUp: 1},
			absent: []string{spentUnknown, timedOut},
		},
		{
			name:   "the first result is no change",
			steps:  []step{{0, "timeout"}},
			scrape: 4,
			want: map[string]float64{spentUp: 0, spentDown: 4, toUp: 0, toDown: 0, outage: 0, since: moment(0),
				inARow: 1, timedOut: 1, lastClass: 1, isUp: 0},
			absent: []string{success, spentUnknown, refused},
		},
		{
			name:   "a state runs on no further than nearly to the next check",
			steps:  []step{{0, "up"}},
			scrape: 1000,
			want:   map[string]float64{spentUp: 9.5, spentDown: 0},
		},
		{
			name:   "three intervals are no gap",
			steps:  []step{{0, "up"}, {30, "up"}},
			scrape: 30,
			want:   map[string]float64{spentUp: 30},
			absent: []string{spentUnknown},
		},
		{
			name:   "a longer gap is one interval of the state and the rest unknown",
			steps:  []step{{0, "refused"}, {31, "refused"}},
			scrape: 31,
			want:   map[string]float64{spentDown: 10, spentUnknown: 21, toUp: 0, toDown: 0, outage: 10, since: moment(0)},
		},
		{
			name:   "the last class of failure stays when the socket is up again",
			steps:  []step{{0, "refused"}, {10, "timeout"}, {20, "up"}},
			scrape: 20,
			want:   map[string]float64{lastClass: 1, refused: 1, timedOut: 1, inARow: 0, toUp: 1},
		},
		{
			name:   "an inconclusive check changes nothing but its count",
			steps:  []step{{0, "up"}, {10, "miss"}, {20, "up"}},
			scrape: 20,
			want:   map[string]float64{spentUp: 20, toUp: 0, toDown: 0, probed: 3, succeeded: 2, resources: 1, inARow: 0},
			absent: []string{spentUnknown},
		},
		{
			name:   "many inconclusive checks are time unknown",
			steps:  []step{{0, "up"}, {10, "miss"}, {20, "miss"}, {30, "miss"}, {40, "refused"}},
			scrape: 40,
			want:   map[string]float64{spentUp: 10, spentUnknown: 30, toDown: 1, resources: 3},
		},
		{
			name:   "at rest it is neither up nor down",
			steps:  []step{{0, "up"}, {10, "rest"}, {20, "rest"}},
			scrape: 25,
			want:   map[string]float64{spentUp: 10, spentDown: 0, spentUnknown: 10, inside: 0, success: moment(0)},
			absent: []string{isUp, since},
		},
		{
			name:   "what comes after a rest is no change",
			steps:  []step{{0, "up"}, {10, "rest"}, {20, "refused"}},
			scrape: 20,
			want:   map[string]float64{spentUp: 10, spentUnknown: 10, toUp: 0, toDown: 0, since: moment(20), isUp: 0, inside: 1},
		},
		{
			name:   "a rest before the first check",
			steps:  []step{{0, "rest"}, {10, "rest"}, {20, "up"}},
			scrape: 25,
			want:   map[string]float64{spentUp: 5, spentDown: 0, spentUnknown: 20, since: moment(20)},
		},
		{
			name:   "an outage that a rest ends is remembered",
			steps:  []step{{0, "refused"}, {10, "refused"}, {20, "rest"}, {30, "refused"}, {40, "up"}},
			scrape: 40,
			want:   map[string]float64{outage: 20, spentDown: 30, spentUnknown: 10},
		},
		{
			name:   "the longest outage is the longest",
			steps:  []step{{0, "refused"}, {10, "refused"}, {20, "up"}, {30, "refused"}, {40, "up"}, {50, "refused"}},
			scrape: 50,
			want:   map[string]float64{outage: 20, toUp: 2, toDown: 2},
		},
		{
			name:   "the running outage counts",
			steps:  []step{{0, "up"}, {10, "refused"}, {20, "refused"}, {30, "refused"}},
			scrape: 35,
			want:   map[string]float64{outage: 20, spentDown: 25, inARow: 3},
		},
		{
			name:   "a clock that goes back takes nothing away",
			steps:  []step{{100, "up"}, {110, "up"}, {50, "up"}, {60, "up"}},
			scrape: 60,
			want:   map[string]float64{spentUp: 20},
			absent: []string{spentUnknown},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newTestSocket(t, standard)
			last := play(s, tt.steps)
			var b book
			b.file(t, s, last)
			got := b.values(t, after(tt.scrape))
			for series, want := range tt.want {
				if v, ok := got[series]; !ok || v != want {
					t.Errorf("%s is %v (there: %t), want %v", series, v, ok, want)
				}
			}
			for _, series := range tt.absent {
				if v, ok := got[series]; ok {
					t.Errorf("%s is %v, want no such series", series, v)
				}
			}
		})
	}
}

// TestStateSecondsDuringACheck shows why a state runs on only until the next check
// begins: while its result is not filed, a page must not be ahead of it.
func TestStateSecondsDuringACheck(t *testing.T) {
	s := newTestSocket(t, minimal)
	slow := reading(4, check.ClassTimeout) // began at 0
	slow.Duration = 4 * time.Second
	s.history.record(slow, s.settings.interval)
	var b book
	b.file(t, s, slow)
	const spentDown = "connection_status_state_seconds_total state=down"
	before := b.values(t, after(10.5))[spentDown] // the next check began at 10 and is about to be filed
	up := reading(10.1, check.ClassOK)
	s.history.record(up, s.settings.interval)
	b.file(t, s, up)
	if got := b.values(t, after(10.6))[spentDown]; got < before {
		t.Errorf("a counter fell from %v to %v", before, got)
	}
}

// TestCountersNeverFall lets sockets live at random and looks at their pages at
// random moments, among them those between the end of a check and its filing.
func TestCountersNeverFall(t *testing.T) {
	for seed := range uint64(24) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			s := newTestSocket(t, level(seed%3))
			var b book
			seen := map[string]float64{}
			look := func(at float64) {
				t.Helper()
				if b.snapshot == nil {
					return
				}
				now := b.values(t, after(at))
				for series, v := range now {
					if !isCounter(series) {
						continue
					}
					if v < seen[series] {
						t.Fatalf("at %v s %s fell from %v to %v", at, series, seen[series], v)
					}
					seen[series] = v
				}
				for series := range seen {
					if _, ok := now[series]; !ok {
						t.Fatalf("at %v s %s has vanished", at, series)
					}
				}
			}
			begin, end := 0.0, 0.0
			for range 40 {
				onTime := r.IntN(3) > 0
				next := begin + 10
				if !onTime {
					next = end + r.Float64()*60
				}
				next = max(next, end)
				for at := end; r.IntN(3) > 0; {
					at += r.Float64() * (next - at)
					look(at)
				}
				begin = next
				end = begin + r.Float64()*5
				read := reading(end, classNamed([]string{"ok", "refused", "timeout", "ok"}[r.IntN(4)]))
				read.Duration = time.Duration((end - begin) * float64(time.Second))
				read.Result.Addr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(r.IntN(3))}), 80)
				read.Result.Phases.Connect = check.Span(read.Duration)
				switch r.IntN(6) {
				case 0:
					s.history.miss(check.ClassResources)
					continue
				case 1:
					end = begin
					read = Reading{At: after(end)}
					s.history.rest(read.At, s.settings.interval)
				default:
					s.history.record(read, s.settings.interval)
				}
				if onTime {
					look(end + r.Float64()/10)
				}
				b.file(t, s, read)
			}
			look(end)
			look(end + 1000)
		})
	}
}

func isCounter(series string) bool {
	name, _, _ := strings.Cut(series, " ")
	return strings.HasSuffix(name, "_total") || strings.HasSuffix(series, " count") || strings.HasSuffix(series, " sum")
}

func TestAddressChanges(t *testing.T) {
	m := &more{}
	for i, address := range []string{"", "192.0.2.1", "192.0.2.1", "", "192.0.2.2", "192.0.2.1"} {
		r := reading(float64(i), check.ClassRefused)
		if address != "" {
			r.Result.Addr = netip.AddrPortFrom(netip.MustParseAddr(address), 80)
		}
		m.record(r, down)
	}
	if m.addressChanges != 2 {
		t.Errorf("%d changes, want 2: the first address is none, and a check without one says nothing", m.addressChanges)
	}
}

func TestConnectHistogram(t *testing.T) {
	m := &more{}
	observe := func(c check.Class, p check.Phases, answered bool) {
		r := reading(0, c)
		r.Result.Phases, r.Result.Answered = p, answered
		m.record(r, stateOf(c))
	}
	ms := check.Span(time.Millisecond)
	observe(check.ClassOK, check.Phases{Connect: ms}, false)                  // a bound is inside
	observe(check.ClassOK, check.Phases{Connect: ms + 1}, false)              // above it
	observe(check.ClassOK, check.Phases{Connect: 20_000 * ms}, false)         // above all
	observe(check.ClassOK, check.Phases{Exchange: 3 * ms}, true)              // an echo
	observe(check.ClassOK, check.Phases{Exchange: 5_000 * ms}, false)         // silence of UDP took no time to answer
	observe(check.ClassRefused, check.Phases{Connect: ms}, false)             // not up
	observe(check.ClassOK, check.Phases{Connect: ms, Exchange: 9 * ms}, true) // the connection counts
	want := [15]uint64{1: 2, 2: 1, 3: 1, 14: 1}
	if diff := cmp.Diff(want, m.connect); diff != "" {
		t.Errorf("buckets (-want +got):\n%s", diff)
	}
	if got, want := m.connectSum, 0.001+0.001000001+20+0.003+0.001; got != want {
		t.Errorf("sum %v, want %v", got, want)
	}
}
