package promparse

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/metric"
)

var (
	temperature = &metric.Family{Name: "house_temperature_celsius", Unit: "celsius", Labels: []string{"room"}, Help: "Temperature."}
	energy      = &metric.Family{Name: "house_energy_joules_total", Type: metric.Counter, Unit: "joules", Help: `Energy, as "told" by C:\new.` + "\nSecond line."}
	firmware    = &metric.Family{Name: "house_device_info", Type: metric.Info, Labels: []string{"version"}, Help: "Firmware."}
	mode        = &metric.Family{Name: "house_mode", Type: metric.StateSet, Labels: []string{"room"}, Help: "Mode of the heating."}
	latency     = &metric.Family{Name: "house_latency_seconds", Type: metric.Histogram, Unit: "seconds", Buckets: []float64{0.005, 1, 30, 1e6}, Help: "Time to answer."}
	starts      = &metric.Family{Name: "heater_starts", Type: metric.Counter, Promised: true, Help: "Starts."}
	about       = &metric.Family{Name: "heater_about", Type: metric.Info, Promised: true, Help: ""}
	fan         = &metric.Family{Name: "heater_fan", Unit: "hertz", Promised: true, Help: " Fan. "}
	silent      = &metric.Family{Name: "house_never_seen", Unit: "seconds", Help: "Nobody has it."}
)

// house is one page of all types, and what Prometheus should understand of it.
func house(t *testing.T) (group metric.Group, text, openMetrics scrape) {
	group.Families = []*metric.Family{silent, fan, temperature, energy, firmware, mode, latency, starts, about}
	group.Sources = []metric.Source{
		source(t, "a", func(b *metric.Batch) {
			b.Add(temperature, 21.5, "kitchen")
			b.Add(temperature, -18.25, "freezer")
			b.Add(temperature, math.Inf(1), "oven")
			b.Add(energy, 1e15)
			b.AddState(mode, "heat", []string{"off", "heat"}, "kitchen")
			b.AddHistogram(latency, []uint64{1, 2, 0, 4, 5}, 12.75)
		}),
		source(t, "b", func(b *metric.Batch) {
			b.AddRunning(energy, 20, now.Add(-5*time.Second), time.Minute)
			b.Add(firmware, 1, "1.2.3")
			b.Add(starts, 12)
			b.Add(about, 1)
			b.Add(fan, 1e-7)
			b.Add(temperature, 123456789.123456789, "kitchen")
		}),
	}
	text.Samples = map[string]float64{
		series("house_temperature_celsius", "device", "a", "room", "kitchen"): 21.5,
		series("house_temperature_celsius", "device", "a", "room", "freezer"): -18.25,
		series("house_temperature_celsius", "device", "a", "room", "oven"):    math.Inf(1),
		series("house_temperature_celsius", "device", "b", "room", "kitchen"): 123456789.123456789,
		series("house_energy_joules_total", "device", "a"):                    1e15,
		series("house_energy_joules_total", "device", "b"):                    25,

		series("house_mode", "device", "a", "room", "kitchen", "house_mode", "off"):  0,
		series("house_mode", "device", "a", "room", "kitchen", "house_mode", "heat"): 1,

		series("house_latency_seconds_bucket", "device", "a", "le", "0.005"): 1,
		series("house_latency_seconds_bucket", "device", "a", "le", "1.0"):   3,
		series("house_latency_seconds_bucket", "device", "a", "le", "30.0"):  3,
		series("house_latency_seconds_bucket", "device", "a", "le", "1e+06"): 7,
		series("house_latency_seconds_bucket", "device", "a", "le", "+Inf"):  12,
		series("house_latency_seconds_sum", "device", "a"):                   12.75,
		series("house_latency_seconds_count", "device", "a"):                 12,

		series("house_device_info", "device", "b", "version", "1.2.3"): 1,
		series("heater_starts", "device", "b"):                         12,
		series("heater_about", "device", "b"):                          1,
		series("heater_fan", "device", "b"):                            1e-7,
	}
	text.Help = map[string]string{
		"house_temperature_celsius": "Temperature.",
		"house_energy_joules_total": energy.Help,
		"house_device_info":         "Firmware.",
		"house_mode":                "Mode of the heating.",
		"house_latency_seconds":     "Time to answer.",
		"heater_starts":             "Starts.",
		"heater_about":              "",
		"heater_fan":                " Fan. ",
	}
	text.Type = map[string]string{
		"house_temperature_celsius": "gauge",
		"house_energy_joules_total": "counter",
		"house_device_info":         "gauge",
		"house_mode":                "gauge",
		"house_latency_seconds":     "histogram",
		"heater_starts":             "counter",
		"heater_about":              "gauge",
		"heater_fan":                "gauge",
	}
	text.Unit = map[string]string{}

	openMetrics.Samples = text.Samples
	openMetrics.Help = map[string]string{}
	for name, help := range text.Help {
		openMetrics.Help[strings.TrimSuffix(strings.TrimSuffix(name, "_total"), "_info")] = help
	}
	openMetrics.Type = map[string]string{
		"house_temperature_celsius": "gauge",
		"house_energy_joules":       "counter",
		"house_device":              "info",
		"house_mode":                "stateset",
		"house_latency_seconds":     "histogram",
		"heater_starts":             "unknown",
		"heater_about":              "gauge",
		"heater_fan":                "gauge",
	}
	openMetrics.Unit = map[string]string{
		"house_temperature_celsius": "celsius",
		"house_energy_joules":       "joules",
		"house_latency_seconds":     "seconds",
	}
	return group, text, openMetrics
}

func TestAllTypes(t *testing.T) {
	group, text, openMetrics := house(t)
	for _, format := range formats {
		t.Run(format.ContentType(), func(t *testing.T) {
			want := openMetrics
			if format == metric.Text {
				want = text
			}
			if diff := cmp.Diff(want, read(t, format, group)); diff != "" {
				t.Errorf("what Prometheus understood (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEmptyPage(t *testing.T) {
	for _, format := range formats {
		got := read(t, format, metric.Group{Families: []*metric.Family{silent}})
		if n := len(got.Samples) + len(got.Help) + len(got.Type) + len(got.Unit); n != 0 {
			t.Errorf("%s: %d entries on an empty page", format.ContentType(), n)
		}
	}
}

func TestHostileLabels(t *testing.T) {
	tests := map[string]struct{ value, want string }{
		"plain":                  {"kitchen", "kitchen"},
		"quotes":                 {`say "hi"`, `say "hi"`},
		"backslashes":            {`C:\new\"x`, `C:\new\"x`},
		"a backslash at the end": {`C:\`, `C:\`},
		"forged samples":         {"x\"} 1\nhouse_up 0\n# EOF\n", "x\"} 1\nhouse_up 0\n# EOF\n"},
		"an exemplar":            {`x"} 1 # {a="b"} 2`, `x"} 1 # {a="b"} 2`},
		"line ends":              {"a\nb\r\nc\r", "a\nb\uFFFD\nc\uFFFD"},
		"NUL":                    {"\x00", "\uFFFD"},
		"NUL within":             {"a\x00\x00b\x00", "a\uFFFD\uFFFDb\uFFFD"},
		"NUL, then a quote":      {"a\x00\"b", "a\uFFFD\"b"},
		"control characters":     {"\x01\x1b[31m\x7f\v\f\u009b", "\uFFFD\uFFFD[31m\uFFFD\uFFFD\uFFFD\uFFFD"},
		"a tab":                  {"a\tb", "a\tb"},
		"beyond ASCII":           {"Küche 廚房 🔌 \u2028\ufeff", "Küche 廚房 🔌 \u2028\ufeff"},
		"not UTF-8":              {"a\xffb\xc3", "a\uFFFDb\uFFFD"},
		"overlong quote":         {"\xc0\xa2", "\uFFFD"},
		"a surrogate":            {"\xed\xa0\x80", "\uFFFD"},
		"too long":               {strings.Repeat("€", 1000), strings.Repeat("€", 341)},
		"too long and escaped":   {strings.Repeat("\"\\\n", 1000), strings.Repeat("\"\\\n", 341) + "\""},
		"blanks":                 {"  a  ", "  a  "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			group := metric.Group{
				Families: []*metric.Family{temperature, mode},
				Sources: []metric.Source{source(t, tt.value, func(b *metric.Batch) {
					b.Add(temperature, 1, tt.value)
					b.AddState(mode, tt.value, []string{tt.value, "off"}, tt.value)
				})},
			}
			want := map[string]float64{
				series("house_temperature_celsius", "device", tt.want, "room", tt.want):         1,
				series("house_mode", "device", tt.want, "room", tt.want, "house_mode", tt.want): 1,
				series("house_mode", "device", tt.want, "room", tt.want, "house_mode", "off"):   0,
			}
			for _, format := range formats {
				if diff := cmp.Diff(want, read(t, format, group).Samples); diff != "" {
					t.Errorf("%s: samples (-want +got):\n%s", format.ContentType(), diff)
				}
			}
		})
	}
}

func TestHostileHelp(t *testing.T) {
	tests := map[string]struct{ help, want string }{
		"quotes":       {`say "hi"`, `say "hi"`},
		"backslashes":  {`C:\new\"x\`, `C:\new\"x\`},
		"line ends":    {"a\nb\r\n# EOF\n", "a\nb\r\n# EOF\n"},
		"NUL":          {"a\x00b", "a\x00b"},
		"not UTF-8":    {"a\xff", "a\uFFFD"},
		"beyond ASCII": {"Küche 🔌", "Küche 🔌"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := &metric.Family{Name: "house_up", Help: tt.help}
			group := metric.Group{
				Families: []*metric.Family{f},
				Sources:  []metric.Source{source(t, "a", func(b *metric.Batch) { b.Add(f, 1) })},
			}
			for _, format := range formats {
				if got := read(t, format, group).Help["house_up"]; got != tt.want {
					t.Errorf("%s: help %q, want %q", format.ContentType(), got, tt.want)
				}
			}
		})
	}
}

// An empty label is none, for Prometheus: what tells two series apart is the other.
func TestEmptyLabels(t *testing.T) {
	group := metric.Group{
		Families: []*metric.Family{temperature},
		Sources: []metric.Source{source(t, "", func(b *metric.Batch) {
			b.Add(temperature, 1, "")
			b.Add(temperature, 2, "x")
		})},
	}
	for _, format := range formats {
		if n := len(read(t, format, group).Samples); n != 2 {
			t.Errorf("%s: %d series, want 2", format.ContentType(), n)
		}
	}
}
