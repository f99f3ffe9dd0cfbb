package mixin

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// runbook is where people read what an alert means, from the root of the repository.
const runbook = "docs/alerts.md"

// eachAlert calls f with every alert rule of every file.
func eachAlert(t *testing.T, f func(path string, r rule)) {
	t.Helper()
	for _, path := range glob(t, "alerts/*.yml") {
		for _, g := range loadRules(t, path).Groups {
			for _, r := range g.Rules {
				f(path, r)
			}
		}
	}
}

func TestAlertsAreWellFormed(t *testing.T) {
	eachAlert(t, func(path string, r rule) {
		if r.Alert == "" {
			t.Errorf("%s: the record %s belongs under rules/", path, r.Record)
			return
		}
		if severity := r.Labels["severity"]; !slices.Contains([]string{"critical", "warning", "info"}, severity) {
			t.Errorf("%s: severity of %s is %q, want critical, warning or info", path, r.Alert, severity)
		}
		for _, annotation := range []string{"summary", "description", "runbook_url"} {
			if r.Annotations[annotation] == "" {
				t.Errorf("%s: %s has no %s", path, r.Alert, annotation)
			}
		}
		if want := runbook + "#" + strings.ToLower(r.Alert); r.Annotations["runbook_url"] != want {
			t.Errorf("%s: runbook_url of %s is %q, want %q", path, r.Alert, r.Annotations["runbook_url"], want)
		}
		if r.For == "" {
			t.Errorf("%s: %s has no for: a single bad poll must not alert", path, r.Alert)
		}
	})
}

func TestRecordsAreUnderRules(t *testing.T) {
	for _, path := range glob(t, "rules/*.yml") {
		for _, g := range loadRules(t, path).Groups {
			for _, r := range g.Rules {
				if r.Record == "" {
					t.Errorf("%s: the alert %s belongs under alerts/", path, r.Alert)
				}
			}
		}
	}
}

// An alert that is tested only firing may fire always; only silent, never.
func TestAlertsAreTestedFiringAndSilent(t *testing.T) {
	firing, silent := make(map[string]bool), make(map[string]bool)
	for path, f := range loadTests(t, "") {
		for _, g := range f.Tests {
			for _, a := range g.Alerts {
				if len(a.Expected) > 0 {
					firing[a.Alertname] = true
				} else {
					silent[a.Alertname] = true
				}
				if !slices.Contains(alertNames(t), a.Alertname) {
					t.Errorf("%s tests %s, which is no alert", path, a.Alertname)
				}
			}
		}
	}
	for _, name := range alertNames(t) {
		if !firing[name] {
			t.Errorf("no test expects %s to fire", name)
		}
		if !silent[name] {
			t.Errorf("no test expects %s to be silent", name)
		}
	}
}

func TestRunbookMatchesAlerts(t *testing.T) {
	text, err := os.ReadFile("../" + runbook)
	if err != nil {
		t.Fatal(err)
	}
	sections := make(map[string]string)
	heading := regexp.MustCompile(`(?m)^### (\S+)$`)
	marks := heading.FindAllStringSubmatchIndex(string(text), -1)
	for i, m := range marks {
		end := len(text)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		sections[string(text[m[2]:m[3]])] = string(text[m[1]:end])
	}
	eachAlert(t, func(path string, r rule) {
		section, ok := sections[r.Alert]
		if !ok {
			t.Errorf("%s has no section \"### %s\", alert of %s", runbook, r.Alert, path)
			return
		}
		if line := fmt.Sprintf("**%s** after %s", r.Labels["severity"], r.For); !strings.Contains(section, line) {
			t.Errorf("%s: section %s does not say %q", runbook, r.Alert, line)
		}
	})
	for name := range sections {
		if !slices.Contains(alertNames(t), name) {
			t.Errorf("%s: section %s is about no alert", runbook, name)
		}
	}
}

func alertNames(t *testing.T) []string {
	t.Helper()
	var names []string
	eachAlert(t, func(_ string, r rule) { names = append(names, r.Alert) })
	return names
}
