package sockets

import (
	"os"
	"strings"
	"testing"

	"home_exporter/internal/device/sockets/check"
)

// TestReadme finds every metric, every class and every protocol in the README, and that
// its lists can be read.
func TestReadme(t *testing.T) {
	file, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(file)
	for _, f := range families {
		if !strings.Contains(text, "`"+f.Name+"`") {
			t.Errorf("nothing of the metric %s", f.Name)
		}
	}
	for _, c := range check.Classes() {
		if c != check.ClassOK && !strings.Contains(text, "`"+c.String()+"`") {
			t.Errorf("nothing of the class %s", c)
		}
	}
	for _, network := range check.Networks() {
		if !strings.Contains(network, ":") && !strings.Contains(text, "`"+network+"`") {
			t.Errorf("nothing of the protocol %s", network)
		}
	}
	lists := 0
	for _, block := range strings.Split(text, "\n```yaml\n")[1:] {
		block, _, _ = strings.Cut(block, "\n```")
		if !strings.HasPrefix(block, "- targets:") {
			continue
		}
		lists++
		f := newFolder(t)
		f.write("a.yml", block)
		l := f.open("- {files: [a.yml]}")
		if err := l.Poll(t.Context(), nil); err != nil {
			t.Error(err)
		}
		if specs, _ := l.Found(); len(specs) == 0 {
			t.Errorf("no sockets in\n%s", block)
		}
	}
	if lists == 0 {
		t.Error("no list to read")
	}
}
