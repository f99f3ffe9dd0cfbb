// Package app is the program: it reads the command line, wires configuration,
// devices and HTTP together, reloads and stops. It is the only package that knows
// all others.
//
//	serve       configuration -> poll.Set <- web.Handler <- HTTP
//	check       configuration -> what would be polled, or every mistake
//	poll        configuration or address -> one poll -> exposition
//	fetch-cert  configuration -> one handshake -> certificate file
package app

import (
	"context"
	"errors"
	"fmt"
	"io"

	"home_exporter/internal/device"
)

// Exit codes.
const (
	exitOK = iota
	exitFailed
	exitUsage
)

// A Program is one start of home_exporter.
type Program struct {
	Args   []string // without the name of the program
	Stdout io.Writer
	Stderr io.Writer
	Kinds  []*device.Kind
}

// Run does what the command line asks for and returns the exit code. It ends early,
// and in order, when ctx does.
func (p *Program) Run(ctx context.Context) int {
	cl, err := parse(p.Args, p.Kinds, p.Stdout, p.Stderr)
	if errors.Is(err, errHelp) {
		return exitOK
	}
	if err != nil {
		fmt.Fprintf(p.Stderr, "home_exporter: %v\nTry home_exporter --help.\n", err)
		return exitUsage
	}
	commands := map[string]func(context.Context, *commandLine) error{
		"serve":      p.serve,
		"check":      p.check,
		"poll":       p.poll,
		"fetch-cert": p.fetchCert,
		"assets":     p.assets,
		"version":    p.version,
	}
	if err := commands[cl.command](ctx, cl); err != nil {
		fmt.Fprintf(p.Stderr, "home_exporter: %v\n", err)
		return exitFailed
	}
	return exitOK
}
