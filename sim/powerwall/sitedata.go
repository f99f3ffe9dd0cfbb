package powerwall

import "time"

// siteData is everything that a GraphQL query can ask a unit about.
func (s *Sim) siteData(state *State, unit string) *node {
	now := state.At.Format(time.RFC3339)
	if s.options.Values == Golden {
		now = "2024-05-06T07:08:09-07:00" // that of a vector for decoders
	}
	data := dict{
		"control": controlOf(state),
		"system": dict{
			"time": now, "sitemanagerStatus": dict{"isRunning": state.Running}, "updateUrgencyCheck": nil,
			"supportMode": dict{"remoteService": dict{"isEnabled": false, "expiryTime": nil}},
		},
		"neurio":           neurioOf(state),
		"teslaRemoteMeter": dict{"meters": []any{}, "detectedWired": []any{}},
		"pw3Can":           dict{"firmwareUpdate": dict{"isUpdating": false, "progress": dict{"updating": false}}},
		"esCan":            esCanOf(state),
		"components":       s.componentsOf(state, unit),
		"ieee20305":        dict{"longFormDeviceID": "", "controls": dict{"opModMaxLimW": nil, "opModExpLimW": nil}},
	}
	return value(data)
}

func controlOf(s *State) dict {
	blocks := []any{}
	for _, p := range s.Packs {
		var reasons any
		if len(p.Disabled) > 0 {
			reasons = p.Disabled
		}
		blocks = append(blocks, dict{"din": p.din(), "disableReasons": reasons})
	}
	aggregates := []any{}
	for _, m := range []struct {
		location string
		power    float64
	}{{"SITE", s.Site.Power}, {"BATTERY", s.Battery.Power}, {"LOAD", s.Load.Power}, {"SOLAR", s.Solar.Power}} {
		aggregates = append(aggregates, dict{"location": m.location, "realPowerW": m.power})
	}
	mode := "BACKUP"
	alerts := siteAlerts(s)
	reasons := []string{}
	if !s.Running {
		reasons = []string{"ShutdownReason_SiteMasterStopped"}
	}
	return dict{
		"systemStatus": dict{"nominalFullPackEnergyWh": s.Full, "nominalEnergyRemainingWh": s.Remaining},
		"islanding": dict{
			"customerIslandMode": mode, "contactorClosed": s.Grid == connected, "microGridOK": true,
			"gridOK": s.Grid == connected, "disableReasons": []string{},
		},
		"meterAggregates": aggregates,
		"alerts":          dict{"active": alerts},
		"siteShutdown":    dict{"isShutDown": !s.Running, "reasons": reasons},
		"batteryBlocks":   blocks,
		"pvInverters":     []any{},
	}
}

func neurioOf(s *State) dict {
	ct := func(m Meter) dict {
		return dict{"voltageV": m.Voltage, "realPowerW": m.Power, "reactivePowerVAR": m.Reactive, "currentA": m.Current}
	}
	unused := dict{"voltageV": 0, "realPowerW": 0, "reactivePowerVAR": 0, "currentA": 0}
	return dict{
		"isDetectingWiredMeters": false, "pairings": []any{},
		"readings": []any{dict{
			"serial": "VAH0000EX0001", "firmwareVersion": "1.7.2-Tesla", "timestamp": s.At.Format(time.RFC3339Nano),
			"dataRead": []any{ct(s.Site), unused, ct(s.Solar), unused},
		}},
	}
}

// esCanOf is the bus of the packs; the slots after the last pack are missing in action.
func esCanOf(s *State) dict {
	var pinv, pod, thc []any
	for i := range s.Packs {
		p := &s.Packs[i]
		id := dict{"packagePartNumber": p.Part, "packageSerialNumber": p.Serial}
		pinv = append(pinv, merged(id, dict{
			"PINV_Status": dict{
				"isMIA": false, "PINV_Pout": p.Power / 1000, "PINV_Qout": p.Reactive / 1000, "PINV_Vout": p.Voltage,
				"PINV_Fout": p.Frequency, "PINV_State": p.PinvState, "PINV_GridState": p.PinvGrid,
			},
			"PINV_AcMeasurements":  dict{"isMIA": false, "PINV_VSplit1": 0, "PINV_VSplit2": 0},
			"PINV_PowerCapability": dict{"isMIA": false, "PINV_Pnom": 5},
			"alerts":               dict{"isMIA": false, "active": []any{}},
		}))
		pod = append(pod, merged(id, dict{
			"POD_EnergyStatus": dict{"isMIA": false, "POD_nom_energy_remaining": p.Remaining, "POD_nom_full_pack_energy": p.Full},
			"POD_InfoMsg":      dict{"isMIA": false, "POD_appGitHash": p.Version},
		}))
		thc = append(thc, merged(id, dict{
			"THC_InfoMsg": dict{"isMIA": false, "THC_appGitHash": p.Version},
			"THC_Logging": dict{"isMIA": false, "THC_LOG_PW_2_0_EnableLineState": "ENABLE"},
			"THC_AmbientTemp": dict{
				"isMIA": false, "THC_AmbientTemp": p.Ambient,
			},
		}))
	}
	empty := dict{"packagePartNumber": nil, "packageSerialNumber": nil}
	pod = append(pod, merged(empty, dict{
		"POD_EnergyStatus": dict{"isMIA": true, "POD_nom_energy_remaining": 0, "POD_nom_full_pack_energy": 0},
	}))
	pinv = append(pinv, merged(empty, dict{"PINV_Status": dict{"isMIA": true, "PINV_Pout": 0, "PINV_Vout": 0, "PINV_Fout": 0}}))
	pvac, pvs := solarBus(s)
	return dict{
		"bus": dict{
			"PINV": pinv, "POD": pod, "THC": thc, "PVAC": pvac, "PVS": pvs, "SYNC": syncBus(s),
			"ISLANDER": dict{
				"ISLAND_GridConnection": dict{"isMIA": false, "ISLAND_GridConnected": gridWord(s)},
				"ISLAND_AcMeasurements": islandMeasurements(s),
			},
			"MSA": nil,
		},
		"enumeration":    nil,
		"firmwareUpdate": dict{"isUpdating": false},
	}
}

func gridWord(s *State) string {
	if s.Grid == connected {
		return "ISLAND_GridConnected_Connected"
	}
	return "ISLAND_GridConnected_Disconnected"
}

func islandMeasurements(s *State) dict {
	out := dict{"isMIA": false, "ISLAND_FreqL1_Main": s.Site.Frequency, "ISLAND_FreqL1_Load": s.Load.Frequency}
	for i, phase := range []string{"1", "2", "3"} {
		main, load := 0.0, 0.0
		if i == 0 {
			main, load = s.Site.Voltage, s.Load.Voltage
		}
		out["ISLAND_VL"+phase+"N_Main"], out["ISLAND_VL"+phase+"N_Load"] = main, load
	}
	return out
}

func syncBus(s *State) dict {
	part, serial := splitDIN(s.DIN)
	return dict{
		"packagePartNumber": part, "packageSerialNumber": serial,
		"METER_X_AcMeasurements": dict{
			"isMIA": false, "METER_X_CTA_I": s.Site.Current, "METER_X_CTA_InstRealPower": s.Site.Power,
			"METER_X_CTA_InstReactivePower": s.Site.Reactive, "METER_X_VL1N": s.Site.Voltage,
		},
		"ISLAND_AcMeasurements": islandMeasurements(s),
		"ISLAND_GridConnection": dict{"isMIA": false, "ISLAND_GridConnected": gridWord(s)},
	}
}

func solarBus(s *State) (pvac, pvs []any) {
	if len(s.Packs) == 0 {
		return []any{}, []any{}
	}
	p, v := &s.Packs[len(s.Packs)-1], &s.Inverter
	id := dict{"packagePartNumber": p.Part, "packageSerialNumber": p.Serial}
	logging, strings := dict{"isMIA": false}, dict{"isMIA": false, "PVS_State": "PVS_Active", "PVS_vLL": v.StringsVoltage}
	for i, one := range v.Strings {
		x := string(rune('A' + i))
		logging["PVAC_PVCurrent_"+x], logging["PVAC_PVMeasuredVoltage_"+x] = one.Current, one.Voltage
		strings["PVS_String"+x+"_Connected"] = one.Connected
	}
	logging["PVAC_Fan_Speed_Actual_RPM"], logging["PVAC_Fan_Speed_Target_RPM"] = 1200, 1200
	pvac = []any{merged(id, dict{
		"PVAC_Status": dict{
			"isMIA": false, "PVAC_Pout": v.Power, "PVAC_Vout": v.Voltage, "PVAC_Fout": v.Frequency, "PVAC_State": "PVAC_Active",
		},
		"PVAC_Logging": logging,
	})}
	return pvac, []any{merged(id, dict{"PVS_Status": strings, "PVS_Logging": dict{"isMIA": false}})}
}

func merged(a, b dict) dict {
	out := dict{}
	for key, v := range a {
		out[key] = v
	}
	for key, v := range b {
		out[key] = v
	}
	return out
}
