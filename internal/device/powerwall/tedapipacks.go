package powerwall

import (
	"maps"
	"slices"

	"home_exporter/internal/device/powerwall/gateway"
	"home_exporter/internal/device/powerwall/tedapi"
)

// fillPacks adds the packs where the local API tells of none, and why packs are off.
// Where it only fails once they stay away: their counters would come from elsewhere.
func (r *Reading) fillPacks(lacks func(path string) bool) {
	var blocks []gateway.Block
	if r.System != nil {
		blocks = slices.Clone(r.System.Blocks)
	}
	if len(blocks) == 0 && (r.System != nil || lacks("/api/system_status")) {
		blocks = r.TEDAPI.packs()
	}
	if len(blocks) == 0 {
		return
	}
	if c := r.TEDAPI.Controller; c != nil {
		for i := range blocks {
			if b := &blocks[i]; len(b.DisabledReasons) == 0 {
				b.DisabledReasons = c.Disabled[b.Serial]
			}
		}
	}
	copied(&r.System).Blocks = blocks
}

// packs is the packs that the configuration, the units and the bus tell of. What comes
// first counts.
func (t *tedapiReading) packs() []gateway.Block {
	var blocks []gateway.Block
	if c := t.Config; c != nil {
		for _, b := range c.Blocks {
			blocks = addBlock(blocks, gateway.Block{Serial: b.Serial, PartNumber: b.Part})
			for _, e := range b.Expansions {
				blocks = addBlock(blocks, gateway.Block{Serial: e.Serial, PartNumber: e.Part})
			}
		}
	}
	for _, din := range slices.Sorted(maps.Keys(t.Units)) {
		for i := range t.Units[din].Packs {
			blocks = addBlock(blocks, unitBlock(t.Units[din], i))
		}
	}
	if c := t.Controller; c != nil {
		for i := range c.Devices {
			if b := blockOf(&c.Devices[i]); b != nil {
				blocks = addBlock(blocks, *b)
			}
		}
	}
	return blocks
}

// addBlock adds a pack, or what is new of it to one that is there.
func addBlock(blocks []gateway.Block, b gateway.Block) []gateway.Block {
	if b.Serial == "" {
		return blocks
	}
	for i := range blocks {
		if old := &blocks[i]; old.Serial == b.Serial {
			fill(&old.PartNumber, b.PartNumber)
			fill(&old.FullPack, b.FullPack)
			fill(&old.Remaining, b.Remaining)
			fill(&old.Power, b.Power)
			fill(&old.ReactivePower, b.ReactivePower)
			fill(&old.Voltage, b.Voltage)
			fill(&old.Frequency, b.Frequency)
			fill(&old.Charged, b.Charged)
			fill(&old.Discharged, b.Discharged)
			fill(&old.InverterState, b.InverterState)
			fill(&old.GridState, b.GridState)
			return blocks
		}
	}
	return append(blocks, b)
}

// blockOf is what a device of the bus tells of a pack, nil for nothing.
func blockOf(d *gateway.VitalDevice) *gateway.Block {
	b := &gateway.Block{Serial: d.Serial, PartNumber: d.Part}
	number := func(name string, factor float64) *float64 {
		v, ok := d.Numbers[name]
		if !ok {
			return nil
		}
		v *= factor
		return &v
	}
	switch d.ECU {
	case "TETHC":
	case "TEPOD":
		b.FullPack = number("POD_nom_full_pack_energy", 1)
		b.Remaining = number("POD_nom_energy_remaining", 1)
	case "TEPINV":
		b.Power = number("PINV_Pout", wattsPerKW)
		b.ReactivePower = number("PINV_Qout", wattsPerKW)
		b.Voltage, b.Frequency = number("PINV_Vout", 1), number("PINV_Fout", 1)
		b.Charged, b.Discharged = number("PINV_EnergyCharged", 1), number("PINV_EnergyDischarged", 1)
		b.InverterState, b.GridState = d.Texts["PINV_State"], d.Texts["PINV_GridState"]
	default:
		return nil
	}
	return b
}

// whPerKWh is for batteries of a Powerwall 3, which tell kWh.
const whPerKWh = 1000

// unitBlock is the i-th battery of a Powerwall 3. The first is its own, behind its
// inverter.
func unitBlock(u *tedapi.Unit, i int) gateway.Block {
	p := &u.Packs[i]
	b := gateway.Block{Serial: p.Serial, PartNumber: p.Part, FullPack: wattHours(p.FullPack), Remaining: wattHours(p.Remaining)}
	if p.Serial == u.Serial {
		b.Power, b.Voltage, b.Frequency = u.BatteryWatts, u.Volts, u.Hz
	}
	return b
}

func wattHours(kWh *float64) *float64 {
	if kWh == nil {
		return nil
	}
	v := *kWh * whPerKWh
	return &v
}
