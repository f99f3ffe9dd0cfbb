// Package house keeps the rules of the house: who imports whom, one comment per
// package, and that a new kind of device is one folder and one line.
package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"home_exporter/internal/device/all"
)

// root is the top of the repository, as seen from this folder.
const root = "../.."

func TestPackageComments(t *testing.T) {
	for _, p := range packages(t, "./...") {
		var commented []string
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			if hasComment(f) {
				commented = append(commented, name)
			}
		}
		if len(p.GoFiles) > 0 && len(commented) != 1 {
			t.Errorf("%s has package comments in %v; it needs exactly one", p.ImportPath, commented)
		}
	}
}

func hasComment(f *ast.File) bool {
	return f.Doc != nil && strings.TrimSpace(f.Doc.Text()) != ""
}

// TestKindFolders holds every kind to the same shape.
func TestKindFolders(t *testing.T) {
	kinds := all.Kinds()
	if len(kinds) == 0 {
		t.Fatal("there are no kinds")
	}
	for _, k := range kinds {
		folder := filepath.Join(root, "internal/device", k.Name)
		for _, file := range []string{k.Name + ".go", "reading.go", "metrics.go", "example.yaml", "README.md"} {
			if _, err := os.Stat(filepath.Join(folder, file)); err != nil {
				t.Errorf("kind %s: %v", k.Name, err)
			}
		}
		protocols, err := filepath.Glob(filepath.Join(folder, "*", "client.go"))
		if err != nil {
			t.Fatal(err)
		}
		if len(protocols) == 0 {
			t.Errorf("kind %s has no protocol package with a client.go", k.Name)
		}
		for _, client := range protocols {
			for _, file := range []string{"wire.go", "errors.go"} {
				if _, err := os.Stat(filepath.Join(filepath.Dir(client), file)); err != nil {
					t.Errorf("kind %s: %v", k.Name, err)
				}
			}
		}
		if _, err := os.Stat(filepath.Join(root, "sim", k.Name)); err != nil {
			t.Errorf("kind %s has no simulator: %v", k.Name, err)
		}
	}
}

// TestOneLine finds each kind named in exactly one place of the program outside its
// folder: the list.
func TestOneLine(t *testing.T) {
	for _, k := range all.Kinds() {
		path := module + "/internal/device/" + k.Name
		var importers []string
		for _, p := range packages(t, "./internal/...", "./cmd/...") {
			for _, imported := range p.Imports {
				if imported == path {
					importers = append(importers, p.ImportPath)
				}
			}
		}
		if len(importers) != 1 || importers[0] != module+"/internal/device/all" {
			t.Errorf("kind %s is imported by %v; the list alone should", k.Name, importers)
		}
	}
}
