package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"home_exporter/internal/config"
	"home_exporter/internal/device"
	"home_exporter/internal/device/all"
	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
	"home_exporter/sim/sockets"
)

const (
	listeners    = 1000
	checkWorkers = 2
	checkTime    = 3 * time.Second
	checkTimes   = 5
)

// checks compares the rate of socket checks by the scheduler with a bare loop of
// dials: the same listeners, the same number of workers, the same way to close.
// Everything is always overdue, so the scheduler is never the one that waits.
func checks(ctx context.Context) ([]row, error) {
	farm, err := sockets.StartFarm(ctx, listeners)
	if err != nil {
		return nil, err
	}
	defer farm.Close()
	var ours, bare, ratios []float64
	for range checkTimes {
		b, err := bareRate(ctx, farm)
		if err != nil {
			return nil, err
		}
		o, err := setRate(ctx, farm)
		if err != nil {
			return nil, err
		}
		ours, bare, ratios = append(ours, o), append(bare, b), append(ratios, o/b)
	}
	ratio := median(ratios)
	return []row{{
		what:  "rate of socket checks, 2 workers, 1,000 listeners",
		reach: "at least 0.8 of a bare dial loop",
		ours:  fmt.Sprintf("%.0f/s", median(ours)),
		peer:  fmt.Sprintf("bare net.Dialer loop: %.0f/s", median(bare)),
		ratio: fmt.Sprintf("%.2f", ratio),
		met:   ratio >= 0.8,
	}}, nil
}

// bareRate is the rate of a loop that does nothing but dial and close.
func bareRate(ctx context.Context, farm *sockets.Farm) (float64, error) {
	var addresses []string
	for _, s := range farm.Sockets() {
		addresses = append(addresses, s.Address())
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	var next, done, failed atomic.Uint64
	dialer := net.Dialer{KeepAlive: -1, Timeout: 5 * time.Second}
	var wg sync.WaitGroup
	for range checkWorkers {
		wg.Go(func() {
			for ctx.Err() == nil {
				conn, err := dialer.Dial("tcp", addresses[next.Add(1)%uint64(len(addresses))])
				if err != nil {
					failed.Add(1)
					continue
				}
				conn.(*net.TCPConn).SetLinger(0)
				conn.Close()
				done.Add(1)
			}
		})
	}
	wg.Wait()
	if n := failed.Load(); n > 0 {
		return 0, fmt.Errorf("%d bare dials failed", n)
	}
	return float64(done.Load()) / checkTime.Seconds(), nil
}

// setRate is the rate at which a set checks, its readings kept and its counters
// counted as in the program.
func setRate(ctx context.Context, farm *sockets.Farm) (float64, error) {
	specs, err := specsOf(farm.Sockets(), "interval: 100ms, timeout: 100ms, close: rst, metrics: minimal")
	if err != nil {
		return 0, err
	}
	for i := range specs {
		pace := *specs[i].Pace
		pace.Interval = time.Millisecond // more than any machine can do
		pace.Timeout = 5 * time.Second
		specs[i].Pace = &pace
	}
	set := poll.New(poll.Options{Kinds: all.Kinds(), Workers: checkWorkers})
	defer set.Close()
	if err := set.Apply(specs); err != nil {
		return 0, err
	}
	if err := wait(ctx, time.Second); err != nil { // until the ramp at the start is over
		return 0, err
	}
	before, err := counted(set)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := wait(ctx, checkTime); err != nil {
		return 0, err
	}
	after, err := counted(set)
	return (after - before) / time.Since(start).Seconds(), err
}

// counted is the number of checks so far. A check that found a listener down, or
// told nothing, is an error: it would be measured as a fast one.
func counted(set *poll.Set) (float64, error) {
	var polls float64
	var err error
	for _, g := range set.Collect(poll.Filter{}) {
		for _, src := range g.Sources {
			src.Snapshot.Each(func(f *metric.Family, labels metric.Labels, v float64) {
				switch {
				case f.Name == "home_exporter_polls_total":
					polls += v
				case f.Name == "connection_status_up" && v == 0, f.Name == "home_exporter_poll_failures_total" && v > 0:
					err = errors.New("a check of a listener that is there failed")
				}
			})
		}
	}
	return polls, err
}

// specsOf returns specs of simulated sockets, each with these further keys.
func specsOf(list []sockets.Socket, keys string) ([]device.Spec, error) {
	text := "sockets:\n"
	for _, s := range list {
		text += "  - {name: " + s.Name + ", host: " + s.Host + ", port: " + strconv.Itoa(s.Port) + ", " + keys + "}\n"
	}
	c, err := config.Parse("bench", []byte(text), config.Source{}, all.Kinds())
	if err != nil {
		return nil, err
	}
	return c.Specs, nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
