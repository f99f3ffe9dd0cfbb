package metric

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Families of each type, with and without labels. Their names are in the order in
// which a page brings them.
var (
	gaugeA   = &Family{Name: "a_watts", Help: "A."}
	gaugeB   = &Family{Name: "b_watts", Help: "B.", Labels: []string{"phase"}}
	counterC = &Family{Name: "c_total", Help: "C.", Type: Counter, Labels: []string{"x", "y"}}
	infoD    = &Family{Name: "d_info", Help: "D.", Type: Info, Labels: []string{"version"}}
	stateE   = &Family{Name: "e_state", Help: "E.", Type: StateSet}
	stateF   = &Family{Name: "f_state", Help: "F.", Type: StateSet, Labels: []string{"unit"}}
	histoG   = &Family{Name: "g_seconds", Help: "G.", Type: Histogram, Unit: "seconds", Buckets: []float64{0.5, 1}}
	histoH   = &Family{Name: "h_seconds", Help: "H.", Type: Histogram, Labels: []string{"peer"}}

	allFamilies = []*Family{histoH, histoG, stateF, stateE, infoD, counterC, gaugeB, gaugeA}
)

func TestBatch(t *testing.T) {
	modes := []string{"idle", "run"}
	tests := map[string]struct {
		fill    func(*Batch)
		want    string // the sample lines of a page at the second 45
		dropped int
	}{
		"nothing": {fill: func(*Batch) {}},
		"plain values": {
			fill: func(b *Batch) {
				b.Add(gaugeA, 1.5)
				b.Add(gaugeB, -2, "l1")
				b.Add(counterC, 3, "one", "two")
				b.Add(infoD, 1, "1.0")
			},
			want: "a_watts 1.5\nb_watts{phase=\"l1\"} -2\nc_total{x=\"one\",y=\"two\"} 3\nd_info{version=\"1.0\"} 1\n",
		},
		"infinite values are values": {
			fill: func(b *Batch) { b.Add(gaugeB, math.Inf(1), "l1"); b.Add(gaugeB, math.Inf(-1), "l2") },
			want: "b_watts{phase=\"l1\"} +Inf\nb_watts{phase=\"l2\"} -Inf\n",
		},
		"NaN is none": {
			fill:    func(b *Batch) { b.Add(gaugeA, math.NaN()) },
			dropped: 1,
		},
		"too few and too many label values": {
			fill: func(b *Batch) {
				b.Add(gaugeA, 1, "l1")
				b.Add(gaugeB, 1)
				b.Add(counterC, 1, "one")
				b.AddBool(gaugeB, true)
				b.AddTime(gaugeB, at(1))
				b.AddRunning(gaugeB, 1, at(1), time.Second)
				b.AddHistogram(histoH, []uint64{1}, 1)
			},
			dropped: 7,
		},
		"a type's own method only": {
			fill: func(b *Batch) {
				b.Add(histoG, 1)
				b.Add(stateE, 1)
				b.AddBool(stateE, true)
				b.AddTime(histoG, at(1))
				b.AddRunning(histoG, 1, at(1), time.Second)
				b.AddRunning(stateE, 1, at(1), time.Second)
				b.AddState(gaugeA, "run", modes)
				b.AddHistogram(gaugeA, []uint64{1}, 1)
			},
			dropped: 7 + len(modes),
		},
		"booleans": {
			fill: func(b *Batch) { b.AddBool(gaugeB, true, "l1"); b.AddBool(gaugeB, false, "l2") },
			want: "b_watts{phase=\"l1\"} 1\nb_watts{phase=\"l2\"} 0\n",
		},
		"moments": {
			fill: func(b *Batch) {
				b.AddTime(gaugeB, time.Unix(1_700_000_000, 250_000_000), "l1")
				b.AddTime(gaugeB, time.Unix(0, 0), "l2")
				b.AddTime(gaugeB, time.Unix(-2, 500_000_000), "l3")
			},
			want: "b_watts{phase=\"l1\"} 1.70000000025e+09\nb_watts{phase=\"l2\"} 0\nb_watts{phase=\"l3\"} -1.5\n",
		},
		"no moment is no sample, and no mistake": {
			fill: func(b *Batch) { b.AddTime(gaugeA, time.Time{}) },
		},
		"a running value grows until the scrape": {
			fill: func(b *Batch) { b.AddRunning(gaugeA, 20, at(40), time.Minute) },
			want: "a_watts 25\n",
		},
		"a running value that is NaN is none": {
			fill:    func(b *Batch) { b.AddRunning(gaugeA, math.NaN(), at(40), time.Minute) },
			dropped: 1,
		},
		"a state set": {
			fill: func(b *Batch) { b.AddState(stateE, "run", modes) },
			want: "e_state{e_state=\"idle\"} 0\ne_state{e_state=\"run\"} 1\n",
		},
		"state sets after other series, with labels": {
			fill: func(b *Batch) {
				b.Add(gaugeA, 1)
				b.AddState(stateF, "idle", modes, "left")
				b.AddState(stateF, "run", modes, "right")
			},
			want: "a_watts 1\n" +
				"f_state{unit=\"left\",f_state=\"idle\"} 1\nf_state{unit=\"left\",f_state=\"run\"} 0\n" +
				"f_state{unit=\"right\",f_state=\"idle\"} 0\nf_state{unit=\"right\",f_state=\"run\"} 1\n",
		},
		"a state that nobody listed leaves all at 0": {
			fill: func(b *Batch) { b.AddState(stateE, "on fire", modes) },
			want: "e_state{e_state=\"idle\"} 0\ne_state{e_state=\"run\"} 0\n",
		},
		"a state listed twice": {
			fill:    func(b *Batch) { b.AddState(stateE, "run", []string{"run", "run"}) },
			want:    "e_state{e_state=\"run\"} 1\n",
			dropped: 1,
		},
		"a state set with wrong labels goes as a whole": {
			fill:    func(b *Batch) { b.AddState(stateF, "run", modes); b.AddState(stateE, "run", modes, "left") },
			dropped: 2 * len(modes),
		},
		"histograms are cumulative": {
			fill: func(b *Batch) { b.AddHistogram(histoG, []uint64{3, 2, 1}, 4.5) },
			want: "g_seconds_bucket{le=\"0.5\"} 3\ng_seconds_bucket{le=\"1.0\"} 5\ng_seconds_bucket{le=\"+Inf\"} 6\n" +
				"g_seconds_sum 4.5\ng_seconds_count 6\n",
		},
		"a histogram without bounds, with labels": {
			fill: func(b *Batch) { b.AddHistogram(histoH, []uint64{7}, 2, "p") },
			want: "h_seconds_bucket{peer=\"p\",le=\"+Inf\"} 7\nh_seconds_sum{peer=\"p\"} 2\nh_seconds_count{peer=\"p\"} 7\n",
		},
		"histograms of the wrong size or sum": {
			fill: func(b *Batch) {
				b.AddHistogram(histoG, []uint64{1, 2}, 1)
				b.AddHistogram(histoG, []uint64{1, 2, 3, 4}, 1)
				b.AddHistogram(histoG, nil, 1)
				b.AddHistogram(histoG, []uint64{1, 2, 3}, math.NaN())
			},
			dropped: 4,
		},
		"the first of duplicates counts": {
			fill: func(b *Batch) {
				b.Add(gaugeB, 1, "l1")
				b.Add(gaugeA, 5)
				b.Add(gaugeB, 2, "l1")
				b.AddRunning(gaugeB, 3, at(0), time.Hour, "l1")
				b.AddHistogram(histoG, []uint64{1, 1, 1}, 1)
				b.AddHistogram(histoG, []uint64{2, 2, 2}, 2)
				b.Add(gaugeB, 4, "l2")
			},
			want: "a_watts 5\nb_watts{phase=\"l1\"} 1\nb_watts{phase=\"l2\"} 4\n" +
				"g_seconds_bucket{le=\"0.5\"} 1\ng_seconds_bucket{le=\"1.0\"} 2\ng_seconds_bucket{le=\"+Inf\"} 3\n" +
				"g_seconds_sum 1\ng_seconds_count 3\n",
			dropped: 3,
		},
		"values that only cleaning makes equal are duplicates": {
			fill:    func(b *Batch) { b.Add(gaugeB, 1, "\xff"); b.Add(gaugeB, 2, "\xfe") },
			want:    "b_watts{phase=\"\uFFFD\"} 1\n",
			dropped: 1,
		},
		"quotes do not move the border between labels": {
			fill: func(b *Batch) { b.Add(counterC, 1, `v",y="w`, ""); b.Add(counterC, 2, "v", `w",y="`) },
			want: `c_total{x="v\",y=\"w",y=""} 1` + "\n" + `c_total{x="v",y="w\",y=\""} 2` + "\n",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			snapshot, dropped := frozen(tt.fill)
			if dropped != tt.dropped {
				t.Errorf("dropped %d samples, want %d", dropped, tt.dropped)
			}
			for _, format := range []Format{Text, OpenMetrics} {
				got := sampleLines(written(t, format, at(45), Group{Families: allFamilies, Sources: []Source{{Snapshot: snapshot}}}))
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", format.ContentType(), diff)
				}
			}
		})
	}
}

func TestBatchIsBounded(t *testing.T) {
	var b Batch
	for i := range maxSeries - 2 {
		b.Add(gaugeB, 1, fmt.Sprint(i))
	}
	b.AddState(stateE, "x", []string{"x", "y", "z"}) // one too many: none of it
	if got := b.Len(); got != maxSeries-2 {
		t.Errorf("Len after a state set that does not fit = %d, want %d", got, maxSeries-2)
	}
	b.AddState(stateE, "x", []string{"x", "y"})
	if got := b.Len(); got != maxSeries {
		t.Errorf("Len after a state set that just fits = %d, want %d", got, maxSeries)
	}
	b.Add(gaugeA, 1)
	b.AddHistogram(histoG, []uint64{1, 1, 1}, 1)
	b.AddRunning(gaugeA, 1, at(1), time.Second)
	if got := b.Len(); got != maxSeries {
		t.Errorf("Len = %d, want %d", got, maxSeries)
	}
	var shapes Shapes
	snapshot, dropped := shapes.Freeze(&b, nil)
	if snapshot.Len() != maxSeries || dropped != 6 {
		t.Errorf("frozen: %d series, %d dropped, want %d and 6", snapshot.Len(), dropped, maxSeries)
	}
}

func TestBatchReset(t *testing.T) {
	var b Batch
	b.Add(gaugeA, 1)
	b.Add(gaugeA, math.NaN())
	b.AddHistogram(histoG, []uint64{1, 2, 3}, 1)
	if got := b.Len(); got != 2 {
		t.Errorf("Len = %d, want 2: a histogram counts as one", got)
	}
	b.Reset()
	if got := b.Len(); got != 0 {
		t.Errorf("Len after Reset = %d, want 0", got)
	}
	b.Add(gaugeB, 7, "l1")
	var shapes Shapes
	snapshot, dropped := shapes.Freeze(&b, nil)
	got := sampleLines(written(t, Text, at(0), Group{Families: allFamilies, Sources: []Source{{Snapshot: snapshot}}}))
	if want := "b_watts{phase=\"l1\"} 7\n"; got != want || dropped != 0 {
		t.Errorf("after Reset: %q, %d dropped, want %q and 0", got, dropped, want)
	}
}

// TestBatchOptionalLabels leaves out what is optional and empty, and nothing else.
func TestBatchOptionalLabels(t *testing.T) {
	f := &Family{Name: "toy_size", Labels: []string{"a", "b", "c"}, Optional: []string{"a", "c"}}
	var b Batch
	b.Add(f, 1, "", "", "")
	b.Add(f, 2, "x", "y", "")
	b.Add(f, 3, "", "y", "z")
	var got []string
	for _, e := range b.entries {
		got = append(got, string(b.textOf(e)))
	}
	want := []string{`b=""`, `a="x",b="y"`, `b="y",c="z"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("label text (-want +got):\n%s", diff)
	}
}
