package hitron

import "slices"

// A channelSet notices that other channels are in use than before.
type channelSet struct {
	ids     []string
	changes uint64
	known   bool
}

func (s *channelSet) update(ids []string) {
	slices.Sort(ids)
	if s.known && !slices.Equal(ids, s.ids) {
		s.changes++
	}
	s.ids, s.known = ids, true
}
