package powerwall

import (
	"maps"
	"slices"
)

// The expansion pack of a site of Powerwall 3: half of what the first unit holds.
const (
	expansionPart   = "1807000-20-B"
	expansionSerial = "TG00000000EX01"
)

// componentsOf are the parts of a Powerwall 3, or the backup switch of others.
func (s *Sim) componentsOf(state *State, unit string) dict {
	if s.options.Firmware != Powerwall3 {
		return dict{
			"pch": []any{}, "bms": []any{}, "hvp": []any{}, "pws": []any{}, "baggr": []any{},
			"msa": []any{dict{
				"partNumber": "1707687-20-A", "serialNumber": "TG00000000MS01", "activeAlerts": []any{},
				"signals": signals(map[string]any{
					"MSA_pcbaId": 1.0, "METER_Z_CTA_InstRealPower": state.Site.Power, "METER_Z_VL1G": state.Site.Voltage,
					"METER_Z_LifetimeEnergyImport": state.Site.Imported, "METER_Z_LifetimeEnergyExport": state.Site.Exported,
				}),
			}},
		}
	}
	i := max(0, state.unit(unit))
	if len(state.Packs) == 0 {
		return dict{}
	}
	p := &state.Packs[i]
	bms, hvp := batteriesOf(p, i == 0)
	return dict{
		"pch": []any{dict{
			"partNumber": p.Part, "serialNumber": p.Serial, "activeAlerts": []any{}, "signals": signals(converter(state, p, i == 0)),
		}},
		"bms": bms, "hvp": hvp,
		"pws": []any{dict{"partNumber": p.Part, "serialNumber": p.Serial, "activeAlerts": []any{}, "signals": signals(map[string]any{
			"PWS_SelfTest": "Idle", "PWS_PvIsoTestState": "PvIsoTest_Idle", "PWS_RelaySelfTest_State": "RelaySelfTest_Idle",
		})}},
		"baggr": []any{dict{"activeAlerts": []any{}, "signals": signals(map[string]any{
			"BAGGR_State": "Baggr_Active", "BAGGR_NumBatteriesConnected": float64(len(bms) - 1),
			"BAGGR_NumBatteriesPresent": float64(len(bms) - 1), "BAGGR_NumBatteriesExpected": float64(len(bms) - 1),
		})}},
		"msa": []any{},
	}
}

// converter is the power electronics of a unit; the first one has the strings, of six inputs.
func converter(s *State, p *Pack, first bool) map[string]any {
	mode := "AcMode_GridFollowing"
	if p.VFMode {
		mode = "AcMode_GridForming"
	}
	out := map[string]any{
		"PCH_AcFrequency": p.Frequency, "PCH_AcVoltageAB": p.Voltage, "PCH_AcVoltageAN": p.Voltage / 2,
		"PCH_AcVoltageBN": p.Voltage / 2, "PCH_AcRealPowerAB": p.Power, "PCH_BatteryPower": p.Power,
		"PCH_SlowPvPowerSum": 0.0, "PCH_State": "PCH_State_Active", "PCH_AcMode": mode,
		"PCH_DcdcState_A": "Dcdc_Active", "PCH_DcdcState_B": "Dcdc_Active",
	}
	if first {
		out["PCH_SlowPvPowerSum"] = s.Inverter.Power
	}
	for i := range 6 {
		x := string(rune('A' + i))
		volts, amps, state := 0.0, 0.0, "Pv_Standby"
		if first && i < len(s.Inverter.Strings) && s.Inverter.Strings[i].Connected {
			one := s.Inverter.Strings[i]
			volts, amps, state = one.Voltage, one.Current, "Pv_Active"
		}
		out["PCH_PvVoltage"+x], out["PCH_PvCurrent"+x], out["PCH_PvState_"+x] = volts, amps, state
	}
	return out
}

// batteriesOf are the batteries of a unit: its own, the expansion of the first one, and a slot that nothing is in.
func batteriesOf(p *Pack, first bool) (bms, hvp []any) {
	add := func(part, serial string, remaining, full float64) {
		bms = append(bms, dict{"partNumber": part, "serialNumber": serial, "activeAlerts": []any{}, "signals": signals(map[string]any{
			"BMS_nominalEnergyRemaining": remaining / 1000, "BMS_nominalFullPackEnergy": full / 1000, // kWh
		})})
		hvp = append(hvp, dict{
			"partNumber": part, "serialNumber": serial, "activeAlerts": []any{},
			"signals": signals(map[string]any{"HVP_State": "HVP_Active"}),
		})
	}
	if first {
		add(p.Part, p.Serial, p.Remaining/2, p.Full/2)
		add(expansionPart, expansionSerial, p.Remaining/2, p.Full/2)
	} else {
		add(p.Part, p.Serial, p.Remaining, p.Full)
	}
	add("", "", 0, 0)
	return bms, hvp
}

// signals writes values by name, in the order of the names. Each is in the member for its type, and the others null.
func signals(values map[string]any) []any {
	out := []any{}
	for _, name := range sorted(values) {
		one := dict{"name": name, "value": nil, "textValue": nil, "boolValue": nil}
		switch v := values[name].(type) {
		case float64:
			one["value"] = v
		case string:
			one["textValue"] = v
		case bool:
			one["boolValue"] = v
		}
		out = append(out, one)
	}
	return out
}

func sorted(values map[string]any) []string { return slices.Sorted(maps.Keys(values)) }
