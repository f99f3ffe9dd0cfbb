package metric

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestClauses(t *testing.T) {
	type params = map[string]string
	tests := map[string]struct {
		header string
		want   []Clause
	}{
		"empty":            {"", nil},
		"only separators":  {" , ,,\t", nil},
		"one":              {"gzip", []Clause{{Value: "gzip", Quality: 1}}},
		"Accept-Encoding":  {"zstd, gzip;q=0.5, identity;q=0", []Clause{{"zstd", 1, nil}, {"gzip", 0.5, nil}, {"identity", 0, nil}}},
		"the order stays":  {"a;q=0.1,b;q=0.9", []Clause{{"a", 0.1, nil}, {"b", 0.9, nil}}},
		"parameters":       {"text/plain; Version=0.0.4 ;x=\"Y z\"; q=0.3", []Clause{{"text/plain", 0.3, params{"version": "0.0.4", "x": "Y z"}}}},
		"a bare parameter": {"a;b", []Clause{{"a", 1, params{"b": ""}}}},
		"capitals":         {"GZIP;Q=0.25", []Clause{{"gzip", 0.25, nil}}},
		"q empty":          {"a;q=", []Clause{{"a", 0, nil}}},
		"q without value":  {"a;q", []Clause{{"a", 0, nil}}},
		"q infinite":       {"a;q=inf", []Clause{{"a", 0, nil}}},
		"q twice":          {"a;q=0.1;q=0.2", []Clause{{"a", 0.2, nil}}},
		"no value":         {";q=1,b", []Clause{{"b", 1, nil}}},
		"not text":         {"\xff\x00;\xfe=\x01", []Clause{{strings.ToLower("\xff\x00"), 1, params{strings.ToLower("\xfe"): "\x01"}}}},
		"Prometheus 2.42": {accept242, []Clause{
			{"application/openmetrics-text", 1, params{"version": "1.0.0"}},
			{"application/openmetrics-text", 0.75, params{"version": "0.0.1"}},
			{"text/plain", 0.5, params{"version": "0.0.4"}},
			{"*/*", 0.1, nil},
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Clauses(tt.header)); diff != "" {
				t.Errorf("Clauses(%q) (-want +got):\n%s", tt.header, diff)
			}
		})
	}
}

func TestClausesAreBounded(t *testing.T) {
	var header strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&header, "a%d;q=0.5,", i)
	}
	got := Clauses(header.String())
	if len(got) != maxClauses {
		t.Fatalf("%d clauses of 10,000, want the first %d", len(got), maxClauses)
	}
	if last, want := got[maxClauses-1].Value, fmt.Sprintf("a%d", maxClauses-1); last != want {
		t.Errorf("the last clause is %q, want %q", last, want)
	}
}

func FuzzClauses(f *testing.F) {
	for _, seed := range []string{"", "*/*", accept242, accept3Protobuf, "gzip;q=0.5, zstd", "a;q=NaN", ";;,=,\x00\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		clauses := Clauses(header)
		if len(clauses) > maxClauses {
			t.Errorf("%d clauses, more than %d", len(clauses), maxClauses)
		}
		for _, c := range clauses {
			if c.Value == "" || !(c.Quality >= 0 && c.Quality <= 1) {
				t.Errorf("clause %q has the quality %v", c.Value, c.Quality)
			}
		}
		if format := Negotiate(header); !strings.Contains(strings.ToLower(header), "application/openmetrics-text") && format != Text {
			t.Errorf("Negotiate chose %s, which was not asked for", format.ContentType())
		}
	})
}
