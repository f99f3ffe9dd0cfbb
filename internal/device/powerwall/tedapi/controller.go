package tedapi

import (
	"errors"
	"strings"
	"time"

	"home_exporter/internal/device/powerwall/gateway"
)

// A Controller is the result of the controller query: the state of the site.
type Controller struct {
	FullPack, Remaining *float64 // Wh
	// IslandMode is what the owner wants, such as BACKUP.
	IslandMode                           string
	ContactorClosed, MicroGridOK, GridOK *bool
	Powers                               []Power
	// Alerts are those of the site. Known tells whether the list was there at all.
	Alerts      []string
	AlertsKnown bool
	ShutDown    *bool
	Running     *bool               // the site master
	Disabled    map[string][]string // why packs and inverters are switched off, by serial number
	Readings    []MeterReading
	// Devices are those on the CAN bus, with the names that the vitals have.
	Devices []gateway.VitalDevice
	// GridConnected is what the island controller says: nil for nothing.
	GridConnected *bool
	Limits        []Limit
}

// A Power is the sum of the meters of a category.
type Power struct {
	Category string // site, battery, load, solar, solar_rgm, generator, conductor
	Watts    *float64
}

// A Limit is one that the utility sets (IEEE 2030.5), in W.
type Limit struct {
	Name  string // such as opModExpLimW
	Watts float64
}

// ParseController reads the result of the controller query.
func ParseController(doc []byte) (*Controller, error) {
	root, err := parseNode(doc)
	if err != nil {
		return nil, err
	}
	if root.empty() {
		return nil, errors.New("the result of the query is empty")
	}
	return newController(root), nil
}

func newController(root node) *Controller {
	control := root.at("control")
	island := control.at("islanding")
	alerts := control.at("alerts", "active")
	_, known := alerts.v.([]any)
	c := &Controller{
		FullPack:        control.at("systemStatus", "nominalFullPackEnergyWh").number(),
		Remaining:       control.at("systemStatus", "nominalEnergyRemainingWh").number(),
		IslandMode:      island.at("customerIslandMode").text(),
		ContactorClosed: island.at("contactorClosed").flag(),
		MicroGridOK:     island.at("microGridOK").flag(),
		GridOK:          island.at("gridOK").flag(),
		Alerts:          alerts.texts(),
		AlertsKnown:     known,
		ShutDown:        control.at("siteShutdown", "isShutDown").flag(),
		Running:         root.at("system", "sitemanagerStatus", "isRunning").flag(),
		Disabled:        make(map[string][]string),
		Readings:        meterReadings(root),
		Limits:          limits(root.at("ieee20305")),
	}
	for _, m := range control.at("meterAggregates").items() {
		if category := strings.ToLower(m.at("location").text()); category != "" {
			c.Powers = append(c.Powers, Power{category, m.at("realPowerW").number()})
		}
	}
	for _, list := range []string{"batteryBlocks", "pvInverters"} {
		for _, n := range control.at(list).items() {
			_, serial := splitDIN(n.at("din").text())
			if reasons := n.at("disableReasons").texts(); serial != "" && len(reasons) > 0 {
				c.Disabled[serial] = reasons
			}
		}
	}
	b := newBus(root.at("esCan", "bus"))
	b.addComponents(root.at("components", "msa"))
	c.Devices, c.GridConnected = b.devices, b.gridConnected
	return c
}

// OnGrid reports whether the house is on the grid, nil for unknown.
func (c *Controller) OnGrid() *bool {
	for _, alert := range c.Alerts {
		if alert == "SystemConnectedToGrid" {
			on := true
			return &on
		}
	}
	return c.GridConnected
}

// limits finds the limits that are in force: those that are active before the default
// ones.
func limits(n node) []Limit {
	controls := n.at("controls")
	places := append([]node{n, controls, controls.at("defaultControl"), controls.at("activeControls")},
		controls.at("activeControls").items()...)
	var all []Limit
	for _, name := range []string{"opModMaxLimW", "opModImpLimW", "opModExpLimW", "opModGenLimW", "opModLoadLimW"} {
		var found *float64
		for _, place := range places {
			if v := place.at(name).number(); v != nil {
				found = v
			}
		}
		if found != nil {
			all = append(all, Limit{name, *found})
		}
	}
	return all
}

// A MeterReading is what a meter with several inputs measures.
type MeterReading struct {
	Serial, Firmware string
	At               time.Time
	CTs              []CT
}

// A CT is one input of a meter.
type CT struct {
	Volts, Watts, Vars, Amps *float64
	Exported, Imported       *float64 // J
}

// meterReadings reads the meters on the wire (Neurio) and those without one.
func meterReadings(root node) []MeterReading {
	var all []MeterReading
	for _, n := range root.at("neurio", "readings").items() {
		m := MeterReading{Serial: n.at("serial").text(), Firmware: n.at("firmwareVersion").text(), At: gateway.ParseMoment(n.at("timestamp").text())}
		m.CTs = inputs(n.at("dataRead"))
		all = append(all, m)
	}
	for _, n := range root.at("teslaRemoteMeter", "meters").items() {
		_, serial := splitDIN(n.at("din").text())
		reading := n.at("reading")
		m := MeterReading{Serial: serial, At: gateway.ParseMoment(reading.at("timestamp").text())}
		m.CTs = inputs(reading.at("ctReadings"))
		all = append(all, m)
	}
	return all
}

func inputs(n node) []CT {
	var all []CT
	for _, one := range n.items() {
		all = append(all, CT{
			Volts: one.at("voltageV").number(), Watts: one.at("realPowerW").number(),
			Vars: one.at("reactivePowerVAR").number(), Amps: one.at("currentA").number(),
			Exported: one.at("energyExportedWs").number(), Imported: one.at("energyImportedWs").number(),
		})
	}
	return all
}
