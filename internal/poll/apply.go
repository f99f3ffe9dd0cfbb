package poll

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"home_exporter/internal/device"
)

// First polls after a change are spread: those of a home, or of a site, over a tenth
// of a second; those of a field of meters, which must not open all its sockets in one
// moment, at two thousand a second. It never takes longer than an interval.
const (
	siteSize = 1000
	siteStep = 100 * time.Microsecond
	rampStep = 500 * time.Microsecond
)

// rampOf is the time from one first poll to the next when so many begin.
func rampOf(opened int, interval time.Duration) time.Duration {
	step := rampStep
	if opened <= siteSize {
		step = siteStep
	}
	return min(step, interval/time.Duration(opened))
}

// Apply makes the set run exactly these specs, beside what finders among them have
// found. Entries with an unchanged digest run on with their readings. It is all or
// nothing: when a device cannot be opened, nothing changes.
func (s *Set) Apply(specs []device.Spec) error {
	s.applying.Lock()
	defer s.applying.Unlock()
	_, err := s.reconcile(nil, specs)
	return err
}

// errClosed is what changes after the end get.
var errClosed = errors.New("the program is shutting down")

// A change is what reconcile is about to do to one kind.
type change struct {
	kind    *kindState
	entries []*entry // all that run after it, by name
	opened  []*entry // new ones among them
	paced   []paced
	removed []removed
	leftOut []string // names of specs that another owner's entry has
}

// paced is an entry that runs on, with the pace it has from now on.
type paced struct {
	entry *entry
	pace  *device.Pace
}

// removed is an entry that goes, and the new one of the same name if there is one.
type removed struct{ entry, heir *entry }

// reconcile replaces the entries of an owner, nil for the configuration. It returns
// the names of what it left out because other entries have them. s.applying is held,
// so that nobody else changes what runs.
func (s *Set) reconcile(owner *entry, specs []device.Spec) (leftOut []string, err error) {
	s.mu.Lock()
	stop := s.closed || owner != nil && owner.gone
	s.mu.Unlock()
	if stop {
		return nil, errClosed
	}
	byKind := make(map[string][]*device.Spec)
	for i := range specs {
		byKind[specs[i].Kind] = append(byKind[specs[i].Kind], &specs[i])
	}
	var changes []*change
	var errs []error
	for _, k := range s.kinds {
		c, err := s.plan(owner, k, byKind[k.kind.Name])
		delete(byKind, k.kind.Name)
		changes = append(changes, c)
		errs = append(errs, err)
		leftOut = append(leftOut, c.leftOut...)
	}
	for name := range byKind {
		errs = append(errs, fmt.Errorf("kind %q is not known", name))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, errors.Join(err, closeOpened(changes))
	}
	s.commit(changes)
	return leftOut, nil
}

// closeOpened closes what was opened for changes that will not be.
func closeOpened(changes []*change) error {
	var errs []error
	for _, c := range changes {
		for _, e := range c.opened {
			errs = append(errs, guarded(e.device.Close))
		}
	}
	return errors.Join(errs...)
}

// plan compares what runs of a kind with what is wanted, and opens what is new.
func (s *Set) plan(owner *entry, k *kindState, wanted []*device.Spec) (*change, error) {
	slices.SortFunc(wanted, func(a, b *device.Spec) int { return cmp.Compare(a.Name, b.Name) })
	c := &change{kind: k, entries: make([]*entry, 0, max(len(wanted), len(k.entries)))}
	var errs []error
	old := k.entries
	for i := 0; i < len(wanted) || len(old) > 0; {
		switch {
		case i == len(wanted) || len(old) > 0 && old[0].name < wanted[i].Name:
			if old[0].owner == owner {
				c.removed = append(c.removed, removed{entry: old[0]})
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
			_, err := s.planNew(c, owner, nil, wanted[i])
			errs = append(errs, err)
		}
		i++
	}
	return c, errors.Join(errs...)
}

// planSame plans for a spec whose name is taken by a running entry.
func (s *Set) planSame(c *change, owner, running *entry, spec *device.Spec) error {
	switch {
	case running.owner != owner && owner != nil:
		c.entries = append(c.entries, running)
		c.leftOut = append(c.leftOut, spec.Name)
		return nil
	case running.owner == owner && running.digest == spec.Digest && running.labels == spec.Labels:
		c.entries = append(c.entries, running)
		if running.pace == spec.Pace {
			return nil
		}
		c.paced = append(c.paced, paced{running, spec.Pace})
		return checkPace(spec)
	}
	heir, err := s.planNew(c, owner, running, spec)
	if err == nil {
		c.removed = append(c.removed, removed{running, heir})
	}
	return err
}

// planNew opens the device of a spec, which may replace another.
func (s *Set) planNew(c *change, owner, replaced *entry, spec *device.Spec) (*entry, error) {
	e, err := s.open(owner, c.kind, spec, replaced)
	if err != nil {
		return nil, err
	}
	c.entries = append(c.entries, e)
	c.opened = append(c.opened, e)
	return e, nil
}
