package poll

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// A nothing is a device that costs nothing: what is left is the cost of the machinery.
type nothing struct {
	left *atomic.Int64 // polls until done
	done chan struct{}
}

func (d *nothing) Poll(_ context.Context, out *metric.Batch) error {
	out.Add(reachable, 1)
	if d.left.Add(-1) == 0 {
		close(d.done)
	}
	return nil
}

func (d *nothing) Close() error { return nil }

// BenchmarkSetOverhead is the cost of one poll through the set: 1,000 devices that do
// nothing, always overdue, two workers.
func BenchmarkSetOverhead(b *testing.B) {
	set := newSet(Options{Workers: 2})
	defer set.Close()
	var left atomic.Int64
	left.Store(int64(b.N))
	d := &nothing{&left, make(chan struct{})}
	pace := &device.Pace{Interval: time.Microsecond, Timeout: time.Second, Keep: time.Hour}
	var specs []device.Spec
	for i := range 1000 {
		specs = append(specs, device.Spec{
			Kind: "labelled", Name: fmt.Sprintf("10.0.%d.%d:80", i/250, i%250), Pace: pace, Swarm: true,
			Open: func(device.Env) (device.Device, error) { return d, nil },
		})
	}
	b.ReportAllocs()
	b.ResetTimer()
	if err := set.Apply(specs); err != nil {
		b.Fatal(err)
	}
	<-d.done
	b.StopTimer()
}

// A tale is a device of a swarm that tells six series, as a socket does.
type tale struct{}

var tales = func() []*metric.Family {
	var all []*metric.Family
	for i := range 6 {
		all = append(all, &metric.Family{Name: "tale_" + strconv.Itoa(i)})
	}
	return all
}()

func (tale) Poll(_ context.Context, out *metric.Batch) error {
	for i, f := range tales {
		out.Add(f, float64(i))
	}
	return nil
}

func (tale) Close() error { return nil }

// swarm returns a set of n devices that have been asked, and the bytes that it takes.
func swarm(tb testing.TB, n int) (*Set, float64) {
	set := New(Options{Kinds: []*device.Kind{{Name: "tale", Families: tales, Identified: true}}})
	pace := &device.Pace{Interval: time.Hour, Timeout: time.Second, Keep: time.Hour, OnScrape: true}
	specs := make([]device.Spec, n)
	for i := range specs {
		name := fmt.Sprintf("10.%d.%d.%d:80", i/62500, i/250%250, i%250)
		specs[i] = device.Spec{
			Kind: "tale", Name: name, Pace: pace, Swarm: true, Labels: metric.EncodeLabels("name", name),
			Open: func(device.Env) (device.Device, error) { return tale{}, nil },
		}
	}
	before := heapSize()
	if err := set.Apply(specs); err != nil {
		tb.Fatal(err)
	}
	set.Refresh(tb.Context(), Filter{})
	after := heapSize()
	runtime.KeepAlive(specs)
	return set, float64(after-before) / float64(n)
}

func heapSize() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkCollect100k is what a scrape of 100,000 devices of a swarm costs before
// anything is written; the lock is held for a part of it.
func BenchmarkCollect100k(b *testing.B) {
	set, _ := swarm(b, 100_000)
	defer set.Close()
	b.ReportAllocs()
	for b.Loop() {
		if groups := set.Collect(Filter{}); len(groups[0].Sources) != 100_000 {
			b.Fatalf("%d sources", len(groups[0].Sources))
		}
	}
}

// BenchmarkPage100k is the whole of that scrape, uncompressed.
func BenchmarkPage100k(b *testing.B) {
	set, _ := swarm(b, 100_000)
	defer set.Close()
	b.ReportAllocs()
	for b.Loop() {
		if err := metric.WritePage(io.Discard, metric.Text, time.Now(), set.Collect(Filter{})); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMemory100k reports what a device of a swarm with six series takes, without
// its name, its labels and its own state.
func BenchmarkMemory100k(b *testing.B) {
	var bytes float64
	for b.Loop() {
		set, each := swarm(b, 100_000)
		bytes = each
		set.Close()
	}
	b.ReportMetric(bytes, "B/device")
	b.ReportMetric(float64(unsafe.Sizeof(entry{})), "B/entry")
}

// BenchmarkApply100k is a reload that changes nothing.
func BenchmarkApply100k(b *testing.B) {
	set := New(Options{Kinds: []*device.Kind{{Name: "tale", Families: tales, Identified: true}}})
	defer set.Close()
	pace := &device.Pace{Interval: time.Hour, Timeout: time.Second, Keep: time.Hour}
	specs := make([]device.Spec, 100_000)
	for i := range specs {
		specs[i] = device.Spec{
			Kind: "tale", Name: strconv.Itoa(i), Pace: pace, Swarm: true,
			Open: func(device.Env) (device.Device, error) { return tale{}, nil },
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := set.Apply(specs); err != nil {
			b.Fatal(err)
		}
	}
}
