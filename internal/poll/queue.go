package poll

import "container/heap"

// queue is the entries that wait, the one that is due first at index 0.
type queue []*entry

func (q *queue) push(e *entry) { heap.Push((*byDue)(q), e) }

func (q *queue) pop() *entry { return heap.Pop((*byDue)(q)).(*entry) }

// remove takes e out if it is in.
func (q *queue) remove(e *entry) {
	if e.place >= 0 {
		heap.Remove((*byDue)(q), int(e.place))
	}
}

// byDue is the queue as container/heap wants it.
type byDue queue

func (q byDue) Len() int           { return len(q) }
func (q byDue) Less(i, j int) bool { return q[i].due < q[j].due }

func (q byDue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = int32(i), int32(j)
}

func (q *byDue) Push(x any) {
	e := x.(*entry)
	e.place = int32(len(*q))
	*q = append(*q, e)
}

func (q *byDue) Pop() any {
	old := *q
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	e.place = -1
	return e
}
