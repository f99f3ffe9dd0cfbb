package gateway

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	heard = "2024-06-21T12:30:00.250000000+02:00"
	never = "0001-01-01T00:00:00Z"
)

// same decodes a file and compares with want.
func same[T any](t *testing.T, file string, want T) {
	t.Helper()
	t.Run(file, func(t *testing.T) {
		if d := cmp.Diff(want, parsed[T](t, document(t, file))); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	})
}

func TestGoldenSystem(t *testing.T) {
	same(t, "status.json", Status{
		DIN: "1232100-00-E--TG00000000GWEX", StartTime: "2024-04-18 06:51:39 +0800", Uptime: "1541h38m20.998412744s",
		Version: "21.44.1 0a1b2c3d", GitHash: "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567", CommissionCount: new(4.0),
		DeviceType: "teg", SyncType: "v2.1",
	})
	same(t, "soe.json", Charge{Percentage: new(62.5)})
	same(t, "operation.json", Operation{RealMode: "self_consumption", BackupReserve: new(24.0)})
	same(t, "sitemaster.json", SiteMaster{Running: new(true), Connected: new(true), PowerSupply: new(false), CanReboot: "Power flow is too high"})
	same(t, "problems.json", Problems{Problems: &[]struct{}{}})
	same(t, "grid_status.json", GridStatus{State: "SystemGridConnected", ServicesActive: new(false)})
	same(t, "grid_faults.json", []GridFault{{
		Timestamp: new(1718960000123.0), Name: "PINV_a008_vfCheckRocof", IsFault: new(false),
		ECU: "TEPINV", Serial: "TG00000000PW01",
	}})
	pack := func(part, serial string, full, remaining, power, voltage, charged, discharged float64) Block {
		return Block{
			PartNumber: part, Serial: serial, Version: "0a1b2c3d4e5f60", DisabledReasons: []string{},
			InverterState: "PINV_GridFollowing", GridState: "Grid_Compliant", SequenceState: "Active",
			FullPack: &full, Remaining: &remaining, Power: &power, ReactivePower: new(20.0), Voltage: &voltage,
			Frequency: new(49.98), Current: new(3.2), Charged: &charged, Discharged: &discharged,
			OffGrid: new(false), FormsGrid: new(false), Wobble: new(false), ChargeClamped: new(false), BackupReady: new(true),
		}
	}
	same(t, "system_status.json", SystemStatus{
		FullPack: new(27400.0), Remaining: new(17125.0), IslandState: "SystemGridConnected",
		TargetPower: new(-1500.0), TargetReactivePower: new(0.0),
		MaxChargePower: new(10000.0), MaxDischargePower: new(10000.0), MaxApparentPower: new(10000.0),
		InstantMaxChargePower: new(14000.0), InstantMaxDischarge: new(24000.0), GridServicesPower: new(0.0),
		AvailableBlocks: new(2.0), BlocksControlled: new(2.0), SolarRealPowerLimit: new(-1.0),
		LastToggle: "2023-11-02T09:08:07.654321+01:00",
		Blocks: []Block{
			pack("2012170-25-E", "TG00000000PW01", 13800, 8625, -750, 231.8, 1250000, 1112500),
			pack("3012170-05-B", "TG00000000PW02", 13600, 8500, -745, 231.6, 1187500, 1062500),
		},
	})
}

func reading(power, reactive, apparent, frequency, exported, imported, voltage, current float64) Reading {
	return Reading{
		LastCommunication: heard, Power: &power, ReactivePower: &reactive, ApparentPower: &apparent,
		Frequency: &frequency, Exported: &exported, Imported: &imported, AverageVoltage: &voltage,
		AverageCurrent: &current, TotalCurrent: &current, CurrentA: new(0.0), CurrentB: new(0.0), CurrentC: new(0.0),
	}
}

func TestGoldenMeters(t *testing.T) {
	site := reading(812.5, -140, 824.473, 49.95, 345678.25, 2468135.5, 231.5, 3.75)
	solar := reading(3150.25, 40, 3150.504, 49.96, 9876543.125, 210.75, 232.25, 13.5)
	same(t, "aggregates.json", Aggregates{
		"site":    {Reading: site, Meters: new(1.0)},
		"battery": {Reading: reading(-1495, 40, 1495.535, 49.98, 2175000, 2437500, 231.7, 6.4), Meters: new(2.0)},
		"load":    {Reading: reading(2467.75, -60, 2468.479, 49.95, 0, 9654321.5, 231.5, 10.66)},
		"solar":   {Reading: solar, Meters: new(1.0)},
	})
	meter := func(r Reading) []Meter {
		m := Meter{Type: "neurio_w2_tcp", Cached: &PhaseReading{
			Reading: r, Voltage1: r.AverageVoltage, PowerA: r.Power, ReactivePowerA: r.ReactivePower, Version: "1.7.2-Tesla",
		}}
		m.Connection.Serial = "VAH0000EX0001"
		return []Meter{m}
	}
	same(t, "meters_site.json", meter(site))
	same(t, "meters_solar.json", meter(solar))
}

func TestGoldenNetworks(t *testing.T) {
	all := []Network{
		{Name: "ethernet_tesla_internal_default", Interface: "EthType", Enabled: new(true), Active: new(false)},
		{Name: "gsm_tesla_internal_default", Interface: "GsmType", Enabled: new(true), Active: new(true)},
		{Name: "ExampleWifi", Interface: "WifiType", Enabled: new(true), Active: new(true)},
	}
	for i := range all {
		wifi := i == 2
		all[i].Primary, all[i].TeslaConnected, all[i].InternetConnected = &wifi, &wifi, &wifi
	}
	for i, signal := range map[int]float64{1: 64, 2: 52} {
		all[i].Info = info(all[i].Name, signal)
	}
	same(t, "networks.json", all)
}

func info(name string, signal float64) *NetworkInfo {
	return &NetworkInfo{Name: name, State: "DeviceStateReady", StateReason: "DeviceStateReasonNone", SignalStrength: &signal}
}

func TestGoldenSite(t *testing.T) {
	same(t, "site_info.json", SiteInfo{
		Name: "Example House", NominalEnergy: new(27.0), NominalPower: new(10.0),
		GridCode: &GridCode{Code: "50Hz_230V_1_EXAMPLE:2019", Phase: "Single", Country: "Germany", State: "*", Utility: "*"},
	})
	same(t, "update_status.json", UpdateStatus{State: "/update_succeeded"})
	same(t, "solars.json", []Solar{{Brand: "Example Solar", Model: "EX-5000", Power: new(5000.0)}})
	same(t, "solar_powerwall.json", SolarPowerwall{
		Inverter: &SolarInverter{
			State: "PVAC_Active", Power: new(3150.0), Voltage: new(232.2), Frequency: new(49.98),
			Strings: []SolarString{
				{ID: new(1.0), Connected: new(true), Voltage: new(310.5), Current: new(5.1), Power: new(1583.0)},
				{ID: new(2.0), Connected: new(false), Voltage: new(-2.1), Current: new(0.0), Power: new(0.0)},
			},
		},
		InverterAlerts: map[string]bool{"PVAC_a019_ambient_overtemperature": false},
		StringAlerts:   map[string]bool{"PVS_a018_MciStringB": true},
	})
	same(t, "powerwalls.json", Powerwalls{
		Enumerating: new(false), Updating: new(false),
		Powerwalls: []Commissioned{{Serial: "TG00000000PW01", GridState: "Grid_Uncompliant", Updating: new(false)}},
	})
}

func TestGoldenVitals(t *testing.T) {
	got, err := ParseVitals(document(t, "vitals.bin"))
	want := []VitalDevice{{
		ECU: "TETHC", DIN: "TETHC--2012170-25-E--TG00000000PW01", Part: "2012170-25-E", Serial: "TG00000000PW01",
		Parent: "STSTSM--1", LastSeen: time.Unix(1715000000, 0),
		Numbers: map[string]float64{"THC_AmbientTemp": 21.5, "X_count": -5},
		Texts:   map[string]string{"THC_State": "THC_STATE_AUTONOMOUSCONTROL"},
		Flags:   map[string]bool{"X_flag": true},
		Alerts:  []string{"THC_w155_Backup_Genealogy_Updated"},
	}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("error %v, -want +got:\n%s", err, d)
	}
}
