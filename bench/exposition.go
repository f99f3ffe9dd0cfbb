package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// exposition runs the Go benchmarks of package metric, which write a page of 600,000
// series and hold them, beside the registry of client_golang with the same series.
func exposition(ctx context.Context) ([]row, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run=^$", "-bench=600k", "-benchtime=3x", "-count=5", "./internal/metric")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	figures := parseBench(out)
	need := func(bench, unit string) float64 {
		list := figures[bench][unit]
		if len(list) == 0 {
			err = fmt.Errorf("no figure %s of %s in\n%s", unit, bench, out)
			return 1
		}
		return median(list)
	}
	page, registry := need("Page600k", "ns/op"), need("Registry600k", "ns/op")
	held, registryHeld := need("Page600k", "held-B"), need("Registry600k", "held-B")
	allocs := need("Page600k", "allocs/op")
	if err != nil {
		return nil, err
	}
	return []row{{
		what:  "scrape of 600,000 series, uncompressed",
		reach: "at most 1/20 of the client_golang registry's time",
		ours:  fmt.Sprintf("%.0f ms, %.0f allocations", page/1e6, allocs),
		peer:  fmt.Sprintf("client_golang registry: %.0f ms", registry/1e6),
		ratio: fmt.Sprintf("1/%.0f", registry/page),
		met:   registry/page >= 20,
	}, {
		what:  "memory that holds them",
		reach: "at most 1/10 of that registry's",
		ours:  fmt.Sprintf("%.1f MB", held/1e6),
		peer:  fmt.Sprintf("client_golang registry: %.0f MB", registryHeld/1e6),
		ratio: fmt.Sprintf("1/%.0f", registryHeld/held),
		met:   registryHeld/held >= 10,
	}}, nil
}

// parseBench reads the output of go test -bench: figures by benchmark and unit.
func parseBench(out []byte) map[string]map[string][]float64 {
	figures := make(map[string]map[string][]float64)
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(fields[0], "Benchmark"), "-")
		if figures[name] == nil {
			figures[name] = make(map[string][]float64)
		}
		for i := 2; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				unit := fields[i+1]
				figures[name][unit] = append(figures[name][unit], v)
			}
		}
	}
	return figures
}
