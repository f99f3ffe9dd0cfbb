package powerwall

import "strconv"

// Device vitals, GET /api/devices/vitals, as jasonacox/pypowerwall's tesla.proto has them:
//
//	DevicesWithVitals{1: DeviceWithVitals{1: {1: Device}, 2: DeviceVital, 3: alert}}
//	Device{1 din, 2 part, 3 serial, 4 manufacturer, 6 parent: {1: text}; 9 last communication: {1: seconds}; 11: attributes}
//	DeviceVital{1: name, 3: int64 | 4: double | 5: string | 6: bool}

// A vitalDevice is one unit of the site.
type vitalDevice struct {
	ecu          string
	part, serial string
	parent       string
	ecuType      int64 // 0 for none
	nameplate    int64 // W, of a solar inverter
	location     int64 // of a meter: 1 site, 5 solar
	seen         int64 // Unix seconds
	vitals       []vital
	alerts       []string
}

// A vital is a reading: float64, int64, string, bool, or nil for none.
type vital struct {
	name  string
	value any
}

func (d vitalDevice) din() string { return d.ecu + "--" + d.part + "--" + d.serial }

// The types of the ECUs.
const (
	ecuSite, ecuController, ecuBattery, ecuInverter = 207, 224, 226, 253
	ecuSync, ecuSolar, ecuStrings                   = 259, 296, 297
)

// vitals is the document. Golden has one pack controller, as a vector for decoders.
func (s *Sim) vitals(state *State) []byte {
	devices := goldenVitals()
	if s.options.Values == Alive {
		devices = vitalsOf(state)
	}
	return built(func(w *builder) {
		for _, d := range devices {
			w.message(1, d.write)
		}
	})
}

func (d vitalDevice) write(w *builder) {
	w.message(1, func(connected *builder) { connected.message(1, d.writeDevice) })
	for _, v := range d.vitals {
		w.message(2, v.write)
	}
	for _, alert := range d.alerts {
		w.text(3, alert)
	}
}

func (d vitalDevice) writeDevice(w *builder) {
	w.wrapped(1, d.din()).wrapped(2, d.part).wrapped(3, d.serial).wrapped(4, "TESLA").wrapped(6, d.parent)
	w.message(9, func(at *builder) { at.varint(1, d.seen) })
	if d.ecuType == 0 && d.location == 0 {
		return
	}
	w.message(11, func(attributes *builder) {
		if d.ecuType == 0 {
			attributes.message(4, d.writeMeter)
			return
		}
		attributes.message(1, func(ecu *builder) {
			ecu.varint(1, d.ecuType)
			if d.nameplate > 0 {
				ecu.message(3, func(inverter *builder) { inverter.varint(1, d.nameplate) })
			}
			if d.location > 0 {
				ecu.message(4, d.writeMeter)
			}
		})
	})
}

func (d vitalDevice) writeMeter(w *builder) { w.varint(1, d.location) }

func (v vital) write(w *builder) {
	w.text(1, v.name)
	switch value := v.value.(type) {
	case float64:
		w.double(4, value)
	case int64:
		w.varint(3, value)
	case string:
		w.text(5, value)
	case bool:
		w.bool(6, value)
	}
}

func goldenVitals() []vitalDevice {
	return []vitalDevice{{
		ecu: "TETHC", part: "2012170-25-E", serial: "TG00000000PW01", parent: "STSTSM--1", ecuType: ecuController,
		seen: 1715000000,
		vitals: []vital{
			{"THC_AmbientTemp", 21.5}, {"THC_State", controllerState}, {"X_flag", true}, {"X_count", int64(-5)},
		},
		alerts: []string{"THC_w155_Backup_Genealogy_Updated"},
	}}
}

const controllerState = "THC_STATE_AUTONOMOUSCONTROL"

// vitalsOf is the whole site: gateway, synchroniser, meter, and for each pack its three units; the last pack has the
// solar inverter.
func vitalsOf(s *State) []vitalDevice {
	part, serial := splitDIN(s.DIN)
	site := vitalDevice{
		ecu: "STSTSM", part: part, serial: serial, ecuType: ecuSite,
		vitals: []vital{{"STSTSM-Location", "Gateway"}}, alerts: siteAlerts(s),
	}
	out := []vitalDevice{site, syncOf(s, site.din(), serial), meterOf(s, site.din())}
	for i := range s.Packs {
		out = append(out, packVitals(&s.Packs[i], site.din())...)
	}
	if len(s.Packs) > 0 {
		last := &s.Packs[len(s.Packs)-1]
		out = append(out, solarVitals(s, last, "TETHC--"+last.Part+"--"+last.Serial)...)
	}
	for i := range out {
		out[i].seen = s.At.Unix()
	}
	return out
}

func siteAlerts(s *State) []string {
	if s.Grid == connected {
		return []string{"SystemConnectedToGrid", "GridCodesWrite", "FWUpdateSucceeded", "GridCodesWrite"} // twice, as seen
	}
	return []string{"GridCodesWrite", "FWUpdateSucceeded", "UnscheduledIslandContactorOpen"}
}

func syncOf(s *State, parent, serial string) vitalDevice {
	grid, state := s.Site, "ISLAND_GridState_Grid_Compliant"
	if s.Grid != connected {
		state = "ISLAND_GridState_Grid_Uncompliant"
	}
	out := vitalDevice{ecu: "TESYNC", part: "1493315-01-F", serial: serial + "S", parent: parent, ecuType: ecuSync, location: 1}
	for phase := 1; phase <= 3; phase++ {
		main, load, offset := 0.0, 0.0, -256.0 // not measured
		if phase == 1 {
			main, load, offset = grid.Voltage, s.Load.Voltage, 0
		}
		n := strconv.Itoa(phase)
		out.vitals = append(out.vitals, vital{"ISLAND_VL" + n + "N_Main", main}, vital{"ISLAND_VL" + n + "N_Load", load},
			vital{"ISLAND_PhaseL" + n + "_Main_Load", offset})
	}
	out.vitals = append(out.vitals,
		vital{"ISLAND_FreqL1_Main", grid.Frequency}, vital{"ISLAND_FreqL1_Load", s.Load.Frequency},
		vital{"ISLAND_GridConnected", s.Grid == connected}, vital{"ISLAND_GridState", state},
		vital{"ISLAND_L1MicrogridOk", true},
		vital{"METER_X_CTA_I", grid.Current}, vital{"METER_X_CTA_InstRealPower", grid.Power},
		vital{"METER_X_CTA_InstReactivePower", grid.Reactive}, vital{"METER_X_VL1N", grid.Voltage},
		vital{"METER_X_LifetimeEnergyImport", grid.Imported}, vital{"METER_X_LifetimeEnergyExport", grid.Exported},
		vital{"METER_Y_CTA_InstRealPower", nil})
	return out
}

func meterOf(s *State, parent string) vitalDevice {
	return vitalDevice{
		ecu: "NEURIO", part: "1112484-00-E", serial: "VAH0000EX0001", parent: parent, location: 5,
		vitals: []vital{{"NEURIO_CT0_InstRealPower", s.Solar.Power}, {"NEURIO_CT0_Location", "solarRGM"}},
	}
}

func packVitals(p *Pack, parent string) []vitalDevice {
	controller := vitalDevice{
		ecu: "TETHC", part: p.Part, serial: p.Serial, parent: parent, ecuType: ecuController,
		vitals: []vital{{"THC_AmbientTemp", p.Ambient}, {"THC_State", controllerState}},
	}
	battery := vitalDevice{
		ecu: "TEPOD", part: "1081100-13-V", serial: p.Serial, parent: controller.din(), ecuType: ecuBattery,
		vitals: []vital{
			{"POD_nom_full_pack_energy", p.Full}, {"POD_nom_energy_remaining", p.Remaining},
			{"POD_nom_energy_to_be_charged", p.Full - p.Remaining},
			{"POD_available_charge_power", p.Available}, {"POD_available_dischg_power", p.AvailableToUse},
			{"POD_state", "POD_ACTIVE"}, {"POD_enable_line", true}, {"POD_ChargeComplete", p.Remaining >= p.Full},
			{"POD_DischargeComplete", false}, {"POD_ChargeRequest", false}, {"POD_ActiveHeating", false},
			{"POD_CCVhold", false}, {"POD_PermanentlyFaulted", false}, {"POD_PersistentlyFaulted", false},
		},
	}
	inverter := vitalDevice{
		ecu: "TEPINV", part: "1081100-13-V", serial: p.Serial, parent: controller.din(), ecuType: ecuInverter,
		vitals: []vital{
			{"PINV_Pout", p.Power / 1000}, {"PINV_Qout", p.Reactive / 1000}, {"PINV_Vout", p.Voltage},
			{"PINV_VSplit1", 0.0}, {"PINV_VSplit2", 0.0}, {"PINV_Fout", p.Frequency}, {"PINV_PllFrequency", p.Frequency},
			{"PINV_EnergyCharged", p.Charged}, {"PINV_EnergyDischarged", p.Discharged},
			{"PINV_State", p.PinvState}, {"PINV_GridState", p.PinvGrid}, {"PINV_PowerLimiter", "PWRLIM_POD_Power_Limit"},
			{"PINV_HardwareEnableLine", true}, {"PINV_PllLocked", true}, {"PINV_ReadyForGridForming", true},
		},
	}
	if p.OffGrid {
		inverter.alerts = []string{"PINV_a006_vfCheckUnderFrequency"}
	}
	return []vitalDevice{controller, battery, inverter}
}

func solarVitals(s *State, p *Pack, parent string) []vitalDevice {
	v := &s.Inverter
	inverter := vitalDevice{
		ecu: "PVAC", part: p.Part, serial: p.Serial, parent: parent, ecuType: ecuSolar, nameplate: 7600,
		vitals: []vital{
			{"PVAC_Pout", v.Power}, {"PVAC_Qout", v.Reactive}, {"PVAC_Vout", v.Voltage}, {"PVAC_Iout", v.Current},
			{"PVAC_Fout", v.Frequency}, {"PVAC_VL1Ground", v.Voltage}, {"PVAC_VL2Ground", 0.0},
			{"PVAC_VHvMinusChassisDC", -210.5}, {"PVAC_LifetimeEnergyPV_Total", v.Lifetime},
			{"PVAC_State", "PVAC_Active"}, {"PVAC_InvState", "INV_Grid_Connected"}, {"PVAC_GridState", p.PinvGrid},
		},
	}
	strings := vitalDevice{
		ecu: "PVS", part: p.Part, serial: p.Serial, parent: inverter.din(), ecuType: ecuStrings,
		vitals: []vital{
			{"PVS_vLL", v.StringsVoltage}, {"PVS_EnableOutput", true}, {"PVS_State", "PVS_Active"},
			{"PVS_SelfTestState", "PVS_SelfTestOff"},
		},
	}
	for i, one := range v.Strings {
		x := string(rune('A' + i))
		inverter.vitals = append(inverter.vitals, vital{"PVAC_PVCurrent_" + x, one.Current},
			vital{"PVAC_PVMeasuredVoltage_" + x, one.Voltage}, vital{"PVAC_PVMeasuredPower_" + x, one.Power},
			vital{"PVAC_PvState_" + x, stringState(one)})
		strings.vitals = append(strings.vitals, vital{"PVS_String" + x + "_Connected", one.Connected})
		if !one.Connected {
			strings.alerts = append(strings.alerts, "PVS_a0"+strconv.Itoa(17+i)+"_MciString"+x)
		}
	}
	return []vitalDevice{inverter, strings}
}

// stringState is what the inverter calls a string that is connected, or not.
func stringState(p PVString) string {
	if p.Connected {
		return "PV_Active"
	}
	return "PV_Disabled"
}
