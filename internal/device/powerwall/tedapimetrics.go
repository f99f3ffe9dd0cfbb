package powerwall

import (
	"maps"
	"slices"
	"strings"

	"home_exporter/internal/device/powerwall/tedapi"
	"home_exporter/internal/metric"
)

// What only TEDAPI tells.
var (
	inverterFan  = more("inverter_fan_speed_rpm", "Speed of a solar inverter's fan: the actual one, and the target.", "inverter", "kind")
	utilityLimit = more("ieee20305_limit_watts", "Limit of power that the utility sets (IEEE 2030.5).", "limit")
)

var tedapiFamilies = []*metric.Family{inverterFan, utilityLimit}

// addTEDAPI adds what no document of the local API has a place for.
func (w *writer) addTEDAPI(r *Reading) {
	for i := range r.Vitals {
		if d := &r.Vitals[i]; d.ECU == "PVAC" && w.first("fan "+d.Serial) {
			w.vital(inverterFan, d, "PVAC_Fan_Speed_Actual_RPM", 1, d.Serial, "actual")
			w.vital(inverterFan, d, "PVAC_Fan_Speed_Target_RPM", 1, d.Serial, "target")
		}
	}
	for _, din := range slices.Sorted(maps.Keys(r.TEDAPI.Units)) {
		w.addUnit(r.TEDAPI.Units[din])
	}
	c := r.TEDAPI.Controller
	if c == nil {
		return
	}
	if r.GridStatus == nil {
		w.boolean(gridConnected, c.OnGrid())
	}
	for _, limit := range c.Limits {
		w.add(utilityLimit, limit.Watts, limit.Name)
	}
}

// addUnit adds the inverter and the strings of a Powerwall 3.
func (w *writer) addUnit(u *tedapi.Unit) {
	if !w.first("unit " + u.Serial) {
		return
	}
	w.number(inverterPower, u.SolarWatts, 1, u.Serial)
	w.number(inverterVolts, u.Volts, 1, u.Serial)
	w.number(inverterHz, u.Hz, 1, u.Serial)
	for i := range u.Strings {
		line := &u.Strings[i]
		w.number(stringVolts, line.Volts, 1, u.Serial, line.ID)
		w.number(stringAmps, line.Amps, 1, u.Serial, line.ID)
		w.number(stringPower, line.Watts(), 1, u.Serial, line.ID)
		w.state(stringState, strings.TrimPrefix(line.State, "Pv_"), u.Serial, line.ID)
	}
	for _, a := range u.Alerts {
		w.addAlert(strings.ToUpper(a.Component), a.Serial, a.Name)
	}
}
