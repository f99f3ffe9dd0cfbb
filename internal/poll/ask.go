package poll

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// freshEnough is the age below which readings serve a demand too: two Prometheus
// servers that scrape in the same moment ask once.
const freshEnough = time.Second

// A Filter narrows a set to some kinds and devices. The zero value matches all.
type Filter struct {
	Kinds, Devices []string
}

// All reports whether the filter matches everything.
func (f Filter) All() bool { return len(f.Kinds) == 0 && len(f.Devices) == 0 }

func (f Filter) kind(name string) bool {
	return len(f.Kinds) == 0 || slices.Contains(f.Kinds, name)
}

// of returns those of entries, which are by name, that match by theirs. Names are
// looked up: one device among a hundred thousand costs no walk over all.
func (f Filter) of(entries []*entry) []*entry {
	if len(f.Devices) == 0 {
		return entries
	}
	var matching []*entry
	for _, name := range slices.Compact(slices.Sorted(slices.Values(f.Devices))) {
		i, ok := slices.BinarySearchFunc(entries, name, func(e *entry, name string) int { return strings.Compare(e.name, name) })
		if ok {
			matching = append(matching, entries[i])
		}
	}
	return matching
}

// Refresh asks the matching devices that are polled when scraped, and waits until
// all have answered or ctx ends. Devices that are being asked are not asked twice, and
// those that want to be left alone are not asked.
func (s *Set) Refresh(ctx context.Context, f Filter) {
	s.demand(ctx, f, func(e *entry) bool { return e.pace.OnScrape })
}

// Ask asks one device now, whatever its schedule, and waits for it. It returns the
// error of the poll, or that of ctx when it ends first. Where the last poll will do,
// because it was just now or because the device asked to be left alone since, its
// error is returned.
func (s *Set) Ask(ctx context.Context, kind, name string) error {
	f := Filter{Kinds: []string{kind}, Devices: []string{name}}
	asked, err := s.demand(ctx, f, func(*entry) bool { return true })
	if len(asked) == 0 {
		return fmt.Errorf("no device of kind %s is named %q", kind, name)
	}
	if err != nil {
		return fmt.Errorf("ask %s %s: %w", kind, name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := asked[0]; {
	case s.closed:
		return fmt.Errorf("ask %s %s: %w", kind, name, errClosed)
	case e.gone:
		return fmt.Errorf("ask %s %s: its configuration has changed meanwhile", kind, name)
	default:
		return e.last.err
	}
}

// NameAt returns the name of the device of a kind that is at a place of the network
// (see device.Spec.Place), empty when none is.
func (s *Set) NameAt(kind, place string) string {
	k := s.kindOf(kind)
	if k == nil || place == "" {
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range k.entries {
		if e.rare != nil && e.rare.place == place {
			return e.name
		}
	}
	return ""
}

// demand asks the entries that match and that which chooses, and waits for them. It
// returns them, and the error of ctx when it ended first.
func (s *Set) demand(ctx context.Context, f Filter, which func(*entry) bool) (asked []*entry, err error) {
	deadline, _ := ctx.Deadline()
	var waits []<-chan struct{}
	s.mu.Lock()
	for _, k := range s.kinds {
		if !f.kind(k.kind.Name) {
			continue
		}
		for _, e := range f.of(k.entries) {
			if which(e) {
				asked = append(asked, e)
				if done := s.want(e, deadline); done != nil {
					waits = append(waits, done)
				}
			}
		}
	}
	s.mu.Unlock()
	for _, done := range waits {
		select {
		case <-done:
		case <-ctx.Done():
			return asked, ctx.Err()
		}
	}
	return asked, nil
}

// want makes e due now unless it is being asked, and returns what is closed when it
// has been; nil when its last poll will do. s.mu is held.
func (s *Set) want(e *entry, deadline time.Time) <-chan struct{} {
	now := time.Now()
	_, notBefore := e.rest()
	switch {
	case s.closed:
		return nil
	case e.running != nil:
		if e.running.want == nil {
			e.running.want = &want{done: make(chan struct{})}
		}
		return e.running.want.done
	case e.wanted != nil:
		e.wanted.extend(deadline)
		return e.wanted.done
	case e.isFresh(now) || now.Sub(s.epoch) < notBefore:
		return nil
	}
	e.wanted = &want{done: make(chan struct{}), deadline: deadline}
	if e.after() == nil {
		s.enqueue(e, now.Sub(s.epoch))
	}
	return e.wanted.done
}

// isFresh reports whether the last poll of e has just begun. The wall clock may have
// been set back since: what seems to be of the future is not fresh.
func (e *entry) isFresh(now time.Time) bool {
	age := time.Duration(moment(now) - e.last.start)
	return e.last.start != 0 && 0 <= age && age < freshEnough
}

// extend gives the poll the time of whoever has the most: each waits no longer than
// its own.
func (w *want) extend(deadline time.Time) {
	switch {
	case w.deadline.IsZero():
	case deadline.IsZero(), deadline.After(w.deadline):
		w.deadline = deadline
	}
}
