package poll

import (
	"fmt"
	"runtime/debug"

	"home_exporter/internal/device"
)

// settle makes the set run what a finder has found, after each of its polls. A list
// that could not be applied as a whole is tried again at the next one: the names
// that it wants may have become free.
func (s *Set) settle(e *entry, finder device.Finder) error {
	var specs []device.Spec
	var changed bool
	err := guarded(func() error {
		specs, changed = finder.Found()
		return nil
	})
	if err != nil {
		return err
	}
	s.applying.Lock()
	defer s.applying.Unlock()
	rest := e.rare
	if !changed {
		specs = rest.specs
	}
	if specs == nil && !changed {
		return nil
	}
	leftOut, err := s.reconcile(e, specs)
	rest.specs = nil
	if err != nil || len(leftOut) > 0 {
		rest.specs = specs
	}
	if err != nil {
		return &device.Error{Reason: device.Internal, Err: fmt.Errorf("run what was found: %w", err)}
	}
	if changed {
		for _, name := range leftOut {
			s.log.Warn("a device that was found has the name of another; it is left out",
				"device", name, "found_by", e.name)
		}
		if len(specs) >= largeList {
			specs = nil
			debug.FreeOSMemory() // what reading it took is needed once
		}
	}
	return nil
}

// largeList is the number of found devices from which on reading the list has taken
// more memory than one would want to keep.
const largeList = 10_000
