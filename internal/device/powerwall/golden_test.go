package powerwall

import (
	"bufio"
	"flag"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"home_exporter/internal/metric"
	simpowerwall "home_exporter/sim/powerwall"
)

var update = flag.Bool("update", false, "write the golden files anew")

// varying are the series whose values differ from run to run.
var varying = regexp.MustCompile(`(?m)^(powerwall_(?:endpoint_duration_seconds|tls_certificate_not_after_timestamp_seconds)(?:\{[^}]*\})?) \S+$`)

// TestGolden holds the whole page of the golden documents to the letter.
func TestGolden(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{})
	var b metric.Batch
	if err := r.site.Poll(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	snapshot, dropped := r.shapes.Freeze(&b, nil)
	if dropped > 0 {
		t.Errorf("%d samples were dropped", dropped)
	}
	var page strings.Builder
	group := metric.Group{Families: families, Sources: []metric.Source{{Snapshot: snapshot}}}
	if err := metric.WritePage(&page, metric.Text, time.Now(), []metric.Group{group}); err != nil {
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

// promisedSeries reads what is promised of the golden documents. Lines that begin with #
// are remarks.
func promisedSeries(t *testing.T) series {
	t.Helper()
	path := filepath.Join("testdata", "promised.txt")
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	table := make(series)
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		at := strings.LastIndexByte(line, ' ')
		if strings.HasPrefix(line, "#") || at < 0 {
			continue
		}
		v, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil {
			t.Fatalf("%s: %s: %v", path, line, err)
		}
		if _, twice := table[line[:at]]; twice {
			t.Fatalf("%s: %s stands twice", path, line[:at])
		}
		table[line[:at]] = v
	}
	return table
}

// within32 allows what 32-bit floats lose.
var within32 = cmpopts.EquateApprox(1e-6, 0)

// TestPromised compares with what the powerwall_exporter prints of the golden documents:
// every series, and no other.
func TestPromised(t *testing.T) {
	t.Parallel()
	all := promisedSeries(t)
	if len(all) != 144 { // 112 of the powerwall_exporter, 32 of them of packs
		t.Errorf("the table has %d series, want 144", len(all))
	}
	with := func(prefix string) func(string, float64) bool {
		return func(name string, _ float64) bool { return strings.HasPrefix(name, prefix) }
	}
	old := make(series)
	for name, v := range all {
		if strings.HasPrefix(name, "powerwall_dev_") && strings.Contains(name, `type="`) {
			at := strings.Index(name, `type="`)
			value, _, _ := strings.Cut(name[at+len(`type="`):], `"`)
			name = strings.TrimSuffix(name, "}") + `,tyoe="` + value + `"}`
		}
		old[name] = v
	}
	for _, tt := range []struct {
		name string
		edit func(*entry)
		want series
	}{
		{"both names", func(*entry) {}, all},
		{"battery", func(e *entry) { e.BatteryMetricNames = "battery" }, without(all, with("powerwall_dev_battery_"))},
		{"dev", func(e *entry) { e.BatteryMetricNames = "dev" }, without(all, with("powerwall_battery_"))},
		{"the old label", func(e *entry) { e.LegacyTypeLabel = true }, old},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, simpowerwall.Options{}, tt.edit, func(e *entry) { e.ExtraMetrics = new(false) })
			for range 2 {
				if diff := cmp.Diff(tt.want, r.well(), within32); diff != "" {
					t.Errorf("promised series (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func without(s series, del func(string, float64) bool) series {
	s = maps.Clone(s)
	maps.DeleteFunc(s, del)
	return s
}

// TestExact has 64 bits where the powerwall_exporter has 32.
func TestExact(t *testing.T) {
	t.Parallel()
	newRig(t, simpowerwall.Options{}).well().want(t, series{
		`powerwall_exported_joules_total{category="solar"}`: 9876543.125 * 3600,
		`powerwall_imported_joules_total{category="load"}`:  9654321.5 * 3600,
		"powerwall_charge_ratio":                            0.625, "powerwall_reserve_ratio": 0.24,
		"powerwall_uptime_seconds": 5549900.998412744,
	})
}

// TestRequests holds what a poll of the promised metrics alone costs the gateway.
func TestRequests(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{}, func(e *entry) { e.ExtraMetrics = new(false) })
	r.well()
	seen := r.seen()
	if seen.Total() != 13 || seen.Connections != 1 || seen.Attempts() != 1 || seen.Peak != 1 {
		t.Errorf("%d requests, %d connections, %d logins, %d at once; want 12 and the login, 1, 1, 1", seen.Total(), seen.Connections, seen.Attempts(), seen.Peak)
	}
	var order []string
	for _, q := range r.sim.History() {
		order = append(order, string(q.Endpoint))
		if q.ServerName != "powerwall" {
			t.Errorf("%s was asked of %q", q.Path, q.ServerName)
		}
	}
	want := []string{"status", "login/Basic", "system_status/soe", "operation", "sitemaster", "troubleshooting/problems", "system_status",
		"meters/aggregates", "meters/battery", "meters/load", "meters/site", "meters/solar", "networks"}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("order of requests (-want +got):\n%s", diff)
	}
}

// TestPromisedFamilies holds names, labels and type of the families of the
// powerwall_exporter: what it counts down at a restart is a gauge here.
func TestPromisedFamilies(t *testing.T) {
	meter := "category,type,serial,tyoe"
	want := map[string]string{
		"info": "version,git_hash", "uptime_seconds": "", "commission_count": "", "charge_ratio": "", "reserve_ratio": "", "operation_mode": "mode",
		"sitemaster_running": "", "sitemaster_connected": "", "power_supply_mode": "", "sitemaster_busy": "reason", "problems_detected_count": "",
		"full_pack_joules": "", "remaining_joules": "", "island_state": "state",
		"network_enabled": "type,name", "network_active": "type,name", "network_primary": "type,name", "network_state": "type,name,state,reason",
		"network_signal_strength": "type,name",
	}
	for _, prefix := range []string{"battery_", "dev_battery_"} {
		for name, labels := range map[string]string{
			"info": "serial,partno,version", "full_pack_joules": "serial", "remaining_joules": "serial", "output_volts": "serial",
			"output_amps": "serial", "output_hz": "serial", "charged_joules_total": "serial", "discharged_joules_total": "serial",
			"off_grid": "serial", "island_state": "serial", "wobble_detected": "serial", "charge_power_clamped": "serial", "backup_ready": "serial",
			"pinv_state": "serial,state", "pinv_grid_state": "serial,state", "opseq_state": "serial,state",
		} {
			want[prefix+name] = labels
		}
	}
	for _, name := range []string{"instant_power_watts", "instant_reactive_power_watts", "instant_apparent_power_watts", "frequency_hz",
		"exported_joules_total", "imported_joules_total", "instant_average_volts", "instant_average_amps", "instant_total_amps"} {
		want[name], want["dev_"+name] = "category", meter
	}
	byName := make(map[string]*metric.Family)
	for _, f := range families {
		if byName[f.Name] != nil {
			t.Errorf("%s is there twice", f.Name)
		}
		byName[f.Name] = f
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		f := byName["powerwall_"+name]
		if f == nil {
			t.Errorf("%s is missing", name)
			continue
		}
		if got := strings.Join(f.Labels, ","); got != want[name] || !f.Promised {
			t.Errorf("%s has labels %s (promised: %t), want %s", name, got, f.Promised, want[name])
		}
		if counts := strings.HasSuffix(name, "_total"); counts != (f.Type == metric.Counter) {
			t.Errorf("%s is of type %v", name, f.Type)
		}
	}
}

// TestNetworkNames hides the names of networks where that is wanted, and nothing else.
func TestNetworkNames(t *testing.T) {
	t.Parallel()
	s := newRig(t, simpowerwall.Options{}, func(e *entry) { e.HideNetworkNames = true }).well()
	for name := range s {
		if strings.Contains(name, "ExampleWifi") || strings.Contains(name, "tesla_internal") {
			t.Errorf("%s tells a name", name)
		}
	}
	s.want(t, series{
		`powerwall_network_enabled{type="WifiType",name=""}`:                                                      1,
		`powerwall_network_signal_strength{type="WifiType",name=""}`:                                              52,
		`powerwall_network_state{type="GsmType",name="",state="DeviceStateReady",reason="DeviceStateReasonNone"}`: 1,
	})
}

// TestExtras holds what the golden documents say beside the promised series.
func TestExtras(t *testing.T) {
	t.Parallel()
	s := newRig(t, simpowerwall.Options{}).well()
	s.want(t, series{
		`powerwall_grid_status{state="SystemGridConnected"}`: 1, "powerwall_grid_connected": 1, "powerwall_grid_services_active": 0,
		"powerwall_nominal_system_energy_joules": 27 * 3.6e6, "powerwall_nominal_system_power_watts": 10e3,
		`powerwall_update_state{state="update_succeeded"}`:                                                                        1,
		`powerwall_solar_rated_power_watts{brand="Example Solar",model="EX-5000"}`:                                                5000,
		`powerwall_battery_output_watts{serial="TG00000000PW01"}`:                                                                 -750,
		`powerwall_battery_charge_ratio{serial="TG00000000PW02"}`:                                                                 8500.0 / 13600,
		`powerwall_battery_updating{serial="TG00000000PW01"}`:                                                                     0,
		`powerwall_grid_fault_timestamp_seconds{name="PINV_a008_vfCheckRocof",serial="TG00000000PW01"}`:                           1718960000.123,
		`powerwall_grid_fault_active{name="PINV_a008_vfCheckRocof",ecu="TEPINV",serial="TG00000000PW01",fault="false"}`:           1,
		`powerwall_dev_info{category="solar",type="neurio_w2_tcp",serial="VAH0000EX0001",version="1.7.2-Tesla"}`:                  1,
		`powerwall_dev_phase_volts{category="site",type="neurio_w2_tcp",serial="VAH0000EX0001",phase="a"}`:                        231.5,
		`powerwall_gateway_info{din="1232100-00-E--TG00000000GWEX",device_type="teg",sync_type="v2.1",site_name="Example House"}`: 1,
		"powerwall_start_time_seconds": 1713394299, `powerwall_meters_aggregated{category="battery"}`: 2,
		`powerwall_logins_total{result="ok"}`: 1, `powerwall_logins_total{result="denied"}`: 0, "powerwall_retries_total": 0, "powerwall_login_blocked_until_timestamp_seconds": 0,
		`powerwall_endpoint_success{endpoint="devices/vitals"}`: 1,
		"powerwall_backup_time_remaining_seconds":               17125 * 3600 / 2467.75,
	})
	if got, want := s["powerwall_charge_app_ratio"], 0.60526315789; math.Abs(got-want) > 1e-9 {
		t.Errorf("charge on the scale of the app is %v, want %v", got, want)
	}
	s.lack(t, "powerwall_solar_real_power_limit_watts", "powerwall_current_amps", "powerwall_endpoint_errors_total", "powerwall_battery_disabled")
	for _, name := range s.keys("powerwall_endpoint_success") {
		if s[name] != 1 {
			t.Errorf("%s %v, want 1", name, s[name])
		}
	}
}
