package sockets

import (
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"home_exporter/internal/device/sockets/check"
	"home_exporter/internal/metric"
)

var update = flag.Bool("update", false, "write what is got into the golden files")

// golden compares got with a file in testdata, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; write it with -update and read the diff", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

const ms = check.Span(time.Millisecond)

// connected is a check of a web server that has just been found up.
func connected(seconds float64) Reading {
	r := reading(seconds, check.ClassOK)
	r.Duration = 3 * time.Millisecond
	r.Result.Addr = netip.MustParseAddrPort("192.0.2.1:443")
	r.Result.Phases = check.Phases{Resolve: ms / 2, Connect: 2 * ms}
	return r
}

// TestPages holds what a socket tells at each level, to the letter.
func TestPages(t *testing.T) {
	failed := func(seconds float64, c check.Class) Reading {
		r := reading(seconds, c)
		r.Duration = time.Millisecond
		return r
	}
	secured := connected(0)
	secured.Result.Phases.TLS = 8 * ms
	secured.Result.CertExpiry = time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)
	silent := reading(0, check.ClassOK)
	silent.Duration = 5 * time.Second
	silent.Result.Phases.Exchange = 5000 * ms
	silent.Result.Addr = netip.MustParseAddrPort("192.0.2.1:53")
	answered := silent
	answered.Duration = 2 * time.Millisecond
	answered.Result.Phases.Exchange = 2 * ms
	answered.Result.Answered = true

	for _, tt := range []struct {
		name, network, host, port string
		level                     level
		readings                  []Reading // not scheduled: a rest
	}{
		{"minimal_up", "tcp", "192.0.2.1", "80", minimal, []Reading{connected(0)}},
		{"minimal_never_up", "tcp", "192.0.2.1", "80", minimal, []Reading{failed(0, check.ClassTimeout)}},
		{"minimal_failures", "tcp", "192.0.2.1", "80", minimal, []Reading{connected(0), failed(10, check.ClassRefused), failed(20, check.ClassTimeout), connected(30), failed(40, check.ClassRefused)}},
		{"minimal_at_rest", "tcp", "192.0.2.1", "80", minimal, []Reading{connected(0), {At: after(10)}, {At: after(20)}}},
		{"standard_up", "tcp", "nas.lan", "443", standard, []Reading{connected(0)}},
		{"standard_down", "tcp", "nas.lan", "443", standard, []Reading{connected(0), failed(10, check.ClassDNSNotFound)}},
		{"standard_tls", "tcp", "nas.lan", "443", standard, []Reading{secured}},
		{"standard_udp_silent", "udp", "192.0.2.1", "53", standard, []Reading{silent}},
		{"standard_udp_answered", "udp", "192.0.2.1", "53", standard, []Reading{answered}},
		{"standard_at_rest", "tcp", "192.0.2.1", "80", standard, []Reading{connected(0), {At: after(10)}, {At: after(20)}}},
		{"standard_unix", "unix", "/run/x.sock", "", standard, []Reading{failed(0, check.ClassNotFound)}},
		{"full", "tcp", "nas.lan", "443", full, []Reading{connected(0), connected(3600), connected(3610), failed(3620, check.ClassReset)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newTestSocket(t, tt.level)
			var err error
			if s.target, err = check.NewTarget(tt.network, tt.host, tt.port, nil); err != nil {
				t.Fatal(err)
			}
			b := book{labels: metric.EncodeLabels("name", "x", "host", tt.host, "port", tt.port, "protocol", tt.network)}
			if tt.level == full { // a week before, when this hour was good
				s.history.more.profile.slots[hoursOfWeek-1] = slot{0.75, 3}
				s.history.more.profile.slots[2] = slot{1, 3}
				s.history.more.profile.observe(start.Add(-time.Hour), start, true)
			}
			var last Reading
			for _, last = range tt.readings {
				if last.Scheduled {
					s.history.record(last, s.settings.interval)
				} else {
					s.history.rest(last.At, s.settings.interval)
				}
				b.file(t, s, last)
			}
			golden(t, tt.name+".txt", b.page(t, last.At.Add(2*time.Second)))
		})
	}
}

// TestMinimalIsSixSeries holds the promise that lets a hundred thousand of them be
// scraped.
func TestMinimalIsSixSeries(t *testing.T) {
	s := newTestSocket(t, minimal)
	s.history.record(connected(0), s.settings.interval)
	var b book
	b.file(t, s, connected(0))
	if got := b.snapshot.Len(); got != 6 {
		t.Errorf("%d series, want 6:\n%s", got, b.page(t, after(1)))
	}
}

// TestPromisedLine compares with what the replaced program prints, as Prometheus
// understands it.
func TestPromisedLine(t *testing.T) {
	const promised = `# HELP connection_status_up Connection status of the socket.
# TYPE connection_status_up gauge
connection_status_up{host="127.0.0.1",name="hostname-http",port="80",protocol="tcp"} 1
`
	s := newTestSocket(t, minimal)
	s.history.record(connected(0), s.settings.interval)
	specs := mustSpecs(t, `- {name: hostname-http, host: 127.0.0.1, port: 80, protocol: tcp, timeout: 2}`)
	b := book{labels: specs[0].Labels}
	b.file(t, s, connected(0))
	parse := func(page string) *dto.MetricFamily {
		parser := expfmt.NewTextParser(model.LegacyValidation)
		parsed, err := parser.TextToMetricFamilies(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		return parsed["connection_status_up"]
	}
	got, want := parse(b.page(t, after(0))), parse(promised)
	sorted := cmpopts.SortSlices(func(a, b *dto.LabelPair) bool { return a.GetName() < b.GetName() })
	ignored := cmpopts.IgnoreUnexported(dto.MetricFamily{}, dto.Metric{}, dto.LabelPair{}, dto.Gauge{})
	if diff := cmp.Diff(want, got, sorted, ignored); diff != "" {
		t.Errorf("connection_status_up (-want +got):\n%s", diff)
	}
}

// TestFamiliesAreListed finds each family that is added among those that are declared:
// one that is not would be held and never shown.
func TestFamiliesAreListed(t *testing.T) {
	listed := make(map[*metric.Family]bool)
	names := make(map[string]bool)
	for _, f := range families {
		if listed[f] || names[f.Name] {
			t.Errorf("%s is listed twice", f.Name)
		}
		listed[f], names[f.Name] = true, true
	}
	pages, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no golden pages: %v", err)
	}
	shown := ""
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		shown += string(text)
	}
	for _, f := range families {
		if f == probeErrors {
			continue // only after a check that told nothing, which TestHistory has
		}
		if !strings.Contains(shown, "# TYPE "+f.Name+" ") {
			t.Errorf("no golden page has %s", f.Name)
		}
	}
}
