package e2e

import (
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"home_exporter/sim/sockets"
)

// TestReload changes the file of a running exporter, by signal, by request and by
// itself; breaks it; and finds the readings of what did not change without a gap.
func TestReload(t *testing.T) {
	farm, err := sockets.StartFarm(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer farm.Close()
	list := farm.Sockets()
	path := writeConfig(t, list[:1], "interval: 1s")
	p, url := exporter(t, "--config.file="+path, "--web.enable-lifecycle",
		"--config.enable-auto-reload", "--config.auto-reload-interval=100ms")
	awaitLine(t, url, `connection_status_up{name="farm-0000"`, true)

	rewrite := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	both, err := os.ReadFile(writeConfig(t, list, "interval: 1s"))
	if err != nil {
		t.Fatal(err)
	}
	rewrite(string(both))
	awaitLine(t, url, `connection_status_up{name="farm-0001"`, true)

	rewrite("sockets:\n  - {nam: x}\n")
	awaitLine(t, url, "home_exporter_config_last_reload_successful 0", true)
	if page := get(t, url+"/metrics"); !strings.Contains(page, `connection_status_up{name="farm-0001"`) {
		t.Error("after a bad reload the old configuration does not stay")
	}
	resp, err := http.Post(url+"/-/reload", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		t.Error("POST /-/reload of a bad file is answered with 200")
	}

	rewrite(string(both))
	p.cmd.Process.Signal(syscall.SIGHUP)
	awaitLine(t, url, "home_exporter_config_last_reload_successful 1", true)
	if page := get(t, url+"/metrics"); !strings.Contains(page, `connection_status_up{name="farm-0000"`) {
		t.Error("a socket that did not change has lost its readings")
	}
}

// awaitLine waits until a line of the page begins so, or none does.
func awaitLine(t *testing.T, url, prefix string, want bool) {
	t.Helper()
	eventually(t, prefix, func() (bool, string) {
		page := "\n" + get(t, url+"/metrics")
		return strings.Contains(page, "\n"+prefix) == want, page
	})
}
