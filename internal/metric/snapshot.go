package metric

// A Snapshot is what one poll of one device learned, frozen. It never changes, so
// a scrape reads it without a lock while the next poll is under way.
type Snapshot struct {
	shape  *shape
	values []float64
}

// Freeze makes a Snapshot of b. When previous, the device's last snapshot, had the
// same series, only the values are new: two allocations, however many series.
// It also returns how many samples were dropped, duplicates included.
func (t *Shapes) Freeze(b *Batch, previous *Snapshot) (*Snapshot, int) {
	var s *shape
	if previous != nil && previous.shape.fits(b) {
		s = previous.shape
	} else {
		s = t.of(b)
	}
	snap := &Snapshot{shape: s, values: make([]float64, s.size)}
	for i, e := range b.entries {
		if slot := s.added[i].slot; slot >= 0 {
			copy(snap.values[slot:], b.values[e.value:e.value+e.slots()])
		}
	}
	return snap, b.dropped + s.drops
}

// Len returns the number of series in the snapshot. A histogram counts as one.
func (s *Snapshot) Len() int { return len(s.shape.added) - s.shape.drops }

// Each calls yield with each plain series: its family, its own label text and its
// value. Histograms and running values are left out. It serves readers other than
// the exposition: a page, a test, a program.
func (s *Snapshot) Each(yield func(f *Family, labels Labels, v float64)) {
	for _, g := range s.shape.groups {
		for _, one := range g.series {
			if g.family.Type != Histogram && !one.running {
				yield(g.family, Labels(one.text), s.values[one.slot])
			}
		}
	}
}
