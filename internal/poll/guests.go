package poll

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// Guests are devices that no configuration names and that are asked all the same, as
// /probe does. One that must be spared (its spec has budgets) is kept for a while, so
// that its budget, its session and what it counts last from one probe to the next,
// as they do for a configured device. All others come and go with each probe.
type Guests struct {
	mu     sync.Mutex
	kept   map[guestName]*keptGuest
	closed bool
	away   sync.WaitGroup // guests on their way out
}

// Bounds of what is kept.
const (
	guestStay = 15 * time.Minute // after the last probe
	maxGuests = 64
)

type guestName struct{ kind, name string }

// A keptGuest is asked by one probe at a time.
type keptGuest struct {
	*guest
	turn  chan struct{}          // holds a token while nobody asks
	trace atomic.Pointer[tracer] // of the probe that asks
	// All below is under Guests.mu.
	asking int // probes that ask or wait for their turn
	used   time.Time
	timer  *time.Timer
}

type tracer func(format string, args ...any)

// Ask asks the device of spec, which a probe made, within its timeout. Probes of one
// device that is kept wait for each other.
func (g *Guests) Ask(ctx context.Context, k *device.Kind, spec device.Spec, env device.Env) (metric.Group, error) {
	if len(spec.Budgets) == 0 {
		return Once(ctx, k, spec, env)
	}
	kept, err := g.enter(k, &spec, env)
	if err != nil {
		return metric.Group{Families: k.Families}, err
	}
	defer g.release(guestName{k.Name, spec.Name}, kept)
	select {
	case <-kept.turn:
	case <-ctx.Done():
		return metric.Group{Families: k.Families}, fmt.Errorf("wait for another probe of the same device: %w", ctx.Err())
	}
	defer func() { kept.turn <- struct{}{} }()
	if env.Trace != nil {
		kept.trace.Store(new(tracer(env.Trace)))
		defer kept.trace.Store(nil)
	}
	return kept.ask(ctx)
}

// enter returns the kept guest of that name, a new one if there is none.
func (g *Guests) enter(k *device.Kind, spec *device.Spec, env device.Env) (*keptGuest, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, errClosed
	}
	name := guestName{k.Name, spec.Name}
	kept := g.kept[name]
	if kept == nil {
		if len(g.kept) >= maxGuests && !g.dismissOldest() {
			return nil, &device.Error{Reason: device.RateLimited,
				Err: fmt.Errorf("%d other devices are being probed; configure those that are asked often", maxGuests)}
		}
		kept = &keptGuest{turn: make(chan struct{}, 1)}
		kept.turn <- struct{}{}
		env.Trace = kept.tell
		var err error
		if kept.guest, err = openGuest(k, spec, env); err != nil {
			return nil, err
		}
		kept.timer = time.AfterFunc(guestStay, func() { g.expire(name, kept) })
		if g.kept == nil {
			g.kept = make(map[guestName]*keptGuest)
		}
		g.kept[name] = kept
	}
	kept.asking++
	return kept, nil
}

// tell hands a trace on to the probe that asks.
func (k *keptGuest) tell(format string, args ...any) {
	if t := k.trace.Load(); t != nil {
		(*t)(format, args...)
	}
}

// release ends a probe. The last one of a guest that was dismissed meanwhile sees it
// out.
func (g *Guests) release(name guestName, kept *keptGuest) {
	g.mu.Lock()
	defer g.mu.Unlock()
	kept.asking--
	kept.used = time.Now()
	switch {
	case g.kept[name] == kept:
		kept.timer.Reset(guestStay)
	case kept.asking == 0:
		g.seeOut(kept)
	}
}

// expire dismisses a guest whose time is over.
func (g *Guests) expire(name guestName, kept *keptGuest) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.kept[name] == kept && kept.asking == 0 {
		g.dismiss(name)
	}
}

// dismissOldest makes room, if one of the guests is not being asked. g.mu is held.
func (g *Guests) dismissOldest() bool {
	var oldest guestName
	var used time.Time
	for name, kept := range g.kept {
		if kept.asking == 0 && (used.IsZero() || kept.used.Before(used)) {
			oldest, used = name, kept.used
		}
	}
	if used.IsZero() {
		return false
	}
	g.dismiss(oldest)
	return true
}

// dismiss takes a guest out. g.mu is held.
func (g *Guests) dismiss(name guestName) {
	kept := g.kept[name]
	delete(g.kept, name)
	kept.timer.Stop()
	if kept.asking == 0 {
		g.seeOut(kept)
	}
}

// seeOut closes a guest that nobody asks any more; saying goodbye may take a network
// its time. g.mu is held.
func (g *Guests) seeOut(kept *keptGuest) {
	if g.closed { // nobody waits for those any more who leave now
		kept.leave()
		return
	}
	g.away.Go(kept.leave)
}

// Dismiss closes all guests: what they may be asked for may have changed.
func (g *Guests) Dismiss() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for name := range g.kept {
		g.dismiss(name)
	}
}

// Close closes all guests for good and waits for those that nobody asks.
func (g *Guests) Close() {
	g.mu.Lock()
	for name := range g.kept {
		g.dismiss(name)
	}
	g.closed = true
	g.mu.Unlock()
	g.away.Wait()
}
