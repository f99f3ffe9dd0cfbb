package e2e

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPromisedFile runs the example file of the connection-status-exporter as it
// stands.
func TestPromisedFile(t *testing.T) {
	dir := t.TempDir()
	const file = `sockets:
  - name: hostname-http
    host: 127.0.0.1
    port: 80
    protocol: tcp
    timeout: 2
`
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	_, url := exporter(t, "--config.file="+filepath.Join(dir, "config.yaml"))
	want := "0"
	if conn, err := net.Dial("tcp", "127.0.0.1:80"); err == nil {
		conn.Close()
		want = "1" // someone serves on this machine
	}
	awaitLine(t, url, `connection_status_up{name="hostname-http",host="127.0.0.1",port="80",protocol="tcp"} `+want+"\n", true)
}

// TestCommands runs what does not serve.
func TestCommands(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	good := write(t, "good.yml", "sockets:\n  - {name: here, host: 127.0.0.1, port: "+port+"}\n")
	bad := write(t, "bad.yml", "sockets:\n  - {nam: x, host: y, port: 1}\n  - {name: z, host: y, port: 70000}\n")

	for _, c := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"check", []string{"check", "--config.file=" + good}, 0, []string{"is valid", "sockets", "here", "15s", "5s"}},
		{"check bad", []string{"check", "--config.file=" + bad}, 1, []string{"bad.yml:2:", "nam", "did you mean name?", "bad.yml:3:", "70000"}},
		{"serve bad", []string{"--config.file=" + bad}, 1, []string{"bad.yml:2:", "bad.yml:3:"}},
		{"no file", []string{"check", "--config.file=" + filepath.Join(t.TempDir(), "none.yml")}, 1, []string{"none.yml", "no such file"}},
		{"folder", []string{"check", "--config.file=" + t.TempDir()}, 1, []string{"directory"}},
		{"poll name", []string{"poll", "sockets", "here", "--config.file=" + good}, 0, []string{`connection_status_up{name="here",host="127.0.0.1",port="` + port + `",protocol="tcp"} 1`}},
		{"poll all", []string{"poll", "sockets", "--config.file=" + good}, 0, []string{`connection_status_up{name="here"`}},
		{"poll address", []string{"poll", "sockets", "tcp://" + l.Addr().String(), "--trace"}, 0, []string{`protocol="tcp"} 1`, "connect", "ms"}},
		{"poll flag", []string{"poll", "sockets", "--sockets.target=tcp://" + l.Addr().String()}, 0, []string{`protocol="tcp"} 1`}},
		{"poll nothing", []string{"poll", "sockets", "there", "--config.file=" + good}, 1, []string{"there"}},
		{"no such kind", []string{"poll", "toasters"}, 2, []string{"toasters", "sockets"}},
		{"no such flag", []string{"--frobnicate"}, 2, []string{"frobnicate", "--help"}},
		{"help", []string{"--help"}, 0, []string{"Usage:", "Examples:", "check", "poll KIND", "--config.file", "--sockets.target"}},
		{"version", []string{"version"}, 0, []string{"home_exporter, version"}},
		{"--version", []string{"--version"}, 0, []string{"home_exporter, version"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := exec.Command(binary(t, "home_exporter"), c.args...)
			cmd.Dir = t.TempDir()
			out, _ := cmd.CombinedOutput()
			if got := cmd.ProcessState.ExitCode(); got != c.code {
				t.Errorf("exit code %d, want %d\n%s", got, c.code, out)
			}
			for _, want := range c.want {
				if !strings.Contains(string(out), want) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
		})
	}
}
