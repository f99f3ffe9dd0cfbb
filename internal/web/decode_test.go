package web

import (
	"encoding/json"
	"strings"
	"testing"

	"home_exporter/internal/metric"
)

type batch = metric.Batch

// decode reads JSON that must be nothing else.
func decode(t *testing.T, what, text string, into any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s is not JSON: %v\n%s", what, err, text)
	}
	if d.More() {
		t.Fatalf("%s goes on after the JSON:\n%s", what, text)
	}
}
