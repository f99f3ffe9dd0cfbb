package e2e

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/testenv"
)

var update = flag.Bool("update", false, "write the golden page anew")

// volatile is what differs from run to run: values that are times, counts or
// measured, ports of the kernel's choice, and folders.
var volatile = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`host="/[^"]*/`), `host="DIR/`},
	{regexp.MustCompile(`port="[1-9][0-9]*"`), `port="PORT"`},
	{regexp.MustCompile(`(?m)^((?:home_exporter|connection_status)_[a-z_]*(?:seconds|seconds_total|_total|_sum|_count|_bucket|in_flight|workers|failures|devices)(?:\{.*\})?) .*$`), `$1 N`},
	{regexp.MustCompile(`(?m)^(home_exporter_build_info)\{.*$`), `$1 …`},
}

// TestGoldenPage holds the page of the simulated house: every family with its help
// and type, every series with its labels, and the values that cannot vary. One socket
// tells all it can, the others what they tell by default.
func TestGoldenPage(t *testing.T) {
	testenv.NeedLoopback6(t) // one of the sockets of the house is there
	sim := startHouse(t)
	_, url := exporter(t, "--config.file="+writeConfig(t, sim.Sockets(), "interval: 2s, timeout: 500ms"))
	// Not /-/ready, which also holds when the time of the slowest has just passed.
	awaitLine(t, url, `home_exporter_devices{kind="sockets",state="new"} 0`, true)
	var kept strings.Builder
	for line := range strings.Lines(get(t, url+"/metrics")) {
		name := strings.TrimPrefix(strings.TrimPrefix(line, "# HELP "), "# TYPE ")
		if strings.HasPrefix(name, "connection_status_") || strings.HasPrefix(name, "home_exporter_") {
			kept.WriteString(line)
		}
	}
	got := kept.String()
	for _, v := range volatile {
		got = v.pattern.ReplaceAllString(got, v.with)
	}
	const golden = "testdata/demo_metrics.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("the page differs from %s (-want +got); run with -update and read the diff:\n%s", golden, diff)
	}
}
