package metric

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A page of all types, from two devices of one kind and one of another.
func goldenGroups() []Group {
	temperature := &Family{Name: "house_temperature_celsius", Unit: "celsius", Labels: []string{"room"},
		Help: "Temperature, as \"reported\" by C:\\sensor.\nSecond line."}
	energy := &Family{Name: "house_energy_joules_total", Type: Counter, Unit: "joules", Help: "Energy used."}
	firmware := &Family{Name: "house_device_info", Type: Info, Labels: []string{"version"}, Help: "Firmware."}
	mode := &Family{Name: "house_mode", Type: StateSet, Help: "Mode of the heating."}
	latency := &Family{Name: "house_latency_seconds", Type: Histogram, Unit: "seconds", Buckets: []float64{0.01, 1}, Help: "Time to answer."}
	silent := &Family{Name: "house_never_seen", Help: "No device has it."}
	starts := &Family{Name: "heater_starts", Type: Counter, Promised: true, Help: "Starts."}
	about := &Family{Name: "heater_about", Type: Info, Promised: true, Help: "Model."}
	speed := &Family{Name: "heater_fan", Unit: "hertz", Promised: true, Help: "Fan."}

	kitchen, _ := frozen(func(b *Batch) {
		b.Add(temperature, 21.5, "kitchen")
		b.AddState(mode, "heat", []string{"off", "heat"})
		b.Add(temperature, -3, "freezer \"old\"")
		b.Add(energy, 1.5e15)
		b.AddHistogram(latency, []uint64{1, 2, 0}, 0.75)
	})
	cellar, _ := frozen(func(b *Batch) {
		b.Add(firmware, 1, "1.2.3")
		b.AddRunning(energy, 20, at(40), time.Minute)
	})
	heater, _ := frozen(func(b *Batch) {
		b.Add(starts, 12)
		b.Add(about, 1)
		b.Add(speed, 1e-7)
	})
	return []Group{
		{
			Families: []*Family{temperature, silent, mode, latency, firmware, energy},
			Sources: []Source{
				{Labels: `device="kitchen"`, Snapshot: kitchen},
				{Labels: `device="attic"`}, // not asked yet
				{Labels: `device="cellar"`, Snapshot: cellar},
			},
		},
		{Families: []*Family{speed, starts, about}, Sources: []Source{{Snapshot: heater}}},
		{Families: []*Family{{Name: "aaa", Help: "A kind without devices."}}},
	}
}

const goldenText = `# HELP heater_about Model.
# TYPE heater_about gauge
heater_about 1
# HELP heater_fan Fan.
# TYPE heater_fan gauge
heater_fan 1e-07
# HELP heater_starts Starts.
# TYPE heater_starts counter
heater_starts 12
# HELP house_device_info Firmware.
# TYPE house_device_info gauge
house_device_info{device="cellar",version="1.2.3"} 1
# HELP house_energy_joules_total Energy used.
# TYPE house_energy_joules_total counter
house_energy_joules_total{device="kitchen"} 1.5e+15
house_energy_joules_total{device="cellar"} 25
# HELP house_latency_seconds Time to answer.
# TYPE house_latency_seconds histogram
house_latency_seconds_bucket{device="kitchen",le="0.01"} 1
house_latency_seconds_bucket{device="kitchen",le="1.0"} 3
house_latency_seconds_bucket{device="kitchen",le="+Inf"} 3
house_latency_seconds_sum{device="kitchen"} 0.75
house_latency_seconds_count{device="kitchen"} 3
# HELP house_mode Mode of the heating.
# TYPE house_mode gauge
house_mode{device="kitchen",house_mode="off"} 0
house_mode{device="kitchen",house_mode="heat"} 1
# HELP house_temperature_celsius Temperature, as "reported" by C:\\sensor.\nSecond line.
# TYPE house_temperature_celsius gauge
house_temperature_celsius{device="kitchen",room="kitchen"} 21.5
house_temperature_celsius{device="kitchen",room="freezer \"old\""} -3
`

const goldenOpenMetrics = `# HELP heater_about Model.
# TYPE heater_about gauge
heater_about 1
# HELP heater_fan Fan.
# TYPE heater_fan gauge
heater_fan 1e-07
# HELP heater_starts Starts.
# TYPE heater_starts unknown
heater_starts 12
# HELP house_device Firmware.
# TYPE house_device info
house_device_info{device="cellar",version="1.2.3"} 1
# HELP house_energy_joules Energy used.
# TYPE house_energy_joules counter
# UNIT house_energy_joules joules
house_energy_joules_total{device="kitchen"} 1.5e+15
house_energy_joules_total{device="cellar"} 25
# HELP house_latency_seconds Time to answer.
# TYPE house_latency_seconds histogram
# UNIT house_latency_seconds seconds
house_latency_seconds_bucket{device="kitchen",le="0.01"} 1
house_latency_seconds_bucket{device="kitchen",le="1.0"} 3
house_latency_seconds_bucket{device="kitchen",le="+Inf"} 3
house_latency_seconds_sum{device="kitchen"} 0.75
house_latency_seconds_count{device="kitchen"} 3
# HELP house_mode Mode of the heating.
# TYPE house_mode stateset
house_mode{device="kitchen",house_mode="off"} 0
house_mode{device="kitchen",house_mode="heat"} 1
# HELP house_temperature_celsius Temperature, as \"reported\" by C:\\sensor.\nSecond line.
# TYPE house_temperature_celsius gauge
# UNIT house_temperature_celsius celsius
house_temperature_celsius{device="kitchen",room="kitchen"} 21.5
house_temperature_celsius{device="kitchen",room="freezer \"old\""} -3
# EOF
`

func TestPage(t *testing.T) {
	tests := []struct {
		format Format
		want   string
	}{
		{Text, goldenText},
		{OpenMetrics, goldenOpenMetrics},
		{OpenMetrics001, goldenOpenMetrics},
	}
	for _, tt := range tests {
		t.Run(tt.format.ContentType(), func(t *testing.T) {
			if diff := cmp.Diff(tt.want, written(t, tt.format, at(45), goldenGroups()...)); diff != "" {
				t.Errorf("page (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPageOfNothing(t *testing.T) {
	empty, _ := frozen(func(*Batch) {})
	tests := map[string][]Group{
		"no groups":    nil,
		"no families":  {{Sources: []Source{{Snapshot: empty}}}},
		"no devices":   {{Families: allFamilies}},
		"no snapshots": {{Families: allFamilies, Sources: []Source{{}, {}}}},
		"no series":    {{Families: allFamilies, Sources: []Source{{Snapshot: empty}}}},
	}
	for name, groups := range tests {
		t.Run(name, func(t *testing.T) {
			if got := written(t, Text, at(0), groups...); got != "" {
				t.Errorf("text page %q, want nothing", got)
			}
			if got := written(t, OpenMetrics, at(0), groups...); got != "# EOF\n" {
				t.Errorf("OpenMetrics page %q, want only its end", got)
			}
		})
	}
}

func TestRunningValues(t *testing.T) {
	tests := map[string]struct {
		value, at float64
		limit     time.Duration
		now       float64
		want      string
	}{
		"up 20 at 40, scraped at 45": {20, 40, 10 * time.Second, 45, "25"},
		"scraped at once":            {20, 40, 10 * time.Second, 40, "20"},
		"at its limit":               {20, 40, 10 * time.Second, 50, "30"},
		"past its limit":             {20, 40, 10 * time.Second, 5000, "30"},
		"fractions":                  {0.25, 40.5, 10 * time.Second, 42.75, "2.5"},
		"the clock went backwards":   {20, 40, 10 * time.Second, 39, "20"},
		"the clock went far back":    {20, 1_700_000_000, 10 * time.Second, 0, "20"},
		"no limit left":              {20, 40, 0, 45, "20"},
		"a limit below zero":         {20, 40, -time.Second, 45, "20"},
		"moments of today":           {20, 1_763_700_000, time.Minute, 1_763_700_030.5, "50.5"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, _ := frozen(func(b *Batch) { b.AddRunning(gaugeA, tt.value, at(tt.at), tt.limit) })
			got := sampleLines(written(t, Text, at(tt.now), Group{Families: allFamilies, Sources: []Source{{Snapshot: s}}}))
			if want := "a_watts " + tt.want + "\n"; got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// Devices with different shapes, and without the family, between each other.
func TestPageOfMixedShapes(t *testing.T) {
	var shapes Shapes
	var sources []Source
	var want strings.Builder
	for i := range 9 {
		s := freeze(&shapes, nil, func(b *Batch) {
			switch i % 3 {
			case 0:
				b.Add(gaugeA, float64(i))
			case 1:
				b.Add(gaugeB, float64(i), "l1")
				b.Add(gaugeA, float64(i))
			case 2:
				b.Add(gaugeB, float64(i), "l2")
			}
		})
		sources = append(sources, Source{Labels: EncodeLabels("device", fmt.Sprint(i)), Snapshot: s})
		if i%3 != 2 {
			fmt.Fprintf(&want, "a_watts{device=\"%d\"} %d\n", i, i)
		}
	}
	got := written(t, Text, at(0), Group{Families: []*Family{gaugeA}, Sources: sources})
	if diff := cmp.Diff(want.String(), sampleLines(got)); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}

// A quota is a writer that fails when it has taken so many writes.
type quota struct {
	left   int
	writes int
	got    bytes.Buffer
}

var errQuota = errors.New("client has gone")

func (q *quota) Write(p []byte) (int, error) {
	q.writes++
	if q.writes > q.left {
		return 0, errQuota
	}
	return q.got.Write(p)
}

// bigPage is of about 600 kB in three families.
func bigPage() []Group {
	labels := strings.Repeat("x", 200)
	s, _ := frozen(func(b *Batch) {
		b.Add(gaugeA, 1)
		b.Add(gaugeB, 2, "l1")
		b.AddHistogram(histoG, []uint64{1, 1, 1}, 1)
	})
	sources := make([]Source, 500)
	for i := range sources {
		sources[i] = Source{Labels: EncodeLabels("device", fmt.Sprint(labels, i)), Snapshot: s}
	}
	return []Group{{Families: allFamilies, Sources: sources}}
}

func TestWriterErrorStopsThePage(t *testing.T) {
	whole := &quota{left: 1000}
	if err := WritePage(whole, Text, at(0), bigPage()); err != nil {
		t.Fatal(err)
	}
	if whole.writes < 5 {
		t.Fatalf("the page came in %d writes; the test needs more", whole.writes)
	}
	for left := range whole.writes {
		q := &quota{left: left}
		err := WritePage(q, Text, at(0), bigPage())
		if !errors.Is(err, errQuota) {
			t.Errorf("WritePage with a writer that takes %d writes: error %v, want %v", left, err, errQuota)
		}
		if q.writes != left+1 {
			t.Errorf("after the write that failed %d more came", q.writes-left-1)
		}
		if !bytes.HasPrefix(whole.got.Bytes(), q.got.Bytes()) {
			t.Errorf("what %d writes brought is not the beginning of the page", left)
		}
	}
	if err := OpenMetrics.End(&quota{}); !errors.Is(err, errQuota) {
		t.Errorf("End: error %v, want %v", err, errQuota)
	}
}

// Scrapes run at the same time, and families are shared.
func TestPageLeavesTheFamilyAlone(t *testing.T) {
	bounds := []float64{0.5, 1, 7}
	f := &Family{Name: "x_seconds", Help: "X.", Type: Histogram, Buckets: bounds[:2]}
	s, _ := frozen(func(b *Batch) { b.AddHistogram(f, []uint64{1, 1, 1}, 1) })
	written(t, Text, at(0), Group{Families: []*Family{f}, Sources: []Source{{Snapshot: s}}})
	if bounds[2] != 7 {
		t.Errorf("the page wrote %v behind the bounds of the family", bounds[2])
	}
}

func TestLinesLongerThanTheBuffer(t *testing.T) {
	labels := EncodeLabels("device", "x")
	for range 200 { // 200 KiB, far past the limit of one value
		labels = labels.Join(EncodeLabels("more", strings.Repeat("y", maxLabelValue)))
	}
	s, _ := frozen(func(b *Batch) { b.Add(gaugeA, 1); b.Add(gaugeB, 2, "l1") })
	got := sampleLines(written(t, Text, at(0), Group{Families: allFamilies, Sources: []Source{{labels, s}}}))
	want := "a_watts{" + string(labels) + "} 1\nb_watts{" + string(labels) + ",phase=\"l1\"} 2\n"
	if got != want {
		t.Errorf("%d bytes, want %d", len(got), len(want))
	}
}

// The design promises that a scrape allocates nothing per series.
func TestPageAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates too")
	}
	s, _ := frozen(func(b *Batch) {
		b.Add(gaugeA, 1.25)
		b.AddRunning(gaugeB, 2, at(1), time.Minute, "l1")
		b.AddHistogram(histoG, []uint64{1, 1, 1}, 1)
		b.AddState(stateE, "run", []string{"idle", "run"})
	})
	allocations := func(format Format, devices int) float64 {
		groups := []Group{{Families: allFamilies, Sources: make([]Source, devices)}}
		for i := range groups[0].Sources {
			groups[0].Sources[i] = Source{Labels: EncodeLabels("device", fmt.Sprint(i)), Snapshot: s}
		}
		now := at(45)
		return testing.AllocsPerRun(20, func() {
			if err := WritePage(io.Discard, format, now, groups); err != nil {
				t.Fatal(err)
			}
		})
	}
	for _, format := range []Format{Text, OpenMetrics} {
		few, many := allocations(format, 1), allocations(format, 2000)
		if few != many {
			t.Errorf("%s: %v allocations for one device, %v for 2,000", format.ContentType(), few, many)
		}
	}
}
