package poll

import (
	"math/rand/v2"
	"testing"
	"time"
)

// The queue against a plain list, through some thousand random steps.
func TestQueue(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var q queue
	in := make(map[*entry]bool)
	all := make([]*entry, 100)
	for i := range all {
		all[i] = &entry{place: -1}
	}
	for step := range 5000 {
		e := all[random.IntN(len(all))]
		switch op := random.IntN(3); {
		case op == 0 && !in[e]:
			e.due = time.Duration(random.IntN(50))
			q.push(e)
			in[e] = true
		case op == 1:
			q.remove(e)
			delete(in, e)
		case op == 2 && len(q) > 0:
			first := q.pop()
			for other := range in {
				if other.due < first.due {
					t.Fatalf("step %d: due at %d came before %d", step, first.due, other.due)
				}
			}
			delete(in, first)
		}
		if len(q) != len(in) {
			t.Fatalf("step %d: %d entries, want %d", step, len(q), len(in))
		}
		for _, e := range all {
			if in[e] != (e.place >= 0) || in[e] && q[e.place] != e {
				t.Fatalf("step %d: an entry's place is %d, in the queue: %t", step, e.place, in[e])
			}
		}
	}
	for len(q) > 0 {
		q.pop()
	}
	for _, e := range q[:cap(q)] {
		if e != nil {
			t.Fatal("the queue holds on to an entry that left")
		}
	}
}
