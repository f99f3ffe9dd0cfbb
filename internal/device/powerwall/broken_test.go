package powerwall

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device"
	"home_exporter/internal/device/powerwall/gateway"
	simpowerwall "home_exporter/sim/powerwall"
)

// costOf is the series that each document of a gateway of firmware 21.44 brings, and
// nothing else does.
var costOf = map[simpowerwall.Endpoint][]string{
	simpowerwall.Status:     {"powerwall_info", "powerwall_uptime", "powerwall_commission_count", "powerwall_start_time", "powerwall_gateway_info"},
	simpowerwall.SOE:        {"powerwall_charge_ratio", "powerwall_charge_app"},
	simpowerwall.Operation:  {"powerwall_reserve_", "powerwall_operation_mode"},
	simpowerwall.SiteMaster: {"powerwall_sitemaster_", "powerwall_power_supply_mode"},
	simpowerwall.Problems:   {"powerwall_problems"},
	simpowerwall.SystemStatus: {"powerwall_full_pack", "powerwall_remaining", "powerwall_island_state", "powerwall_battery_info",
		"powerwall_battery_full", "powerwall_battery_remaining", "powerwall_battery_output", "powerwall_battery_charge", "powerwall_battery_discharged",
		"powerwall_battery_off_grid", "powerwall_battery_island", "powerwall_battery_wobble", "powerwall_battery_backup", "powerwall_battery_pinv",
		"powerwall_battery_opseq", "powerwall_battery_target", "powerwall_dev_battery_", "powerwall_grid_services_power", "powerwall_max_",
		"powerwall_instantaneous_", "powerwall_available_blocks", "powerwall_blocks_controlled", "powerwall_last_toggle", "powerwall_backup_time"},
	simpowerwall.Aggregates: {"powerwall_instant_", "powerwall_frequency", "powerwall_exported", "powerwall_imported", "powerwall_last_communication",
		"powerwall_meters_aggregated", "powerwall_backup_time"},
	simpowerwall.MeterSite:      metersIn("site"),
	simpowerwall.MeterSolar:     metersIn("solar"),
	simpowerwall.MeterLoad:      nil,
	simpowerwall.Networks:       {"powerwall_network_"},
	simpowerwall.GridStatus:     {"powerwall_grid_status", "powerwall_grid_connected", "powerwall_grid_services_active"},
	simpowerwall.GridFaults:     {"powerwall_grid_fault_"},
	simpowerwall.SolarPowerwall: {"powerwall_inverter_", "powerwall_string_", `powerwall_alert_active{ecu="PVS"`},
	simpowerwall.Vitals:         {"powerwall_battery_ambient", `powerwall_alert_active{ecu="TETHC"`},
	simpowerwall.SiteInfo:       {"powerwall_nominal_", "powerwall_grid_code", "powerwall_gateway_info"},
	simpowerwall.Update:         {"powerwall_update_state"},
	simpowerwall.Solars:         {"powerwall_solar_rated"},
	simpowerwall.Powerwalls:     {"powerwall_battery_updating"},
}

func metersIn(category string) []string {
	var all []string
	for _, f := range append(meters.all(), meterInfo, phaseVolts, phasePower, phaseReactive) {
		all = append(all, f.Name+`{category="`+category+`"`)
	}
	return all
}

// A breakage is how a document is broken and what that is called.
type breakage struct {
	fault  simpowerwall.Fault
	class  gateway.Class
	reason device.Reason
	text   string // part of the error; empty for what is no error
	hint   string // part of the hint
}

var breakages = []breakage{
	{simpowerwall.NotFound(), gateway.ClassMissing, "", "", ""},
	{simpowerwall.Page(), gateway.ClassJSON, device.Parse, "the answer is no ", ""},
	{simpowerwall.Code(502), gateway.ClassStopped, "", "", ""},
	{simpowerwall.Drop(), gateway.ClassConnect, device.Protocol, "the gateway closed the connection: EOF", "retry_timeout"},
	{simpowerwall.PlainNotFound(), gateway.ClassMissing, "", "", ""},
	{simpowerwall.Truncated(), gateway.ClassJSON, device.Parse, "the answer is no ", ""},
	{simpowerwall.Code(500), gateway.ClassStatus, device.Protocol, "it answers 500 (Internal Server Error)", ""},
	{simpowerwall.Reset(), gateway.ClassConnect, device.Protocol, "connection reset by peer", "retry_timeout"},
	{simpowerwall.Denied(), gateway.ClassDenied, "", "", ""},
	{simpowerwall.Garbage(), gateway.ClassJSON, device.Parse, "the answer is no ", ""},
	{simpowerwall.DropHalfway(), gateway.ClassConnect, device.Protocol, "the answer breaks off after", "retry_timeout"},
	{simpowerwall.Trailing(), gateway.ClassJSON, device.Parse, "the answer is no ", ""},
}

// TestBrokenDocuments breaks each document in several ways, all documents together in
// all ways. It costs exactly the readings of that document, and says so.
func TestBrokenDocuments(t *testing.T) {
	t.Parallel()
	before := newRig(t, simpowerwall.Options{}).well()
	for i, name := range slices.Sorted(maps.Keys(costOf)) {
		t.Run(string(name), func(t *testing.T) {
			t.Parallel()
			sim := simulate(t, simpowerwall.Options{})
			for j, b := range breakages {
				if (i+j)%3 != 0 && name != simpowerwall.SOE {
					continue
				}
				r := &rig{t: t, sim: sim}
				r.open()
				if name == simpowerwall.Aggregates {
					r.well() // it tells which meters there are
				}
				sim.Break(name, b.fault)
				after, err := r.poll()
				sim.Mend()
				checkBroken(t, name, b, before, after, err)
			}
		})
	}
}

func checkBroken(t *testing.T, name simpowerwall.Endpoint, b breakage, before, after series, err error) {
	t.Helper()
	before = without(before, func(name string, _ float64) bool { return strings.HasPrefix(name, "powerwall_counter_resets") })
	after = without(after, func(name string, _ float64) bool { return strings.HasPrefix(name, "powerwall_counter_resets") })
	gone, fresh, changed := compare(before, after)
	want := before.keys(costOf[name]...)
	if costOf[name] == nil {
		want = nil
	}
	if diff := cmp.Diff(want, gone); diff != "" {
		t.Errorf("%s: series that are gone (-want +got):\n%s", b.fault, diff)
	}
	switch name {
	case simpowerwall.Status:
		want = []string{`powerwall_info{version="",git_hash=""}`}
	case simpowerwall.SiteInfo:
		want = []string{`powerwall_gateway_info{din="1232100-00-E--TG00000000GWEX",device_type="teg",sync_type="v2.1",site_name=""}`}
	default:
		want = nil
	}
	if diff := cmp.Diff(want, fresh); diff != "" || changed != nil {
		t.Errorf("%s: changed %q, series that are new (-want +got):\n%s", b.fault, changed, diff)
	}
	after.want(t, series{`powerwall_endpoint_errors_total{endpoint="` + string(name) + `",reason="` + string(b.class) + `"}`: 1})
	switch success := `powerwall_endpoint_success{endpoint="` + string(name) + `"}`; b.class {
	case gateway.ClassMissing, gateway.ClassDenied:
		after.lack(t, success)
	default:
		after.want(t, series{success: 0})
	}
	switch {
	case b.text == "":
		if err != nil {
			t.Errorf("%s: error %v", b.fault, err)
		}
	case err == nil || !strings.HasPrefix(err.Error(), string(name)+": ") || !strings.Contains(err.Error(), b.text):
		t.Errorf("%s: error %v, want %s: %s", b.fault, err, name, b.text)
	case device.ReasonOf(err) != b.reason || !strings.Contains(device.HintOf(err), b.hint) || (b.hint == "") != (device.HintOf(err) == "") || device.RetryAfterOf(err) != 0:
		t.Errorf("%s: reason %s, hint %q, wait %s", b.fault, device.ReasonOf(err), device.HintOf(err), device.RetryAfterOf(err))
	}
}

// TestOversized does not read a document without end.
func TestOversized(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{})
	r.sim.Break(simpowerwall.Operation, simpowerwall.Oversized(9<<20))
	s, err := r.poll()
	if err == nil || err.Error() != "operation: the answer is longer than 8388608 bytes" || device.ReasonOf(err) != device.Protocol {
		t.Errorf("reason %s: %v", device.ReasonOf(err), err)
	}
	s.want(t, series{`powerwall_endpoint_errors_total{endpoint="operation",reason="too_large"}`: 1, "powerwall_charge_ratio": 0.625})
}

// TestNoGateway asks a web server that is no gateway.
func TestNoGateway(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fault  simpowerwall.Fault
		reason device.Reason
		text   string
		hint   string
	}{
		{simpowerwall.PlainNotFound(), device.Protocol, "status: this gateway does not have it", "Is it a Powerwall gateway?"},
		{simpowerwall.Page(), device.Parse, "status: the answer is no JSON document", ""},
		{simpowerwall.Code(500), device.Protocol, "status: it answers 500 (Internal Server Error)", ""},
		{simpowerwall.Busy(), device.RateLimited, "status: the gateway asks for patience: it answers 503 (current config mode is busy)", "left alone"},
	} {
		r := newRig(t, simpowerwall.Options{})
		for name := range costOf {
			r.sim.Break(name, tt.fault)
		}
		err := r.failing()
		if device.ReasonOf(err) != tt.reason || !strings.HasPrefix(err.Error(), tt.text) || !strings.Contains(device.HintOf(err), tt.hint) {
			t.Errorf("%s: reason %s, hint %q: %v", tt.fault, device.ReasonOf(err), device.HintOf(err), err)
		}
	}
}

// TestStopped has no readings while the site master is stopped, and no error.
func TestStopped(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{})
	before := r.well()
	r.sim.StopSiteMaster(true)
	s := r.well()
	s.want(t, series{"powerwall_sitemaster_running": 0, "powerwall_sitemaster_connected": 0,
		`powerwall_endpoint_success{endpoint="meters/aggregates"}`: 0, `powerwall_endpoint_errors_total{endpoint="meters/aggregates",reason="stopped"}`: 1,
		"powerwall_commission_count": 4})
	s.lack(t, "powerwall_instant_", "powerwall_dev_", "powerwall_sitemaster_busy", "powerwall_full_pack")
	r.sim.StopSiteMaster(false)
	same(t, before, r.well())
}

// TestHanging waits for a document no longer than it may take, and has all the others.
func TestHanging(t *testing.T) {
	t.Parallel()
	for _, name := range []simpowerwall.Endpoint{simpowerwall.Status, simpowerwall.Aggregates, simpowerwall.Networks} {
		t.Run(string(name), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, simpowerwall.Options{}, impatient)
			before := r.well()
			r.sim.Break(name, simpowerwall.Hang())
			after, err := r.poll()
			if want := string(name) + ": no answer within 250ms: context deadline exceeded"; err == nil || err.Error() != want || device.ReasonOf(err) != device.Timeout {
				t.Errorf("error %v, want %s", err, want)
			}
			gone, _, changed := compare(before, after)
			if want := before.keys(costOf[name]...); !slices.Equal(gone, want) || changed != nil {
				t.Errorf("gone %q, want %q; changed %q", gone, want, changed)
			}
			after.want(t, series{`powerwall_endpoint_errors_total{endpoint="` + string(name) + `",reason="timeout"}`: 1})
		})
	}
}

// TestAway gives up when two documents in a row find nobody, also in the middle of a
// poll, and does not tell old readings as new ones.
func TestAway(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{}, impatient)
	before := r.well()
	r.before = func(request string) {
		if strings.HasSuffix(request, "/api/operation") {
			r.before = nil
			if err := r.sim.Off(); err != nil {
				t.Error(err)
			}
		}
	}
	sent := r.requests()
	s, err := r.poll()
	if device.ReasonOf(err) != device.Refused || !strings.HasPrefix(err.Error(), "devices/vitals, meters/aggregates, ") {
		t.Errorf("reason %s: %v", device.ReasonOf(err), err)
	}
	if got := r.requests() - sent; got > 5 { // status, soe, operation twice, sitemaster
		t.Errorf("%d requests", got)
	}
	s.want(t, series{"powerwall_charge_ratio": 0.625, "powerwall_nominal_system_power_watts": 10e3,
		`powerwall_endpoint_success{endpoint="system_status/soe"}`: 1, `powerwall_endpoint_success{endpoint="networks"}`: 0, `powerwall_endpoint_success{endpoint="meters/site"}`: 0})
	s.lack(t, "powerwall_reserve_ratio", "powerwall_instant_", "powerwall_dev_", "powerwall_network_", "powerwall_full_pack")

	sent = r.requests()
	if err := r.failing(); device.ReasonOf(err) != device.Refused || !strings.HasPrefix(err.Error(), "status: dial tcp ") {
		t.Errorf("reason %s: %v", device.ReasonOf(err), err)
	}
	if got := r.requests() - sent; got != 2 {
		t.Errorf("%d requests, want 2", got)
	}
	if err := r.sim.On(); err != nil {
		t.Fatal(err)
	}
	same(t, before, r.well())
}

// TestSilent asks a gateway that takes connections and says nothing.
func TestSilent(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{}, impatient)
	r.sim.Silence(true)
	defer r.sim.Silence(false)
	err := r.failing()
	if device.ReasonOf(err) != device.Timeout || err.Error() != "status: no connection within 250ms: context deadline exceeded" {
		t.Errorf("reason %s: %v", device.ReasonOf(err), err)
	}
}
