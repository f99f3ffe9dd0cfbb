package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"home_exporter/sim/sockets"
)

// startHouse opens the simulated sockets in this process, where a test can stop and
// start them. Those that flap do not: nothing changes by itself.
func startHouse(t *testing.T) *sockets.Sim {
	t.Helper()
	dir, err := os.MkdirTemp("", "he") // short, for the paths of unix sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	never := func(time.Duration) <-chan time.Time { return nil }
	sim, err := sockets.Start(t.Context(), sockets.Options{Dir: dir, After: never})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	return sim
}

// writeConfig writes a configuration of the given sockets and returns its path.
func writeConfig(t *testing.T, list []sockets.Socket, keys string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("sockets:\n")
	for _, s := range list {
		fmt.Fprintf(&b, "  - {name: %s, host: %q, protocol: %s", s.Name, s.Host, s.Protocol)
		if s.Port != 0 {
			fmt.Fprintf(&b, ", port: %d", s.Port)
		}
		if s.Name == "web" {
			b.WriteString(", metrics: full")
		}
		if s.TLS {
			b.WriteString(", tls: {insecure: true}")
		}
		if s.Expect != "" {
			fmt.Fprintf(&b, ", expect: %q", s.Expect)
		}
		if s.Preset != "" {
			fmt.Fprintf(&b, ", udp: {preset: %s, require_answer: %v}", s.Preset, s.RequireAnswer)
		}
		b.WriteString(", " + keys + "}\n")
	}
	return write(t, "home_exporter.yml", b.String())
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// exporter starts home_exporter and returns its address.
func exporter(t *testing.T, args ...string) (*program, string) {
	t.Helper()
	p := start(t, binary(t, "home_exporter"), append([]string{"--web.listen-address=127.0.0.1:0"}, args...)...)
	return p, "http://" + p.address()
}
