package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"home_exporter/internal/device/all"
	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
	"home_exporter/sim/sockets"
)

const (
	roundHoles   = 20
	roundTimeout = 5 * time.Second
)

// round measures a round of a thousand sockets of which twenty are black holes, from
// the start until each has been asked, and a scrape while the holes still hang.
//
// The peer is one after the other with the same timeout, as the
// connection-status-exporter asks inside its scrape: that time is computed from the
// number of holes, because waiting for it would measure nothing else.
func round(ctx context.Context) ([]row, error) {
	farm, err := sockets.StartFarm(ctx, listeners)
	if err != nil {
		return nil, err
	}
	defer farm.Close()
	hole, ok := farm.Hole()
	if !ok {
		return nil, fmt.Errorf("this system has no black holes")
	}
	list := farm.Sockets()[:listeners-roundHoles]
	for i := range roundHoles {
		hole.Name = fmt.Sprintf("hole-%02d", i)
		list = append(list, hole)
	}
	specs, err := specsOf(list, "interval: 60s, timeout: 5s")
	if err != nil {
		return nil, err
	}
	set := poll.New(poll.Options{Kinds: all.Kinds()})
	defer set.Close()
	start := time.Now()
	if err := set.Apply(specs); err != nil {
		return nil, err
	}
	if err := wait(ctx, time.Second); err != nil {
		return nil, err
	}
	scrapeStart := time.Now()
	if err := metric.WritePage(io.Discard, metric.Text, time.Now(), set.Collect(poll.Filter{})); err != nil {
		return nil, err
	}
	scrape := time.Since(scrapeStart)
	for asked := 0.0; asked < listeners; {
		if err := wait(ctx, 2*time.Millisecond); err != nil {
			return nil, err
		}
		if asked, err = finished(set); err != nil {
			return nil, err
		}
	}
	took := time.Since(start)
	serial := roundHoles * roundTimeout
	return []row{{
		what:  "a round of 1,000 sockets, 20 of them black holes, timeout 5 s",
		reach: "at most 5.2 s in the background",
		ours:  fmt.Sprintf("%.2f s; a scrape meanwhile %.1f ms", took.Seconds(), float64(scrape.Microseconds())/1e3),
		peer:  fmt.Sprintf("one after the other: over %.0f s", serial.Seconds()),
		ratio: fmt.Sprintf("%.3f", took.Seconds()/serial.Seconds()),
		met:   took <= 5200*time.Millisecond,
	}}, nil
}

// finished is the number of checks that have ended.
func finished(set *poll.Set) (float64, error) {
	n := 0.0
	for _, g := range set.Collect(poll.Filter{}) {
		for _, src := range g.Sources {
			src.Snapshot.Each(func(f *metric.Family, _ metric.Labels, v float64) {
				if f.Name == "home_exporter_polls_total" {
					n += v
				}
			})
		}
	}
	return n, nil
}
