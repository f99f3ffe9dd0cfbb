package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"home_exporter/sim/sockets"
)

const (
	fleetSize    = 100_000
	fleetHoles   = fleetSize / 20
	fleetAddress = "127.0.0.1:10958"
	fleetSettle  = 75 * time.Second  // the ramp of the first polls, and until lists are read
	fleetMeasure = 150 * time.Second // more than two intervals
)

// fleet starts the program as a user would, with a list of 100,000 sockets each 60 s,
// one in twenty a black hole, and reads from its own metrics how late polls began,
// and from the kernel how much memory it has.
//
// It is limited to two processors; the listeners run in this process beside it.
func fleet(ctx context.Context) ([]row, error) {
	dir, err := os.MkdirTemp("", "fleet")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	farm, err := sockets.StartFarm(ctx, listeners)
	if err != nil {
		return nil, err
	}
	defer farm.Close()
	if err := writeFleet(dir, farm); err != nil {
		return nil, err
	}
	binary := filepath.Join(dir, "home_exporter")
	if out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "./cmd/home_exporter").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	cmd := exec.CommandContext(ctx, binary, "--config.file="+filepath.Join(dir, "fleet.yml"),
		"--web.listen-address="+fleetAddress, "--log.level=error")
	cmd.Env = append(os.Environ(), "GOMAXPROCS=2")
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer cmd.Wait()
	defer cmd.Process.Signal(os.Interrupt)
	return measureFleet(ctx, cmd.Process.Pid)
}

// writeFleet writes the configuration and the list.
func writeFleet(dir string, farm *sockets.Farm) error {
	hole, ok := farm.Hole()
	if !ok {
		return fmt.Errorf("this system has no black holes")
	}
	type group struct {
		Targets []string          `json:"targets"`
		Labels  map[string]string `json:"labels"`
	}
	groups := make([]group, 0, fleetSize)
	up := farm.Sockets()
	for i := range fleetSize {
		s := up[i%len(up)]
		if i%(fleetSize/fleetHoles) == 0 {
			s = hole
		}
		groups = append(groups, group{[]string{s.Address()}, map[string]string{"name": fmt.Sprintf("meter-%06d", i)}})
	}
	list, err := json.Marshal(groups)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "meters.json"), list, 0o600); err != nil {
		return err
	}
	config := "sockets:\n  - {files: [meters.json], interval: 60s, timeout: 10s, metrics: minimal}\n"
	return os.WriteFile(filepath.Join(dir, "fleet.yml"), []byte(config), 0o600)
}

func measureFleet(ctx context.Context, pid int) ([]row, error) {
	if err := wait(ctx, fleetSettle); err != nil {
		return nil, err
	}
	before, err := scrapeOwn(ctx)
	if err != nil {
		return nil, err
	}
	most := 0.0
	for end := time.Now().Add(fleetMeasure); time.Now().Before(end); {
		if err := wait(ctx, time.Second); err != nil {
			return nil, err
		}
		most = max(most, resident(pid, "VmRSS"))
	}
	after, err := scrapeOwn(ctx)
	if err != nil {
		return nil, err
	}
	polls := after["home_exporter_poll_start_delay_seconds_count"] - before["home_exporter_poll_start_delay_seconds_count"]
	p99 := quantile(before, after, 0.99)
	log.Printf("fleet: %.0f polls in %s, %.0f sockets up, %.0f workers, peak at any time %.0f MiB", polls, fleetMeasure,
		after[`home_exporter_devices{kind="sockets",state="ok"}`], after["home_exporter_poll_workers"], resident(pid, "VmHWM"))
	wanted := fleetSize * fleetMeasure.Seconds() / 60
	return []row{{
		what:  "100,000 sockets every 60 s, 5 % black holes with 10 s timeout, two cores: start delay",
		reach: "p99 under 1 s, every socket asked",
		ours:  fmt.Sprintf("p99 at most %g s; %.0f polls, due were %.0f", p99, polls, wanted),
		peer:  "the schedule",
		ratio: fmt.Sprintf("%.3f", polls/wanted),
		met:   p99 < 1 && polls > 0.99*wanted,
	}, {
		what:  "the same: resident memory, highest of a sample each second",
		reach: "under 128 MiB",
		ours:  fmt.Sprintf("%.0f MiB", most),
		peer:  "the reach",
		ratio: fmt.Sprintf("%.2f", most/128),
		met:   most < 128,
	}}, nil
}

// scrapeOwn returns the program's own metrics by series.
func scrapeOwn(ctx context.Context) (map[string]float64, error) {
	// The device filter leaves the sockets' series out, and with them the histogram; so
	// the page is read whole.
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+fleetAddress+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return parseOwn(resp.Body)
}

var bucket = regexp.MustCompile(`^home_exporter_poll_start_delay_seconds_bucket\{le="([^"]+)"\}$`)

// quantile is the upper bound of the bucket that holds the quantile of what was
// observed between two scrapes.
func quantile(before, after map[string]float64, q float64) float64 {
	total := after["home_exporter_poll_start_delay_seconds_count"] - before["home_exporter_poll_start_delay_seconds_count"]
	best := -1.0
	for series, n := range after {
		m := bucket.FindStringSubmatch(series)
		if m == nil || n-before[series] < q*total {
			continue
		}
		bound, err := strconv.ParseFloat(m[1], 64)
		if err == nil && (best < 0 || bound < best) {
			best = bound
		}
	}
	return best
}

// resident is a figure of /proc/PID/status in MiB.
func resident(pid int, field string) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if text, ok := strings.CutPrefix(line, field+":"); ok {
			kib, err := strconv.ParseFloat(strings.Fields(text)[0], 64)
			if err == nil {
				return kib / 1024
			}
		}
	}
	return 0
}
