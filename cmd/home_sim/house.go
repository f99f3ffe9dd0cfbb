package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
)

// A part is the simulation of one kind of device.
type part struct {
	kind  string // the key of the configuration that reads it
	start func(context.Context, surroundings) (running, error)
}

// parts is the list: one line for each kind.
var parts = [...]part{
	{"sockets", startSockets},
	{"hitron", startHitron},
	{"homeplug", startHomeplug},
	{"powerwall", startPowerwall},
}

// Surroundings are what the parts share.
type surroundings struct {
	dir    string // for files; short enough for Unix sockets in it
	period time.Duration
	log    *slog.Logger
}

// A running part tells how to read it.
type running struct {
	section any   // what stands under the kind's key of the configuration
	rows    []row // what a reader should find
	notes   []string
	close   func() error
}

// A row is one simulated device, for people.
type row struct{ name, address, find, about string }

// A house is what runs.
type house struct {
	parts map[string]running
	scrap string // folder to remove at the end; empty if it is the user's
}

// build starts every part. On an error nothing is left running.
func build(ctx context.Context, s settings, stderr io.Writer) (*house, error) {
	h := &house{parts: map[string]running{}}
	dir, err := h.stateDir(s.stateDir)
	if err != nil {
		return nil, err
	}
	// The parts live until Close and not until ctx ends: the reader is stopped before what it reads.
	ctx = context.WithoutCancel(ctx)
	around := surroundings{dir: dir, period: s.flapPeriod, log: slog.New(slog.NewTextHandler(stderr, nil))}
	for _, p := range parts {
		r, err := p.start(ctx, around)
		if err != nil {
			return nil, joinClose(fmt.Errorf("%s: %w", p.kind, err), h)
		}
		h.parts[p.kind] = r
	}
	return h, nil
}

// stateDir is the folder that was asked for, or a new one that goes when the house does. It is absolute, because the
// configuration may be read from anywhere.
func (h *house) stateDir(asked string) (string, error) {
	if asked != "" {
		return filepath.Abs(asked)
	}
	dir, err := os.MkdirTemp("", "home_sim")
	if err != nil {
		return "", fmt.Errorf("make a folder for this run: %w; --state.dir names another place", err)
	}
	h.scrap = dir
	return dir, nil
}

// Close ends every part and waits for it.
func (h *house) Close() error {
	var errs []error
	for _, p := range parts {
		if r, ok := h.parts[p.kind]; ok {
			errs = append(errs, r.close())
		}
	}
	if h.scrap != "" {
		errs = append(errs, os.RemoveAll(h.scrap))
	}
	return errors.Join(errs...)
}

func joinClose(err error, c io.Closer) error { return errors.Join(err, c.Close()) }

// printTable tells people what they should find.
func (h *house) printTable(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, strings.Join([]string{"KIND", "NAME", "ADDRESS", "FIND", "IT"}, "\t"))
	for _, p := range parts {
		for _, r := range h.parts[p.kind].rows {
			fmt.Fprintln(table, strings.Join([]string{p.kind, r.name, r.address, r.find, r.about}, "\t"))
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the table: %w", err)
	}
	for _, p := range parts {
		for _, note := range h.parts[p.kind].notes {
			fmt.Fprintln(w, note)
		}
	}
	return nil
}
