// Package metric owns families, batches and the exposition: everything between a
// number that a device told and the line that Prometheus reads.
//
//	Family   one metric name: help, type, unit, labels. Declared once, by a kind.
//	Batch    what one poll learned. Filled by a kind, reused by the poller.
//	Snapshot a finished batch: immutable, compact, safe to read from any goroutine.
//	Page     snapshots of many devices, written as one exposition.
//
// A Snapshot consists of a shape (which series, with their label text) and the
// values. Shapes are shared: a poll that brings the same series as the last one
// keeps the shape and stores numbers only, and a hundred thousand sockets that
// tell the same six things share one shape. Label text that is the same for all
// series of a device (its name, its address) is not in the shape but stands once
// beside the device, as Labels, and is written in front of each series' own.
package metric

// Type is the kind of a family, in the words of the OpenMetrics specification.
type Type uint8

// The types that home_exporter writes.
const (
	Gauge Type = iota
	Counter
	Info
	StateSet
	Histogram
)

// A Family is one metric name and all that is known about it before any device
// has answered. Families are declared as package variables, never changed, and
// known by their address.
type Family struct {
	// Name is the name that a text 0.0.4 page prints: counters end in _total,
	// infos in _info. Promised names of the replaced systems are kept as they are.
	Name string
	// Help is one sentence with the unit and the source of the value.
	Help string
	Type Type
	// Unit is the base unit that the name ends in (before _total), for OpenMetrics.
	Unit string
	// Labels are the names of the labels of each series, beside those which all
	// series of the device carry. Of a StateSet, the label of the state is not among
	// them: it bears the name of the family, as OpenMetrics wants it.
	Labels []string
	// Optional names those of Labels that are left out where their value is empty,
	// which for Prometheus is the same.
	Optional []string
	// Buckets are the upper bounds of a Histogram, ascending, without +Inf.
	Buckets []float64
	// Promised marks a name that an existing dashboard relies on: it is exempt from
	// the naming rules, and must never change.
	Promised bool
}

// slots is the number of values that one series of the family takes in a batch.
func (f *Family) slots() int {
	if f.Type == Histogram {
		return len(f.Buckets) + 2 // one count per bound, the count above all bounds, the sum
	}
	return 1
}
