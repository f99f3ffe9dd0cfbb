package tedapi

import "errors"

// A Unit is a Powerwall 3 as its components tell of it.
type Unit struct {
	Part, Serial string
	// Volts, Hz, Watts are of its AC side, BatteryWatts of its battery, SolarWatts of all
	// strings together.
	Volts, Hz, Watts, BatteryWatts, SolarWatts *float64
	State, Mode                                string
	Strings                                    []String
	Packs                                      []Pack
	Alerts                                     []Alert
}

// A String is a row of solar panels.
type String struct {
	ID          string // A to F
	State       string // such as Pv_Active
	Volts, Amps *float64
}

// A Pack is a battery of the unit: its own, or an expansion.
type Pack struct {
	Part, Serial        string
	State               string
	FullPack, Remaining *float64 // kWh
}

// An Alert is one of a component.
type Alert struct{ Component, Serial, Name string }

// Components are the result of a components query.
type Components struct {
	converters, batteries, holders []component
	others                         []component
}

// A component is one entry of such a list.
type component struct {
	kind, part, serial string
	signals            map[string]node
	alerts             []string
}

// ParseComponents reads the result of a components query.
func ParseComponents(doc []byte) (*Components, error) {
	root, err := parseNode(doc)
	if err != nil {
		return nil, err
	}
	if root.at("components").empty() {
		return nil, errors.New("the result of the query has no components")
	}
	return newComponents(root), nil
}

func newComponents(root node) *Components {
	list := func(name string) []component {
		var all []component
		for _, n := range root.at("components", name).items() {
			all = append(all, newComponent(name, n))
		}
		return all
	}
	return &Components{list("pch"), list("bms"), list("hvp"), append(list("pws"), list("baggr")...)}
}

func newComponent(kind string, n node) component {
	c := component{
		kind: kind, part: n.at("partNumber").text(), serial: n.at("serialNumber").text(),
		signals: make(map[string]node),
	}
	for _, s := range n.at("signals").items() {
		if name := s.at("name").text(); name != "" {
			c.signals[name] = node{firstOf(s.at("value"), s.at("textValue"), s.at("boolValue"))}
		}
	}
	for _, a := range n.at("activeAlerts").items() {
		name := a.at("name").text()
		if name == "" {
			name = a.text()
		}
		if name != "" {
			c.alerts = append(c.alerts, name)
		}
	}
	return c
}

// Unit tells what the components say of a block. Its own battery is the first; those
// behind it are expansions, if the configuration knows them: others are slots that
// nothing is in.
func (c *Components) Unit(b ConfiguredBlock) *Unit {
	u := &Unit{Part: b.Part, Serial: b.Serial}
	if len(c.converters) > 0 {
		u.setConverter(c.converters[0].signals)
	}
	for i, battery := range c.batteries {
		p := Pack{
			Part: b.Part, Serial: b.Serial,
			FullPack:  battery.signals["BMS_nominalFullPackEnergy"].number(),
			Remaining: battery.signals["BMS_nominalEnergyRemaining"].number(),
		}
		var holder component
		if i < len(c.holders) {
			holder = c.holders[i]
		}
		p.State = holder.signals["HVP_State"].text()
		if i > 0 {
			e := b.expansion(holder.serial)
			if e == nil {
				continue
			}
			p.Part, p.Serial = e.Part, e.Serial
		}
		if p.FullPack != nil && *p.FullPack == 0 {
			continue
		}
		u.Packs = append(u.Packs, p)
	}
	for _, list := range [][]component{c.converters, c.batteries, c.holders, c.others} {
		for _, one := range list {
			for _, name := range one.alerts {
				u.Alerts = append(u.Alerts, Alert{one.kind, one.serial, name})
			}
		}
	}
	return u
}

// expansion returns the expansion with that serial number, nil for none.
func (b *ConfiguredBlock) expansion(serial string) *Expansion {
	for i := range b.Expansions {
		if e := &b.Expansions[i]; serial != "" && e.Serial == serial {
			return e
		}
	}
	return nil
}

// rows names the six inputs for strings.
var rows = []string{"A", "B", "C", "D", "E", "F"}

func (u *Unit) setConverter(s map[string]node) {
	u.Volts, u.Hz = s["PCH_AcVoltageAB"].number(), s["PCH_AcFrequency"].number()
	u.Watts, u.BatteryWatts = s["PCH_AcRealPowerAB"].number(), s["PCH_BatteryPower"].number()
	u.SolarWatts = s["PCH_SlowPvPowerSum"].number()
	u.State, u.Mode = s["PCH_State"].text(), s["PCH_AcMode"].text()
	for _, id := range rows {
		line := String{
			ID: id, State: s["PCH_PvState_"+id].text(),
			Volts: s["PCH_PvVoltage"+id].number(), Amps: s["PCH_PvCurrent"+id].number(),
		}
		if line.State != "" || line.Volts != nil || line.Amps != nil {
			u.Strings = append(u.Strings, line)
		}
	}
}

// Watts returns the power of the string, nil for unknown.
func (s *String) Watts() *float64 {
	if s.Volts == nil || s.Amps == nil {
		return nil
	}
	w := power(*s.Volts, *s.Amps)
	return &w
}
