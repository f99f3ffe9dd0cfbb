package house

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"strings"
	"testing"
)

const module = "home_exporter"

// A pkg is what go list tells of a package.
type pkg struct {
	ImportPath  string
	Dir         string
	Imports     []string
	TestImports []string
	Standard    bool
	GoFiles     []string
}

// packages lists the packages of the module.
func packages(t *testing.T, patterns ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Dir,Imports,TestImports,Standard,GoFiles"}, patterns...)...)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// room is where a package stands in the house: the part of its path that the import
// rule speaks of.
func room(importPath string) string {
	p, ok := strings.CutPrefix(importPath, module+"/")
	if !ok {
		return ""
	}
	rest, isDevice := strings.CutPrefix(p, "internal/device/")
	switch parts := strings.Split(rest, "/"); {
	case isDevice && parts[0] == "all":
		return "all"
	case isDevice && len(parts) == 1:
		return "kind"
	case isDevice:
		return "protocol"
	case strings.HasPrefix(p, "sim/"):
		return "sim"
	case strings.HasPrefix(p, "cmd/home_sim"):
		return "home_sim"
	case strings.HasPrefix(p, "cmd/"):
		return "cmd"
	}
	return p
}

// mayImport is the import rule: which rooms a room may name. Arrows point one way,
// from the program to the numbers.
var mayImport = map[string][]string{
	"cmd":              {"internal/app", "all"},
	"internal/app":     {"internal/config", "internal/poll", "internal/web", "internal/device", "internal/metric", "internal/pin", "mixin"},
	"internal/config":  {"internal/device", "internal/metric"},
	"internal/web":     {"internal/poll", "internal/device", "internal/metric"},
	"internal/poll":    {"internal/device", "internal/metric"},
	"all":              {"internal/device", "kind"},
	"kind":             {"internal/device", "internal/metric", "internal/pin", "protocol"},
	"internal/device":  {"internal/metric"},
	"internal/metric":  {},
	"internal/pin":     {},
	"protocol":         {"protocol"}, // of the same kind
	"sim":              {"sim"},
	"home_sim":         {"sim"},
	"mixin":            {},
	"internal/testenv": {},
	"bench":            {"internal/app", "internal/config", "internal/poll", "internal/device", "internal/metric", "all", "kind", "protocol", "sim"},
	"docs/gen":         {"internal/config", "internal/poll", "internal/device", "internal/metric", "all"},
}

func TestImports(t *testing.T) {
	kinds := 0
	for _, p := range packages(t, "./...") {
		from := room(p.ImportPath)
		if from == "kind" {
			kinds++
		}
		if strings.HasPrefix(from, "test/") {
			continue
		}
		allowed, known := mayImport[from]
		if !known {
			t.Errorf("%s: the import rule does not know this package; give it a place in the house, and in this test", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			checkImport(t, p, from, imported, allowed)
		}
	}
	if kinds == 0 {
		t.Error("no device kind was looked at")
	}
}

func checkImport(t *testing.T, p pkg, from, imported string, allowed []string) {
	t.Helper()
	to := room(imported)
	if to == "" {
		checkForeign(t, p, from, imported)
		return
	}
	if to == "protocol" && from == "kind" && path.Dir(imported) != p.ImportPath {
		t.Errorf("%s imports %s, the protocol of another kind", p.ImportPath, imported)
	}
	if to == "protocol" && from == "protocol" && path.Dir(imported) != path.Dir(p.ImportPath) {
		t.Errorf("%s imports %s, the protocol of another kind", p.ImportPath, imported)
	}
	for _, a := range allowed {
		if a == to {
			return
		}
	}
	t.Errorf("%s (%s) imports %s (%s); it may import %v", p.ImportPath, from, imported, to, allowed)
}

// checkForeign keeps what others made where it belongs.
func checkForeign(t *testing.T, p pkg, from, imported string) {
	t.Helper()
	standard := !strings.Contains(strings.Split(imported, "/")[0], ".")
	switch {
	case standard:
	case from == "protocol" && !strings.HasPrefix(imported, "golang.org/x/"):
		t.Errorf("%s imports %s; a protocol package stands on the standard library and golang.org/x alone", p.ImportPath, imported)
	case from == "internal/pin":
		t.Errorf("%s imports %s; it stands on the standard library alone", p.ImportPath, imported)
	case strings.Contains(imported, "client_golang") && from != "internal/web" && from != "internal/app":
		t.Errorf("%s imports %s; only the program's own metrics go through the client library", p.ImportPath, imported)
	}
}
