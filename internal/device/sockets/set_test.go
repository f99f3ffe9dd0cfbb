package sockets

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
)

// secondsUnknown returns, by name label, the time that the sockets of a set have been
// at rest: none of these tests asks a network.
func secondsUnknown(t *testing.T, set *poll.Set) map[string]float64 {
	t.Helper()
	got := make(map[string]float64)
	for _, g := range set.Readings(poll.Filter{}) {
		for _, src := range g.Sources {
			_, rest, _ := strings.Cut(string(src.Labels), `name="`)
			name, _, _ := strings.Cut(rest, `"`)
			src.Snapshot.Each(func(f *metric.Family, labels metric.Labels, v float64) {
				if f == stateSeconds && labels == `state="unknown"` {
					got[name] = v
				}
			})
		}
	}
	return got
}

// TestListInASet lets lists change under a scheduler that runs them.
func TestListInASet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const entries = `
- {name: own, host: h, port: 1, interval: 1s, downtime: ["00:00-24:00"]}
- {files: ["*.yml"], interval: 1s, downtime: ["00:00-24:00"]}
`
		f := newFolder(t)
		f.write("a.yml", "- targets: ['a:1', 'b:1', 'h:1']\n- targets: ['h:1']\n  labels: {name: own}\n")
		set := poll.New(poll.Options{Kinds: kinds})
		defer set.Close()
		if err := set.Apply(f.specs(entries)); err != nil {
			t.Fatal(err)
		}
		step := func(d time.Duration) {
			time.Sleep(d)
			synctest.Wait()
		}
		names := func(want ...string) {
			t.Helper()
			slices.Sort(want)
			if diff := cmp.Diff(want, set.Names(kindName)); diff != "" {
				t.Errorf("devices (-want +got):\n%s", diff)
			}
		}
		step(100 * time.Second)
		names("files *.yml", "own", "tcp a:1", "tcp b:1", "tcp h:1")

		f.write("a.yml", "- targets: ['b:1', 'c:1']\n")
		f.write("b.yml", "- targets: ['h:1']\n")
		step(10 * time.Second)
		names("files *.yml", "own", "tcp b:1", "tcp c:1", "tcp h:1")
		got := secondsUnknown(t, set)
		for name, atLeast := range map[string]float64{"b:1": 105, "h:1": 105, "own": 105} {
			if got[name] < atLeast {
				t.Errorf("%s did not change and remembers %v s, want at least %v", name, got[name], atLeast)
			}
		}
		if got["c:1"] < 1 || got["c:1"] > 12 {
			t.Errorf("c:1 is new and remembers %v s", got["c:1"])
		}
		if len(got) != 4 {
			t.Errorf("readings of %v, want 4 sockets", got)
		}

		f.write("a.yml", "- targets: ['b']\n")
		step(10 * time.Second)
		names("files *.yml", "own", "tcp b:1", "tcp c:1", "tcp h:1")
		list := set.Devices(poll.Filter{Devices: []string{"files *.yml"}})[0]
		if list.State != poll.Unreachable && list.State != poll.Stale || !strings.Contains(textOf(list.Last.Err), "a.yml: group 1") {
			t.Errorf("the list is %s, %v", list.State, list.Last.Err)
		}
		if got := secondsUnknown(t, set); got["b:1"] < 115 {
			t.Errorf("beside a broken list b:1 remembers %v s", got["b:1"])
		}

		// A reload with a further socket: the list is opened anew, its sockets stay.
		more := f.specs("- {name: 'b:1', host: b, port: 1, interval: 1s, downtime: ['00:00-24:00']}" + entries)
		f.write("a.yml", "- targets: ['b:1', 'c:1']\n")
		if err := set.Apply(more); err != nil {
			t.Fatal(err)
		}
		step(10 * time.Second)
		names("b:1", "files *.yml", "own", "tcp c:1", "tcp h:1")
		if got := secondsUnknown(t, set); got["h:1"] < 125 {
			t.Errorf("after a reload h:1 remembers %v s", got["h:1"])
		}

		// Without the list its sockets go.
		if err := set.Apply(f.specs("- {name: own, host: h, port: 1, interval: 1s, downtime: ['00:00-24:00']}")); err != nil {
			t.Fatal(err)
		}
		step(10 * time.Second)
		names("own")
		if got := secondsUnknown(t, set); got["own"] < 135 {
			t.Errorf("own did not change and remembers %v s", got["own"])
		}
	})
}

// TestTwoListsInASet lets two lists have sockets of the same names, and one in common.
func TestTwoListsInASet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFolder(t)
		f.write("a.yml", "- targets: ['a:1', 'b:1']\n  labels: {name: meter}\n")
		f.write("b.yml", "- targets: ['ip://a', 'b:1']\n  labels: {name: meter}\n")
		set := poll.New(poll.Options{Kinds: kinds})
		defer set.Close()
		if err := set.Apply(f.specs("- {files: [a.yml], downtime: ['00:00-24:00']}\n- {files: [b.yml], downtime: ['00:00-24:00']}")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		synctest.Wait()
		want := []string{"files a.yml", "files b.yml", "meter (ip a)", "meter (tcp a:1)", "meter (tcp b:1)"}
		if diff := cmp.Diff(want, set.Names(kindName)); diff != "" {
			t.Errorf("devices (-want +got):\n%s", diff)
		}
	})
}
