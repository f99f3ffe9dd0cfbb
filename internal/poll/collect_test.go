package poll

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// inKind returns the spec of a toy of the given kind, with labels that tell its name.
func inKind(kind string, spec device.Spec) device.Spec {
	spec.Kind = kind
	spec.Labels = metric.EncodeLabels("name", spec.Name)
	return spec
}

func connects(_ context.Context, out *metric.Batch) error {
	out.AddBool(reachable, true)
	return nil
}

func refuses(_ context.Context, out *metric.Batch) error {
	out.AddBool(reachable, false)
	return device.Down(device.Refused, errCold)
}

// A set with a kind of single devices and one of a swarm, with every sort of poll.
func TestOwnPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		one := func(script func(context.Context, *metric.Batch) error, name string) device.Spec {
			return newToy(t, script).spec(name, minutely)
		}
		socket := func(script func(context.Context, *metric.Batch) error, name string) device.Spec {
			spec := inKind("labelled", one(script, name))
			spec.Swarm = true
			return spec
		}
		fragile := newToy(t, func(context.Context, *metric.Batch) error {
			return &device.Error{Reason: device.RateLimited, RetryAfter: 7 * time.Minute, Err: errCold}
		})
		limited := fragile.spec("fragile", minutely)
		limited.Budgets = []device.Budget{{Name: "login", Requests: 5, Per: time.Hour}}
		mustApply(t, set,
			one(warm, "well"), one(half, "half"), one(scripts(warm, cold), "tired"), one(slow, "slow"), limited,
			newToy(t, nil).spec("on demand", scraped),
			socket(connects, "10.0.0.1:80"), socket(refuses, "10.0.0.2:80"), socket(hang, "10.0.0.3:80"))
		time.Sleep(time.Minute + 11*time.Second)
		if err := fragile.env.Spend("login"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()

		var b strings.Builder
		groups := set.Collect(Filter{})
		if err := metric.WritePage(&b, metric.Text, time.Now(), groups); err != nil {
			t.Fatal(err)
		}
		golden(t, "page.txt", b.String())
		wantOnlyOwn(t, groups[len(groups)-1])
	})
}

// golden compares got with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got; go test -update writes it anew):\n%s", path, diff)
	}
}

// wantOnlyOwn checks that the group tells each family that Families declares, and
// nothing else.
func wantOnlyOwn(t *testing.T, g metric.Group) {
	t.Helper()
	told := make(map[*metric.Family]bool)
	for _, src := range g.Sources {
		src.Snapshot.Each(func(f *metric.Family, _ metric.Labels, _ float64) { told[f] = true })
	}
	for f := range told {
		if !slices.Contains(Families, f) {
			t.Errorf("%s is emitted and not in Families", f.Name)
		}
	}
	for _, f := range Families {
		if f != startDelay && !told[f] { // Each leaves histograms out; the golden page has it
			t.Errorf("%s is in Families and not on a page that should have everything", f.Name)
		}
	}
}

func TestFamilies(t *testing.T) {
	seen := make(map[string]bool)
	for _, f := range Families {
		if !strings.HasPrefix(f.Name, "home_exporter_") || seen[f.Name] {
			t.Errorf("%s: want the prefix home_exporter_, once", f.Name)
		}
		seen[f.Name] = true
		if (f.Type == metric.Counter) != strings.HasSuffix(f.Name, "_total") {
			t.Errorf("%s: counters end in _total, and only they", f.Name)
		}
		if !strings.HasSuffix(f.Help, ".") {
			t.Errorf("%s: the help is no sentence: %q", f.Name, f.Help)
		}
		if base := strings.TrimSuffix(f.Name, "_total"); f.Unit != "" && !strings.HasSuffix(base, "_"+f.Unit) {
			t.Errorf("%s does not end in its unit %s", f.Name, f.Unit)
		}
	}
}

func TestDeviceLabel(t *testing.T) {
	type setup struct {
		kind    string
		devices []string
		finder  bool
	}
	cases := map[string]struct {
		setup
		want string // of the first device
	}{
		"one device":                  {setup{"toy", []string{"a"}, false}, `toy_temperature_celsius{name="a",room="hall"}`},
		"two devices":                 {setup{"toy", []string{"a", "b"}, false}, `toy_temperature_celsius{device="a",name="a",room="hall"}`},
		"one device and its finder":   {setup{"toy", []string{"a"}, true}, `toy_temperature_celsius{name="a",room="hall"}`},
		"two devices and a finder":    {setup{"toy", []string{"a", "b"}, true}, `toy_temperature_celsius{device="a",name="a",room="hall"}`},
		"two of an identified kind":   {setup{"labelled", []string{"a", "b"}, false}, `toy_temperature_celsius{name="a",room="hall"}`},
		"a name that wants escaping":  {setup{"toy", []string{`"\`, "b"}, false}, `toy_temperature_celsius{device="\"\\",name="\"\\",room="hall"}`},
		"one each of different kinds": {setup{"other", []string{"a"}, false}, `toy_temperature_celsius{name="a",room="hall"}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set := newSet(Options{})
				defer mustClose(t, set)
				var specs []device.Spec
				for _, name := range c.devices {
					specs = append(specs, inKind(c.kind, newToy(t, nil).spec(name, minutely)))
				}
				if c.finder {
					specs = append(specs, inKind(c.kind, newFinder(t, (&list{}).found).spec("finder", minutely)))
				}
				mustApply(t, set, specs...)
				time.Sleep(time.Second)
				wantLines(t, page(t, set, Filter{}), map[string]string{c.want: "21"})
				// A page of one device looks like its part of the whole page.
				wantLines(t, page(t, set, Filter{Devices: c.devices[:1]}), map[string]string{c.want: "21"})
			})
		})
	}
}

func TestFilter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		mustApply(t, set,
			inKind("toy", newToy(t, nil).spec("a", minutely)), inKind("toy", newToy(t, nil).spec("b", minutely)),
			inKind("other", newToy(t, nil).spec("a", minutely)), inKind("other", newToy(t, nil).spec("c", minutely)))
		time.Sleep(time.Second)
		for _, c := range []struct {
			filter  Filter
			sources string // of each group
			set     bool   // whether the page tells of the set itself
		}{
			{Filter{}, "[2 2 0]", true},
			{Filter{Kinds: []string{"toy"}}, "[2]", false},
			{Filter{Devices: []string{"a"}}, "[1 1 0]", false},
			{Filter{Kinds: []string{"other", "toy"}, Devices: []string{"a", "c"}}, "[1 2]", false},
			{Filter{Kinds: []string{"fridge"}}, "[]", false},
		} {
			var sources []int
			for _, g := range set.Readings(c.filter) {
				sources = append(sources, len(g.Sources))
			}
			if got := fmt.Sprint(sources); got != c.sources {
				t.Errorf("%+v: sources %s, want %s", c.filter, got, c.sources)
			}
			p := page(t, set, c.filter)
			if got := strings.Contains(p, "home_exporter_poll_workers"); got != c.set {
				t.Errorf("%+v: the page tells of the set: %t, want %t", c.filter, got, c.set)
			}
			if got := len(set.Devices(c.filter)); strings.Count(p, "\nhome_exporter_device_up{") != got {
				t.Errorf("%+v: device_up of %d devices, want %d", c.filter, strings.Count(p, "\nhome_exporter_device_up{"), got)
			}
		}
	})
}

func TestSwarmIsCountedPerKind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		var specs []device.Spec
		for i := range 30 {
			script := warm
			switch {
			case i < 5:
				script = closedSocket
			case i < 7:
				script = cold
			}
			spec := inKind("labelled", newToy(t, script).spec(fmt.Sprint(i), minutely))
			spec.Swarm = true
			specs = append(specs, spec)
		}
		mustApply(t, set, specs...)
		time.Sleep(time.Second)
		p := page(t, set, Filter{})
		wantLines(t, p, map[string]string{
			`home_exporter_polls_total{kind="labelled",device="",result="ok"}`:              "28",
			`home_exporter_polls_total{kind="labelled",device="",result="failed"}`:          "2",
			`home_exporter_poll_failures_total{kind="labelled",device="",reason="refused"}`: "2",
			`home_exporter_devices{kind="labelled",state="ok"}`:                             "23",
			`home_exporter_devices{kind="labelled",state="down"}`:                           "5",
			`home_exporter_devices{kind="labelled",state="stale"}`:                          "2",
		})
		for _, name := range []string{"device_up", "poll_duration", "last_success", "poll_interval"} {
			if strings.Contains(p, "home_exporter_"+name) {
				t.Errorf("the page tells %s of each of a swarm", name)
			}
		}
		mustApply(t, set) // counters of the kind go on where they were
		last := inKind("labelled", newToy(t, nil).spec("29", minutely))
		last.Swarm = true
		mustApply(t, set, last)
		time.Sleep(time.Second)
		wantLines(t, page(t, set, Filter{}), map[string]string{
			`home_exporter_polls_total{kind="labelled",device="",result="ok"}`: "29",
		})
	})
}
