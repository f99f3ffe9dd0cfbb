package metric

import (
	"hash/maphash"
	"runtime"
	"sync"
	"weak"
)

// A shape is what two polls that brought the same series have in common: the series
// in the order they were added, their label text, and where the value of each is
// kept. It is immutable once made.
type shape struct {
	added  []added // one per entry of the batches that fit
	groups []group // one per family, in the order of first appearance
	size   int     // values in a snapshot of this shape
	drops  int     // duplicates among added
}

// added is one entry of a batch, as the shape remembers it.
type added struct {
	family  *Family
	text    string
	running bool
	slot    int // index of its first value in the snapshot; -1 for a dropped duplicate
}

// A group is the series of one family, together, as the exposition wants them.
type group struct {
	family *Family
	series []series
}

type series struct {
	text    string
	running bool
	slot    int
}

// fits reports whether b brought exactly the series of the shape, in its order.
func (s *shape) fits(b *Batch) bool {
	if len(s.added) != len(b.entries) {
		return false
	}
	for i, e := range b.entries {
		a := &s.added[i]
		if a.family != e.family || a.running != e.running || a.text != string(b.textOf(e)) {
			return false
		}
	}
	return true
}

// newShape makes the shape of b. Equal label text is kept once, however many
// families it stands under.
func newShape(b *Batch) *shape {
	type key struct {
		family *Family
		text   string
	}
	all := string(b.text)
	texts := make(map[string]string)
	seen := make(map[key]bool, len(b.entries))
	index := make(map[*Family]int)
	s := &shape{added: make([]added, 0, len(b.entries))}
	for _, e := range b.entries {
		text := all[e.start:e.end]
		if kept, ok := texts[text]; ok {
			text = kept
		} else {
			text = string([]byte(text)) // not a slice of all, which holds the repeats
			texts[text] = text
		}
		a := added{family: e.family, text: text, running: e.running, slot: s.size}
		if k := (key{e.family, text}); seen[k] {
			a.slot = -1
			s.drops++
		} else {
			seen[k] = true
			s.size += e.slots()
			i, ok := index[e.family]
			if !ok {
				i = len(s.groups)
				index[e.family] = i
				s.groups = append(s.groups, group{family: e.family})
			}
			s.groups[i].series = append(s.groups[i].series, series{text: text, running: e.running, slot: a.slot})
		}
		s.added = append(s.added, a)
	}
	return s
}

// find returns the series of f, none when the shape has none.
func (s *shape) find(f *Family) []series {
	for i := range s.groups {
		if s.groups[i].family == f {
			return s.groups[i].series
		}
	}
	return nil
}

// Shapes holds the shapes in use, so that devices which tell the same series share
// one. A shape goes with the last snapshot that has it. The zero value is ready,
// and safe for concurrent use.
type Shapes struct {
	mu     sync.Mutex
	byHash map[uint64]weak.Pointer[shape]
}

var shapeSeed = maphash.MakeSeed()

// of returns the shape of b, an existing one if there is one.
func (t *Shapes) of(b *Batch) *shape {
	h := b.hash()
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.byHash[h].Value(); s != nil && s.fits(b) {
		return s
	}
	// Two different shapes with one hash are possible; the later one is then shared.
	s := newShape(b)
	if t.byHash == nil {
		t.byHash = make(map[uint64]weak.Pointer[shape])
	}
	t.byHash[h] = weak.Make(s)
	runtime.AddCleanup(s, t.forget, h)
	return s
}

// forget removes the entry of a collected shape, unless another has its place.
func (t *Shapes) forget(h uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p, ok := t.byHash[h]; ok && p.Value() == nil {
		delete(t.byHash, h)
	}
}

// hash covers all that fits compares.
func (b *Batch) hash() uint64 {
	var h maphash.Hash
	h.SetSeed(shapeSeed)
	for _, e := range b.entries {
		maphash.WriteComparable(&h, e.family)
		maphash.WriteComparable(&h, e.running)
		h.Write(b.textOf(e))
		h.WriteByte(0xff) // never part of valid UTF-8: an end mark
	}
	return h.Sum64()
}
