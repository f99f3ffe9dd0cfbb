package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAssetsOfEverySort looks for one file of each sort that the program carries.
func TestAssetsOfEverySort(t *testing.T) {
	dir := t.TempDir()
	var out strings.Builder
	p := Program{Args: []string{"assets", filepath.Join(dir, "new")}, Stdout: &out, Stderr: &out, Kinds: toyKinds}
	if code := p.Run(t.Context()); code != exitOK {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	for _, path := range []string{"rules/hitron.yml", "alerts/hitron.yml", "dashboards/hitron.json"} {
		info, err := os.Stat(filepath.Join(dir, "new", path))
		if err != nil || info.Size() == 0 {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "new", "tests*")); len(left) > 0 {
		t.Errorf("tests of rules are none of a user's business: %v", left)
	}
}
