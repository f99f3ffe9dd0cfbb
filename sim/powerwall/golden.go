package powerwall

import (
	"fmt"
	"time"
)

// A golden source says what the golden documents say. It stands still; a reboot takes the uptime with it.
type golden struct{ state State }

func (g golden) at(now, boot time.Time, rebooted bool) State {
	state := g.state.clone()
	if rebooted {
		state.Started, state.Uptime, state.Commissions = boot, max(0, now.Sub(boot)), 0
	}
	return state
}

// readGolden turns the documents into numbers, so that switches can change them.
func readGolden(d documents) (golden, error) {
	var s State
	for _, name := range readOrder(d) {
		if err := readLinks(d[name], s.links(name)); err != nil {
			return golden{}, fmt.Errorf("golden %s: %w", name, err)
		}
	}
	s.PacksListed = len(d[Powerwalls].child("powerwalls").items)
	for _, block := range d[SystemStatus].child("battery_blocks").items {
		p := Pack{Ambient: 21.5, Available: 5000, AvailableToUse: 5000}
		if err := readLinks(block, p.links()); err != nil {
			return golden{}, fmt.Errorf("golden pack: %w", err)
		}
		s.Packs = append(s.Packs, p)
	}
	for _, fault := range d[GridFaults].items {
		f := GridFault{Raw: fault.child("alert_raw").raw}
		if err := readLinks(fault, f.links()); err != nil {
			return golden{}, fmt.Errorf("golden fault: %w", err)
		}
		s.GridFaults = append(s.GridFaults, f)
	}
	for _, entry := range d[SolarPowerwall].at("pvac_status.string_vitals").items {
		var p PVString
		if err := readLinks(entry, p.links()); err != nil {
			return golden{}, fmt.Errorf("golden string: %w", err)
		}
		s.Inverter.Strings = append(s.Inverter.Strings, p)
	}
	s.Inverter.Lifetime = s.Solar.Exported
	return golden{s}, nil
}

// readOrder lets the documents that know the time zone come last.
func readOrder(d documents) []Endpoint {
	out := []Endpoint{Update}
	for name := range d {
		if name != Update {
			out = append(out, name)
		}
	}
	return out
}
