package poll

import (
	"fmt"
	"sync"
	"time"

	"home_exporter/internal/device"
)

// Purses is what is left of all budgets, by the place of the device that they are
// for: neither a reload nor another name nor a probe rests a modem. The zero value is
// ready.
type Purses struct {
	mu   sync.Mutex
	kept map[purseKey]*device.Purse
}

type purseKey struct {
	kind, place string
	budget      device.Budget
}

// maxPurses is when full purses are forgotten: a new one is full, too.
const maxPurses = 256

// of returns the purses of a spec's budgets. Those of a spec without a place are its
// own.
func (p *Purses) of(spec *device.Spec) purses {
	if len(spec.Budgets) == 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil {
		p.kept = make(map[purseKey]*device.Purse)
	}
	if len(p.kept) >= maxPurses {
		p.forgetFull(time.Now())
	}
	var all purses
	for _, b := range spec.Budgets {
		key := purseKey{spec.Kind, spec.Place, b}
		purse := p.kept[key]
		if purse == nil || spec.Place == "" {
			purse = device.NewPurse(b)
			if spec.Place != "" {
				p.kept[key] = purse
			}
		}
		all = append(all, purse)
	}
	return all
}

func (p *Purses) forgetFull(now time.Time) {
	for key, purse := range p.kept {
		if purse.Left(now) >= key.budget.Requests {
			delete(p.kept, key)
		}
	}
}

// purses is what is left of the budgets of one device.
type purses []*device.Purse

// inherit puts the purses of an earlier entry in the place of those that are for the
// same budget.
func (p purses) inherit(earlier purses) {
	for i := range p {
		for _, e := range earlier {
			if e.Budget() == p[i].Budget() {
				p[i] = e
			}
		}
	}
}

// spend takes a request from the named purse.
func (p purses) spend(name string) error {
	for _, purse := range p {
		if purse.Budget().Name == name {
			return purse.Spend(time.Now())
		}
	}
	return noBudget(name)
}

// noBudget is the spend of devices without budgets: one function for all of a swarm.
func noBudget(name string) error { return fmt.Errorf("there is no budget named %q", name) }
