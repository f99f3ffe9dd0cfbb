// Command bench measures the figures that the README promises, each against what a
// user would pick instead, in one run on one machine, and writes them to
// bench/README.md and to the table of the README.
//
//	go run ./bench                  all of it, about ten minutes
//	go run ./bench -only=checks     one part: exposition, checks, round, fleet
//
// It talks to listeners on loopback only, which it opens itself. Single functions are
// measured by Go benchmarks beside them (go test -bench . ./...).
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
)

// A part is one measurement, with the rows that it fills.
type part struct {
	name    string
	measure func(context.Context) ([]row, error)
}

var parts = []part{
	{"exposition", exposition},
	{"checks", checks},
	{"round", round},
	{"fleet", fleet},
}

func main() {
	log.SetFlags(log.Ltime)
	only := flag.String("only", "", "measure this part alone, and write nothing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *only); err != nil {
		log.Print(err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, only string) error {
	var rows []row
	for _, p := range parts {
		if only != "" && p.name != only {
			continue
		}
		log.Printf("measuring %s", p.name)
		got, err := p.measure(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		rows = append(rows, got...)
		for _, r := range got {
			log.Print(r)
		}
	}
	switch {
	case len(rows) == 0:
		return fmt.Errorf("there is no part %q", only)
	case only != "":
		return nil
	}
	return write(rows)
}
