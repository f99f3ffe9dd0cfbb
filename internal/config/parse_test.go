package config

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device"
)

// spec is what of a device.Spec can be compared.
type spec struct {
	Kind, Name string
	Digest     device.Digest
	Labels     string
	Pace       device.Pace
}

func comparableSpecs(c *Config) (specs []spec) {
	for _, s := range c.Specs {
		specs = append(specs, spec{s.Kind, s.Name, s.Digest, string(s.Labels), *s.Pace})
	}
	return specs
}

// sameAgain wants a configuration without secrets to come back from its dump.
func sameAgain(t *testing.T, c *Config) {
	t.Helper()
	if len(c.Secrets()) > 0 {
		return
	}
	dump, err := c.Dump()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse("dump.yml", dump, Source{LookupEnv: environment}, toys())
	if err != nil {
		t.Fatalf("the dump does not load: %v\n%s", err, dump)
	}
	if diff := cmp.Diff(comparableSpecs(c), comparableSpecs(again)); diff != "" {
		t.Errorf("devices (-before +after the dump):\n%s\n%s", diff, dump)
	}
	if c.Defaults != again.Defaults || !cmp.Equal(c.Probe.Allow, again.Probe.Allow) {
		t.Errorf("defaults or probe have changed:\n%s", dump)
	}
	second, err := again.Dump()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(dump, second) {
		t.Errorf("two dumps (-first +second):\n%s", cmp.Diff(string(dump), string(second)))
	}
}

func TestDumpLoads(t *testing.T) {
	compared := 0
	for _, file := range cases(t, "testdata/good") {
		c, err := Load(Source{Path: file, LookupEnv: environment}, toys())
		if err != nil {
			t.Error(err)
			continue
		}
		if len(c.Secrets()) == 0 {
			compared++
		}
		sameAgain(t, c)
	}
	if compared < 4 {
		t.Errorf("only %d files without secrets were compared", compared)
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*.yml")
	if err != nil {
		f.Fatal(err)
	}
	if len(files) == 0 {
		f.Fatal("there are no seeds in testdata")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("f.yml", data, Source{LookupEnv: environment}, toys())
		if err != nil {
			if c != nil || err.Error() == "" {
				t.Errorf("Parse = %v, %q", c, err)
			}
			return
		}
		sameAgain(t, c)
	})
}
