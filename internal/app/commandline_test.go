package app

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device"
)

var toyKinds = []*device.Kind{{
	Name:  "toy",
	Flags: []device.Flag{{Name: "address", Help: "Address.", Env: []string{"TOY_ADDRESS", "OLD_TOY"}}},
}}

// TestSource tells where the configuration comes from: command line over environment
// over file.
func TestSource(t *testing.T) {
	for _, c := range []struct {
		name     string
		file     bool // home_exporter.yml is in the working directory
		env      map[string]string
		args     []string
		wantPath string
		want     string // value of --toy.address
		wantErr  string
	}{
		{name: "nothing", wantErr: "there is no configuration"},
		{name: "file here", file: true, wantPath: defaultFile},
		{name: "file named", file: true, args: []string{"--config.file=other.yml"}, wantPath: "other.yml"},
		{name: "file named by environment", env: map[string]string{"HOME_EXPORTER_CONFIG_FILE": "env.yml"}, wantPath: "env.yml"},
		{name: "flag alone", args: []string{"--toy.address=a"}, want: "a"},
		{name: "flag and file", file: true, args: []string{"--toy.address=a"}, wantPath: defaultFile, want: "a"},
		{name: "environment", env: map[string]string{"HOME_EXPORTER_TOY_ADDRESS": "b"}, want: "b"},
		{name: "flag over environment", env: map[string]string{"HOME_EXPORTER_TOY_ADDRESS": "b"}, args: []string{"--toy.address=a"}, want: "a"},
		{name: "older variable", env: map[string]string{"OLD_TOY": "c"}, want: "c"},
		{name: "newer before older variable", env: map[string]string{"OLD_TOY": "c", "TOY_ADDRESS": "d"}, want: "d"},
		{name: "own variable before the kind's", env: map[string]string{"TOY_ADDRESS": "d", "HOME_EXPORTER_TOY_ADDRESS": "b"}, want: "b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if c.file {
				if err := os.WriteFile(defaultFile, nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			cl, err := parse(c.args, toyKinds, io.Discard, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			src, err := cl.source()
			if c.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), c.wantErr) {
					t.Fatalf("error %v, want %q", err, c.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if src.Path != c.wantPath {
				t.Errorf("path %q, want %q", src.Path, c.wantPath)
			}
			want := map[string]map[string]string{}
			if c.want != "" {
				want["toy"] = map[string]string{"address": c.want}
			}
			if diff := cmp.Diff(want, src.Flags); diff != "" {
				t.Errorf("flags (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAssets writes the rules, and never over files that are there.
func TestAssets(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "rules")
	run := func() (int, string) {
		var out strings.Builder
		p := Program{Args: []string{"assets", dir}, Stdout: &out, Stderr: &out, Kinds: toyKinds}
		return p.Run(t.Context()), out.String()
	}
	if code, out := run(); code != exitOK {
		t.Fatalf("exit code %d: %s", code, out)
	}
	path := filepath.Join(dir, "alerts/exporter.yml")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := run(); code != exitFailed || !strings.Contains(out, "never overwritten") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "mine" {
		t.Errorf("the file is now %q, %v", text, err)
	}
}
