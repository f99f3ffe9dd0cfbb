package promparse

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"

	"home_exporter/internal/metric"
)

// formats are those that the program writes.
var formats = []metric.Format{metric.Text, metric.OpenMetrics, metric.OpenMetrics001}

// now is the moment of the scrapes.
var now = time.Unix(1_763_700_045, 0)

// A scrape is what Prometheus understood of a page.
type scrape struct {
	Samples map[string]float64 // by all labels, the name of the metric included
	Help    map[string]string
	Type    map[string]string
	Unit    map[string]string
}

// read writes a page of groups, and has Prometheus read it.
func read(t testing.TB, format metric.Format, groups ...metric.Group) scrape {
	t.Helper()
	var page strings.Builder
	if err := errors.Join(metric.WritePage(&page, format, now, groups), format.End(&page)); err != nil {
		t.Fatal(err)
	}
	got, err := parse([]byte(page.String()), format.ContentType())
	if err != nil {
		t.Fatalf("Prometheus refuses a page of %s: %v\n%.2000s", format.ContentType(), err, page.String())
	}
	return got
}

// parse chooses the parser by content type, as a scrape does, and reads to the end.
func parse(page []byte, contentType string) (scrape, error) {
	s := scrape{make(map[string]float64), make(map[string]string), make(map[string]string), make(map[string]string)}
	p, err := textparse.New(page, contentType, nil, textparse.ParserOptions{})
	if err != nil {
		return s, err
	}
	for {
		entry, err := p.Next()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return s, err
		}
		switch entry {
		case textparse.EntryHelp:
			name, help := p.Help()
			err = note(s.Help, string(name), string(help))
		case textparse.EntryType:
			name, typ := p.Type()
			err = note(s.Type, string(name), string(typ))
		case textparse.EntryUnit:
			name, unit := p.Unit()
			err = note(s.Unit, string(name), string(unit))
		case textparse.EntrySeries:
			var l labels.Labels
			p.Labels(&l)
			_, at, v := p.Series()
			if at != nil {
				err = fmt.Errorf("%s has a time", l)
			}
			if err == nil {
				err = note(s.Samples, l.String(), v)
			}
		default:
			err = fmt.Errorf("entry of kind %d, which we do not write", entry)
		}
		if err != nil {
			return s, err
		}
	}
}

// note adds a key that may come only once.
func note[V any](m map[string]V, key string, v V) error {
	if _, twice := m[key]; twice {
		return fmt.Errorf("%s stands there twice", key)
	}
	m[key] = v
	return nil
}

// series is the key of scrape.Samples for a name and pairs of label and value.
func series(name string, pairs ...string) string {
	return labels.FromStrings(append([]string{"__name__", name}, pairs...)...).String()
}

// source is the snapshot of what fill adds, under the label device.
func source(t testing.TB, device string, fill func(*metric.Batch)) metric.Source {
	t.Helper()
	var shapes metric.Shapes
	var b metric.Batch
	fill(&b)
	snapshot, dropped := shapes.Freeze(&b, nil)
	if dropped != 0 {
		t.Fatalf("%d samples dropped", dropped)
	}
	return metric.Source{Labels: metric.EncodeLabels("device", device), Snapshot: snapshot}
}
