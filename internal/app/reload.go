package app

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"home_exporter/internal/config"
	"home_exporter/internal/poll"
)

// A reloader brings the configuration into force, at the start and whenever it
// changes, all or nothing.
type reloader struct {
	loader  *config.Loader
	set     *poll.Set
	guests  *poll.Guests
	log     *slog.Logger
	gauges  *reloadGauges
	current atomic.Pointer[config.Config] // what is in force
	mu      sync.Mutex                    // one at a time
}

// reload reads the configuration and applies it. When anything is wrong with it,
// what is in force stays.
func (r *reloader) reload(cause string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.loader.Load()
	if err == nil {
		err = r.set.Apply(c.Specs)
	}
	r.gauges.done(err == nil, time.Now())
	if err != nil {
		if r.current.Load() != nil {
			r.log.Error("the configuration was not reloaded; the one in force stays", "cause", cause, "err", err)
		}
		return err
	}
	r.current.Store(c)
	r.guests.Dismiss() // what may be probed may have changed
	r.log.Info("configuration is in force", "cause", cause, "entries", len(c.Specs))
	return nil
}

// watch reloads when a signal comes, and, every interval that is not zero, when the
// content of the configuration has changed. It returns when ctx ends.
func (r *reloader) watch(ctx context.Context, signals <-chan os.Signal, every time.Duration) {
	var tick <-chan time.Time
	if every > 0 {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-signals:
			r.reload("signal") // the error is logged, and told by the gauge
		case <-tick:
			if r.loader.Changed() {
				r.reload("changed content")
			}
		}
	}
}
