package powerwall

import "home_exporter/internal/metric"

// The promised families are those of the powerwall_exporter, with its names.

// promised makes a gauge with a promised name.
func promised(name, help string, labels ...string) *metric.Family {
	return &metric.Family{Name: "powerwall_" + name, Help: help, Labels: labels, Promised: true}
}

// promisedTotal makes a counter with a promised name.
func promisedTotal(name, help string, labels ...string) *metric.Family {
	f := promised(name, help, labels...)
	f.Type = metric.Counter
	return f
}

// The gateway and the site.
var (
	info           = promised("info", "Software of the gateway.", "version", "git_hash")
	uptime         = promised("uptime_seconds", "Time since the gateway started.")
	commissions    = promised("commission_count", "Changes of the gateway's configuration since it started.")
	charge         = promised("charge_ratio", "State of energy on the raw scale, 0 to 1; the maker's app leaves the lowest 5 percent out.")
	reserve        = promised("reserve_ratio", "Energy kept for outages, on the raw scale, 0 to 1.")
	operationMode  = promised("operation_mode", "Mode of operation (value is always 1).", "mode")
	masterRunning  = promised("sitemaster_running", "Whether the site master runs, so that power is controlled.")
	masterOnline   = promised("sitemaster_connected", "Whether the gateway is connected to the maker's servers.")
	powerSupply    = promised("power_supply_mode", "Whether the gateway is in power supply mode.")
	masterBusy     = promised("sitemaster_busy", "Why a restart of the gateway is held back (value is always 1).", "reason")
	problems       = promised("problems_detected_count", "Problems that the gateway lists now.")
	fullPack       = promised("full_pack_joules", "Capacity of all packs.")
	remaining      = promised("remaining_joules", "Energy in all packs.")
	islandState    = promised("island_state", "State of the connection to the grid (value is always 1).", "state")
	networkEnabled = promised("network_enabled", "Whether the network interface is enabled.", "type", "name")
	networkActive  = promised("network_active", "Whether the network interface is active.", "type", "name")
	networkPrimary = promised("network_primary", "Whether the network interface is the primary one.", "type", "name")
	networkState   = promised("network_state", "State of the network interface (value is always 1).", "type", "name", "state", "reason")
	networkSignal  = promised("network_signal_strength", "Signal strength of the network interface, in percent as far as is known.", "type", "name")
)

// A packFamilies is the families of battery packs under one of their two names.
type packFamilies struct {
	info, fullPack, remaining, volts, amps, hz, charged, discharged *metric.Family
	offGrid, formsGrid, wobble, clamped, backupReady                *metric.Family
	inverterState, gridState, sequenceState                         *metric.Family
}

// newPackFamilies makes the families of packs with a prefix.
func newPackFamilies(prefix string) packFamilies {
	return packFamilies{
		info:          promised(prefix+"info", "Identity of a battery pack (value is always 1).", "serial", "partno", "version"),
		fullPack:      promised(prefix+"full_pack_joules", "Capacity of the pack.", "serial"),
		remaining:     promised(prefix+"remaining_joules", "Energy in the pack.", "serial"),
		volts:         promised(prefix+"output_volts", "Voltage of the pack's inverter.", "serial"),
		amps:          promised(prefix+"output_amps", "Current of the pack's inverter, with the sign that the gateway reports.", "serial"),
		hz:            promised(prefix+"output_hz", "Frequency of the pack's inverter.", "serial"),
		charged:       promisedTotal(prefix+"charged_joules_total", "Energy that went into the pack in its life; absent while the gateway does not know it.", "serial"),
		discharged:    promisedTotal(prefix+"discharged_joules_total", "Energy that came out of the pack in its life; absent while the gateway does not know it.", "serial"),
		offGrid:       promised(prefix+"off_grid", "Whether the pack is off the grid.", "serial"),
		formsGrid:     promised(prefix+"island_state", "Whether the pack's inverter forms the grid by itself.", "serial"),
		wobble:        promised(prefix+"wobble_detected", "Whether the frequency wobbles.", "serial"),
		clamped:       promised(prefix+"charge_power_clamped", "Whether the power of charging is limited.", "serial"),
		backupReady:   promised(prefix+"backup_ready", "Whether the pack is ready to carry the house.", "serial"),
		inverterState: promised(prefix+"pinv_state", "State of the pack's inverter (value is always 1).", "serial", "state"),
		gridState:     promised(prefix+"pinv_grid_state", "The grid as the pack's inverter sees it (value is always 1).", "serial", "state"),
		sequenceState: promised(prefix+"opseq_state", "State of the pack's operating sequence (value is always 1).", "serial", "state"),
	}
}

func (p *packFamilies) all() []*metric.Family {
	return []*metric.Family{p.info, p.fullPack, p.remaining, p.volts, p.amps, p.hz, p.charged, p.discharged,
		p.offGrid, p.formsGrid, p.wobble, p.clamped, p.backupReady, p.inverterState, p.gridState, p.sequenceState}
}

// Packs have the name that the powerwall_exporter gives them and the one that its
// description promises.
var (
	packs    = newPackFamilies("battery_")
	devPacks = newPackFamilies("dev_battery_")
)

// A meterFamilies is the families of what meters measure.
type meterFamilies struct {
	power, reactive, apparent, frequency, exported, imported, volts, amps, totalAmps *metric.Family
}

func newMeterFamilies(prefix string, labels ...string) meterFamilies {
	m := meterFamilies{
		power:     promised(prefix+"instant_power_watts", "Real power: site positive when importing, battery when discharging, solar when producing, load when consuming.", labels...),
		reactive:  promised(prefix+"instant_reactive_power_watts", "Reactive power, in var.", labels...),
		apparent:  promised(prefix+"instant_apparent_power_watts", "Apparent power, in VA.", labels...),
		frequency: promised(prefix+"frequency_hz", "Frequency of the line; absent where it is not measured.", labels...),
		exported:  promisedTotal(prefix+"exported_joules_total", "Energy out, as this meter counts; absent while the gateway does not know it.", labels...),
		imported:  promisedTotal(prefix+"imported_joules_total", "Energy in, as this meter counts; absent while the gateway does not know it.", labels...),
		volts:     promised(prefix+"instant_average_volts", "Mean voltage of the phases.", labels...),
		amps:      promised(prefix+"instant_average_amps", "Mean current of the phases.", labels...),
		totalAmps: promised(prefix+"instant_total_amps", "Total current of the phases.", labels...),
	}
	for _, f := range m.all() {
		f.Optional = []string{legacyTypeLabel}
	}
	return m
}

func (m *meterFamilies) all() []*metric.Family {
	return []*metric.Family{m.power, m.reactive, m.apparent, m.frequency, m.exported, m.imported, m.volts, m.amps, m.totalAmps}
}

// legacyTypeLabel is how the powerwall_exporter spells the label type.
const legacyTypeLabel = "tyoe"

// Meters: the sum of each category, and each meter.
var (
	aggregates = newMeterFamilies("", "category")
	meters     = newMeterFamilies("dev_", "category", "type", "serial", legacyTypeLabel)
)

// families is everything that the kind can emit.
var families = join(
	[]*metric.Family{info, uptime, commissions, charge, reserve, operationMode, masterRunning, masterOnline, powerSupply, masterBusy,
		problems, fullPack, remaining, islandState, networkEnabled, networkActive, networkPrimary, networkState, networkSignal},
	packs.all(), devPacks.all(), aggregates.all(), meters.all(), moreFamilies, tedapiFamilies,
)

func join(lists ...[]*metric.Family) []*metric.Family {
	var all []*metric.Family
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}
