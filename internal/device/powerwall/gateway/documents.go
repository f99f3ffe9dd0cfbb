package gateway

// The documents of the local API. Powers are W, reactive ones var, apparent ones VA,
// energies Wh, unless a field says otherwise. Site power is positive when importing,
// battery power when discharging, solar power when producing, load when consuming.
// Sources: vloschiavo/powerwall2 (samples, openapi) and foogod/go-powerwall (types.go,
// system.go, meters.go, networks.go, site.go).

// Status is /api/status, which needs no login on most models.
type Status struct {
	DIN             string   `json:"din"`
	StartTime       string   `json:"start_time"`      // see ParseStartTime
	Uptime          string   `json:"up_time_seconds"` // see ParseUptime
	Version         string   `json:"version"`
	GitHash         string   `json:"git_hash"`
	CommissionCount *float64 `json:"commission_count"`
	DeviceType      string   `json:"device_type"`
	SyncType        string   `json:"sync_type"`
}

// Charge is /api/system_status/soe.
type Charge struct {
	Percentage *float64 `json:"percentage"` // on the raw scale, see AppRatio
}

// Operation is /api/operation.
type Operation struct {
	RealMode      string   `json:"real_mode"`
	Mode          string   `json:"mode"`                   // very old firmware, instead of RealMode
	BackupReserve *float64 `json:"backup_reserve_percent"` // on the raw scale
}

// SiteMaster is /api/sitemaster.
type SiteMaster struct {
	Running     *bool  `json:"running"`
	Connected   *bool  `json:"connected_to_tesla"`
	PowerSupply *bool  `json:"power_supply_mode"`
	CanReboot   string `json:"can_reboot"` // Yes, or the reason why not
}

// Problems is /api/troubleshooting/problems. What an entry looks like is not known:
// they are counted.
type Problems struct {
	Problems *[]struct{} `json:"problems"`
}

// SystemStatus is /api/system_status.
type SystemStatus struct {
	FullPack              *float64 `json:"nominal_full_pack_energy"`
	Remaining             *float64 `json:"nominal_energy_remaining"`
	IslandState           string   `json:"system_island_state"`
	TargetPower           *float64 `json:"battery_target_power"`
	TargetReactivePower   *float64 `json:"battery_target_reactive_power"`
	MaxChargePower        *float64 `json:"max_charge_power"`
	MaxDischargePower     *float64 `json:"max_discharge_power"`
	MaxApparentPower      *float64 `json:"max_apparent_power"`
	InstantMaxChargePower *float64 `json:"instantaneous_max_charge_power"`
	InstantMaxDischarge   *float64 `json:"instantaneous_max_discharge_power"`
	GridServicesPower     *float64 `json:"grid_services_power"`
	AvailableBlocks       *float64 `json:"available_blocks"`
	BlocksControlled      *float64 `json:"blocks_controlled"`
	SolarRealPowerLimit   *float64 `json:"solar_real_power_limit"` // -1 or very large: none
	LastToggle            string   `json:"last_toggle_timestamp"`
	Blocks                []Block  `json:"battery_blocks"`
}

// Block is a battery pack.
type Block struct {
	PartNumber      string   `json:"PackagePartNumber"`
	Serial          string   `json:"PackageSerialNumber"`
	Version         string   `json:"version"`
	DisabledReasons []string `json:"disabled_reasons"`
	InverterState   string   `json:"pinv_state"`
	GridState       string   `json:"pinv_grid_state"`
	SequenceState   string   `json:"OpSeqState"`
	FullPack        *float64 `json:"nominal_full_pack_energy"`
	Remaining       *float64 `json:"nominal_energy_remaining"`
	Power           *float64 `json:"p_out"`
	ReactivePower   *float64 `json:"q_out"`
	Voltage         *float64 `json:"v_out"`
	Frequency       *float64 `json:"f_out"`
	Current         *float64 `json:"i_out"` // of the opposite sign as Power, on the firmware seen
	Charged         *float64 `json:"energy_charged"`
	Discharged      *float64 `json:"energy_discharged"`
	OffGrid         *bool    `json:"off_grid"`
	FormsGrid       *bool    `json:"vf_mode"`
	Wobble          *bool    `json:"wobble_detected"`
	ChargeClamped   *bool    `json:"charge_power_clamped"`
	BackupReady     *bool    `json:"backup_ready"`
}

// GridStatus is /api/system_status/grid_status.
type GridStatus struct {
	State          string `json:"grid_status"`
	ServicesActive *bool  `json:"grid_services_active"`
}

// GridFault is one of /api/system_status/grid_faults.
type GridFault struct {
	Timestamp *float64 `json:"timestamp"` // milliseconds since 1970
	Name      string   `json:"alert_name"`
	IsFault   *bool    `json:"alert_is_fault"`
	ECU       string   `json:"ecu_type"`
	Serial    string   `json:"ecu_package_serial_number"`
}

// Aggregates is /api/meters/aggregates: readings by category (site, battery, load,
// solar and others).
type Aggregates map[string]Aggregate

// Aggregate is the sum of the meters of a category.
type Aggregate struct {
	Reading
	Meters *float64 `json:"num_meters_aggregated"`
}

// Reading is what a meter measures.
type Reading struct {
	LastCommunication string   `json:"last_communication_time"`
	Power             *float64 `json:"instant_power"`
	ReactivePower     *float64 `json:"instant_reactive_power"`
	ApparentPower     *float64 `json:"instant_apparent_power"`
	Frequency         *float64 `json:"frequency"` // 0: not measured
	Exported          *float64 `json:"energy_exported"`
	Imported          *float64 `json:"energy_imported"`
	AverageVoltage    *float64 `json:"instant_average_voltage"`
	AverageCurrent    *float64 `json:"instant_average_current"`
	TotalCurrent      *float64 `json:"instant_total_current"`
	CurrentA          *float64 `json:"i_a_current"`
	CurrentB          *float64 `json:"i_b_current"`
	CurrentC          *float64 `json:"i_c_current"`
}

// Meter is one of /api/meters/<category>.
type Meter struct {
	Type       string `json:"type"`
	Connection struct {
		Serial string `json:"device_serial"`
	} `json:"connection"`
	Cached *PhaseReading `json:"Cached_readings"`
}

// PhaseReading is a reading with its phases.
type PhaseReading struct {
	Reading
	Voltage1       *float64 `json:"v_l1n"`
	Voltage2       *float64 `json:"v_l2n"`
	Voltage3       *float64 `json:"v_l3n"`
	PowerA         *float64 `json:"real_power_a"`
	PowerB         *float64 `json:"real_power_b"`
	PowerC         *float64 `json:"real_power_c"`
	ReactivePowerA *float64 `json:"reactive_power_a"`
	ReactivePowerB *float64 `json:"reactive_power_b"`
	ReactivePowerC *float64 `json:"reactive_power_c"`
	ExportedA      *float64 `json:"energy_exported_a"`
	ExportedB      *float64 `json:"energy_exported_b"`
	ExportedC      *float64 `json:"energy_exported_c"`
	ImportedA      *float64 `json:"energy_imported_a"`
	ImportedB      *float64 `json:"energy_imported_b"`
	ImportedC      *float64 `json:"energy_imported_c"`
	Version        string   `json:"version"`
}

// Network is one of /api/networks.
type Network struct {
	Name              string `json:"network_name"` // of Wi-Fi, the household's SSID
	Interface         string `json:"interface"`
	Enabled           *bool  `json:"enabled"`
	Active            *bool  `json:"active"`
	Primary           *bool  `json:"primary"`
	TeslaConnected    *bool  `json:"lastTeslaConnected"`
	InternetConnected *bool  `json:"lastInternetConnected"`
	// Info is nil while the interface is down.
	Info *NetworkInfo `json:"iface_network_info"`
}

// NetworkInfo is what an interface that is up tells besides.
type NetworkInfo struct {
	Name           string   `json:"network_name"`
	State          string   `json:"state"`
	StateReason    string   `json:"state_reason"`
	SignalStrength *float64 `json:"signal_strength"` // percent, by all that is known
}

// SiteInfo is /api/site_info. Older firmware has the grid code as a text.
type SiteInfo struct {
	Name          string   `json:"site_name"`
	NominalEnergy *float64 `json:"nominal_system_energy_kWh"` // kWh
	NominalPower  *float64 `json:"nominal_system_power_kW"`   // kW
	// GridCode is nil where it is a text.
	GridCode *GridCode `json:"grid_code"`
}

// GridCode is the rules of the grid that the site keeps.
type GridCode struct {
	Code    string `json:"grid_code"`
	Phase   string `json:"grid_phase_setting"`
	Country string `json:"country"`
	State   string `json:"state"`
	Utility string `json:"utility"`
}

// UpdateStatus is /api/system/update/status.
type UpdateStatus struct {
	State string `json:"state"` // such as /update_succeeded
}

// Solar is one of /api/solars.
type Solar struct {
	Brand string   `json:"brand"`
	Model string   `json:"model"`
	Power *float64 `json:"power_rating_watts"`
}

// SolarPowerwall is /api/solar_powerwall: the inverter of a Powerwall+.
type SolarPowerwall struct {
	Inverter       *SolarInverter  `json:"pvac_status"`
	InverterAlerts map[string]bool `json:"pvac_alerts"`
	StringAlerts   map[string]bool `json:"pvs_alerts"`
}

// SolarInverter is the inverter itself.
type SolarInverter struct {
	State     string        `json:"state"`
	Power     *float64      `json:"p_out"`
	Voltage   *float64      `json:"v_out"`
	Frequency *float64      `json:"f_out"`
	Strings   []SolarString `json:"string_vitals"`
}

// SolarString is a row of solar panels.
type SolarString struct {
	ID        *float64 `json:"string_id"` // from 1
	Connected *bool    `json:"connected"`
	Voltage   *float64 `json:"measured_voltage"` // some volts below zero while open
	Current   *float64 `json:"current"`
	Power     *float64 `json:"measured_power"`
}

// Powerwalls is /api/powerwalls.
type Powerwalls struct {
	Enumerating *bool          `json:"enumerating"`
	Updating    *bool          `json:"updating"`
	Powerwalls  []Commissioned `json:"powerwalls"`
}

// Commissioned is a pack as the gateway has found it.
type Commissioned struct {
	Serial    string `json:"PackageSerialNumber"`
	GridState string `json:"grid_state"`
	Updating  *bool  `json:"updating"`
}
