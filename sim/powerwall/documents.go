package powerwall

import (
	"embed"
	"fmt"
	"path"
	"strconv"
	"strings"
)

//go:embed testdata/golden
var goldenFiles embed.FS

// documents are the golden documents, into which the state is written. Nobody changes them.
type documents map[Endpoint]*node

// files are the documents that were captured.
var files = map[Endpoint]string{
	Status: "status", SOE: "soe", Operation: "operation", SiteMaster: "sitemaster", Problems: "problems",
	SystemStatus: "system_status", GridStatus: "grid_status", GridFaults: "grid_faults", Aggregates: "aggregates",
	MeterSite: "meters_site", MeterSolar: "meters_solar", Networks: "networks", Powerwalls: "powerwalls",
	SiteInfo: "site_info", Registration: "registration", Update: "update", Solars: "solars",
	SolarPowerwall: "solar_powerwall",
}

// GoldenDocument is the document of that endpoint as firmware 21.44 writes it, byte for byte.
func GoldenDocument(name Endpoint) ([]byte, error) {
	file, ok := files[name]
	if !ok {
		return nil, fmt.Errorf("there is no golden document %q", name)
	}
	content, err := goldenFiles.ReadFile(path.Join("testdata/golden", file+".json"))
	return []byte(strings.TrimSuffix(string(content), "\n")), err
}

func readDocuments() (documents, error) {
	out := documents{}
	for name := range files {
		content, err := GoldenDocument(name)
		if err == nil {
			out[name], err = parse(content)
		}
		if err != nil {
			return nil, fmt.Errorf("golden %s: %w", name, err)
		}
	}
	return out, nil
}

// A writer makes a document from the state.
type writer func(documents, *State) *node

// writers are all documents that are JSON.
var writers = map[Endpoint]writer{
	Status:         linked(Status),
	SOE:            linked(SOE),
	Operation:      linked(Operation),
	SiteMaster:     writeSiteMaster,
	Problems:       linked(Problems),
	SystemStatus:   writeSystemStatus,
	GridStatus:     linked(GridStatus),
	GridFaults:     func(d documents, s *State) *node { return writeFaults(d, s.GridFaults) },
	Aggregates:     linked(Aggregates),
	MeterSite:      linked(MeterSite),
	MeterSolar:     linked(MeterSolar),
	MeterBattery:   func(documents, *State) *node { return value(nil) },
	MeterLoad:      func(documents, *State) *node { return value(nil) },
	Networks:       linked(Networks),
	Powerwalls:     writePowerwalls,
	PowerwallState: writePowerwallState,
	SiteInfo:       linked(SiteInfo),
	SiteName: func(_ documents, s *State) *node {
		return value(struct {
			Name string `json:"site_name"`
			Zone string `json:"timezone"`
		}{s.SiteName, s.Zone})
	},
	Registration:   linked(Registration),
	Update:         linked(Update),
	Solars:         linked(Solars),
	SolarPowerwall: writeSolarPowerwall,
	Config:         func(_ documents, s *State) *node { return value(map[string]string{"vin": s.DIN}) },
	ToggleAuth:     func(documents, *State) *node { return value(map[string]bool{"toggle_auth_supported": true}) },
}

func linked(name Endpoint) writer {
	return func(d documents, s *State) *node { return writeLinks(d[name].clone(), s.links(name)) }
}

func writeSiteMaster(d documents, s *State) *node {
	doc := linked(SiteMaster)(d, s)
	if !s.Running {
		doc.put("status", value("StatusDown"))
		doc.put("can_reboot", value(""))
	}
	return doc
}

func writeSystemStatus(d documents, s *State) *node {
	doc := linked(SystemStatus)(d, s)
	blocks := doc.child("battery_blocks")
	like := blocks.items
	blocks.items = nil
	in := 0
	for i := range s.Packs {
		p := &s.Packs[i]
		block := writeLinks(like[min(i, len(like)-1)].clone(), p.links())
		if len(p.Disabled) > 0 {
			disable(block, p.Disabled)
		} else {
			in++
		}
		blocks.items = append(blocks.items, block)
	}
	doc.put("available_blocks", value(in))
	doc.put("blocks_controlled", value(in))
	doc.put("grid_faults", writeFaults(d, s.StatusFaults))
	return doc
}

// disable writes a pack that somebody, or itself, has taken out of service.
func disable(block *node, reasons []string) {
	block.put("disabled_reasons", value(reasons))
	for _, key := range []string{"pinv_state", "pinv_grid_state", "OpSeqState"} {
		block.put(key, value(""))
	}
	for _, key := range []string{
		"p_out", "q_out", "v_out", "f_out", "i_out", "energy_charged", "energy_discharged",
		"off_grid", "vf_mode", "wobble_detected", "charge_power_clamped", "backup_ready",
	} {
		block.put(key, value(nil))
	}
}

func writeFaults(d documents, faults []GridFault) *node {
	doc := &node{kind: array}
	for i := range faults {
		f := writeLinks(d[GridFaults].items[0].clone(), faults[i].links())
		f.put("alert_raw", &node{raw: faults[i].Raw})
		doc.items = append(doc.items, f)
	}
	return doc
}

func writePowerwalls(d documents, s *State) *node {
	doc := linked(Powerwalls)(d, s)
	list := doc.child("powerwalls")
	like := list.items[0]
	for i := range s.Packs[:min(s.PacksListed, len(s.Packs))] {
		entry := like
		if i > 0 {
			entry = like.clone()
			list.items = append(list.items, entry)
		}
		entry.put("PackagePartNumber", value(s.Packs[i].Part))
		entry.put("PackageSerialNumber", value(s.Packs[i].Serial))
	}
	return doc
}

// writePowerwallState is the part of the powerwalls document before the list.
func writePowerwallState(d documents, _ *State) *node {
	doc := &node{kind: object}
	from := d[Powerwalls]
	for i, key := range from.keys {
		if raw := from.items[i].raw; raw == "true" || raw == "false" {
			doc.put(key, from.items[i].clone())
		}
	}
	return doc
}

func writeSolarPowerwall(d documents, s *State) *node {
	doc := linked(SolarPowerwall)(d, s)
	list := doc.at("pvac_status.string_vitals")
	like := list.items[0]
	list.items = nil
	for i := range s.Inverter.Strings {
		entry := like.clone()
		entry.put("string_id", &node{raw: strconv.Itoa(i + 1)})
		list.items = append(list.items, writeLinks(entry, s.Inverter.Strings[i].links()))
		alert := "PVS_a0" + strconv.Itoa(17+i) + "_MciString" + string(rune('A'+i))
		if alerts := doc.at("pvs_alerts"); !s.Inverter.Strings[i].Connected || alerts.child(alert) != nil {
			alerts.put(alert, value(!s.Inverter.Strings[i].Connected))
		}
	}
	return doc
}
