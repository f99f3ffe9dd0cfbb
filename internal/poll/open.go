package poll

import (
	"errors"
	"fmt"

	"home_exporter/internal/device"
)

// open makes the entry of a spec, which may replace another.
func (s *Set) open(owner *entry, k *kindState, spec *device.Spec, replaced *entry) (*entry, error) {
	if err := checkPace(spec); err != nil {
		return nil, err
	}
	e := &entry{
		kind: k, name: spec.Name, digest: spec.Digest, labels: spec.Labels,
		owner: owner, pace: spec.Pace, place: -1, swarm: spec.Swarm,
	}
	env := device.Env{Log: s.log, Trace: s.trace, Spend: noBudget}
	if !spec.Swarm {
		e.makeRare()
		env.Log = s.log.With("kind", k.kind.Name, "device", spec.Name)
	}
	if len(spec.Budgets) > 0 {
		e.makeRare().purses = s.purses.of(spec)
		e.rare.place = spec.Place
		e.rare.purses.inherit(s.pursesOf(replaced))
		env.Spend = e.rare.purses.spend
	}
	d, err := openDevice(spec, env)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", k.kind.Name, spec.Name, err)
	}
	e.device = d
	if e.isFinder() {
		e.makeRare()
	}
	return e, nil
}

// pursesOf returns what is left of the budgets of a running entry, nil for none.
func (s *Set) pursesOf(e *entry) purses {
	if e == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return e.purses()
}

// openDevice opens the device of a spec.
func openDevice(spec *device.Spec, env device.Env) (d device.Device, err error) {
	err = guarded(func() error {
		d, err = spec.Open(env)
		return err
	})
	if err == nil && d == nil {
		err = errors.New("nothing was opened")
	}
	return d, err
}

// checkPace refuses a pace that the schedule cannot work with. Configurations cannot
// contain one; a kind that makes specs by itself can.
func checkPace(spec *device.Spec) error {
	if p := spec.Pace; p == nil || p.Timeout <= 0 || p.Interval <= 0 && !p.OnScrape {
		return fmt.Errorf("%s %s: a device needs an interval and a timeout", spec.Kind, spec.Name)
	}
	return nil
}
