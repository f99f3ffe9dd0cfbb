package hpav

import (
	"encoding/binary"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// forbidden is what changes an adapter, resets it or makes it tell its keys.
var forbidden = map[uint16][]uint16{
	EtherTypeAV: {
		0x6008, 0x600c, 0x6010, // keys, joining
		0x8000,                         // push button
		0xa004, 0xa008, 0xa00c, 0xa01c, // memory, address, reset
		0xa020, 0xa024, 0xa028, 0xa02c, // modules, with the keys in clear; watchdog report
		0xa034, 0xa050, 0xa05c, 0xa060, 0xa061, 0xa062, 0xa063, 0xa06c, // sniffer, key, RAM, host action, settings
		0xa078, 0xa07c, 0xa094, 0xa098, 0xa0b0, 0xa100,
	},
	EtherTypeMediaXtream: {0xa018, 0xa020, 0xa054, 0xa058},
}

// readers is all that may be sent.
var readers = map[uint16][]uint16{
	EtherTypeAV:          {0x0014, 0x6034, 0x6038, 0x6040, 0x6048, 0xa000, 0xa030, 0xa038, 0xa068, 0xa070, 0xa090, 0xa0b8},
	EtherTypeMediaXtream: {0xa028, 0xa02c, 0xa04c, 0xa05c, 0xa070},
}

func TestNothingElseCanBeSent(t *testing.T) {
	type key struct{ etherType, mmtype uint16 }
	can := make(map[key][]Message)
	for m := range MessageCount {
		for _, entry := range [][]byte{nil, {1}, make([]byte, 64)} {
			b := m.frame(one, host, entry)
			k := key{binary.BigEndian.Uint16(b[12:]), binary.LittleEndian.Uint16(b[15:])}
			can[k] = append(can[k], m)
		}
	}
	for etherType := range readers {
		for mmtype := range 1 << 16 {
			k := key{etherType, uint16(mmtype)}
			made := can[k]
			delete(can, k)
			may := slices.Contains(readers[etherType], k.mmtype)
			if (len(made) > 0) != may {
				t.Errorf("EtherType %04x, MMTYPE %04x: made by %v, may be sent: %v", etherType, mmtype, made, may)
			}
			isForbidden := slices.ContainsFunc(forbidden[etherType], func(f uint16) bool { return f == k.mmtype || f+1 == k.mmtype || f+3 == k.mmtype })
			if isForbidden && len(made) > 0 {
				t.Errorf("EtherType %04x, MMTYPE %04x is made by %v", etherType, mmtype, made)
			}
		}
	}
	if len(can) > 0 {
		t.Errorf("frames of other EtherTypes: %v", can)
	}
}

// The control byte clears the counters of all links where it is not zero.
func TestStatisticsAreOnlyRead(t *testing.T) {
	for first := range 256 {
		entries := [][]byte{linkStatsEntry(MAC{byte(first), 1, 2, 3, 4, 5}), {byte(first)}, nil}
		for _, entry := range entries {
			if b := LinkStatistics.frame(one, host, entry); b[20] != 0 {
				t.Fatalf("the control byte is %#x in %x", b[20], b)
			}
		}
	}
}

// source reads the package as it is compiled.
func source(t *testing.T) []ast.Node {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []ast.Node
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// A frame is made in one place and sent in one place, and no exported function takes or
// returns bytes: who uses the package cannot make one of its own.
func TestFramesAreMadeHereOnly(t *testing.T) {
	used := make(map[string]int)
	exported := make(map[string]bool)
	look := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			used[n.Sel.Name]++
		case *ast.FuncDecl:
			if n.Name.IsExported() {
				exported[n.Name.Name] = true
				ast.Inspect(n.Type, func(n ast.Node) bool {
					if a, ok := n.(*ast.ArrayType); ok && a.Len == nil {
						if e, ok := a.Elt.(*ast.Ident); ok && (e.Name == "byte" || e.Name == "uint8") {
							t.Error("an exported function has to do with bytes")
						}
					}
					return true
				})
			}
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				ast.Inspect(left, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok && (id.Name == "forms" || id.Name == "xtreamProbe" || id.Name == "fixed") {
						t.Errorf("%s is assigned to", id.Name)
					}
					return true
				})
			}
		}
		return true
	}
	for _, file := range source(t) {
		ast.Inspect(file, look)
	}
	for name, want := range map[string]int{"WriteTo": 1, "frame": 1} {
		if used[name] != want {
			t.Errorf("%s is used %d times, want %d", name, used[name], want)
		}
	}
	want := []string{
		"Counts", "DefaultKey", "Defaults", "Error", "Is", "IsAtheros", "IsStation", "Means", "New",
		"ParseMAC", "Peers", "SNR", "String", "Survey", "Vendor", "Verdicts",
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(exported))); diff != "" {
		t.Errorf("exported functions and methods (-want +got):\n%s", diff)
	}
}
