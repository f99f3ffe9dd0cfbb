package mixin

import (
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"home_exporter/internal/testenv"
)

// Tests of rules are worth what they notice. Here every rule is broken in every way
// that mutants knows, and each time a test of that rule has to fail.
func TestBrokenRulesFailTheirTests(t *testing.T) {
	testenv.Need(t, "promtool")
	for _, path := range ruleFiles(t) {
		file := loadRules(t, path)
		for gi, g := range file.Groups {
			for ri, r := range g.Rules {
				t.Run(r.name()+r.Labels["severity"], func(t *testing.T) {
					t.Parallel()
					b := bench{path: path, file: file, group: gi, rule: ri}
					b.run(t)
				})
			}
		}
	}
}

// A bench holds one rule of a file, to be broken.
type bench struct {
	path        string
	file        ruleFile
	group, rule int
}

func (b bench) subject() rule { return b.file.Groups[b.group].Rules[b.rule] }

func (b bench) run(t *testing.T) {
	tests := testsOf(t, b.path, b.subject())
	if len(tests) == 0 {
		t.Fatalf("no test is about %s of %s", b.subject().name(), b.path)
	}
	survivors := mutants(b.subject())
	for _, f := range tests {
		if len(survivors) == 0 {
			break
		}
		// The sound rule first: a test that fails anyhow notices nothing.
		results := b.try(t, f, append([]mutant{{fault: "none", rule: b.subject()}}, survivors...))
		if results[0].failed {
			t.Fatalf("the rule as it is fails its tests:\n%s", results[0].output)
		}
		var left []mutant
		for i, result := range results[1:] {
			if !result.failed {
				left = append(left, survivors[i])
			}
		}
		survivors = left
	}
	for _, m := range survivors {
		t.Errorf("%s: no test notices that %s in\n%s", b.subject().name(), m.fault, b.subject().Expr)
	}
}

type result struct {
	failed bool
	output string
}

// try runs the tests once for each mutant, all in one run of promtool.
func (b bench) try(t *testing.T, tests testFile, all []mutant) []result {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for i, m := range all {
		mutated := filepath.Join(dir, fmt.Sprintf("%03d_rules.yml", i))
		encode(t, mutated, b.with(m.rule))
		test := tests
		test.RuleFiles = []string{mutated}
		if m.onlySilent {
			test.Tests = silentOnly(test.Tests)
		}
		path := filepath.Join(dir, fmt.Sprintf("%03d_test.yml", i))
		encode(t, path, test)
		paths = append(paths, path)
	}
	out, err := exec.CommandContext(t.Context(), "promtool", append([]string{"test", "rules"}, paths...)...).CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return parse(t, string(out), len(paths))
}

// with returns the file with the rule exchanged. Of an alert file only alerts of the
// same name remain, for speed; records may build on each other.
func (b bench) with(m rule) ruleFile {
	var out ruleFile
	for gi, g := range b.file.Groups {
		g.Rules = slices.Clone(g.Rules)
		if gi == b.group {
			g.Rules[b.rule] = m
		}
		g.Rules = slices.DeleteFunc(g.Rules, func(r rule) bool { return r.Alert != m.Alert })
		if len(g.Rules) > 0 {
			out.Groups = append(out.Groups, g)
		}
	}
	return out
}

// verdict begins what promtool says about one test file.
var verdict = regexp.MustCompile(`(?m)^  (SUCCESS|FAILED:)$`)

// parse splits what promtool says by test file: it works through them in order, and not
// every version names them. A failure has to be about results: a rule that cannot be
// loaded would fail every test and prove nothing.
func parse(t *testing.T, out string, files int) []result {
	t.Helper()
	begins := verdict.FindAllStringSubmatchIndex(out, -1)
	if len(begins) != files {
		t.Fatalf("promtool gives %d verdicts on %d files:\n%s", len(begins), files, out)
	}
	results := make([]result, files)
	for i, at := range begins {
		end := len(out)
		if i+1 < files {
			end = begins[i+1][0]
		}
		text := out[at[0]:end]
		failed := out[at[2]:at[3]] == "FAILED:"
		if failed && !strings.Contains(text, "got:") && !strings.Contains(text, "err:") {
			t.Fatalf("a mutant cannot be run: %s", text)
		}
		results[i] = result{failed, text}
	}
	return results
}

// testsOf returns what the test files of the rule file say about one rule, one test
// each, those with the fewest evaluations first: most mutants do not live to see the
// slow ones.
func testsOf(t *testing.T, path string, r rule) []testFile {
	t.Helper()
	var about []testFile
	files := loadTests(t, path)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f := files[name]
		for _, g := range f.Tests {
			g.Alerts = slices.DeleteFunc(slices.Clone(g.Alerts), func(a alertTest) bool { return a.Alertname != r.Alert })
			g.Exprs = slices.DeleteFunc(slices.Clone(g.Exprs), func(e exprTest) bool { return !strings.Contains(e.Expr, r.name()) })
			if len(g.Alerts)+len(g.Exprs) > 0 {
				f.Tests = []testGroup{g}
				about = append(about, f)
			}
		}
	}
	slices.SortStableFunc(about, func(a, b testFile) int {
		return seconds(b.EvaluationInterval) - seconds(a.EvaluationInterval)
	})
	return about
}

// silentOnly keeps what expects no alert.
func silentOnly(groups []testGroup) []testGroup {
	var out []testGroup
	for _, g := range groups {
		g.Exprs = nil
		g.Alerts = slices.DeleteFunc(slices.Clone(g.Alerts), func(a alertTest) bool { return len(a.Expected) > 0 })
		if len(g.Alerts) > 0 {
			out = append(out, g)
		}
	}
	return out
}
