package config

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what is got into the golden files")

// environment is what the variables of the test files hold.
func environment(name string) (string, bool) {
	value, ok := map[string]string{
		"PORT":     "8080",
		"HOST":     "10.0.0.9",
		"PASSWORD": "correct horse",
		"NONE":     "",
		"INJECT":   "a, b]: {x: 1}",
		"LATIN":    "caf\xe9",
		"WORD":     "seven",
		"DOLLARS":  "${HOST}$$",
	}[name]
	return value, ok
}

// cases returns the test files of a folder, which becomes the working directory, so
// that messages hold bare file names.
func cases(t *testing.T, folder string) []string {
	t.Helper()
	t.Chdir(folder)
	files, err := filepath.Glob("*.yml")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("there are no cases in %s", folder)
	}
	return files
}

// golden compares got with the file, or writes it.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; write it with -update and read the diff", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func TestBadFiles(t *testing.T) {
	for _, file := range cases(t, "testdata/bad") {
		t.Run(strings.TrimSuffix(file, ".yml"), func(t *testing.T) {
			c, err := Load(Source{Path: file, LookupEnv: environment}, toys())
			if err == nil {
				t.Fatalf("no error, but %v", c)
			}
			if c != nil {
				t.Errorf("a configuration beside the error: %v", c)
			}
			golden(t, strings.TrimSuffix(file, ".yml")+".err", []byte(err.Error()+"\n"))
		})
	}
}

func TestGoodFiles(t *testing.T) {
	for _, file := range cases(t, "testdata/good") {
		t.Run(strings.TrimSuffix(file, ".yml"), func(t *testing.T) {
			c, err := Load(Source{Path: file, LookupEnv: environment}, toys())
			if err != nil {
				t.Fatal(err)
			}
			dump, err := c.Dump()
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(file, ".yml")+".dump", dump)
			for _, s := range c.Secrets() {
				if bytes.Contains(dump, []byte(s.Reveal())) {
					t.Errorf("the dump has the secret %q", s.Reveal())
				}
			}
		})
	}
}
