package metric

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
	"unsafe"
	"weak"
)

// freeze freezes what fill adds, as a poll after previous.
func freeze(shapes *Shapes, previous *Snapshot, fill func(*Batch)) *Snapshot {
	var b Batch
	fill(&b)
	s, _ := shapes.Freeze(&b, previous)
	return s
}

func TestShapeIsKept(t *testing.T) {
	base := func(b *Batch) {
		b.Add(gaugeA, 1)
		b.Add(gaugeB, 2, "l1")
		b.Add(gaugeB, 2, "l2")
		b.AddRunning(counterC, 1, at(1), time.Second, "x", "y")
		b.AddHistogram(histoG, []uint64{1, 2, 3}, 4)
		b.AddState(stateE, "run", []string{"idle", "run"})
		b.Add(gaugeA, 1) // a duplicate
	}
	tests := map[string]struct {
		next func(*Batch)
		kept bool
	}{
		"the same again": {base, true},
		"other values": {func(b *Batch) {
			b.Add(gaugeA, 10)
			b.Add(gaugeB, 20, "l1")
			b.Add(gaugeB, 20, "l2")
			b.AddRunning(counterC, 10, at(2), time.Hour, "x", "y")
			b.AddHistogram(histoG, []uint64{2, 3, 4}, 5)
			b.AddState(stateE, "idle", []string{"idle", "run"})
			b.Add(gaugeA, 20)
		}, true},
		"nothing":           {func(*Batch) {}, false},
		"one more":          {func(b *Batch) { base(b); b.Add(gaugeB, 1, "l3") }, false},
		"one less":          {func(b *Batch) { base(b); b.entries = b.entries[:len(b.entries)-1] }, false},
		"another family":    {func(b *Batch) { base(b); b.entries[0].family = histoH }, false},
		"another order":     {func(b *Batch) { base(b); b.entries[0], b.entries[1] = b.entries[1], b.entries[0] }, false},
		"another label":     {func(b *Batch) { base(b); b.text[b.entries[1].end-2] = '7' }, false},
		"no longer running": {func(b *Batch) { base(b); b.entries[3].running = false }, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var shapes Shapes
			first := freeze(&shapes, nil, base)
			kept := freeze(&shapes, first, tt.next).shape == first.shape
			if kept != tt.kept {
				t.Errorf("after a poll the shape was kept: %v, want %v", kept, tt.kept)
			}
			// The previous snapshot suffices: the table is for those without one.
			if kept := freeze(new(Shapes), first, tt.next).shape == first.shape; kept != tt.kept {
				t.Errorf("with an empty table the shape was kept: %v, want %v", kept, tt.kept)
			}
			// The first poll of another device finds the shape without a previous one.
			if shared := freeze(&shapes, nil, tt.next).shape == first.shape; shared != tt.kept {
				t.Errorf("with another device the shape is shared: %v, want %v", shared, tt.kept)
			}
		})
	}
}

func TestShapeComesBack(t *testing.T) {
	var shapes Shapes
	up := func(b *Batch) { b.Add(gaugeA, 1) }
	down := func(b *Batch) { b.Add(gaugeB, 1, "l1") }
	first := freeze(&shapes, nil, up)
	second := freeze(&shapes, first, down)
	if third := freeze(&shapes, second, up); third.shape != first.shape {
		t.Error("a device that tells what it told before did not get its shape back")
	}
}

func TestEqualLabelTextIsHeldOnce(t *testing.T) {
	other := &Family{Name: "other", Labels: []string{"phase"}}
	s := freeze(new(Shapes), nil, func(b *Batch) {
		b.Add(gaugeB, 1, "a phase with a long name")
		b.Add(other, 1, "a phase with a long name")
		b.Add(gaugeB, 2, "a phase with a long name") // a duplicate
	}).shape
	want := unsafe.StringData(s.added[0].text)
	for i, a := range s.added {
		if unsafe.StringData(a.text) != want {
			t.Errorf("added %d holds its own copy of %q", i, a.text)
		}
	}
	for _, g := range s.groups {
		for _, one := range g.series {
			if unsafe.StringData(one.text) != want {
				t.Errorf("%s holds its own copy of %q", g.family.Name, one.text)
			}
		}
	}
}

func TestShapesWithOneHash(t *testing.T) {
	var shapes Shapes
	var b Batch
	b.Add(gaugeA, 1)
	strange := freeze(new(Shapes), nil, func(b *Batch) { b.Add(gaugeB, 1, "l1") })
	shapes.byHash = map[uint64]weak.Pointer[shape]{b.hash(): weak.Make(strange.shape)}

	got, _ := shapes.Freeze(&b, nil)
	if got.shape == strange.shape || !got.shape.fits(&b) {
		t.Fatal("got the shape of other series with the same hash")
	}
	shapes.forget(b.hash()) // as when the one that stood there before is collected
	if again, _ := shapes.Freeze(&b, nil); again.shape != got.shape {
		t.Error("the end of a shape took the place of another one")
	}
	runtime.KeepAlive(strange)
}

// shapesHeld collects garbage until the table has want shapes, or gives up.
func shapesHeld(shapes *Shapes, want int) int {
	n := 0
	for range 1000 {
		runtime.GC()
		runtime.Gosched() // cleanups run in a goroutine of the runtime
		shapes.mu.Lock()
		n = len(shapes.byHash)
		shapes.mu.Unlock()
		if n == want {
			break
		}
	}
	return n
}

func TestShapeGoesWithItsLastSnapshot(t *testing.T) {
	var shapes Shapes
	a := freeze(&shapes, nil, func(b *Batch) { b.Add(gaugeA, 1) })
	again := freeze(&shapes, a, func(b *Batch) { b.Add(gaugeA, 2) })
	b := freeze(&shapes, nil, func(b *Batch) { b.Add(gaugeB, 1, "l1") })
	if n := shapesHeld(&shapes, 2); n != 2 {
		t.Fatalf("%d shapes for two kinds of snapshots", n)
	}
	runtime.KeepAlive(b)
	if n := shapesHeld(&shapes, 1); n != 1 {
		t.Fatalf("%d shapes after the only snapshot of one of two went", n)
	}
	runtime.KeepAlive(a)
	runtime.GC()
	if fresh := freeze(&shapes, nil, func(b *Batch) { b.Add(gaugeA, 3) }); fresh.shape != again.shape {
		t.Error("the shape of a snapshot that still lives was made anew")
	}
	if n := shapesHeld(&shapes, 0); n != 0 {
		t.Errorf("%d shapes after the last snapshot went", n)
	}
}

func TestShapesFromManyGoroutines(t *testing.T) {
	const workers, rounds, kinds = 8, 200, 3
	var shapes Shapes
	var wg sync.WaitGroup
	last := make([][kinds]*Snapshot, workers)
	for w := range workers {
		wg.Go(func() {
			var b Batch
			for i := range rounds {
				k := i % kinds
				b.Reset()
				for n := range k + 1 {
					b.Add(gaugeB, float64(i), fmt.Sprint(n))
				}
				last[w][k], _ = shapes.Freeze(&b, last[w][(i+1)%kinds])
			}
		})
	}
	wg.Wait()
	for w := range last {
		for k := range kinds {
			if last[w][k].shape != last[0][k].shape {
				t.Errorf("workers 0 and %d have two shapes of the same %d series", w, k+1)
			}
		}
	}
}
