package metric

import (
	"mime"
	"strings"
	"testing"
)

// What Prometheus servers send. Up to 2.42 it is one constant; later ones put it
// together from the setting scrape_protocols (scrape/scrape.go, acceptHeader).
const (
	accept242       = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
	accept250       = "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
	accept3         = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
	accept3Protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6," +
		"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4," +
		"text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
	accept3Text  = "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.4,application/openmetrics-text;version=0.0.1;q=0.3,*/*;q=0.2"
	acceptChrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
)

func TestNegotiate(t *testing.T) {
	tests := map[string]struct {
		accept string
		want   Format
	}{
		"none":                         {"", Text},
		"curl":                         {"*/*", Text},
		"a browser":                    {acceptChrome, Text},
		"Prometheus 2.42":              {accept242, OpenMetrics},
		"Prometheus 2.50":              {accept250, OpenMetrics},
		"Prometheus 3":                 {accept3, OpenMetrics},
		"Prometheus 3, protobuf first": {accept3Protobuf, OpenMetrics},
		"Prometheus 3, text first":     {accept3Text, Text},
		"protobuf only":                {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", Text},
		"OpenMetrics without version":  {"application/openmetrics-text", OpenMetrics001},
		"OpenMetrics 0.0.1":            {"application/openmetrics-text; version=0.0.1", OpenMetrics001},
		"OpenMetrics 2.0.0":            {"application/openmetrics-text; version=2.0.0", Text},
		"OpenMetrics 2.0.0, else 1":    {"application/openmetrics-text; version=2.0.0, application/openmetrics-text; version=1.0.0; q=0.1", OpenMetrics},
		"quoted, in capitals, spaced":  {` Application/OpenMetrics-Text ; Version="1.0.0" ; Q=0.9 , text/plain;q=0.8`, OpenMetrics},
		"text of no version":           {"text/plain", Text},
		"text of another version":      {"text/plain;version=1.0.0;q=0.9,application/openmetrics-text;version=1.0.0;q=0.1", OpenMetrics},
		"text/*":                       {"application/openmetrics-text;version=1.0.0;q=0.2,text/*;q=0.3", Text},
		"the first among equals":       {"text/plain;version=0.0.4;q=0.5,application/openmetrics-text;version=1.0.0;q=0.5", Text},
		"the other first":              {"application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.5", OpenMetrics},
		"quality before order":         {"text/plain;q=0.4,application/openmetrics-text;version=1.0.0;q=0.5", OpenMetrics},
		"q=0 is a refusal":             {"application/openmetrics-text;version=1.0.0;q=0,text/plain;q=0.1", Text},
		"all refused":                  {"application/openmetrics-text;version=1.0.0;q=0,text/plain;q=0,*/*;q=0", Text},
		"a broken q is a refusal":      {"application/openmetrics-text;version=1.0.0;q=best", Text},
		"q out of range":               {"application/openmetrics-text;version=1.0.0;q=2", Text},
		"q below zero":                 {"application/openmetrics-text;version=1.0.0;q=-1", Text},
		"q not a number":               {"application/openmetrics-text;version=1.0.0;q=NaN", Text},
		"rubbish":                      {";;,=,\x00,/,q=1;;=\xff", Text},
		"rubbish, then a wish":         {";;,=,\x00,,application/openmetrics-text;version=1.0.0", OpenMetrics},
		"10,000 clauses":               {strings.Repeat("text/html,", 10_000) + accept242, Text},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Negotiate(tt.accept); got != tt.want {
				t.Errorf("Negotiate(%.200q) = %s, want %s", tt.accept, got.ContentType(), tt.want.ContentType())
			}
		})
	}
}

// A client that asks for what we say that we send must get it.
func TestContentTypes(t *testing.T) {
	seen := make(map[string]bool)
	for _, format := range []Format{Text, OpenMetrics, OpenMetrics001} {
		contentType := format.ContentType()
		if _, _, err := mime.ParseMediaType(contentType); err != nil {
			t.Errorf("ContentType %q: %v", contentType, err)
		}
		if seen[contentType] {
			t.Errorf("two formats have the content type %q", contentType)
		}
		seen[contentType] = true
		if got := Negotiate(contentType); got != format {
			t.Errorf("Negotiate(%q) = %s", contentType, got.ContentType())
		}
	}
}
