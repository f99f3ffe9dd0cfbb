package sockets

import (
	"context"
	"time"
)

// flap closes and opens the flapping sockets by turns until ctx ends. All of them move together.
func (s *Sim) flap(ctx context.Context, o Options) {
	for {
		if !s.lapse(ctx, o, o.FlapUp, true) || !s.lapse(ctx, o, o.FlapDown, false) {
			return
		}
	}
}

// lapse waits and then closes or opens the flapping sockets. It returns false when ctx has ended.
func (s *Sim) lapse(ctx context.Context, o Options, wait time.Duration, lapsed bool) bool {
	select {
	case <-ctx.Done():
		return false
	case <-o.After(wait):
	}
	for _, st := range s.stations {
		if st.Find != Flaps {
			continue
		}
		if err := st.set(func(w *wish) { w.lapsed = lapsed }); err != nil && ctx.Err() == nil {
			o.Log.Warn("flapping socket stays as it was", "err", err) // the next turn tries again
		}
	}
	return true
}
