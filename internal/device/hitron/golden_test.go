package hitron

import (
	"bufio"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/metric"
	simhitron "home_exporter/sim/hitron"
)

var update = flag.Bool("update", false, "write the golden files anew")

// varying are the series whose values differ from run to run.
var varying = regexp.MustCompile(`(?m)^(modem_endpoint_duration_seconds\{[^}]*\}) \S+$`)

// TestGolden holds the whole page of the golden documents to the letter.
func TestGolden(t *testing.T) {
	r := newRig(t, simhitron.Options{})
	var b metric.Batch
	if err := r.modem.Poll(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	snapshot, dropped := r.shapes.Freeze(&b, nil)
	if dropped > 0 {
		t.Errorf("%d samples were dropped", dropped)
	}
	var page strings.Builder
	group := metric.Group{Families: families, Sources: []metric.Source{{Snapshot: snapshot}}}
	if err := metric.WritePage(&page, metric.Text, start, []metric.Group{group}); err != nil {
		t.Fatal(err)
	}
	got := varying.ReplaceAllString(page.String(), "$1 (seconds)")
	path := filepath.Join("testdata", "golden.txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}

// readTable reads lines of a series and its value. Lines that begin with # are remarks.
func readTable(t *testing.T, path string) series {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	table := make(series)
	for lines := bufio.NewScanner(file); lines.Scan(); {
		name, value, ok := strings.Cut(lines.Text(), " ")
		if !ok || name == "#" {
			continue
		}
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatalf("%s: %s: %v", path, name, err)
		}
		if _, twice := table[name]; twice {
			t.Fatalf("%s: %s stands twice", path, name)
		}
		table[name] = v
	}
	return table
}

// TestPromised compares with what the Hitron-Coda56-Prometheus-Exporter prints of the
// golden documents: every promised series and no other of those names.
func TestPromised(t *testing.T) {
	want := readTable(t, filepath.Join("testdata", "promised.txt"))
	if len(want) != 140 {
		t.Errorf("the table has %d series, want 140", len(want))
	}
	s := newRig(t, simhitron.Options{}).well(0)
	got := make(series)
	for _, f := range families {
		for name, v := range s {
			if base, _, _ := strings.Cut(name, "{"); f.Promised && base == f.Name {
				got[name] = v
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("promised series (-want +got):\n%s", diff)
	}
}

// TestPromisedFamilies holds names, labels, type and help of the promised families.
func TestPromisedFamilies(t *testing.T) {
	want := map[string][2]string{
		"modem_downstream_power":          {"channel", "Downstream Power Level (dBmV)"},
		"modem_downstream_snr":            {"channel", "Downstream SNR (dB)"},
		"modem_downstream_correctables":   {"channel", "Downstream Correctable Codewords"},
		"modem_downstream_uncorrectables": {"channel", "Downstream Uncorrectable Codewords"},
		"modem_upstream_power":            {"channel", "Upstream Power Level (dBmV)"},
		"modem_ofdm_power":                {"channel", "OFDM Downstream Power Level (dBmV)"},
		"modem_ofdm_snr":                  {"channel", "OFDM Downstream SNR/MER (dB)"},
		"modem_ofdm_correctable":          {"channel", "OFDM Correctable Codewords"},
		"modem_ofdm_uncorrectable":        {"channel", "OFDM Uncorrectable Codewords"},
		"modem_uptime":                    {"", "Modem uptime in seconds"},
		"modem_system_time":               {"", "Modem system time (unix timestamp)"},
		"modem_uptime_str_info":           {"uptime", "Modem uptime as string"},
	}
	got := make(map[string][2]string)
	for _, f := range families {
		if !f.Promised {
			continue
		}
		got[f.Name] = [2]string{strings.Join(f.Labels, ","), f.Help}
		if f.Type != metric.Gauge {
			t.Errorf("%s is of type %v, want a gauge", f.Name, f.Type)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("promised families (-want +got):\n%s", diff)
	}
}

// TestExtras holds what the golden documents say beside the promised series.
func TestExtras(t *testing.T) {
	s := newRig(t, simhitron.Options{}).well(0)
	s.want(t, series{
		`modem_downstream_octets_total{channel="7"}`:                                  4444343869,
		`modem_upstream_modulation_info{channel="5",modulation="16QAM",mode="ATDMA"}`: 1,
		`modem_upstream_modulation_qam{channel="5"}`:                                  16,
		`modem_downstream_frequency{channel="7"}`:                                     591e6,
		`modem_upstream_frequency{channel="1"}`:                                       16.4e6,
		`modem_upstream_bandwidth{channel="5"}`:                                       3.2e6,
		`modem_downstream_port{channel="7"}`:                                          1,
		`modem_downstream_modulation_info{channel="7",modulation="256QAM"}`:           1,
		`modem_downstream_channels`:                                                   31,
		`modem_upstream_channels`:                                                     5,
		`modem_ofdm_frequency{channel="1"}`:                                           806.6e6,
		`modem_ofdm_locked{channel="0"}`:                                              1,
		`modem_ofdm_octets_total{channel="0"}`:                                        89896134636,
		`modem_ofdm_counters_wedged`:                                                  0,
		`modem_ofdma_state{channel="0",state="operate"}`:                              1,
		`modem_ofdma_state{channel="1",state="disabled"}`:                             1,
		`modem_ofdma_operational{channel="0"}`:                                        1,
		`modem_ofdma_operational{channel="1"}`:                                        0,
		`modem_ofdma_bandwidth{channel="0"}`:                                          36.8e6,
		`modem_ofdma_power{channel="0"}`:                                              50.1173,
		`modem_ofdma_power_1_6mhz{channel="0"}`:                                       36.5,
		`modem_wan_network_access`:                                                    1,
		`modem_wan_info{config_name="bac1060001ffffff00000001",ip="10.64.12.34",netmask="255.255.224.0",gateway="10.64.0.1"}`: 1,
		`modem_bpi_info{auth="authorized",tek="operational"}`:                                                                 1,
		`modem_link_up{duplex="full"}`:                                            1,
		`modem_link_speed_bits_per_second`:                                        2.5e9,
		`modem_event_log_entries{kind="partial_service",priority="warning"}`:      1,
		`modem_event_log_entries{kind="t3",priority="critical"}`:                  1,
		`modem_event_log_events_total{kind="partial_service",priority="warning"}`: 0,
		`modem_event_log_events_total{kind="t3",priority="critical"}`:             0,
		`modem_event_log_last_timestamp_seconds{kind="t3"}`:                       1768853695,
		`modem_reboots_total`:                                                     0,
		`modem_info{model="CODA56",vendor="Hitron Technologies",hw_version="1A",sw_version="7.2.4.7.1b7",serial="253000000001",rf_mac="02:00:5e:10:00:01",cert_sha256=""}`: 1,
	})
	s.lack(t, `modem_ofdma_power{channel="1"}`, "modem_wan_lease", "modem_parse_errors_total", "modem_endpoint_errors_total",
		`modem_event_log_last_timestamp_seconds{kind="partial_service"}`, "modem_traffic", "modem_provisioned_rate")
	for name, v := range s {
		switch {
		case strings.HasPrefix(name, "modem_downstream_modulation_qam") && v != 256:
			t.Errorf("%s %v, want 256", name, v)
		case strings.HasPrefix(name, "modem_provisioning_stage_ok") && v != 1, strings.HasPrefix(name, "modem_endpoint_up") && v != 1:
			t.Errorf("%s %v, want 1", name, v)
		}
	}
}

// TestZone reads the modem's clock in the configured zone.
func TestZone(t *testing.T) {
	s := newRig(t, simhitron.Options{}, func(e *entry) { e.Timezone = "Asia/Tokyo" }).well(0)
	s.want(t, series{
		"modem_system_time": 1768900000 - 9*3600,
		`modem_event_log_last_timestamp_seconds{kind="t3"}`: 1768853695 - 9*3600,
	})
}

// TestUptimeString leaves the series out that is new at every poll.
func TestUptimeString(t *testing.T) {
	s := newRig(t, simhitron.Options{}, func(e *entry) { e.UptimeString = new(false) }).well(0)
	s.want(t, series{"modem_uptime": 1727638})
	s.lack(t, "modem_uptime_str_info")
}

// TestPrivacy tells who the subscriber is in each of the forms.
func TestPrivacy(t *testing.T) {
	for labels, want := range map[string]string{
		"full":   `modem_wan_info{config_name="bac1060001ffffff00000001",ip="10.64.12.34",netmask="255.255.224.0",gateway="10.64.0.1"}`,
		"hashed": `modem_wan_info{config_name="ef2136f30312",ip="d0c9c12d27c3",netmask="255.255.224.0",gateway="6f5f1d791d7a"}`,
		"none":   `modem_wan_info{config_name="",ip="",netmask="255.255.224.0",gateway=""}`,
	} {
		t.Run(labels, func(t *testing.T) {
			s := newRig(t, simhitron.Options{}, func(e *entry) { e.Labels = labels }).well(0)
			s.want(t, series{want: 1})
			for name := range s {
				if labels != "full" && (strings.Contains(name, "253000000001") || strings.Contains(name, "02:00:5e")) {
					t.Errorf("%s tells who it is", name)
				}
			}
		})
	}
}

// TestFresh answers from the last readings for a while, however often it is asked.
func TestFresh(t *testing.T) {
	r := newRig(t, simhitron.Options{})
	first := r.well(0)
	asked := r.sim.Seen().Total()
	for range 4 {
		if diff := cmp.Diff(first, r.well(time.Second)); diff != "" {
			t.Errorf("readings within five seconds (-first +later):\n%s", diff)
		}
	}
	if got := r.sim.Seen().Total(); got != asked {
		t.Errorf("%d requests within five seconds, want none", got-asked)
	}
	r.well(time.Second)
	if got := r.sim.Seen().Total(); got != asked+len(fastPages) {
		t.Errorf("%d requests after five seconds, want %d", got-asked, len(fastPages))
	}
}
