package powerwall

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	simpowerwall "home_exporter/sim/powerwall"
)

// breakJSON breaks all documents that are JSON.
func breakJSON(sim *simpowerwall.Sim, f simpowerwall.Fault) {
	for name := range costOf {
		if name != simpowerwall.Vitals {
			sim.Break(name, f)
		}
	}
}

// notValues are the series that say something even when no value makes sense.
var notValues = []string{"powerwall_tls_", "powerwall_counter_resets", "powerwall_endpoint_", "powerwall_retries", "powerwall_logins", "powerwall_login_",
	`powerwall_alert_active{ecu="TETHC"`, "powerwall_battery_ambient"}

// TestNoValues has documents without a value that makes sense. Nothing is made up: no
// zero, no empty serial number.
func TestNoValues(t *testing.T) {
	t.Parallel()
	for _, fault := range []simpowerwall.Fault{simpowerwall.NullAll(), simpowerwall.WrongTypes()} {
		r := newRig(t, simpowerwall.Options{})
		breakJSON(r.sim, fault)
		s := without(r.well(), func(name string, _ float64) bool { return begins(name, notValues) })
		if diff := cmp.Diff(series{`powerwall_info{version="",git_hash=""}`: 1, "powerwall_problems_detected_count": 0}, s); diff != "" {
			t.Errorf("%s: series (-want +got):\n%s", fault, diff)
		}
	}
}

// TestNoNumbers has texts, states and flags only, where no number can be read. Each is
// what it was.
func TestNoNumbers(t *testing.T) {
	t.Parallel()
	before := newRig(t, simpowerwall.Options{}).well()
	var want series
	for _, fault := range []simpowerwall.Fault{simpowerwall.TextNumbers(), simpowerwall.HugeNumbers(), simpowerwall.MaxNumbers()} {
		r := newRig(t, simpowerwall.Options{})
		breakJSON(r.sim, fault)
		after := r.well()
		_, fresh, changed := compare(before, after)
		if fresh != nil || changed != nil {
			t.Errorf("%s: new %q, changed %q", fault, fresh, changed)
		}
		for name, v := range after {
			if v != 0 && v != 1 && !begins(name, notValues) && !begins(name, []string{"powerwall_uptime", "powerwall_start", "powerwall_last_"}) {
				t.Errorf("%s: %s is %v", fault, name, v)
			}
		}
		after = without(after, func(name string, _ float64) bool { return begins(name, told) })
		if want == nil {
			want = after
		}
		if diff := cmp.Diff(want, after); diff != "" {
			t.Errorf("%s: series (-want +got):\n%s", fault, diff)
		}
		if len(after) < 60 {
			t.Errorf("%s: %d series", fault, len(after))
		}
	}
}

// TestKeptValues changes what is not read, and changes no reading.
func TestKeptValues(t *testing.T) {
	t.Parallel()
	before := newRig(t, simpowerwall.Options{}).well()
	r := newRig(t, simpowerwall.Options{})
	breakJSON(r.sim, simpowerwall.UnknownFields())
	same(t, before, r.well())
	r = newRig(t, simpowerwall.Options{})
	breakJSON(r.sim, simpowerwall.Twice())
	after := r.well()
	rated := `powerwall_solar_rated_power_watts{brand="Example Solar",model="EX-5000"}`
	if after[rated] != 2*before[rated] { // two inverters alike are two
		t.Errorf("%s is %v", rated, after[rated])
	}
	after[rated] = before[rated]
	same(t, before, after)
}

// TestOddTexts has texts that no label can hold, or that are longer than any.
func TestOddTexts(t *testing.T) {
	t.Parallel()
	before := newRig(t, simpowerwall.Options{}).well()
	for _, fault := range []simpowerwall.Fault{simpowerwall.InvalidUTF8(), simpowerwall.LongTexts(3000)} {
		r := newRig(t, simpowerwall.Options{})
		breakJSON(r.sim, fault)
		after := r.well()
		for name := range after {
			if !utf8.ValidString(name) || len(name) > 1500 {
				t.Errorf("%s: %q", fault, name)
			}
		}
		after.want(t, series{"powerwall_charge_ratio": 0.625, "powerwall_full_pack_joules": 9.864e7})
		if len(after) < len(before)-10 {
			t.Errorf("%s: %d series, before %d", fault, len(after), len(before))
		}
	}
}

// TestSingleValues breaks one value, and loses exactly what comes of it.
func TestSingleValues(t *testing.T) {
	t.Parallel()
	const pw1, meter = `{serial="TG00000000PW01"`, `{category="site",type="neurio_w2_tcp",serial="VAH0000EX0001"`
	pack := func(names ...string) (all []string) {
		for _, name := range names {
			all = append(all, "powerwall_battery_"+name+pw1, "powerwall_dev_battery_"+name+pw1)
		}
		return all
	}
	resets := func(name string, _ float64) bool { return strings.HasPrefix(name, "powerwall_counter_resets_total") }
	before := without(newRig(t, simpowerwall.Options{}).well(), resets)
	for _, tt := range []struct {
		name simpowerwall.Endpoint
		f    simpowerwall.Fault
		gone []string
		want series
	}{
		{simpowerwall.Status, simpowerwall.Null("start_time"), []string{"powerwall_start_time_seconds"}, nil},
		{simpowerwall.Status, simpowerwall.Set("start_time", `"2024-06-21T12:00:00Z"`), []string{"powerwall_start_time_seconds"}, nil},
		{simpowerwall.Status, simpowerwall.Null("up_time_seconds"), []string{"powerwall_uptime_seconds"}, nil},
		{simpowerwall.Status, simpowerwall.Set("up_time_seconds", `"64d5h38m"`), nil, series{"powerwall_uptime_seconds": 64*86400 + 5*3600 + 38*60}},
		{simpowerwall.Status, simpowerwall.Set("commission_count", `4.0`), nil, nil},
		{simpowerwall.Operation, simpowerwall.Absent("real_mode"), []string{"powerwall_operation_mode"}, nil},
		{simpowerwall.SiteMaster, simpowerwall.Set("can_reboot", `"Yes"`), []string{"powerwall_sitemaster_busy"}, nil},
		{simpowerwall.SiteMaster, simpowerwall.Set("can_reboot", `""`), []string{"powerwall_sitemaster_busy"}, nil},
		{simpowerwall.SiteMaster, simpowerwall.Set("can_reboot", `true`), []string{"powerwall_sitemaster_busy"}, nil},
		{simpowerwall.Problems, simpowerwall.Null("problems"), []string{"powerwall_problems_detected_count"}, nil},
		{simpowerwall.Problems, simpowerwall.Set("problems", `[1,{"a":2},"x"]`), nil, series{"powerwall_problems_detected_count": 3}},
		{simpowerwall.SOE, simpowerwall.Set("percentage", `2.5`), nil, series{"powerwall_charge_ratio": 0.025, "powerwall_charge_app_ratio": 0}},
		{simpowerwall.SystemStatus, simpowerwall.Set("solar_real_power_limit", `1.7976931348623157e+308`), nil, nil},
		{simpowerwall.SystemStatus, simpowerwall.Set("solar_real_power_limit", `4600`), nil, series{"powerwall_solar_real_power_limit_watts": 4600}},
		{simpowerwall.SystemStatus, simpowerwall.Set("max_charge_power", `1.7976931348623157e+308`), []string{"powerwall_max_charge_power_watts"}, nil},
		{simpowerwall.SystemStatus, simpowerwall.Set("grid_services_power", `-0`), nil, series{"powerwall_grid_services_power_watts": 0}},
		{simpowerwall.SystemStatus, simpowerwall.Null("nominal_energy_remaining"), []string{"powerwall_remaining_joules", "powerwall_backup_time"}, nil},
		{simpowerwall.SystemStatus, simpowerwall.Null("battery_blocks.0.p_out", "battery_blocks.0.v_out", "battery_blocks.0.vf_mode"),
			append(pack("output_volts", "island_state"), "powerwall_battery_output_watts"+pw1), nil},
		{simpowerwall.SystemStatus, simpowerwall.Set("battery_blocks.0.pinv_state", `""`), pack("pinv_state"), nil},
		{simpowerwall.SystemStatus, simpowerwall.Set("battery_blocks.0.energy_charged", `0`), pack("charged_joules_total"), nil},
		{simpowerwall.SystemStatus, simpowerwall.Set("battery_blocks.0.energy_charged", `-0.5`), pack("charged_joules_total"), nil},
		{simpowerwall.SystemStatus, simpowerwall.Set("battery_blocks.0.disabled_reasons", `["DisabledExcessiveVoltageDrop","DisabledExcessiveVoltageDrop","",7]`), nil,
			series{`powerwall_battery_disabled` + pw1 + `,reason="DisabledExcessiveVoltageDrop"}`: 1}},
		{simpowerwall.SystemStatus, simpowerwall.Set("battery_blocks.1.PackageSerialNumber", `"TG00000000PW01"`), // the first one wins
			[]string{`powerwall_battery_`, `powerwall_dev_battery_`}, nil},
		{simpowerwall.SystemStatus, simpowerwall.Set("grid_faults", `[{"decoded_alert":"[{\"name\":\"a\",\"value\":1.25}]","alert_raw":576460752303423488}]`), nil, nil},
		{simpowerwall.GridFaults, simpowerwall.Set("0.decoded_alert", `"[{\"name\":\"a\",\"value\":"`), nil, nil},
		{simpowerwall.GridFaults, simpowerwall.Null("0.timestamp"), []string{"powerwall_grid_fault_timestamp"}, nil},
		{simpowerwall.GridStatus, simpowerwall.Set("grid_status", `"SystemTransitionToGrid"`), []string{"powerwall_grid_connected", `powerwall_grid_status{state="SystemGridConnected"}`},
			series{`powerwall_grid_status{state="SystemTransitionToGrid"}`: 1}},
		{simpowerwall.GridStatus, simpowerwall.Set("grid_status", `"SystemIslandedActive"`), []string{`powerwall_grid_status{state="SystemGridConnected"}`},
			series{`powerwall_grid_status{state="SystemIslandedActive"}`: 1, "powerwall_grid_connected": 0}},
		{simpowerwall.GridStatus, simpowerwall.Null("grid_services_active"), []string{"powerwall_grid_services_active"}, nil},
		{simpowerwall.Aggregates, simpowerwall.Set("site.frequency", `0`), []string{`powerwall_frequency_hz{category="site"}`}, nil},
		{simpowerwall.Aggregates, simpowerwall.Set("site.last_communication_time", `"0001-01-01T00:00:00Z"`), []string{`powerwall_last_communication_timestamp_seconds{category="site"}`}, nil},
		{simpowerwall.Aggregates, simpowerwall.Set("site.i_b_current", `-1.5`), nil,
			series{`powerwall_current_amps{category="site",phase="a"}`: 0, `powerwall_current_amps{category="site",phase="b"}`: -1.5, `powerwall_current_amps{category="site",phase="c"}`: 0}},
		{simpowerwall.Aggregates, simpowerwall.Null("load.instant_power"), []string{`powerwall_instant_power_watts{category="load"}`, "powerwall_backup_time"}, nil},
		{simpowerwall.MeterSite, simpowerwall.Null("0.Cached_readings.instant_power"), []string{"powerwall_dev_instant_power_watts" + meter}, nil},
		{simpowerwall.MeterSite, simpowerwall.Null("0.Cached_readings"), metersIn("site"), nil},
		{simpowerwall.MeterSite, simpowerwall.Null("0.connection.device_serial"), metersIn("site"), nil},
		{simpowerwall.Networks, simpowerwall.Set("2.iface_network_info.signal_strength", `0`), []string{`powerwall_network_signal_strength{type="WifiType"`}, nil},
		{simpowerwall.Networks, simpowerwall.Absent("2.iface_network_info"), []string{`powerwall_network_signal_strength{type="WifiType"`, `powerwall_network_state{type="WifiType"`}, nil},
		{simpowerwall.SiteInfo, simpowerwall.Set("grid_code", `"50Hz_230V"`), []string{"powerwall_grid_code_info"}, nil},
		{simpowerwall.SolarPowerwall, simpowerwall.Null("pvac_status.string_vitals.0.string_id"),
			[]string{`powerwall_string_volts{inverter="1",string="1"}`, `powerwall_string_amps{inverter="1",string="1"}`,
				`powerwall_string_watts{inverter="1",string="1"}`, `powerwall_string_connected{inverter="1",string="1"}`}, nil},
	} {
		t.Run(string(tt.name)+" "+tt.f.String(), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, simpowerwall.Options{})
			r.sim.Break(tt.name, tt.f)
			after := without(r.well(), resets)
			gone, fresh, changed := compare(before, after)
			want := before.keys(tt.gone...)
			if strings.Contains(tt.f.String(), "PackageSerialNumber") {
				want = slices.DeleteFunc(before.keys(tt.gone...), func(name string) bool { return !strings.Contains(name, "PW02") })
			}
			if diff := cmp.Diff(want, gone, cmp.Transformer("empty", func(s []string) string { return strings.Join(s, "\n") })); diff != "" {
				t.Errorf("series that are gone (-want +got):\n%s", diff)
			}
			after.want(t, tt.want)
			for _, name := range fresh {
				if _, ok := tt.want[name]; !ok {
					t.Errorf("%s is new", name)
				}
			}
			for _, one := range changed {
				name, _, _ := strings.Cut(one, " ")
				if _, ok := tt.want[name]; !ok {
					t.Error(one)
				}
			}
		})
	}
}

// TestDisabledPack has a pack that is switched off, with null for what it does not know.
func TestDisabledPack(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{})
	r.well()
	r.sim.DisablePack("TG00000000PW02", "DisabledExcessiveVoltageDrop")
	s := r.well()
	s.want(t, series{`powerwall_battery_disabled{serial="TG00000000PW02",reason="DisabledExcessiveVoltageDrop"}`: 1,
		`powerwall_battery_info{serial="TG00000000PW02",partno="3012170-05-B",version="0a1b2c3d4e5f60"}`: 1,
		`powerwall_battery_output_volts{serial="TG00000000PW01"}`:                                        231.8})
	s.lack(t, `powerwall_battery_output_volts{serial="TG00000000PW02"}`, `powerwall_battery_pinv_state{serial="TG00000000PW02"`)
}

// TestFloods bounds what a broken gateway can bring.
func TestFloods(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{})
	list := func(n int, format string) string {
		var all []string
		for i := range n {
			all = append(all, strings.ReplaceAll(format, "#", fmt.Sprint(i)))
		}
		return strings.Join(all, ",")
	}
	r.sim.Break(simpowerwall.GridFaults, simpowerwall.ManyFaults(maxFaults+20))
	r.sim.Break(simpowerwall.SystemStatus, simpowerwall.Set("battery_blocks", "["+list(maxPacks+5, `{"PackageSerialNumber":"P#","disabled_reasons":[`+list(maxReasons+5, `"#"`)+`]}`)+"]"))
	r.sim.Break(simpowerwall.MeterSite, simpowerwall.Set("", "["+list(maxMeters+5, `{"type":"t","connection":{"device_serial":"M#"},"Cached_readings":{"instant_power":1,"energy_exported":5}}`)+"]"))
	r.sim.Break(simpowerwall.Networks, simpowerwall.Set("", "["+list(maxNetworks+5, `{"network_name":"N#","interface":"WifiType","enabled":true}`)+"]"))
	r.sim.Break(simpowerwall.SolarPowerwall, simpowerwall.Set("pvs_alerts", "{"+list(maxAlerts+20, `"PVS_#":true`)+"}"))
	s := r.well()
	for prefix, most := range map[string]int{
		"powerwall_grid_fault_active": maxFaults, "powerwall_battery_info": maxPacks, "powerwall_battery_disabled": maxPacks * maxReasons,
		`powerwall_dev_instant_power_watts{category="site"`: maxMeters, "powerwall_network_enabled": maxNetworks, "powerwall_alert_active": maxAlerts,
	} {
		if got := len(s.keys(prefix)); got != most {
			t.Errorf("%d series of %s, want %d", got, prefix, most)
		}
	}
}

// TestCategories asks for the meters of the categories that there are, as far as these
// can be names, and forgets those that have gone.
func TestCategories(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{})
	r.well()
	reading := `{"instant_power":5}`
	r.sim.Break(simpowerwall.Aggregates, simpowerwall.Set("", `{"site":`+reading+`,"../sitemaster/stop":`+reading+`,"aggregates":`+reading+`,"":`+reading+`,"generator":`+reading+`}`))
	s := r.well()
	s.want(t, series{`powerwall_instant_power_watts{category="generator"}`: 5, `powerwall_instant_power_watts{category="../sitemaster/stop"}`: 5})
	s.lack(t, `powerwall_endpoint_success{endpoint="meters/solar"}`, `powerwall_dev_instant_power_watts{category="solar"`, `powerwall_instant_power_watts{category=""`)
	var many []string
	for i := range 600 {
		many = append(many, fmt.Sprintf(`"c%c%c":%s`, 'a'+i%26, 'a'+i/26, reading))
	}
	r.sim.Mend()
	r.sim.Break(simpowerwall.Aggregates, simpowerwall.Set("", "{"+strings.Join(many, ",")+"}"))
	asked := r.seen().Total()
	s = r.well()
	if got := r.seen().Total() - asked; got > 40 {
		t.Errorf("%d requests", got)
	}
	if got := len(s.keys("powerwall_instant_power_watts")); got != maxCategories {
		t.Errorf("%d categories, want %d", got, maxCategories)
	}
	if got := len(r.site.states); got > 40 {
		t.Errorf("%d documents are remembered", got)
	}
}
