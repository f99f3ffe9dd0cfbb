// Command home_exporter makes the things in a home, and in the field, visible to
// Prometheus. See home_exporter --help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"home_exporter/internal/app"
	"home_exporter/internal/device/all"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	program := app.Program{
		Args:   os.Args[1:],
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Kinds:  all.Kinds(),
	}
	code := program.Run(ctx)
	stop()
	os.Exit(code)
}
