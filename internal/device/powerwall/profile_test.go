package powerwall

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	simpowerwall "home_exporter/sim/powerwall"
)

// TestFirmwares tells which readings there are with each firmware, as numbers of series
// by family, and that no error is made of what a firmware does not have.
func TestFirmwares(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 6, 21, 12, 0, 0, 0, time.UTC)
	firmwares := []simpowerwall.Firmware{simpowerwall.Firmware2049, simpowerwall.Firmware2144, simpowerwall.Firmware2344, simpowerwall.Firmware2510, simpowerwall.Powerwall3}
	want := map[string][5]int{ // by firmware, in that order
		"info":                                 {1, 1, 1, 1, 1},
		"charge_ratio":                         {1, 1, 1, 1, 1},
		"charge_app_ratio":                     {1, 1, 1, 1, 1},
		"grid_status":                          {1, 1, 1, 1, 1},
		"instant_power_watts":                  {7, 4, 4, 4, 4},
		"exported_joules_total":                {3, 3, 3, 3, 3},
		"frequency_hz":                         {4, 4, 4, 4, 4},
		"last_communication_timestamp_seconds": {4, 4, 4, 4, 4},
		"gateway_info":                         {1, 1, 1, 1, 0},
		"uptime_seconds":                       {1, 1, 1, 1, 0},
		"reserve_ratio":                        {1, 1, 1, 1, 0},
		"sitemaster_running":                   {1, 1, 1, 1, 0},
		"sitemaster_busy":                      {0, 1, 1, 1, 0},
		"problems_detected_count":              {1, 1, 1, 1, 0},
		"full_pack_joules":                     {1, 1, 1, 1, 0},
		"available_blocks":                     {0, 1, 1, 1, 0},
		"battery_info":                         {0, 2, 2, 2, 0},
		"dev_battery_info":                     {0, 2, 2, 2, 0},
		"battery_updating":                     {2, 2, 2, 2, 0},
		"dev_instant_power_watts":              {2, 2, 2, 2, 0},
		"dev_phase_volts":                      {0, 2, 2, 2, 0},
		"network_enabled":                      {3, 3, 3, 3, 0},
		"network_signal_strength":              {2, 2, 2, 2, 0},
		"nominal_system_power_watts":           {1, 1, 1, 1, 0},
		"grid_code_info":                       {0, 1, 1, 1, 0},
		"update_state":                         {1, 1, 1, 1, 0},
		"solar_rated_power_watts":              {1, 1, 1, 1, 0},
		"battery_ambient_celsius":              {2, 2, 0, 0, 0}, // vitals
		"battery_available_charge_watts":       {2, 2, 0, 0, 0},
		"grid_side_volts":                      {3, 3, 0, 0, 0},
		"house_side_volts":                     {3, 3, 0, 0, 0},
		"string_state":                         {4, 4, 0, 0, 0},
		"inverter_energy_joules_total":         {1, 1, 0, 0, 0},
		"string_volts":                         {4, 4, 4, 4, 0}, // vitals, or solar_powerwall
		"string_connected":                     {4, 4, 4, 4, 0},
		"inverter_output_watts":                {1, 1, 1, 1, 0},
		"alert_active":                         {4, 4, 1, 1, 0},
	}
	got := make(map[string][5]int)
	for i, firmware := range firmwares {
		r := newRig(t, simpowerwall.Options{Firmware: firmware, Values: simpowerwall.Alive, OutageEvery: -1, Now: func() time.Time { return noon }})
		r.well()
		asked := r.seen().Total()
		s := r.well()
		for name := range want {
			row := got[name]
			row[i] = len(s.keys("powerwall_"+name+"{", "powerwall_"+name+" "))
			if _, plain := s["powerwall_"+name]; plain {
				row[i]++
			}
			got[name] = row
		}
		for _, name := range s.keys("powerwall_endpoint_success") {
			if s[name] != 1 {
				t.Errorf("%s: %s is %v", firmware, name, s[name])
			}
		}
		if seen := r.seen(); seen.Attempts() != 1 || firmware == simpowerwall.Powerwall3 && seen.Total()-asked != 3 {
			t.Errorf("%s: %d logins, %d requests of the second poll", firmware, seen.Attempts(), seen.Total()-asked)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("series by family and firmware (-want +got):\n%s", diff)
	}
}

// TestPowerwall3Away says that the gateway is away, and not that it lacks a document.
func TestPowerwall3Away(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{Firmware: simpowerwall.Powerwall3})
	before := r.well()
	if err := r.sim.Off(); err != nil {
		t.Fatal(err)
	}
	if err := r.failing(); !strings.HasPrefix(err.Error(), "system_status/soe: dial tcp ") {
		t.Errorf("error %v", err)
	}
	if err := r.sim.On(); err != nil {
		t.Fatal(err)
	}
	same(t, before, r.well())
}

// TestVitals reads strings, temperatures and alerts out of the vitals, each once, also
// where a document tells of the same inverter.
func TestVitals(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{Values: simpowerwall.Alive, OutageEvery: -1, Now: func() time.Time { return time.Date(2026, 6, 21, 12, 0, 0, 0, time.UTC) }})
	s := r.well()
	state := r.sim.State()
	s.want(t, series{
		`powerwall_string_state{inverter="TG00000000PW02",string="A",state="Active"}`:           1,
		`powerwall_string_connected{inverter="TG00000000PW02",string="D"}`:                      0,
		`powerwall_string_watts{inverter="TG00000000PW02",string="B"}`:                          state.Inverter.Strings[1].Power,
		`powerwall_inverter_output_watts{inverter="TG00000000PW02"}`:                            state.Inverter.Power,
		`powerwall_battery_ambient_celsius{serial="TG00000000PW01"}`:                            state.Packs[0].Ambient,
		`powerwall_alert_active{ecu="STSTSM",serial="TG00000000GWEX",alert="GridCodesWrite"}`:   1,
		`powerwall_alert_active{ecu="PVS",serial="TG00000000PW02",alert="PVS_a020_MciStringD"}`: 1,
	})
	s.lack(t, `powerwall_inverter_output_watts{inverter="1"`, `powerwall_string_volts{inverter="1"`, `powerwall_alert_active{ecu="PVS",serial=""`)
	r.sim.Break(simpowerwall.Vitals, simpowerwall.NotFound()) // as after an update
	s = r.well()
	s.want(t, series{`powerwall_string_watts{inverter="1",string="2"}`: state.Inverter.Strings[1].Power})
	s.lack(t, "powerwall_string_state", "powerwall_battery_ambient")
}

// TestManyVitals bounds devices and alerts, and tells each thing once.
func TestManyVitals(t *testing.T) {
	t.Parallel()
	field := func(n byte, content string) string {
		return string([]byte{n<<3 | 2, byte(len(content)&0x7f) | 0x80, byte(len(content) >> 7)}) + content
	}
	device := func(din, serial string, more ...string) string {
		return field(1, field(1, field(1, field(1, field(1, din))+field(3, field(1, serial))))+strings.Join(more, ""))
	}
	var all strings.Builder
	for i := range 40 {
		alerts := ""
		for j := range 20 {
			alerts += field(3, fmt.Sprintf("a%d_%d", i, j))
		}
		all.WriteString(device(fmt.Sprintf("TESYNC--1--S%d", i), fmt.Sprintf("S%d", i), alerts, field(2, field(1, "ISLAND_VL1N_Main")+"\x18\xe6\x01")))
		all.WriteString(device(fmt.Sprintf("TETHC--%d--SAME", i), "SAME", field(2, field(1, "THC_AmbientTemp")+"\x18\x15")))
		all.WriteString(device(fmt.Sprintf("PVAC--%d--", i), "", field(2, field(1, "PVAC_Pout")+"\x18\x15")))
	}
	r := newRig(t, simpowerwall.Options{})
	r.sim.Break(simpowerwall.Vitals, simpowerwall.Body("application/octet-stream", all.String()))
	s := r.well()
	if got := len(s.keys("powerwall_alert_active")); got != maxAlerts {
		t.Errorf("%d alerts, want %d", got, maxAlerts)
	}
	s.want(t, series{`powerwall_grid_side_volts{phase="a"}`: 230, `powerwall_battery_ambient_celsius{serial="SAME"}`: 21})
	s.lack(t, "powerwall_inverter_output_watts")
}
