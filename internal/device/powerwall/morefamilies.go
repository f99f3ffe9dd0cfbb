package powerwall

import "home_exporter/internal/metric"

// more makes a gauge beyond those of the powerwall_exporter.
func more(name, help string, labels ...string) *metric.Family {
	return &metric.Family{Name: "powerwall_" + name, Help: help, Labels: labels, Promised: true}
}

// About asking.
var (
	endpointSuccess  = more("endpoint_success", "Whether the last reading of the document succeeded; absent for those that this gateway does not have.", "endpoint")
	endpointDuration = more("endpoint_duration_seconds", "How long the last reading of the document took.", "endpoint")
	endpointErrors   = &metric.Family{
		Name: "powerwall_endpoint_errors_total", Type: metric.Counter, Labels: []string{"endpoint", "reason"},
		Help: "Readings of the document that failed, by reason.",
	}
	retries = &metric.Family{
		Name: "powerwall_retries_total", Type: metric.Counter,
		Help: "Attempts that were repeated because there was no connection.",
	}
	logins = &metric.Family{
		Name: "powerwall_logins_total", Type: metric.Counter, Labels: []string{"result"},
		Help: "Logins by result: ok, denied, rate_limited, error.",
	}
	loginBlocked = &metric.Family{
		Name: "powerwall_login_blocked_until_timestamp_seconds", Unit: "seconds",
		Help: "Until when no login is tried because the last one was refused, in seconds since 1970; 0 when there is no block.",
	}
	certificateExpiry = &metric.Family{
		Name: "powerwall_tls_certificate_not_after_timestamp_seconds", Unit: "seconds",
		Help: "When the certificate that the gateway presents ends, in seconds since 1970. It is not checked.",
	}
	counterResets = &metric.Family{
		Name: "powerwall_counter_resets_total", Type: metric.Counter, Labels: []string{"metric"},
		Help: "Times that an energy counted over a life was lower than before, as after an exchange of a meter.",
	}
)

// The gateway, the site and the grid.
var (
	gatewayInfo    = more("gateway_info", "Identity of the gateway (value is always 1).", "din", "device_type", "sync_type", "site_name")
	startTime      = more("start_time_seconds", "When the gateway started, in seconds since 1970.")
	chargeApp      = more("charge_app_ratio", "State of energy as the maker's app shows it, 0 to 1.")
	reserveApp     = more("reserve_app_ratio", "Energy kept for outages as the maker's app shows it, 0 to 1.")
	gridStatus     = more("grid_status", "State of the grid as the gateway sees it (value is always 1).", "state")
	gridConnected  = more("grid_connected", "Whether the house is on the grid; absent in transition.")
	gridServices   = more("grid_services_active", "Whether the operator of the grid uses the packs.")
	gridServicesW  = more("grid_services_power_watts", "Power for services to the grid.")
	gridFault      = more("grid_fault_active", "A fault of the grid that the gateway lists (value is always 1).", "name", "ecu", "serial", "fault")
	gridFaultTime  = more("grid_fault_timestamp_seconds", "When the fault of the grid was noticed last, in seconds since 1970.", "name", "serial")
	targetPower    = more("battery_target_power_watts", "Power that the packs are to give; negative to take.")
	targetReactive = more("battery_target_reactive_power_var", "Reactive power that the packs are to give.")
	maxCharge      = more("max_charge_power_watts", "Most power that the packs can take.")
	maxDischarge   = more("max_discharge_power_watts", "Most power that the packs can give.")
	maxApparent    = more("max_apparent_power_va", "Most apparent power of the packs.")
	instantCharge  = more("instantaneous_max_charge_power_watts", "Most power that the packs can take for moments.")
	instantOut     = more("instantaneous_max_discharge_power_watts", "Most power that the packs can give for moments.")
	availableBlock = more("available_blocks", "Packs that are available.")
	controlled     = more("blocks_controlled", "Packs that are controlled.")
	solarLimit     = more("solar_real_power_limit_watts", "Limit of solar power; absent where there is none.")
	lastToggle     = more("last_toggle_timestamp_seconds", "When the switch of a pack was last used, in seconds since 1970.")
	nominalEnergy  = more("nominal_system_energy_joules", "Capacity of the site as it was planned.")
	nominalPower   = more("nominal_system_power_watts", "Power of the site as it was planned.")
	gridCode       = more("grid_code_info", "Rules of the grid that the gateway follows (value is always 1).", "grid_code", "country", "state", "utility", "phase")
	updateState    = more("update_state", "State of the software update (value is always 1).", "state")
	ratedSolar     = more("solar_rated_power_watts", "Rated power of solar inverters.", "brand", "model")
	backupTime     = more("backup_time_remaining_seconds", "For how long the packs can carry the present load by themselves.")
	networkTesla   = more("network_tesla_connected", "Whether the interface last reached the maker's servers.", "type", "name")
	networkWorld   = more("network_internet_connected", "Whether the interface last reached the Internet.", "type", "name")
)

// Packs, meters, strings and alerts.
var (
	packPower      = more("battery_output_watts", "Power of the pack; positive when discharging.", "serial")
	packReactive   = more("battery_output_reactive_var", "Reactive power of the pack.", "serial")
	packDisabled   = more("battery_disabled", "Why the pack is switched off (value is always 1).", "serial", "reason")
	packCharge     = more("battery_charge_ratio", "Energy in the pack, as a part of its capacity.", "serial")
	packUpdating   = more("battery_updating", "Whether the pack's software is being updated.", "serial")
	packAmbient    = more("battery_ambient_celsius", "Temperature around the pack's electronics.", "serial")
	packCanCharge  = more("battery_available_charge_watts", "Power that the pack can take now.", "serial")
	packCanGive    = more("battery_available_discharge_watts", "Power that the pack can give now.", "serial")
	phaseAmps      = more("current_amps", "Current of one phase, where phases are measured.", "category", "phase")
	lastHeard      = more("last_communication_timestamp_seconds", "When the meters of the category were last heard, in seconds since 1970.", "category")
	metersCounted  = more("meters_aggregated", "Meters in the category.", "category")
	meterInfo      = more("dev_info", "A meter (value is always 1).", "category", "type", "serial", "version")
	phaseVolts     = more("dev_phase_volts", "Voltage of one phase.", "category", "type", "serial", "phase")
	phasePower     = more("dev_phase_power_watts", "Real power of one phase.", "category", "type", "serial", "phase")
	phaseReactive  = more("dev_phase_reactive_power_var", "Reactive power of one phase.", "category", "type", "serial", "phase")
	phaseExported  = moreTotal("dev_phase_exported_joules_total", "Energy out, one phase.", "category", "type", "serial", "phase")
	phaseImported  = moreTotal("dev_phase_imported_joules_total", "Energy in, one phase.", "category", "type", "serial", "phase")
	stringVolts    = more("string_volts", "Voltage of a string of solar panels.", "inverter", "string")
	stringAmps     = more("string_amps", "Current of a string of solar panels.", "inverter", "string")
	stringPower    = more("string_watts", "Power of a string of solar panels.", "inverter", "string")
	stringOK       = more("string_connected", "Whether the string of solar panels is connected.", "inverter", "string")
	stringState    = more("string_state", "State of a string of solar panels (value is always 1).", "inverter", "string", "state")
	inverterPower  = more("inverter_output_watts", "Power of a solar inverter.", "inverter")
	inverterVolts  = more("inverter_output_volts", "Voltage of a solar inverter.", "inverter")
	inverterHz     = more("inverter_output_hz", "Frequency of a solar inverter.", "inverter")
	inverterEnergy = moreTotal("inverter_energy_joules_total", "Energy that a solar inverter has given in its life.", "inverter")
	gridSideVolts  = more("grid_side_volts", "Voltage on the side of the grid.", "phase")
	houseSideVolts = more("house_side_volts", "Voltage on the side of the house.", "phase")
	gridSideHz     = more("grid_side_hz", "Frequency on the side of the grid.", "phase")
	alertActive    = more("alert_active", "An alert that a part of the system reports (value is always 1).", "ecu", "serial", "alert")
)

func moreTotal(name, help string, labels ...string) *metric.Family {
	f := more(name, help, labels...)
	f.Type = metric.Counter
	return f
}

// moreFamilies is what extra_metrics adds, besides those about asking.
var moreFamilies = []*metric.Family{
	endpointSuccess, endpointDuration, endpointErrors, retries, logins, loginBlocked, certificateExpiry, counterResets,
	gatewayInfo, startTime, chargeApp, reserveApp, gridStatus, gridConnected, gridServices, gridServicesW, gridFault, gridFaultTime,
	targetPower, targetReactive, maxCharge, maxDischarge, maxApparent, instantCharge, instantOut, availableBlock, controlled,
	solarLimit, lastToggle, nominalEnergy, nominalPower, gridCode, updateState, ratedSolar, backupTime, networkTesla, networkWorld,
	packPower, packReactive, packDisabled, packCharge, packUpdating, packAmbient, packCanCharge, packCanGive, phaseAmps, lastHeard, metersCounted,
	meterInfo, phaseVolts, phasePower, phaseReactive, phaseExported, phaseImported, stringVolts, stringAmps, stringPower, stringOK,
	stringState, inverterPower, inverterVolts, inverterHz, inverterEnergy, gridSideVolts, houseSideVolts, gridSideHz, alertActive,
}
