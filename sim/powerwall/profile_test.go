package powerwall

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// all are the endpoints below /api that are read.
func all() []Endpoint { return append(slices.Sorted(maps.Keys(writers)), Vitals) }

func TestWhatEachFirmwareServes(t *testing.T) {
	missing := map[Firmware][]Endpoint{
		Firmware2049: {SolarPowerwall},
		Firmware2144: nil,
		Firmware2344: {Vitals},
		Firmware2510: {Vitals},
		Powerwall3:   slices.DeleteFunc(all(), func(e Endpoint) bool { return e == Aggregates || e == SOE || e == GridStatus }),
	}
	for firmware, without := range missing {
		t.Run(string(firmware), func(t *testing.T) {
			s := start(t, Options{Firmware: firmware})
			c := loggedIn(t, s)
			var absent []Endpoint
			for _, name := range all() {
				got := c.get(name)
				switch {
				case got.status == http.StatusNotFound:
					absent = append(absent, name)
				case name == PowerwallState && firmware == Firmware2049:
					if got.status != http.StatusConflict {
						t.Errorf("%s while running: %d", name, got.status)
					}
				case got.status != http.StatusOK:
					t.Errorf("%s: %d %s", name, got.status, got.body)
				}
			}
			slices.Sort(absent)
			slices.Sort(without)
			if diff := cmp.Diff(without, absent); diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatNeedsALogin(t *testing.T) {
	for firmware := range profiles {
		t.Run(string(firmware), func(t *testing.T) {
			s := start(t, Options{Firmware: firmware})
			c := newClient(t, s)
			for _, name := range all() {
				want := http.StatusForbidden
				if firmware != Powerwall3 && slices.Contains([]Endpoint{Status, Registration, ToggleAuth}, name) {
					want = http.StatusOK
				}
				if got := c.get(name); got.status != want {
					t.Errorf("%s: %d, want %d", name, got.status, want)
				}
			}
			root := http.StatusOK
			if firmware == Powerwall3 {
				root = http.StatusNotFound
			}
			if got := c.do(http.MethodGet, "/", "", nil); got.status != root {
				t.Errorf("web page: %d, want %d", got.status, root)
			}
		})
	}
}

func TestFieldsOfEachFirmware(t *testing.T) {
	tests := []struct {
		firmware Firmware
		name     Endpoint
		path     string
		want     string // empty for absent
	}{
		{Firmware2049, Status, "din", ""},
		{Firmware2049, Status, "version", `"20.49.0 1f2e3d4c"`},
		{Firmware2049, SystemStatus, "battery_blocks", ""},
		{Firmware2049, SystemStatus, "available_blocks", ""},
		{Firmware2049, SystemStatus, "nominal_energy_remaining", "17125"},
		{Firmware2049, SiteMaster, "can_reboot", ""},
		{Firmware2049, Aggregates, "generator.instant_power", "0"},
		{Firmware2049, Aggregates, "busway.last_communication_time", `"0001-01-01T00:00:00Z"`},
		{Firmware2049, Aggregates, "frequency.timeout", "1500000000"},
		{Firmware2049, MeterSite, "0.Cached_readings.v_l1n", ""},
		{Firmware2049, Networks, "2.iface_network_info.ip_networks.0", `{"ip":"192.0.2.20","mask":"255.255.255.0"}`},
		{Firmware2049, SiteInfo, "grid_code", `"50Hz_230V_1_EXAMPLE:2019"`},
		{Firmware2049, SiteInfo, "country", `"Germany"`},
		{Firmware2144, Status, "din", `"1232100-00-E--TG00000000GWEX"`},
		{Firmware2144, Status, "can_reboot", ""},
		{Firmware2144, Aggregates, "generator", ""},
		{Firmware2344, Status, "version", `"23.44.3-msa 5a6b7c8d"`},
		{Firmware2344, Status, "teg_type", `"unknown"`},
		{Firmware2344, Status, "can_reboot", "false"},
		{Firmware2344, Status, "followers", ""},
		{Firmware2510, Status, "version", `"25.10.1 9e8d7c6b"`},
		{Firmware2510, SystemStatus, "battery_blocks.0.PackageSerialNumber", `"TG00000000PW01"`},
		{Powerwall3, Aggregates, "solar.energy_exported", "9876543.125"},
		{Powerwall3, SOE, "percentage", "62.5"},
	}
	for _, tt := range tests {
		t.Run(string(tt.firmware)+" "+string(tt.name)+" "+tt.path, func(t *testing.T) {
			c := loggedIn(t, start(t, Options{Firmware: tt.firmware}))
			if got := c.read(tt.name).rawAt(tt.path); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
