package powerwall

import (
	"encoding/base64"
	"net"
	"slices"
)

// A profile is what a firmware serves, and to whom.
type profile struct {
	firmware Firmware
	version  string
	issued   bool       // certificates by a CA of the device's own
	only     []Endpoint // nil for all
	without  []Endpoint
	open     []Endpoint // without login
	fenced   bool       // TEDAPI answers only on the gateway's own Wi-Fi
	signed   bool       // v1r is there
}

// open are the documents that need no login since 20.49.
var open = []Endpoint{Status, Registration, ToggleAuth}

var profiles = map[Firmware]profile{
	Firmware2049: {
		firmware: Firmware2049, version: "20.49.0 1f2e3d4c", open: open, without: []Endpoint{SolarPowerwall},
	},
	Firmware2144: {firmware: Firmware2144, open: open},
	Firmware2344: {firmware: Firmware2344, version: "23.44.3-msa 5a6b7c8d", open: open, without: []Endpoint{Vitals}},
	Firmware2510: {
		firmware: Firmware2510, version: "25.10.1 9e8d7c6b", open: open, without: []Endpoint{Vitals},
		issued: true, fenced: true, signed: true,
	},
	Powerwall3: {
		firmware: Powerwall3, version: "25.10.1 9e8d7c6b", only: []Endpoint{Aggregates, SOE, GridStatus},
		issued: true, fenced: true, signed: true,
	},
}

func (p profile) serves(name Endpoint) bool {
	return (p.only == nil || slices.Contains(p.only, name)) && !slices.Contains(p.without, name)
}

// gitHash belongs to the version.
const gitHash2510 = "9e8d7c6b5a493827160f9e8d7c6b5a4938271605"

// say puts the firmware's own words into the state.
func (p profile) say(s *State) {
	if p.version == "" {
		return
	}
	s.Version = p.version
	if p.firmware == Firmware2510 || p.firmware == Powerwall3 {
		s.GitHash = gitHash2510
	}
	if p.firmware != Powerwall3 {
		return
	}
	for i := range s.Packs {
		s.Packs[i].Part = "1707000-11-J"
	}
	if len(s.Packs) > 0 {
		s.DIN = s.Packs[0].din() // the leader is the gateway
	}
}

// age writes a document as the firmware does; those of 21.44 are what the writers write.
func (p profile) age(name Endpoint, doc *node, s *State) {
	switch p.firmware {
	case Firmware2049:
		p.ageOld(name, doc)
	case Firmware2344, Firmware2510:
		if name == Status {
			doc.drop("leader", "followers")
			doc.put("teg_type", value("unknown"))
			doc.put("can_reboot", value(!s.Running || s.CanReboot == "Yes"))
		}
	}
}

// ageOld takes away what came with 21.x, and adds what went with it.
func (p profile) ageOld(name Endpoint, doc *node) {
	switch name {
	case Status:
		doc.drop("din")
	case SystemStatus:
		doc.drop("available_blocks", "available_charger_blocks", "battery_blocks", "blocks_controlled")
	case SiteMaster:
		doc.drop("can_reboot")
	case Aggregates:
		if site := doc.at("site"); site != nil {
			for _, absent := range []string{"busway", "frequency", "generator"} {
				doc.put(absent, neverRead(site))
			}
		}
	case MeterSite, MeterSolar:
		for _, meter := range doc.items {
			if cached := meter.at("Cached_readings"); cached != nil {
				cached.drop("v_l1n", "real_power_a", "reactive_power_a")
			}
		}
	case Networks:
		for _, network := range doc.items {
			dottedMasks(network)
		}
	case SiteInfo:
		flatGridCode(doc)
	}
}

// neverRead is a meter that is not there: all zero.
func neverRead(like *node) *node {
	n := like.clone()
	for i, key := range n.keys {
		switch {
		case key == "timeout":
		case n.items[i].isNumber():
			n.items[i].become("0")
		default:
			n.items[i].become(`"0001-01-01T00:00:00Z"`)
		}
	}
	n.drop("num_meters_aggregated")
	return n
}

// dottedMasks writes addresses as ip and mask, the mask with dots.
func dottedMasks(network *node) {
	list := network.at("iface_network_info.ip_networks")
	if list == nil {
		return
	}
	for _, entry := range list.items {
		mask := ""
		if n := entry.child("Mask"); n != nil && n.kind == scalar {
			text, _ := unquote(n.raw)
			if four, err := base64.StdEncoding.DecodeString(text); err == nil && len(four) == 4 {
				mask = net.IP(four).String()
			}
		}
		ip := entry.child("IP")
		entry.drop("IP", "Mask")
		if ip != nil {
			entry.put("ip", ip)
		}
		entry.put("mask", value(mask))
	}
}

// flatGridCode moves the grid code to the top, as a text.
func flatGridCode(doc *node) {
	code := doc.child("grid_code")
	if code == nil || code.kind != object {
		return
	}
	inner := code.clone()
	for i, key := range inner.keys {
		doc.put(key, inner.items[i])
	}
}
