package tedapi

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device/powerwall/protobuf"
)

const sampleController = `{
	"control": {
		"systemStatus": {"nominalFullPackEnergyWh": 27400, "nominalEnergyRemainingWh": null},
		"islanding": {"customerIslandMode": "BACKUP", "contactorClosed": true, "gridOK": "yes"},
		"meterAggregates": [{"location": "SITE", "realPowerW": 812.5}, null, {"location": "SOLAR_RGM", "realPowerW": 1e999}],
		"alerts": {"active": ["FWUpdateSucceeded", 7, "SystemConnectedToGrid"]},
		"batteryBlocks": [{"din": "P--A", "disableReasons": ["Off"]}, {"din": "P--B", "disableReasons": null}]
	},
	"system": {"sitemanagerStatus": {"isRunning": true}},
	"neurio": {"readings": [{"serial": "N1", "firmwareVersion": "1.7", "timestamp": "2024-06-21T12:30:00Z", "dataRead": [{"voltageV": 231, "realPowerW": 5}, null]}]},
	"teslaRemoteMeter": {"meters": [{"din": "M--2", "reading": {"ctReadings": [{"energyExportedWs": 7200}]}}]},
	"esCan": {"bus": {
		"THC": [null, {"packagePartNumber": "P", "packageSerialNumber": "A", "THC_InfoMsg": {"isMIA": false, "THC_AmbientTemp": 21.5}},
			{"packageSerialNumber": "B", "THC_InfoMsg": {"isMIA": true, "THC_AmbientTemp": 0}},
			{"packagePartNumber": "", "packageSerialNumber": null, "THC_InfoMsg": {"THC_AmbientTemp": 1}}],
		"POD": [{"POD_EnergyStatus": {"POD_nom_energy_remaining": 1}}, {"POD_EnergyStatus": {"isMIA": false, "POD_nom_energy_remaining": 8625}, "alerts": {"active": ["POD_w110_SW_EOC"]}}],
		"PINV": [],
		"PVAC": [{"packagePartNumber": "P", "packageSerialNumber": "V", "PVAC_Logging": {"PVAC_PVCurrent_A": 5, "PVAC_PVMeasuredVoltage_A": 300,
			"PVAC_PVCurrent_B": 0, "PVAC_PVMeasuredVoltage_B": -2}}],
		"PVS": [{"PVS_Status": {"PVS_StringA_Connected": true}}],
		"SYNC": {"packagePartNumber": "S", "packageSerialNumber": "T"},
		"ISLANDER": {"ISLAND_AcMeasurements": {"ISLAND_VL1N_Main": 231.5}, "ISLAND_GridConnection": {"ISLAND_GridConnected": "ISLAND_GridConnected_Disconnected"}}
	}},
	"components": {"msa": [{"partNumber": "P", "serialNumber": "V", "signals": [{"name": "PVAC_Fan_Speed_Actual_RPM", "value": 1200},
		{"name": "PVAC_Fan_Speed_Target_RPM", "value": null}], "activeAlerts": [{"name": "PVAC_a001"}]}]},
	"ieee20305": {"controls": {"defaultControl": {"opModMaxLimW": 1000, "opModExpLimW": 5000}, "activeControls": [{"opModExpLimW": 0}]}}
}`

func TestController(t *testing.T) {
	c, err := ParseController([]byte(sampleController))
	if err != nil {
		t.Fatal(err)
	}
	if c.FullPack == nil || *c.FullPack != 27400 || c.Remaining != nil {
		t.Errorf("energies %v of %v", c.Remaining, c.FullPack)
	}
	if c.GridOK != nil || c.ContactorClosed == nil || !*c.ContactorClosed || c.IslandMode != "BACKUP" || c.Running == nil {
		t.Errorf("islanding %+v", c)
	}
	if len(c.Powers) != 2 || c.Powers[0].Category != "site" || *c.Powers[0].Watts != 812.5 || c.Powers[1].Watts != nil {
		t.Errorf("powers %+v", c.Powers)
	}
	if on := c.OnGrid(); on == nil || !*on {
		t.Errorf("on grid: %v, and the alert says so", on)
	}
	c.Alerts = nil
	if on := c.OnGrid(); on == nil || *on {
		t.Errorf("on grid: %v, and the island controller says no", on)
	}
	if d := cmp.Diff(map[string][]string{"A": {"Off"}}, c.Disabled); d != "" {
		t.Errorf("disabled: -want +got\n%s", d)
	}
	if d := cmp.Diff([]Limit{{"opModMaxLimW", 1000}, {"opModExpLimW", 0}}, c.Limits); d != "" {
		t.Errorf("limits: -want +got\n%s", d)
	}
	if len(c.Readings) != 2 || len(c.Readings[0].CTs) != 2 || c.Readings[0].CTs[1].Watts != nil || *c.Readings[1].CTs[0].Exported != 7200 {
		t.Errorf("meters %+v", c.Readings)
	}
}

// What is missing in action is not there, empty slots are not there, and lists keep
// their order.
func TestBus(t *testing.T) {
	c, err := ParseController([]byte(sampleController))
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]map[string]float64)
	for _, d := range c.Devices {
		got[d.ECU+" "+d.Serial] = d.Numbers
	}
	want := map[string]map[string]float64{
		"TETHC A": {"THC_AmbientTemp": 21.5},
		"TEPOD A": {"POD_nom_energy_remaining": 8625},
		"PVAC V": {
			"PVAC_PVCurrent_A": 5, "PVAC_PVMeasuredVoltage_A": 300, "PVAC_PVMeasuredPower_A": 1500,
			"PVAC_PVCurrent_B": 0, "PVAC_PVMeasuredVoltage_B": -2, "PVAC_PVMeasuredPower_B": 0,
			"PVAC_Fan_Speed_Actual_RPM": 1200,
		},
		"PVS V":    {},
		"TESYNC T": {"ISLAND_VL1N_Main": 231.5},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	for _, d := range c.Devices {
		switch d.ECU {
		case "PVS":
			if d.Parent != "PVAC--P--V" || !d.Flags["PVS_StringA_Connected"] {
				t.Errorf("strings %+v", d)
			}
		case "TEPOD":
			if d := cmp.Diff([]string{"POD_w110_SW_EOC"}, d.Alerts); d != "" {
				t.Errorf("alerts: -want +got\n%s", d)
			}
		case "PVAC":
			if d := cmp.Diff([]string{"PVAC_a001"}, d.Alerts); d != "" {
				t.Errorf("alerts: -want +got\n%s", d)
			}
		}
	}
}

const sampleComponents = `{"components": {
	"pch": [{"serialNumber": "U1", "activeAlerts": [{"name": "PCH_a1"}], "signals": [
		{"name": "PCH_PvState_A", "textValue": "Pv_Active"}, {"name": "PCH_PvVoltageA", "value": 310}, {"name": "PCH_PvCurrentA", "value": 2},
		{"name": "PCH_PvVoltageF", "value": null}, {"name": "PCH_PvState_F", "textValue": "Pv_Standby"},
		{"name": "PCH_AcFrequency", "value": 50.01}, {"name": "PCH_SlowPvPowerSum", "value": 620}]}],
	"bms": [{"signals": [{"name": "BMS_nominalFullPackEnergy", "value": 13.5}, {"name": "BMS_nominalEnergyRemaining", "value": 6.75}]},
		{"signals": [{"name": "BMS_nominalFullPackEnergy", "value": 13.6}]},
		{"signals": [{"name": "BMS_nominalFullPackEnergy", "value": 13.7}]},
		{"signals": [{"name": "BMS_nominalFullPackEnergy", "value": 0}]}],
	"hvp": [{"serialNumber": "U1", "signals": [{"name": "HVP_State", "textValue": "HVP_Active"}]}, {"serialNumber": "X1"}, {"serialNumber": "stranger"}, {"serialNumber": "X2"}]
}}`

func TestComponents(t *testing.T) {
	c, err := ParseComponents([]byte(sampleComponents))
	if err != nil {
		t.Fatal(err)
	}
	u := c.Unit(ConfiguredBlock{DIN: "P--U1", Part: "P", Serial: "U1", Expansions: []Expansion{{"Q--X1", "Q", "X1"}, {"Q--X2", "Q", "X2"}}})
	number := func(v float64) *float64 { return &v }
	want := &Unit{
		Part: "P", Serial: "U1", Hz: number(50.01), SolarWatts: number(620),
		Strings: []String{{ID: "A", State: "Pv_Active", Volts: number(310), Amps: number(2)}, {ID: "F", State: "Pv_Standby"}},
		Packs: []Pack{
			{Part: "P", Serial: "U1", State: "HVP_Active", FullPack: number(13.5), Remaining: number(6.75)},
			{Part: "Q", Serial: "X1", FullPack: number(13.6)},
		},
		Alerts: []Alert{{"pch", "U1", "PCH_a1"}},
	}
	if d := cmp.Diff(want, u); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if w := u.Strings[0].Watts(); w == nil || *w != 620 {
		t.Errorf("power of string A is %v, want 620", w)
	}
	if w := u.Strings[1].Watts(); w != nil {
		t.Errorf("power of string F is %v, and nothing was measured", *w)
	}
	for _, doc := range []string{`{}`, `{"components":null}`, `{"components":{"pch":null}}`, `[]`} {
		if _, err := ParseComponents([]byte(doc)); err == nil {
			t.Errorf("%s has components", doc)
		}
	}
}

const sampleConfig = `{"vin": "P--G", "default_real_mode": "backup", "credentials": [{"password_hash": "planted"}], "customer": {"name": "planted"},
	"battery_blocks": [{"vin": "P--U1", "type": "Powerwall3", "battery_expansions": [{"din": "Q--X1"}, null]}, null, {"vin": 7}, {"vin": "A--B", "type": "ACPW"}],
	"site_info": {"backup_reserve_percent": 24, "nominal_system_energy_ac": 13.5, "nominal_system_power_ac": "10", "site_name": "House", "grid_code": "X", "country": "Y"},
	"meters": [{"location": "site", "type": "neurio_w2_tcp", "cts": [true, false, 1], "connection": {"device_serial": "N1"}, "real_power_scale_factor": 2}],
	"solars": [{"brand": "B", "model": "M", "power_rating_watts": 5000}]}`

func TestSiteConfig(t *testing.T) {
	c, err := ParseSiteConfig([]byte(sampleConfig))
	if err != nil {
		t.Fatal(err)
	}
	number := func(v float64) *float64 { return &v }
	unit := ConfiguredBlock{DIN: "P--U1", Part: "P", Serial: "U1", Type: "Powerwall3", Expansions: []Expansion{{"Q--X1", "Q", "X1"}, {}}}
	want := &SiteConfig{
		DIN: "P--G", Mode: "backup", Reserve: number(24), SiteName: "House", NominalEnergy: number(13.5), GridCode: "X", Country: "Y",
		Blocks: []ConfiguredBlock{unit, {}, {}, {DIN: "A--B", Part: "A", Serial: "B", Type: "ACPW"}},
		Meters: []ConfiguredMeter{{Location: "site", Type: "neurio_w2_tcp", Serial: "N1", CTs: []bool{true, false, false}, Scale: 2}},
		Solars: []ConfiguredSolar{{Brand: "B", Model: "M", Power: number(5000)}},
	}
	if d := cmp.Diff(want, c); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if d := cmp.Diff([]ConfiguredBlock{unit}, c.Units()); d != "" {
		t.Errorf("units: -want +got\n%s", d)
	}
	for _, doc := range []string{"", "[]", "7", `{"vin": `, "planted"} {
		if _, err := ParseSiteConfig([]byte(doc)); err == nil || err.Error() != "config.json is no JSON object" {
			t.Errorf("%q: error %v", doc, err)
		}
	}
}

func TestNetworks(t *testing.T) {
	name := protobuf.Message{}.Data(1, []byte("Home\x07"))
	rssi := protobuf.Message{}.Number(1, 95).Data(2, protobuf.Message{}.Number(1, 52))
	wifi := protobuf.Message{}.Number(2, 1).Number(3, 1).Data(5, protobuf.Message{}.Number(1, 1).Number(3, 1).Data(4, rssi))
	b := protobuf.Message{}.Data(1, protobuf.Message{}.Data(1, name).Data(2, []byte("planted"))).Data(2, wifi).Data(3, protobuf.Message{}.Number(2, 1))
	got, err := ParseNetworks(b)
	if err != nil {
		t.Fatal(err)
	}
	yes, no, signal := true, false, 52.
	want := []Network{
		{Kind: "wifi", SSID: "Home", Enabled: &yes, Route: &yes, Link: &yes, Internet: &no, Maker: &yes, Signal: &signal},
		{Kind: "eth", Enabled: &yes, Route: &no},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestGitHash(t *testing.T) {
	const text = "9e8d7c6b5a493827160f9e8d7c6b5a4938271605"
	for _, c := range []struct{ in, want string }{
		{"", ""}, {"\x9e\x8d", "9e8d"}, {text, text}, {text + "+", text + "+"},
		{string(make([]byte, 65)), ""},
	} {
		if got := gitHash([]byte(c.in)); got != c.want {
			t.Errorf("gitHash(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}
