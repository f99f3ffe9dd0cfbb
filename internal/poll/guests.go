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
// that its session and what it counts last from one probe to the next, as they do for
// a configured device. All others come and go with each probe. The zero value is ready.
type Guests struct {
	// Purses keeps what is left of budgets, longer than the guests stay. Nil: those of
	// these guests alone.
	Purses *Purses

	mu     sync.Mutex
	rooms  map[guestName]*room
	closed bool
	away   sync.WaitGroup // guests on their way out
}

// Bounds of what is kept.
const (
	guestStay = 15 * time.Minute // after the last probe
	maxGuests = 64
)

type guestName struct{ kind, name string }

// A room is for one guest at a time, and whoever has its turn may ask it. Guests.mu
// guards all but the guest, which belongs to the turn.
type room struct {
	turn  chan struct{} // holds a token while nobody asks
	guest *guest        // nil until asked for the first time
	trace atomic.Pointer[tracer]

	asking  int  // probes that ask or wait for their turn
	vacated bool // the guest must leave when its turn ends
	used    time.Time
	timer   *time.Timer
}

type tracer func(format string, args ...any)

// Ask asks the device of spec, which a probe made, within its timeout. Probes of one
// device that is kept wait for each other.
func (g *Guests) Ask(ctx context.Context, k *device.Kind, spec device.Spec, env device.Env) (metric.Group, error) {
	if len(spec.Budgets) == 0 {
		return Once(ctx, k, spec, env)
	}
	nothing := metric.Group{Families: k.Families}
	name := guestName{k.Name, spec.Name}
	r, err := g.enter(name)
	if err != nil {
		return nothing, err
	}
	defer g.release(name, r)
	select {
	case <-r.turn:
	case <-ctx.Done():
		return nothing, fmt.Errorf("wait for another probe of the same device: %w", ctx.Err())
	}
	defer g.endTurn(r)
	if env.Trace != nil {
		r.trace.Store(new(tracer(env.Trace)))
		defer r.trace.Store(nil)
	}
	if r.guest == nil {
		env.Trace, env.Spend = r.tell, g.purses().of(&spec).spend
		if r.guest, err = openGuest(k, &spec, env); err != nil {
			return nothing, err
		}
	}
	return r.guest.ask(ctx)
}

// purses returns where budgets are kept.
func (g *Guests) purses() *Purses {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.Purses == nil {
		g.Purses = new(Purses)
	}
	return g.Purses
}

// tell hands a trace on to the probe that asks.
func (r *room) tell(format string, args ...any) {
	if t := r.trace.Load(); t != nil {
		(*t)(format, args...)
	}
}

// enter returns the room of that name, a new one if there is none.
func (g *Guests) enter(name guestName) (*room, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, errClosed
	}
	r := g.rooms[name]
	if r == nil {
		if len(g.rooms) >= maxGuests && !g.makeRoom() {
			return nil, &device.Error{Reason: device.RateLimited,
				Err: fmt.Errorf("%d other devices are being probed; configure those that are asked often", maxGuests)}
		}
		r = &room{turn: make(chan struct{}, 1)}
		r.turn <- struct{}{}
		r.timer = time.AfterFunc(guestStay, func() { g.expire(name, r) })
		if g.rooms == nil {
			g.rooms = make(map[guestName]*room)
		}
		g.rooms[name] = r
	}
	r.asking++
	return r, nil
}

// endTurn lets the next probe ask. A guest that must leave does so before that: two
// never talk to the same device.
func (g *Guests) endTurn(r *room) {
	g.mu.Lock()
	leaving := r.vacated
	r.vacated = false
	g.mu.Unlock()
	if leaving && r.guest != nil {
		r.guest.leave()
		r.guest = nil
	}
	r.turn <- struct{}{}
}

// release ends a probe.
func (g *Guests) release(name guestName, r *room) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r.asking--
	r.used = time.Now()
	switch {
	case r.asking > 0:
	case g.closed || r.guest == nil:
		g.clear(name)
	default:
		r.timer.Reset(guestStay)
	}
}

// expire clears a room whose guest was not asked for long.
func (g *Guests) expire(name guestName, r *room) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.rooms[name] == r && r.asking == 0 {
		g.clear(name)
	}
}

// makeRoom sends the guest away that was asked longest ago, if one is not being asked.
// g.mu is held.
func (g *Guests) makeRoom() bool {
	var oldest guestName
	var used time.Time
	for name, r := range g.rooms {
		if r.asking == 0 && (used.IsZero() || r.used.Before(used)) {
			oldest, used = name, r.used
		}
	}
	if used.IsZero() {
		return false
	}
	g.clear(oldest)
	return true
}

// clear takes a room out that nobody asks in, and closes its guest; saying goodbye may
// take a network its time. g.mu is held.
func (g *Guests) clear(name guestName) {
	r := g.rooms[name]
	delete(g.rooms, name)
	r.timer.Stop()
	switch {
	case r.guest == nil:
	case g.closed: // nobody waits for those any more who leave now
		r.guest.leave()
	default:
		g.away.Go(r.guest.leave)
	}
}

// Dismiss sends all guests away: what they may be asked for may have changed. Those
// that are being asked leave when that ends.
func (g *Guests) Dismiss() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dismiss()
}

func (g *Guests) dismiss() {
	for name, r := range g.rooms {
		if r.asking == 0 {
			g.clear(name)
		} else {
			r.vacated = true
		}
	}
}

// Close sends all guests away for good and waits for those that nobody asks.
func (g *Guests) Close() {
	g.mu.Lock()
	g.dismiss()
	g.closed = true
	g.mu.Unlock()
	g.away.Wait()
}
