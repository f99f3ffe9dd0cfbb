package homeplug

import (
	"fmt"
	"time"
)

// An adapter is an Adapter that lives. It is guarded by Sim.mu.
type adapter struct {
	Adapter
	boot      boot
	unplugged bool
	lingers   time.Time // until then the others list it, though it is unplugged
	answered  int       // for those that are lost by count
}

// A boot is when the counters of an adapter began.
type boot struct {
	at    time.Time
	again bool // not the first one: the counters began at zero
}

func newAdapter(a Adapter, now time.Time) *adapter { return &adapter{Adapter: a, boot: boot{at: now}} }

func (a *adapter) uptime(now time.Time) time.Duration {
	if a.boot.again {
		return now.Sub(a.boot.at)
	}
	return a.Adapter.Uptime + now.Sub(a.boot.at)
}

func (a *adapter) forgotten(now time.Time) bool { return a.unplugged && !now.Before(a.lingers) }

// find is the adapter with that address; nil if there is none.
func (s *Sim) find(mac MAC) *adapter {
	for _, a := range s.adapters {
		if a.MAC == mac {
			return a
		}
	}
	return nil
}

// on tells whether the adapter has power.
func (s *Sim) on(a *adapter) bool { return !a.unplugged && !s.habitsOf(a).Off }

// with calls f with the adapter of that address, under the lock.
func (s *Sim) with(mac MAC, f func(*adapter)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.find(mac)
	if a == nil {
		return fmt.Errorf("simulated powerline: no adapter has the address %s", mac)
	}
	f(a)
	return nil
}

// Unplug takes an adapter away. The others list it for that time: minutes with real ones, or not at all.
func (s *Sim) Unplug(mac MAC, lingers time.Duration) error {
	return s.with(mac, func(a *adapter) { a.unplugged, a.lingers = true, s.options.Now().Add(lingers) })
}

// Plug puts an unplugged adapter back. Its uptime and counters begin at zero.
func (s *Sim) Plug(mac MAC) error {
	return s.with(mac, func(a *adapter) {
		a.unplugged = false
		a.boot = boot{at: s.options.Now(), again: true}
	})
}

// Restart lets the uptime and counters of an adapter begin at zero.
func (s *Sim) Restart(mac MAC) error {
	return s.with(mac, func(a *adapter) { a.boot = boot{at: s.options.Now(), again: true} })
}

// SetChip gives an adapter another chip or firmware, as an update does.
func (s *Sim) SetChip(mac MAC, c Chip) error {
	return s.with(mac, func(a *adapter) { a.Chip = c })
}

// SetLink changes one direction: rate, swing, load and all. The counters begin with what it gives.
func (s *Sim) SetLink(l Link) error {
	if err := l.check(); err != nil {
		return fmt.Errorf("simulated powerline: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.links[pair{l.From, l.To}] = newLink(l, s.options.Seed, s.options.Now())
	return nil
}

// SetNetworks changes who is where.
func (s *Sim) SetNetworks(networks []Network) error {
	if err := checkNetworks(networks); err != nil {
		return fmt.Errorf("simulated powerline: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.networks = networks
	return nil
}
