package metric

import (
	"strings"
	"testing"
	"time"
)

// at returns the moment v seconds after 1970.
func at(v float64) time.Time { return time.Unix(0, int64(v*1e9)) }

// frozen returns the snapshot of what fill adds, and how many samples were dropped.
func frozen(fill func(*Batch)) (*Snapshot, int) {
	var shapes Shapes
	var b Batch
	fill(&b)
	return shapes.Freeze(&b, nil)
}

// written returns a whole page.
func written(t testing.TB, format Format, now time.Time, groups ...Group) string {
	t.Helper()
	var page strings.Builder
	if err := WritePage(&page, format, now, groups); err != nil {
		t.Fatalf("WritePage: %v", err)
	}
	if err := format.End(&page); err != nil {
		t.Fatalf("End: %v", err)
	}
	return page.String()
}

// sampleLines returns the lines of page that are not comments.
func sampleLines(page string) string {
	var out strings.Builder
	for line := range strings.Lines(page) {
		if !strings.HasPrefix(line, "#") {
			out.WriteString(line)
		}
	}
	return out.String()
}
