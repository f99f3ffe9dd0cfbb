package poll

// How many outcomes are remembered per device. One of a swarm remembers only what
// went wrong, because that is rare.
const (
	historyGood  = 5
	historyBad   = 5
	historySwarm = 3
)

// history is the last few polls of a sort, newest last. Good and bad ones are kept
// apart, so that a frequent sort does not push the rare one out.
type history []outcome

// remember files e.last in the history. Set.mu is held.
func (e *entry) remember() {
	switch {
	case e.last.err == nil && e.swarm:
	case e.last.err == nil:
		e.makeRare().good.push(e.last, historyGood)
	case e.swarm:
		e.makeRare().bad.push(e.last, historySwarm)
	default:
		e.makeRare().bad.push(e.last, historyBad)
	}
}

// push adds o and lets the oldest go when there are more than limit.
func (h *history) push(o outcome, limit int) {
	if len(*h) < limit {
		*h = append(*h, o)
		return
	}
	copy(*h, (*h)[1:])
	(*h)[limit-1] = o
}

// public returns the history as others see it.
func (h history) public() []Outcome {
	var all []Outcome
	for _, o := range h {
		all = append(all, o.public())
	}
	return all
}
