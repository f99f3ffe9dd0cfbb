package sockets

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/config"
	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// A folder is where the lists of a test are. Its clock gives each file that is written
// another time, long ago.
type folder struct {
	t    testing.TB
	path string
	now  time.Time
}

func newFolder(t testing.TB) *folder {
	return &folder{t, t.TempDir(), time.Now().Add(-time.Hour)}
}

func (f *folder) file(name string) string { return filepath.Join(f.path, name) }

func (f *folder) write(name, text string) {
	f.t.Helper()
	if err := os.WriteFile(f.file(name), []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
	f.age(name)
}

// age makes the file one that was written when the clock of the folder says.
func (f *folder) age(name string) {
	f.t.Helper()
	f.now = f.now.Add(time.Second)
	if err := os.Chtimes(f.file(name), f.now, f.now); err != nil {
		f.t.Fatal(err)
	}
}

func (f *folder) remove(name string) {
	f.t.Helper()
	if err := os.Remove(f.file(name)); err != nil {
		f.t.Fatal(err)
	}
}

// specs returns those of a configuration in the folder.
func (f *folder) specs(entries string) []device.Spec {
	f.t.Helper()
	c, err := config.Parse(f.file("home_exporter.yml"), []byte("sockets:\n"+entries), config.Source{}, kinds)
	if err != nil {
		f.t.Fatal(err)
	}
	return c.Specs
}

// open returns the list that is the last entry of a configuration in the folder.
func (f *folder) open(entries string) *list {
	f.t.Helper()
	specs := f.specs(entries)
	spec := specs[len(specs)-1]
	if !spec.Local || spec.Swarm {
		f.t.Errorf("%s: local %t, one of a swarm %t", spec.Name, spec.Local, spec.Swarm)
	}
	d, err := spec.Open(device.Env{})
	if err != nil {
		f.t.Fatal(err)
	}
	return d.(*list)
}

// expect polls the list and compares the labels of what it has found with what is
// wanted, and its error; "same" stands for nothing new.
func expect(t *testing.T, l *list, wantErr string, labels ...string) {
	t.Helper()
	var batch metric.Batch
	err := l.Poll(t.Context(), &batch)
	if got := textOf(err); got != wantErr {
		t.Errorf("error %q, want %q", got, wantErr)
	}
	specs, changed := l.Found()
	if changed != !slices.Equal(labels, []string{"same"}) {
		t.Errorf("found something new: %t; %d sockets", changed, len(specs))
		return
	}
	if !changed {
		return
	}
	var got []string
	for _, s := range specs {
		got = append(got, string(s.Labels))
		if !s.Swarm || s.Local {
			t.Errorf("%s: one of a swarm %t, local %t", s.Name, s.Swarm, s.Local)
		}
	}
	if diff := cmp.Diff(labels, got); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	if _, again := l.Found(); again {
		t.Error("the same was found twice")
	}
}
