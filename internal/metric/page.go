package metric

import (
	"cmp"
	"io"
	"slices"
	"time"
)

// A Group is a set of devices that tell the same families: those of one kind.
type Group struct {
	Families []*Family
	Sources  []Source
}

// A Source is one device's readings with the labels that all of them carry.
type Source struct {
	Labels   Labels
	Snapshot *Snapshot
}

// WritePage writes the readings of all groups, families in the order of their
// names, to w. Values that run on are shown as of now. It does not write what ends
// an OpenMetrics page: see Format.End.
//
// A page is written through a buffer of fixed size; nothing is allocated per series.
func WritePage(w io.Writer, format Format, now time.Time, groups []Group) error {
	type job struct {
		family  *Family
		sources []Source
	}
	var jobs []job
	for _, g := range groups {
		for _, f := range g.Families {
			jobs = append(jobs, job{f, g.Sources})
		}
	}
	slices.SortStableFunc(jobs, func(a, b job) int { return cmp.Compare(a.family.Name, b.family.Name) })

	p := page{w: w, format: format, now: Seconds(now), buf: make([]byte, 0, pageBuffer+pageSlack)}
	for _, j := range jobs {
		p.family(j.family, j.sources)
	}
	p.flush()
	return p.err
}

// Lines longer than the slack make the buffer grow, nothing worse.
const (
	pageBuffer = 64 << 10
	pageSlack  = 8 << 10
)

// page is an exposition being written.
type page struct {
	w      io.Writer
	format Format
	now    float64 // seconds since 1970
	buf    []byte
	err    error // the first one of w; nothing is written after it
}

func (p *page) flush() {
	if p.err == nil && len(p.buf) > 0 {
		_, p.err = p.w.Write(p.buf)
	}
	p.buf = p.buf[:0]
}

// family writes the header of f and its series of all sources; nothing when no
// source has any.
func (p *page) family(f *Family, sources []Source) {
	line := newLines(f, p.format)
	headed := false
	var (
		last  *shape // devices of a kind mostly share a shape: look the family up once
		found []series
	)
	for _, src := range sources {
		if p.err != nil {
			return
		}
		if src.Snapshot == nil {
			continue
		}
		if src.Snapshot.shape != last {
			last = src.Snapshot.shape
			found = last.find(f)
		}
		for i := range found {
			if !headed {
				p.buf = line.appendHeader(p.buf)
				headed = true
			}
			p.buf = line.append(p.buf, src, &found[i], p.now)
			if len(p.buf) >= pageBuffer {
				p.flush()
			}
		}
	}
}
