package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/common/version"
	toolkit "github.com/prometheus/exporter-toolkit/web"

	"home_exporter/internal/config"
	"home_exporter/internal/poll"
	"home_exporter/internal/web"
)

// shutdownGrace is how long requests under way may go on after the end was asked for.
const shutdownGrace = 10 * time.Second

// serve asks the devices and serves what they say, until ctx ends.
func (p *Program) serve(ctx context.Context, cl *commandLine) error {
	source, err := cl.source()
	if err != nil {
		return err
	}
	log := cl.logger()
	log.Info("starting home_exporter", "version", version.Info(), "build", version.BuildContext())
	tuneMemory()

	purses := new(poll.Purses)
	set := poll.New(poll.Options{Log: log, Kinds: p.Kinds, Workers: workerLimit(), Purses: purses})
	defer set.Close()
	guests := &poll.Guests{Purses: purses}
	defer guests.Close()
	registry := newRegistry()
	registerBuildInfos(registry, set, p.Kinds)
	r := &reloader{loader: config.NewLoader(source, p.Kinds), set: set, guests: guests, log: log, gauges: newReloadGauges(registry)}
	if err := r.reload("start"); err != nil {
		return err
	}

	ctx, stop := context.WithCancel(ctx)
	var background sync.WaitGroup
	defer background.Wait()
	defer stop()
	background.Go(func() { r.watch(ctx, hangups(ctx), cl.reloadInterval()) })

	handler, err := web.New(web.Options{
		Set: set, Guests: guests, Kinds: p.Kinds, Gatherer: registry, Registerer: registry, Log: log,
		TelemetryPath: cl.telemetryPath,
		Config:        func() ([]byte, error) { return r.current.Load().Dump() },
		Permit:        r.permit,
		Reload:        r.onRequest(cl.lifecycle),
		MaxScrapes:    cl.maxScrapes,
		Version:       version.Version,
	})
	if err != nil {
		return err
	}
	server := web.Server(handler)
	server.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelDebug) // clients that hang up are no news
	return listen(ctx, server, cl.listen, log)
}

// listen serves until ctx ends, and then lets requests under way finish.
func listen(ctx context.Context, server *http.Server, flags *toolkit.FlagConfig, log *slog.Logger) error {
	failed := make(chan error, 1)
	go func() { failed <- toolkit.ListenAndServe(server, flags, log) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	log.Info("shutting down")
	grace, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		server.Close()
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve HTTP: %w", err)
	}
	return nil
}

// reloadInterval is how often to look for changed content, zero for never.
func (cl *commandLine) reloadInterval() time.Duration {
	if !cl.autoReload {
		return 0
	}
	return cl.reloadEvery
}

// hangups returns what receives when the process gets SIGHUP, until ctx ends.
func hangups(ctx context.Context) <-chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	context.AfterFunc(ctx, func() { signal.Stop(c) })
	return c
}

// onRequest returns what POST /-/reload does, nil when it is not enabled.
func (r *reloader) onRequest(enabled bool) func(context.Context) error {
	if !enabled {
		return nil
	}
	return func(context.Context) error { return r.reload("request") }
}

// permit returns the check of the addresses that /probe may dial for a host, by the
// configuration in force.
func (r *reloader) permit(host string) func(netip.Addr) error {
	return r.current.Load().Probe.Permit(host)
}
