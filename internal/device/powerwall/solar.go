package powerwall

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"home_exporter/internal/device/powerwall/gateway"
)

// addSolar adds the one inverter of a Powerwall+ that the JSON API shows. The vitals
// know more, where there are any.
func (w *writer) addSolar(r *Reading) {
	s := r.SolarPowerwall
	if s == nil {
		return
	}
	known := slices.ContainsFunc(r.Vitals, func(d gateway.VitalDevice) bool { return d.ECU == "PVAC" })
	if i := s.Inverter; i != nil && !known {
		w.number(inverterPower, i.Power, 1, firstInverter)
		w.number(inverterVolts, i.Voltage, 1, firstInverter)
		w.number(inverterHz, i.Frequency, 1, firstInverter)
		for _, line := range some(i.Strings, maxStrings) {
			if line.ID == nil || *line.ID != math.Trunc(*line.ID) || *line.ID < 0 || *line.ID > maxStrings {
				continue
			}
			id := strconv.Itoa(int(*line.ID))
			if !w.first("string " + id) {
				continue
			}
			w.number(stringVolts, line.Voltage, 1, firstInverter, id)
			w.number(stringAmps, line.Current, 1, firstInverter, id)
			w.number(stringPower, line.Power, 1, firstInverter, id)
			w.boolean(stringOK, line.Connected, firstInverter, id)
		}
	}
	if !known {
		w.addAlerts("PVAC", s.InverterAlerts)
		w.addAlerts("PVS", s.StringAlerts)
	}
}

// firstInverter is the label of an inverter that tells no serial number.
const firstInverter = "1"

func (w *writer) addAlerts(ecu string, alerts map[string]bool) {
	for _, alert := range slices.Sorted(maps.Keys(alerts)) {
		if alerts[alert] {
			w.addAlert(ecu, "", alert)
		}
	}
}

func (w *writer) addAlert(ecu, serial, alert string) {
	if w.alerts < maxAlerts && w.first("alert "+ecu+"\x00"+serial+"\x00"+alert) {
		w.alerts++
		w.out.Add(alertActive, 1, ecu, serial, alert)
	}
}

// addVitals adds what the vitals tell beyond the JSON documents. Their names are those
// of jasonacox/pypowerwall (docs, vitals).
func (w *writer) addVitals(devices []gateway.VitalDevice) {
	lines := stringsOf(devices)
	for i := range devices {
		d := &devices[i]
		for _, alert := range d.Alerts {
			w.addAlert(d.ECU, d.Serial, alert)
		}
		if d.Serial == "" || !w.first("vitals "+d.ECU+"\x00"+d.Serial) {
			continue
		}
		switch d.ECU {
		case "TETHC":
			w.vital(packAmbient, d, "THC_AmbientTemp", 1, d.Serial)
		case "TEPOD":
			w.vital(packCanCharge, d, "POD_available_charge_power", 1, d.Serial)
			w.vital(packCanGive, d, "POD_available_dischg_power", 1, d.Serial)
		case "PVAC":
			w.addInverter(d, lines[d.DIN])
		case "TESYNC":
			if !w.first("grid side") {
				continue // there is one
			}
			for n, phase := range phases {
				line := "ISLAND_VL" + strconv.Itoa(n+1) + "N_"
				w.vital(gridSideVolts, d, line+"Main", 1, phase)
				w.vital(houseSideVolts, d, line+"Load", 1, phase)
				w.vital(gridSideHz, d, "ISLAND_FreqL"+strconv.Itoa(n+1)+"_Main", 1, phase)
			}
		}
	}
}

// stringsOf finds the device that knows which strings are connected, by the DIN of its
// inverter.
func stringsOf(devices []gateway.VitalDevice) map[string]*gateway.VitalDevice {
	all := make(map[string]*gateway.VitalDevice)
	for i := range devices {
		if d := &devices[i]; d.ECU == "PVS" {
			all[d.Parent] = d
		}
	}
	return all
}

func (w *writer) addInverter(d, connected *gateway.VitalDevice) {
	w.vital(inverterPower, d, "PVAC_Pout", 1, d.Serial)
	w.vital(inverterVolts, d, "PVAC_Vout", 1, d.Serial)
	w.vital(inverterHz, d, "PVAC_Fout", 1, d.Serial)
	if v, ok := d.Numbers["PVAC_LifetimeEnergyPV_Total"]; ok {
		w.energy(inverterEnergy, &v, d.Serial)
	}
	for _, id := range []string{"A", "B", "C", "D"} {
		w.vital(stringVolts, d, "PVAC_PVMeasuredVoltage_"+id, 1, d.Serial, id)
		w.vital(stringAmps, d, "PVAC_PVCurrent_"+id, 1, d.Serial, id)
		w.vital(stringPower, d, "PVAC_PVMeasuredPower_"+id, 1, d.Serial, id)
		w.state(stringState, strings.TrimPrefix(d.Texts["PVAC_PvState_"+id], "PV_"), d.Serial, id)
		if connected != nil {
			if on, ok := connected.Flags["PVS_String"+id+"_Connected"]; ok {
				w.out.AddBool(stringOK, on, d.Serial, id)
			}
		}
	}
}
