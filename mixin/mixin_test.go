package mixin

import (
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/testenv"
)

func TestFilesAreThoseOfTheFolder(t *testing.T) {
	var got []string
	err := fs.WalkDir(Files(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		got = append(got, path)
		embedded, err := fs.ReadFile(Files(), path)
		if err != nil {
			return err
		}
		onDisk, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if diff := cmp.Diff(string(onDisk), string(embedded)); diff != "" {
			t.Errorf("%s differs from the file (-file +embedded):\n%s", path, diff)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := append(ruleFiles(t), dashboardFiles(t)...)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("embedded files (-folder +embedded):\n%s", diff)
	}
}

func TestPromtoolCheckRules(t *testing.T) {
	testenv.Need(t, "promtool")
	promtool(t, append([]string{"check", "rules"}, ruleFiles(t)...))
}

func TestPromtoolTestRules(t *testing.T) {
	testenv.Need(t, "promtool")
	promtool(t, append([]string{"test", "rules"}, glob(t, "tests/*.yml")...))
}

func promtool(t *testing.T, args []string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "promtool", args...).CombinedOutput()
	if err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// Where a rule file is tested must not need a search.
func TestTestsBelongToTheirKind(t *testing.T) {
	for _, path := range ruleFiles(t) {
		tests := loadTests(t, path)
		if len(tests) == 0 {
			t.Errorf("no file in tests/ tests %s", path)
		}
		for test := range tests {
			if kindOf(test) != kindOf(path) {
				t.Errorf("%s tests %s: it should be called %s_..._test.yml", test, path, kindOf(path))
			}
		}
	}
	for path, f := range loadTests(t, "") {
		if !strings.HasSuffix(path, "_test.yml") {
			t.Errorf("%s: a test file is called <kind>_test.yml or <kind>_<subject>_test.yml", path)
		}
		for _, g := range f.Tests {
			if g.Name == "" {
				t.Errorf("%s: a test with the series %v has no name", path, g.Input)
			}
		}
	}
}

func TestRuleNamesAreUnique(t *testing.T) {
	groups := make(map[string]string) // name to file; Prometheus tells groups apart by both
	names := make(map[string]string)
	for _, path := range ruleFiles(t) {
		for _, g := range loadRules(t, path).Groups {
			if other, taken := groups[g.Name]; taken {
				t.Errorf("%s: group %s is also in %s", path, g.Name, other)
			}
			groups[g.Name] = path
			for _, r := range g.Rules {
				if other, taken := names[r.name()]; taken && other != path {
					t.Errorf("%s: %s is also in %s", path, r.name(), other)
				}
				names[r.name()] = path
			}
		}
	}
}

func TestReadmeNamesFilesAndRecords(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(text)
	for _, path := range append(ruleFiles(t), dashboardFiles(t)...) {
		if !strings.Contains(readme, "`"+path+"`") {
			t.Errorf("README.md does not name `%s`", path)
		}
	}
	for _, path := range ruleFiles(t) {
		for _, g := range loadRules(t, path).Groups {
			for _, r := range g.Rules {
				if r.Record != "" && !strings.Contains(readme, "`"+r.Record+"`") {
					t.Errorf("README.md does not explain `%s` of %s", r.Record, path)
				}
			}
		}
	}
}
