package poll

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"home_exporter/internal/device"
)

// rampStep spreads the first polls after a change: two thousand starts a second,
// until the whole of an interval is reached. A home is asked at once; a field of
// meters does not open all its sockets in one moment.
const rampStep = 500 * time.Microsecond

// Apply makes the set run exactly these specs, beside what finders among them have
// found. Entries with an unchanged digest run on with their readings. It is all or
// nothing: when a device cannot be opened, nothing changes.
func (s *Set) Apply(specs []device.Spec) error {
	s.applying.Lock()
	defer s.applying.Unlock()
	return s.reconcile(nil, specs)
}

// found makes the set run exactly these specs as those of a finder.
func (s *Set) found(finder *entry, specs []device.Spec) error {
	s.applying.Lock()
	defer s.applying.Unlock()
	return s.reconcile(finder, specs)
}

// errClosed is what changes after the end get.
var errClosed = errors.New("the program is shutting down")

// A change is what reconcile is about to do to one kind.
type change struct {
	kind    *kindState
	entries []*entry // all that run after it, by name
	opened  []*entry // new ones among them
	pacing  map[*entry]*device.Pace
	removed []*entry
	heirs   map[*entry]*entry // a removed entry and the new one of the same name
}

// reconcile replaces the entries of an owner, nil for the configuration.
// s.applying is held, so that nobody else changes what runs.
func (s *Set) reconcile(owner *entry, specs []device.Spec) error {
	s.mu.Lock()
	stop := s.closed || owner != nil && owner.gone
	s.mu.Unlock()
	if stop {
		return errClosed
	}
	byKind := make(map[string][]device.Spec)
	for _, spec := range specs {
		byKind[spec.Kind] = append(byKind[spec.Kind], spec)
	}
	var changes []*change
	var errs []error
	for _, k := range s.kinds {
		wanted := byKind[k.kind.Name]
		delete(byKind, k.kind.Name)
		c, err := s.plan(owner, k, wanted)
		changes = append(changes, c)
		errs = append(errs, err)
	}
	for name := range byKind {
		errs = append(errs, fmt.Errorf("kind %q is not known", name))
	}
	if err := errors.Join(errs...); err != nil {
		for _, c := range changes {
			for _, e := range c.opened {
				errs = append(errs, e.device.Close())
			}
		}
		return errors.Join(errs...)
	}
	s.commit(changes)
	return nil
}

// plan compares what runs of a kind with what is wanted, and opens what is new.
func (s *Set) plan(owner *entry, k *kindState, wanted []device.Spec) (*change, error) {
	slices.SortStableFunc(wanted, func(a, b device.Spec) int { return cmp.Compare(a.Name, b.Name) })
	c := &change{kind: k, pacing: make(map[*entry]*device.Pace), heirs: make(map[*entry]*entry)}
	var errs []error
	old := k.entries
	for i := 0; i < len(wanted) || len(old) > 0; {
		switch {
		case i == len(wanted) || len(old) > 0 && old[0].name < wanted[i].Name:
			if old[0].owner == owner {
				c.removed = append(c.removed, old[0])
			} else {
				c.entries = append(c.entries, old[0])
			}
			old = old[1:]
			continue
		case i > 0 && wanted[i].Name == wanted[i-1].Name:
			errs = append(errs, fmt.Errorf("%s: two devices are named %q", k.kind.Name, wanted[i].Name))
		case len(old) > 0 && old[0].name == wanted[i].Name:
			errs = append(errs, s.planSame(c, owner, old[0], wanted[i]))
			old = old[1:]
		default:
			e, err := s.open(owner, k, wanted[i], nil)
			errs = append(errs, err)
			if err == nil {
				c.entries = append(c.entries, e)
				c.opened = append(c.opened, e)
			}
		}
		i++
	}
	return c, errors.Join(errs...)
}

// planSame plans for a spec whose name is taken by a running entry.
func (s *Set) planSame(c *change, owner, running *entry, spec device.Spec) error {
	switch {
	case running.owner != owner && owner != nil:
		s.log.Warn("a device that was found has the name of another; it is left out",
			"kind", spec.Kind, "device", spec.Name, "found_by", owner.name)
		c.entries = append(c.entries, running)
		return nil
	case running.owner == owner && running.digest == spec.Digest && running.labels == spec.Labels:
		c.entries = append(c.entries, running)
		c.pacing[running] = spec.Pace
		return nil
	}
	e, err := s.open(owner, c.kind, spec, running)
	if err != nil {
		return err
	}
	c.entries = append(c.entries, e)
	c.opened = append(c.opened, e)
	c.removed = append(c.removed, running)
	c.heirs[running] = e
	return nil
}

// open makes the entry of a spec, which may replace another.
func (s *Set) open(owner *entry, k *kindState, spec device.Spec, replaced *entry) (*entry, error) {
	e := &entry{
		kind: k, name: spec.Name, digest: spec.Digest, labels: spec.Labels,
		owner: owner, pace: spec.Pace, place: -1, swarm: spec.Swarm,
	}
	e.counts = &k.swarm
	if !spec.Swarm {
		e.counts = &counters{}
	}
	if replaced != nil {
		e.purses = replaced.purses
	}
	e.purses = newPurses(spec.Budgets, e.purses)
	env := device.Env{Log: s.log, Trace: s.trace, Spend: e.purses.spend}
	if !spec.Swarm {
		env.Log = s.log.With("kind", k.kind.Name, "device", spec.Name)
	}
	d, err := spec.Open(env)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", k.kind.Name, spec.Name, err)
	}
	e.device = d
	return e, nil
}
