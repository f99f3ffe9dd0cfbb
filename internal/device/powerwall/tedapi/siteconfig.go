package tedapi

import (
	"encoding/json"
	"errors"
	"strings"

	"home_exporter/internal/device/powerwall/protobuf"
)

// A SiteConfig is what config.json says of the installation. The file also holds
// password hashes and personal data: nothing of that is taken out of it, and nobody
// may keep or show the file itself.
type SiteConfig struct {
	DIN      string
	Mode     string   // of operation, such as self_consumption
	Reserve  *float64 // percent, on the raw scale
	SiteName string
	// NominalEnergy is in kWh, NominalPower in kW.
	NominalEnergy, NominalPower       *float64
	GridCode, Country, State, Utility string
	ExportRule                        string // battery_ok, pv_only, never
	Blocks                            []ConfiguredBlock
	Meters                            []ConfiguredMeter
	Solars                            []ConfiguredSolar
}

// A ConfiguredBlock is a pack or a unit with one.
type ConfiguredBlock struct {
	DIN, Part, Serial string
	Type              string // ACPW, SolarPowerwall, Powerwall3, …
	Expansions        []Expansion
}

// An Expansion is a DC pack that hangs on a Powerwall 3.
type Expansion struct{ DIN, Part, Serial string }

// UnitType is the type of a block that is a Powerwall 3.
const UnitType = "Powerwall3"

// A ConfiguredMeter tells what the transformers of a meter measure.
type ConfiguredMeter struct {
	Location, Type, Serial string
	CTs                    []bool // whether the input measures it
	Scale                  float64
}

// A ConfiguredSolar is a solar inverter that the installer has named.
type ConfiguredSolar struct {
	Brand, Model string
	Power        *float64 // W
}

// Units returns the blocks that are a Powerwall 3.
func (c *SiteConfig) Units() []ConfiguredBlock {
	var units []ConfiguredBlock
	for _, b := range c.Blocks {
		if b.Type == UnitType && b.DIN != "" {
			units = append(units, b)
		}
	}
	return units
}

// splitDIN returns the two parts of a DIN.
func splitDIN(din string) (part, serial string) {
	part, serial, _ = strings.Cut(din, "--")
	return part, serial
}

// readConfig is a FileStoreMessages that asks for config.json.
func readConfig() protobuf.Message {
	request := protobuf.Message{}.Number(1, 1).Data(2, []byte("config.json"))
	return protobuf.Message{}.Data(1, request)
}

// The answer to it, in FileStoreMessages.
const readFileResponse = 2

// openFile returns the content in a ReadFileResponse.
func openFile(b []byte) ([]byte, error) {
	file, _, err := last(b, 1)
	if err != nil {
		return nil, err
	}
	content, there, err := last(file, 100)
	if err == nil && (!there || len(content) == 0) {
		err = errEmpty
	}
	return content, err
}

// ParseSiteConfig reads config.json.
func ParseSiteConfig(doc []byte) (*SiteConfig, error) {
	// Only these members are copied out of the file.
	var top struct {
		VIN    json.RawMessage `json:"vin"`
		Mode   json.RawMessage `json:"default_real_mode"`
		Blocks json.RawMessage `json:"battery_blocks"`
		Site   json.RawMessage `json:"site_info"`
		Meters json.RawMessage `json:"meters"`
		Solars json.RawMessage `json:"solars"`
	}
	if json.Unmarshal(doc, &top) != nil {
		return nil, errors.New("config.json is no JSON object")
	}
	c := &SiteConfig{DIN: part(top.VIN).text(), Mode: part(top.Mode).text()}
	c.setSite(part(top.Site))
	for _, n := range part(top.Blocks).items() {
		b := ConfiguredBlock{DIN: n.at("vin").text(), Type: n.at("type").text()}
		b.Part, b.Serial = splitDIN(b.DIN)
		for _, m := range n.at("battery_expansions").items() {
			e := Expansion{DIN: m.at("din").text()}
			e.Part, e.Serial = splitDIN(e.DIN)
			b.Expansions = append(b.Expansions, e)
		}
		c.Blocks = append(c.Blocks, b)
	}
	for _, n := range part(top.Meters).items() {
		c.Meters = append(c.Meters, configuredMeter(n))
	}
	for _, n := range part(top.Solars).items() {
		s := ConfiguredSolar{Brand: n.at("brand").text(), Model: n.at("model").text(), Power: n.at("power_rating_watts").number()}
		c.Solars = append(c.Solars, s)
	}
	return c, nil
}

// part reads a member of a document that has been found to be JSON.
func part(raw json.RawMessage) node {
	n, _ := parseNode(raw)
	return n
}

func (c *SiteConfig) setSite(n node) {
	c.Reserve = n.at("backup_reserve_percent").number()
	c.SiteName = n.at("site_name").text()
	c.NominalEnergy = n.at("nominal_system_energy_ac").number()
	c.NominalPower = n.at("nominal_system_power_ac").number()
	c.GridCode = n.at("grid_code").text()
	c.Country, c.State, c.Utility = n.at("country").text(), n.at("state").text(), n.at("utility").text()
	c.ExportRule = n.at("customer_preferred_export_rule").text()
}

func configuredMeter(n node) ConfiguredMeter {
	m := ConfiguredMeter{
		Location: n.at("location").text(), Type: n.at("type").text(),
		Serial: n.at("connection", "device_serial").text(), Scale: 1,
	}
	if scale := n.at("real_power_scale_factor").number(); scale != nil {
		m.Scale = *scale
	}
	for _, ct := range n.at("cts").items() {
		on := ct.flag()
		m.CTs = append(m.CTs, on != nil && *on)
	}
	return m
}
