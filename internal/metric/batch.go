package metric

import (
	"math"
	"slices"
	"time"
)

// maxSeries bounds what one poll of one device can bring. It is far above what any
// known device tells; beyond it samples are dropped and counted.
const maxSeries = 50_000

// A Batch collects what one poll learned. A kind adds samples in any order; the
// poller freezes the batch into a Snapshot and reuses it for the next device.
//
// Adding cannot fail and cannot panic. What is not a sample (a wrong number of
// label values, a NaN, a series that was already added) is dropped and counted;
// what is missing is simply not added.
//
// A Batch is not safe for concurrent use. The zero value is ready.
type Batch struct {
	entries []entry
	text    []byte    // the label text of all entries, one after the other
	values  []float64 // the values of all entries, one after the other
	dropped int
}

// An entry is one sample, or the samples of one histogram, in the order added.
type entry struct {
	family     *Family
	running    bool
	start, end int // of its label text
	value      int // index of its first value
}

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() {
	clear(b.entries) // a kept family pointer would keep a departed test's family alive
	b.entries = b.entries[:0]
	b.text = b.text[:0]
	b.values = b.values[:0]
	b.dropped = 0
}

// Len returns the number of series added so far. A histogram counts as one.
func (b *Batch) Len() int { return len(b.entries) }

// Add adds one sample of a counter, a gauge or an info, with one value for each of
// the family's labels.
func (b *Batch) Add(f *Family, v float64, labelValues ...string) {
	if v != v || f.Type == Histogram || f.Type == StateSet {
		b.dropped++
		return
	}
	if b.begin(f, labelValues) {
		b.values = append(b.values, v)
	}
}

// AddBool adds 1 for true and 0 for false.
func (b *Batch) AddBool(f *Family, v bool, labelValues ...string) {
	if v {
		b.Add(f, 1, labelValues...)
	} else {
		b.Add(f, 0, labelValues...)
	}
}

// AddTime adds t as seconds since 1970. The zero time is no sample.
func (b *Batch) AddTime(f *Family, t time.Time, labelValues ...string) {
	if !t.IsZero() {
		b.Add(f, Seconds(t), labelValues...)
	}
}

// AddRunning adds a value in seconds that goes on growing by one each second after
// at, until limit is over: time spent in a state that still lasts. A page shows it
// as of the moment of the scrape.
func (b *Batch) AddRunning(f *Family, v float64, at time.Time, limit time.Duration, labelValues ...string) {
	if v != v || f.slots() != 1 || f.Type == StateSet {
		b.dropped++
		return
	}
	if b.begin(f, labelValues) {
		b.entries[len(b.entries)-1].running = true
		b.values = append(b.values, v, Seconds(at), max(limit, 0).Seconds())
	}
}

// AddState adds a state set: one series for each of states, 1 for those that are
// equal to current and 0 for all others. It is added whole or not at all.
func (b *Batch) AddState(f *Family, current string, states []string, labelValues ...string) {
	if f.Type != StateSet || len(labelValues) != len(f.Labels) || len(b.entries)+len(states) > maxSeries {
		b.dropped += len(states)
		return
	}
	for _, state := range states {
		b.begin(f, labelValues)
		e := &b.entries[len(b.entries)-1]
		if e.end > e.start {
			b.text = append(b.text, ',')
		}
		// appendLabel would see the text of earlier entries and put a comma first.
		b.text = append(b.text, f.Name...)
		b.text = append(b.text, '=', '"')
		b.text = append(appendLabelValue(b.text, state), '"')
		e.end = len(b.text)
		v := 0.0
		if state == current {
			v = 1
		}
		b.values = append(b.values, v)
	}
}

// AddHistogram adds a classic histogram. counts has one count of observations for
// each bucket of the family, not cumulative, and one more for those above all.
func (b *Batch) AddHistogram(f *Family, counts []uint64, sum float64, labelValues ...string) {
	if f.Type != Histogram || len(counts) != len(f.Buckets)+1 || math.IsNaN(sum) {
		b.dropped++
		return
	}
	if b.begin(f, labelValues) {
		for _, n := range counts {
			b.values = append(b.values, float64(n))
		}
		b.values = append(b.values, sum)
	}
}

// begin appends an entry with its label text and reports whether it was accepted.
func (b *Batch) begin(f *Family, labelValues []string) bool {
	if len(labelValues) != len(f.Labels) || len(b.entries) >= maxSeries {
		b.dropped++
		return false
	}
	start := len(b.text)
	for i, name := range f.Labels {
		if labelValues[i] == "" && slices.Contains(f.Optional, name) {
			continue
		}
		if len(b.text) > start {
			b.text = append(b.text, ',')
		}
		b.text = append(b.text, name...)
		b.text = append(b.text, '=', '"')
		b.text = append(appendLabelValue(b.text, labelValues[i]), '"')
	}
	b.entries = append(b.entries, entry{family: f, start: start, end: len(b.text), value: len(b.values)})
	return true
}

// textOf returns the label text of e.
func (b *Batch) textOf(e entry) []byte { return b.text[e.start:e.end] }

// slots is the number of values that e takes.
func (e entry) slots() int {
	if e.running {
		return 3 // the value, the moment it was true, for how long it runs on
	}
	return e.family.slots()
}

// Seconds returns t as seconds since 1970, as Prometheus writes moments.
func Seconds(t time.Time) float64 {
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9
}
