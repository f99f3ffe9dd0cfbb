package metric

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSnapshotDoesNotChange(t *testing.T) {
	var shapes Shapes
	var b Batch
	b.Add(gaugeA, 1)
	first, _ := shapes.Freeze(&b, nil)
	b.Reset()
	b.Add(gaugeA, 2)
	second, _ := shapes.Freeze(&b, first)
	b.Reset()
	b.Add(gaugeA, 3)
	for i, s := range []*Snapshot{first, second} {
		s.Each(func(_ *Family, _ Labels, v float64) {
			if want := float64(i + 1); v != want {
				t.Errorf("snapshot %d now has the value %v, want %v", i+1, v, want)
			}
		})
	}
}

func TestSnapshotOfNothing(t *testing.T) {
	s, dropped := frozen(func(*Batch) {})
	if s.Len() != 0 || dropped != 0 {
		t.Errorf("Len %d, dropped %d, want 0 and 0", s.Len(), dropped)
	}
	s.Each(func(f *Family, _ Labels, _ float64) { t.Errorf("Each yields a series of %s", f.Name) })
}

func TestEach(t *testing.T) {
	type sample struct {
		Name   string
		Labels Labels
		Value  float64
	}
	s, dropped := frozen(func(b *Batch) {
		b.Add(gaugeB, 1, "l1")
		b.Add(gaugeA, 2)
		b.AddRunning(gaugeB, 3, at(1), time.Second, "l2")
		b.AddHistogram(histoG, []uint64{1, 1, 1}, 4)
		b.Add(gaugeB, 5, `say "l3"`)
		b.Add(gaugeB, 6, "l1")
		b.AddState(stateF, "run", []string{"idle", "run"}, "left")
	})
	var got []sample
	s.Each(func(f *Family, labels Labels, v float64) { got = append(got, sample{f.Name, labels, v}) })
	want := []sample{ // families in the order of their first series
		{"b_watts", `phase="l1"`, 1},
		{"b_watts", `phase="say \"l3\""`, 5},
		{"a_watts", "", 2},
		{"f_state", `unit="left",f_state="idle"`, 0},
		{"f_state", `unit="left",f_state="run"`, 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Each (-want +got):\n%s", diff)
	}
	if s.Len() != 7 || dropped != 1 {
		t.Errorf("Len %d, dropped %d, want 7 and 1", s.Len(), dropped)
	}
}

// The design promises that a repeated poll allocates nothing per series.
func TestFreezeAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates too")
	}
	for _, n := range []int{10, 1000} {
		var shapes Shapes
		var b Batch
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf("phase %d", i)
		}
		fill := func() {
			b.Reset()
			for i, name := range names {
				b.Add(gaugeB, float64(i), name)
			}
			b.AddRunning(gaugeA, 1, at(1), time.Second)
			b.AddHistogram(histoG, []uint64{1, 2, 3}, 4)
		}
		fill()
		last, _ := shapes.Freeze(&b, nil)
		got := testing.AllocsPerRun(100, func() {
			fill()
			last, _ = shapes.Freeze(&b, last)
		})
		if got != 2 {
			t.Errorf("a poll with the same %d series makes %v allocations, want 2", n, got)
		}
		// Another device with these series has no previous snapshot to compare with.
		got = testing.AllocsPerRun(100, func() {
			fill()
			shapes.Freeze(&b, nil)
		})
		if got != 2 {
			t.Errorf("the first poll of another device with the same %d series makes %v allocations, want 2", n, got)
		}
	}
}
