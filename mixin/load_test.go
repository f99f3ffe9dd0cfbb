package mixin

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// A ruleFile is what Prometheus reads, as far as our rules use it. Decoding is strict:
// a key that is missing here would be lost on the way to a mutant.
type ruleFile struct {
	Groups []group `yaml:"groups"`
}

type group struct {
	Name     string `yaml:"name"`
	Interval string `yaml:"interval,omitempty"`
	Rules    []rule `yaml:"rules"`
}

type rule struct {
	Record      string            `yaml:"record,omitempty"`
	Alert       string            `yaml:"alert,omitempty"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

// name is what tests call the rule.
func (r rule) name() string { return r.Record + r.Alert }

// A testFile is what promtool test rules reads.
type testFile struct {
	RuleFiles          []string    `yaml:"rule_files"`
	EvaluationInterval string      `yaml:"evaluation_interval"`
	Tests              []testGroup `yaml:"tests"`
}

type testGroup struct {
	Name     string      `yaml:"name"`
	Interval string      `yaml:"interval"`
	Input    []series    `yaml:"input_series"`
	Alerts   []alertTest `yaml:"alert_rule_test,omitempty"`
	Exprs    []exprTest  `yaml:"promql_expr_test,omitempty"`
}

type series struct {
	Series string `yaml:"series"`
	Values string `yaml:"values"`
}

type alertTest struct {
	Alertname string     `yaml:"alertname"`
	EvalTime  string     `yaml:"eval_time"`
	Expected  []expAlert `yaml:"exp_alerts,omitempty"`
}

type expAlert struct {
	Labels      map[string]string `yaml:"exp_labels"`
	Annotations map[string]string `yaml:"exp_annotations"`
}

type exprTest struct {
	Expr     string `yaml:"expr"`
	EvalTime string `yaml:"eval_time"`
	Expected []struct {
		Labels string  `yaml:"labels"`
		Value  float64 `yaml:"value"`
	} `yaml:"exp_samples,omitempty"`
}

// glob returns the files that match, relative to this folder. No match fails the test:
// a check of nothing would pass.
func glob(t testing.TB, patterns ...string) []string {
	t.Helper()
	var found []string
	for _, pattern := range patterns {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if len(paths) == 0 {
			t.Fatalf("no file matches %s", pattern)
		}
		found = append(found, paths...)
	}
	return found
}

// ruleFiles returns the paths of all rule files.
func ruleFiles(t testing.TB) []string {
	t.Helper()
	return glob(t, "rules/*.yml", "alerts/*.yml")
}

func loadRules(t testing.TB, path string) ruleFile {
	t.Helper()
	var f ruleFile
	decode(t, path, &f)
	return f
}

// loadTests returns the test files that test the rule file of this path, all of them
// for an empty path.
func loadTests(t testing.TB, rulePath string) map[string]testFile {
	t.Helper()
	files := make(map[string]testFile)
	for _, path := range glob(t, "tests/*.yml") {
		var f testFile
		decode(t, path, &f)
		for _, tested := range f.RuleFiles {
			if rulePath == "" || filepath.Join(filepath.Dir(path), tested) == rulePath {
				files[path] = f
			}
		}
	}
	return files
}

func decode(t testing.TB, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func encode(t testing.TB, path string, v any) {
	t.Helper()
	data, err := yaml.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// kindOf returns the kind that a file of rules, alerts or tests belongs to:
// tests/sockets_habits_test.yml belongs to sockets.
func kindOf(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), ".yml")
	kind, _, _ := strings.Cut(name, "_")
	return kind
}
