package house

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const newKind = "thermometer"

// TestNewKind adds a kind to the program, the one of docs/adding-a-device.md, as a
// developer would: one folder and one line of the list. Nothing else is touched, and
// the program configures it, asks it and prints its readings.
func TestNewKind(t *testing.T) {
	binary := buildWithKind(t)
	address := serveThermometer(t)

	out, err := exec.Command(binary, "poll", newKind, "--thermometer.address="+address).CombinedOutput()
	if err != nil {
		t.Fatalf("poll: %v\n%s", err, out)
	}
	for _, line := range []string{"thermometer_temperature_celsius 21.5", "thermometer_humidity_ratio 0.48"} {
		if !strings.Contains(string(out), line+"\n") {
			t.Errorf("poll prints\n%s\nand not %q", out, line)
		}
	}

	file := filepath.Join(t.TempDir(), "bad.yml")
	if err := os.WriteFile(file, []byte("thermometer:\n  - {name: hall, adress: x}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err = exec.Command(binary, "check", "--config.file="+file).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "bad.yml:2") || !strings.Contains(string(out), "address") {
		t.Errorf("check of a wrong key: %v\n%s", err, out)
	}
}

// buildWithKind builds the program with the kind laid over the tree, which stays as
// it is.
func buildWithKind(t *testing.T) string {
	t.Helper()
	replace := make(map[string]string)
	folder, err := filepath.Abs(filepath.Join("testdata", newKind))
	if err != nil {
		t.Fatal(err)
	}
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, pattern := range []string{"*.go", "*/*.go"} {
		matches, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range matches {
			rel, err := filepath.Rel(folder, m)
			if err != nil {
				t.Fatal(err)
			}
			replace[filepath.Join(top, "internal/device", newKind, rel)] = m
			files++
		}
	}
	if files == 0 {
		t.Fatal("there is no kind to add")
	}

	list := filepath.Join(top, "internal/device/all/all.go")
	replace[list] = addLine(t, list)

	dir := t.TempDir()
	overlay := filepath.Join(dir, "overlay.json")
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, data, 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "home_exporter")
	cmd := exec.Command("go", "build", "-overlay", overlay, "-o", binary, "./cmd/home_exporter")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// addLine returns a copy of the list with one more line, and the import it brings.
func addLine(t *testing.T, list string) string {
	t.Helper()
	source, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	const (
		importLine = "\t\"home_exporter/internal/device\"\n"
		listLine   = "\treturn []*device.Kind{\n"
	)
	text := string(source)
	if strings.Count(text, importLine) != 1 || strings.Count(text, listLine) != 1 {
		t.Fatalf("%s does not look as this test expects:\n%s", list, text)
	}
	text = strings.Replace(text, importLine, importLine+fmt.Sprintf("\t%q\n", module+"/internal/device/"+newKind), 1)
	text = strings.Replace(text, listLine, listLine+"\t\t"+newKind+".Kind(),\n", 1)
	copied := filepath.Join(t.TempDir(), "all.go")
	if err := os.WriteFile(copied, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return copied
}

// serveThermometer runs a thermometer on loopback until the test ends.
func serveThermometer(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if line, err := bufio.NewReader(conn).ReadString('\n'); err == nil && line == "T?\n" {
				fmt.Fprintln(conn, "T=21.50 H=48")
			}
			conn.Close()
		}
	}()
	return l.Addr().String()
}

// TestDocumentShowsTheKind holds the code in docs/adding-a-device.md to that which is
// built here: every Go block of it is part of one of the files.
func TestDocumentShowsTheKind(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/adding-a-device.md"))
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, pattern := range []string{"*.go", "*/*.go"} {
		matches, _ := filepath.Glob(filepath.Join("testdata", newKind, pattern))
		for _, m := range matches {
			source, err := os.ReadFile(m)
			if err != nil {
				t.Fatal(err)
			}
			code.Write(source)
		}
	}
	blocks := strings.Split(string(text), "```go\n")[1:]
	if len(blocks) < 3 {
		t.Fatalf("the document has %d Go blocks", len(blocks))
	}
	for _, block := range blocks {
		block, _, _ := strings.Cut(block, "```")
		if !strings.Contains(code.String(), block) {
			t.Errorf("this block of the document is not in the code:\n%s", block)
		}
	}
}
