package all

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
)

// prefixOf returns the prefix of the families of a kind: the first word of the names
// that it has promised, those of the program which it replaces; else its own name.
func prefixOf(k *device.Kind) string {
	for _, f := range k.Families {
		if word, _, ok := strings.Cut(f.Name, "_"); f.Promised && ok {
			return word + "_"
		}
	}
	return k.Name + "_"
}

// baseUnits are the units that a name may end in, as Prometheus' naming rules have
// them, and those of trades that count in logarithms.
var baseUnits = []string{
	"seconds", "bytes", "celsius", "joules", "volts", "amperes", "watts", "hertz", "ratio", "meters", "grams",
	"db", "dbmv", "dbm",
}

// badUnits are what these units would be in disguise.
var badUnits = []string{
	"milliseconds", "microseconds", "nanoseconds", "ms", "us", "ns", "minutes", "hours", "days",
	"kilobytes", "megabytes", "kb", "mb", "kib", "mib", "bits", "kilowatts", "kw", "kwh", "wh", "mw",
	"percent", "pct", "fahrenheit", "kelvin", "mhz", "khz", "ghz", "mv", "ma",
}

var (
	metricName = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)+$`)
	labelName  = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
)

// reserved labels are Prometheus' own, or added by this program.
var reserved = []string{"le", "quantile", "job", "instance", "device"}

// maxLabels and maxInfoLabels bound the labels of one family beside those of its device.
const (
	maxLabels     = 4
	maxInfoLabels = 8
)

func TestFamilies(t *testing.T) {
	owners := make(map[string]string)
	claim := func(t *testing.T, f *metric.Family, owner string) {
		t.Helper()
		if other, taken := owners[f.Name]; taken {
			t.Errorf("%s belongs to %s and to %s", f.Name, other, owner)
		}
		owners[f.Name] = owner
	}
	eachKind(t, func(t *testing.T, k *device.Kind) {
		if len(k.Families) == 0 {
			t.Error("there are no families")
		}
		prefix := prefixOf(k)
		for _, name := range k.Labels {
			if !labelName.MatchString(name) || slices.Contains(reserved, name) {
				t.Errorf("the label %s of all series is no good name", name)
			}
		}
		for _, f := range k.Families {
			claim(t, f, "kind "+k.Name)
			for _, mistake := range mistakesOf(f, prefix, k.Labels, reserved) {
				t.Errorf("%s: %s", f.Name, mistake)
			}
		}
	})
	for _, f := range poll.Families {
		claim(t, f, "the scheduler")
		for _, mistake := range mistakesOf(f, "home_exporter_", nil, []string{"le", "quantile", "job", "instance"}) {
			t.Errorf("%s: %s", f.Name, mistake)
		}
	}
}

// mistakesOf returns what is wrong with a family. Promised names are as they are.
func mistakesOf(f *metric.Family, prefix string, taken, reserved []string) (wrong []string) {
	must := func(ok bool, rule string) {
		if !ok {
			wrong = append(wrong, rule)
		}
	}
	must(f.Promised || strings.HasSuffix(f.Help, "."), "the help is no sentence: "+f.Help)
	must(f.Help == strings.TrimSpace(f.Help) && len(f.Help) > 15, "the help says next to nothing: "+f.Help)
	must(!strings.ContainsAny(f.Help, "\n\t") && !strings.Contains(f.Help, "  "), "the help has strange blanks")
	must(f.Help != "" && !strings.ContainsAny(f.Help[:1], "abcdefghijklmnopqrstuvwxyz"), "the help does not begin with a capital letter")
	must(f.Promised || len(f.Labels) <= maxLabels || f.Type == metric.Info && len(f.Labels) <= maxInfoLabels, "there are too many labels")
	for i, name := range f.Labels {
		must(labelName.MatchString(name), "the label "+name+" is not in snake case")
		must(!slices.Contains(reserved, name), "the label "+name+" is reserved")
		must(!slices.Contains(taken, name), "the label "+name+" is one that all series have")
		must(!slices.Contains(f.Labels[:i], name), "the label "+name+" stands twice")
	}
	must(slices.IsSorted(f.Buckets) && len(slices.Compact(slices.Clone(f.Buckets))) == len(f.Buckets), "the buckets do not rise")
	must((f.Type == metric.Histogram) == (len(f.Buckets) > 0), "buckets and no histogram, or the other way round")
	if f.Promised {
		return wrong
	}
	must(metricName.MatchString(f.Name), "the name is not in snake case")
	must(strings.HasPrefix(f.Name, prefix), "the name does not begin with "+prefix)
	must((f.Type == metric.Counter) == strings.HasSuffix(f.Name, "_total"), "counters, and nothing else, end in _total")
	must((f.Type == metric.Info) == strings.HasSuffix(f.Name, "_info"), "infos, and nothing else, end in _info")
	for _, suffix := range []string{"_count", "_sum", "_bucket", "_created", "_gsum", "_gcount"} {
		must(!strings.HasSuffix(f.Name, suffix), "a name cannot end in "+suffix)
	}
	return append(wrong, unitMistakes(f)...)
}

func unitMistakes(f *metric.Family) (wrong []string) {
	// Networks count in bits, per second and per carrier, and so do their standards.
	name := strings.TrimSuffix(strings.TrimSuffix(f.Name, "_bits_per_second"), "_bits_per_carrier")
	words := strings.Split(strings.TrimSuffix(name, "_total"), "_")
	last := words[len(words)-1]
	switch {
	case f.Unit == "" && slices.Contains(baseUnits, last):
		wrong = append(wrong, "the name ends in a unit that is not declared")
	case f.Unit != "" && f.Unit != last:
		wrong = append(wrong, "the name does not end in its unit "+f.Unit)
	case f.Unit != "" && !slices.Contains(baseUnits, f.Unit):
		wrong = append(wrong, f.Unit+" is no base unit")
	}
	for _, word := range words {
		if slices.Contains(badUnits, word) {
			wrong = append(wrong, word+" is no base unit")
		}
	}
	moment := slices.Contains(words, "timestamp")
	if moment != strings.HasSuffix(f.Name, "_timestamp_seconds") {
		wrong = append(wrong, "moments end in _timestamp_seconds")
	}
	return wrong
}

// TestMistakesOf makes sure that the rules above can be broken.
func TestMistakesOf(t *testing.T) {
	good := metric.Family{Name: "toy_life_seconds_total", Type: metric.Counter, Unit: "seconds", Help: "How long the toy has lived."}
	if wrong := mistakesOf(&good, "toy_", nil, reserved); len(wrong) > 0 {
		t.Fatalf("a good family has mistakes: %v", wrong)
	}
	for name, spoil := range map[string]func(*metric.Family){
		"prefix":            func(f *metric.Family) { f.Name = "life_seconds_total" },
		"capitals":          func(f *metric.Family) { f.Name = "toy_Life_seconds_total" },
		"two underscores":   func(f *metric.Family) { f.Name = "toy__life_seconds_total" },
		"gauge _total":      func(f *metric.Family) { f.Type = metric.Gauge },
		"counter":           func(f *metric.Family) { f.Name = "toy_life_seconds" },
		"info":              func(f *metric.Family) { f.Type, f.Unit, f.Name = metric.Info, "", "toy_life" },
		"_info":             func(f *metric.Family) { f.Type, f.Unit, f.Name = metric.Gauge, "", "toy_life_info" },
		"_count":            func(f *metric.Family) { f.Type, f.Unit, f.Name = metric.Gauge, "", "toy_count" },
		"unit not told":     func(f *metric.Family) { f.Unit = "" },
		"unit not in name":  func(f *metric.Family) { f.Name = "toy_life_total" },
		"no base unit":      func(f *metric.Family) { f.Name, f.Unit = "toy_life_minutes_total", "minutes" },
		"disguised unit":    func(f *metric.Family) { f.Name, f.Unit = "toy_life_ms_total", "" },
		"moment":            func(f *metric.Family) { f.Name, f.Type = "toy_birth_timestamp_seconds_total", metric.Counter },
		"no help":           func(f *metric.Family) { f.Help = "" },
		"help without stop": func(f *metric.Family) { f.Help = "How long the toy has lived" },
		"help in lower":     func(f *metric.Family) { f.Help = "how long the toy has lived." },
		"help of two lines": func(f *metric.Family) { f.Help = "How long the\ntoy has lived." },
		"label":             func(f *metric.Family) { f.Labels = []string{"Bad-Label"} },
		"reserved label":    func(f *metric.Family) { f.Labels = []string{"instance"} },
		"label twice":       func(f *metric.Family) { f.Labels = []string{"a", "a"} },
		"many labels":       func(f *metric.Family) { f.Labels = []string{"a", "b", "c", "d", "e"} },
		"buckets":           func(f *metric.Family) { f.Buckets = []float64{1} },
		"no buckets":        func(f *metric.Family) { f.Type, f.Name = metric.Histogram, "toy_life_seconds" },
		"falling buckets": func(f *metric.Family) {
			f.Type, f.Name, f.Buckets = metric.Histogram, "toy_life_seconds", []float64{2, 1}
		},
	} {
		f := good
		spoil(&f)
		if len(mistakesOf(&f, "toy_", nil, reserved)) == 0 {
			t.Errorf("%s: no mistake is found in %+v", name, f)
		}
	}
}
