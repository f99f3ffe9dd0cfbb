package metric

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"home_exporter/internal/testenv"
)

// TestPromtool has Prometheus' own linter read a page with families of all types. A
// promised name may offend it: the second case shows that it would tell.
func TestPromtool(t *testing.T) {
	testenv.Need(t, "promtool")
	clean, dropped := frozen(func(b *Batch) {
		for _, name := range hostile {
			b.Add(lintFamilies[0], 21.5, name)
			b.Add(lintFamilies[1], 1, name)
		}
		b.Add(lintFamilies[2], 1, "1.2.3")
		b.AddState(lintFamilies[3], "heat", []string{"off", "heat"})
		b.AddHistogram(lintFamilies[4], []uint64{1, 2, 0}, 0.75)
		b.AddRunning(lintFamilies[5], 20, at(40), time.Minute)
		b.AddTime(lintFamilies[6], at(40))
	})
	if dropped != 0 {
		t.Fatalf("%d samples dropped", dropped)
	}
	promised := &Family{Name: "houseStarts", Type: Counter, Promised: true, Help: "Starts."}
	offending, _ := frozen(func(b *Batch) { b.Add(promised, 1) })

	tests := map[string]struct {
		group Group
		want  string // part of the complaint, none for a clean page
	}{
		"all types":       {group: Group{Families: lintFamilies, Sources: []Source{{EncodeLabels("device", hostile[0]), clean}}}},
		"a promised name": {group: Group{Families: []*Family{promised}, Sources: []Source{{"", offending}}}, want: "houseStarts"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			lint := exec.CommandContext(t.Context(), "promtool", "check", "metrics")
			lint.Stdin = strings.NewReader(written(t, Text, at(45), tt.group))
			out, err := lint.CombinedOutput()
			if tt.want == "" && (err != nil || len(out) > 0) {
				t.Errorf("promtool check metrics: %v\n%s", err, out)
			}
			if tt.want != "" && (err == nil || !strings.Contains(string(out), tt.want)) {
				t.Errorf("promtool check metrics: error %v, want one that names %s\n%s", err, tt.want, out)
			}
		})
	}
}

// hostile are label values that would break a page that is not written with care.
var hostile = []string{
	"\"} 1\n# EOF\n", `C:\new\"`, "\xff\xc3", "\x00\r\x1b[31m", "", "Küche 🔌", strings.Repeat("€", 2000),
}

// lintFamilies are of all types, named as the rules want it.
var lintFamilies = []*Family{
	{Name: "house_temperature_celsius", Unit: "celsius", Help: "Temperature.", Labels: []string{"room"}},
	{Name: "house_energy_joules_total", Unit: "joules", Help: "Energy used.", Type: Counter, Labels: []string{"room"}},
	{Name: "house_heater_info", Help: "Firmware.", Type: Info, Labels: []string{"version"}},
	{Name: "house_mode", Help: "Mode of the \"heating\",\nC:\\.", Type: StateSet},
	{Name: "house_latency_seconds", Unit: "seconds", Help: "Time to answer.", Type: Histogram, Buckets: []float64{0.01, 1}},
	{Name: "house_up_seconds_total", Unit: "seconds", Help: "Time up.", Type: Counter},
	{Name: "house_last_success_timestamp_seconds", Unit: "seconds", Help: "Last answer."},
}
