package powerwall

import "time"

// Secrets are texts of config.json that nobody may keep, log or show.
func Secrets() []string {
	return []string{
		"$2a$10$C6UzMDM.H6dfI/f/IKcEeO7ZbG1iBn9vD1ExampleHashOnly", "installer@example.com", "Jane Example", "+15555550100",
	}
}

type dict = map[string]any

// configJSON is the site's configuration as TEDAPI's file store has it.
func (s *Sim) configJSON(state *State) string {
	secrets := Secrets()
	var blocks []any
	for i, p := range state.Packs {
		block := dict{"vin": p.din(), "type": packType(p, s.options.Firmware), "min_soe": 0, "max_soe": 100, "battery_expansions": []any{}}
		if s.options.Firmware == Powerwall3 && i == 0 {
			block["battery_expansions"] = []any{dict{"din": expansionPart + "--" + expansionSerial}}
		}
		blocks = append(blocks, block)
	}
	meter := func(location string, cts ...bool) dict {
		return dict{
			"location": location, "type": "neurio_w2_tcp", "cts": cts, "inverted": []bool{false, false, false, false},
			"connection": dict{"device_serial": "VAH0000EX0001", "short_id": "00001"}, "real_power_scale_factor": 1,
		}
	}
	return value(dict{
		"vin": state.DIN, "default_real_mode": state.Mode, "battery_blocks": blocks,
		"meters":      []any{meter("site", true, false, false, false), meter("solar", false, false, true, false)},
		"solars":      []any{dict{"brand": "Example Solar", "model": "EX-5000", "power_rating_watts": 5000}},
		"credentials": []any{dict{"username": "customer", "password_hash": secrets[0]}},
		"installer":   dict{"company": "Example Installer", "email": secrets[1]},
		"customer":    dict{"name": secrets[2], "phone": secrets[3], "registered": true},
		"strategy":    dict{"enable_inference": false},
		"freq_shift_load_shed": dict{
			"soe": 65, "delta_f": -0.4,
		},
		"site_info": dict{
			"backup_reserve_percent": state.Reserve, "customer_preferred_export_rule": "pv_only",
			"disallow_charge_from_grid_with_solar_installed": true,
			"nominal_system_energy_ac":                       state.Full / 1000, "nominal_system_power_ac": 10,
			"max_site_meter_power_ac": 1000000000, "min_site_meter_power_ac": -1000000000,
			"battery_commission_date": time.Date(2023, 11, 2, 8, 8, 7, 0, time.UTC).Format(time.RFC3339),
			"site_name":               state.SiteName, "timezone": state.Zone, "grid_code": "50Hz_230V_1_EXAMPLE:2019",
			"country": "Germany", "state": "*", "utility": "*", "panel_max_current": 100,
			"tariff_content": dict{"name": "Example Tariff", "currency": "EUR"},
		},
	}).String()
}

// packType is what the configuration calls a pack, by its part number.
func packType(p Pack, f Firmware) string {
	switch {
	case f == Powerwall3:
		return "Powerwall3"
	case len(p.Part) > 0 && p.Part[0] == '3':
		return "SolarPowerwall"
	}
	return "ACPW"
}
