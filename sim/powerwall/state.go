package powerwall

import (
	"slices"
	"time"
)

// A State is everything that the gateway has to say and that moves, as numbers, at one moment. The numbers are exactly
// those in the JSON documents.
type State struct {
	DIN, Version, GitHash string
	Started               time.Time
	Uptime                time.Duration
	Commissions           int64
	At                    time.Time // when the meters were read

	SOE, Reserve float64 // percent, raw scale
	Mode         string

	Running, Connected, PowerSupply bool
	CanReboot                       string

	Grid                string // SystemGridConnected; grid_status and system_island_state
	GridServices        bool
	Full, Remaining     float64 // Wh, all packs
	TargetPower         float64
	MaxCharge           float64
	MaxDischarge        float64
	InstantMaxDischarge float64
	InstantMaxCharge    float64
	SolarLimit          float64 // W; -1 is none
	LastToggle          time.Time
	Packs               []Pack
	PacksListed         int // by the powerwalls document; the captured one shows the first only

	Site, Battery, Load, Solar Meter
	MeasuredFrequency          float64 // of site_info

	GridFaults   []GridFault // what grid_faults lists
	StatusFaults []GridFault // what system_status lists

	Inverter    Inverter
	Wifi, Phone float64 // signal strength, percent

	SiteName, Zone string
	UpdateChecked  time.Time
}

// A Meter is one category of the aggregates. Power is positive for import, discharge, production, consumption.
type Meter struct {
	Power, Reactive, Apparent float64 // W, var, VA
	Frequency                 float64
	Exported, Imported        float64 // Wh
	Voltage, Current          float64
}

// A Pack is one Powerwall. One with Disabled reasons says null for what it does not know.
type Pack struct {
	Part, Serial              string
	Disabled                  []string
	PinvState, PinvGrid       string
	Remaining, Full           float64 // Wh
	Power, Reactive           float64 // positive discharges
	Voltage, Frequency        float64
	Current                   float64 // of the opposite sign of Power
	Charged, Discharged       float64 // Wh
	OffGrid, VFMode           bool
	Wobble, Clamped, Ready    bool
	OpSeqState                string
	Version                   string
	Ambient                   float64 // °C; vitals and TEDAPI only
	Available, AvailableToUse float64 // W that may be charged and discharged; vitals and TEDAPI only
}

// A GridFault is one entry of grid_faults. Decoded is a JSON document as text.
type GridFault struct {
	At           time.Time
	Name         string
	Fault        bool
	Decoded      string
	Raw          string // a whole number of up to 64 bits
	GitHash      string
	Site         string
	ECU          string
	Part, Serial string
}

// An Inverter is that of a Powerwall+, with its strings.
type Inverter struct {
	Grid                                         string // Grid_Compliant
	Voltage, Frequency, Power, Reactive, Current float64
	StringsVoltage                               float64 // v_ll
	Strings                                      []PVString
	Lifetime                                     float64 // Wh; vitals and TEDAPI only
}

// A PVString is a string of panels.
type PVString struct {
	Connected               bool
	Voltage, Current, Power float64
}

// source gives the state at a moment, as it would be without switches. Rebooted says that the gateway was started
// again, at boot, after Start.
type source interface {
	at(now, boot time.Time, rebooted bool) State
}

// clone lets the copy be changed without the original.
func (s State) clone() State {
	s.Packs = slices.Clone(s.Packs)
	for i := range s.Packs {
		s.Packs[i].Disabled = slices.Clone(s.Packs[i].Disabled)
	}
	s.GridFaults = slices.Clone(s.GridFaults)
	s.StatusFaults = slices.Clone(s.StatusFaults)
	s.Inverter.Strings = slices.Clone(s.Inverter.Strings)
	return s
}

// State is what the gateway says now, with all switches.
func (s *Sim) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stateLocked()
}

func (s *Sim) stateLocked() State {
	state := s.source.at(s.options.Now(), s.boot, s.rebooted)
	s.profile.say(&state)
	s.switches.apply(&state)
	return state
}
