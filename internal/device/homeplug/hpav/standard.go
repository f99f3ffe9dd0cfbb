package hpav

// The messages of the HomePlug AV specification, which chips of any maker may know.
// Their layouts follow ffainelli/faifa (homeplug_av.h) and serock/homeplug-av-dissector.

// A Capability is what CM_STA_CAP tells.
type Capability struct {
	OUI [3]byte // of the chip's maker
}

// Vendor names the maker of the chip; empty for one that we do not know.
func (c Capability) Vendor() string {
	switch c.OUI {
	case atheros:
		return "Qualcomm Atheros"
	case mediaXtream:
		return "Broadcom"
	case oui{0x00, 0x80, 0xe1}:
		return "STMicroelectronics"
	}
	return ""
}

// IsAtheros reports whether the chip knows the messages of Atheros.
func (c Capability) IsAtheros() bool { return c.OUI == atheros }

func parseCapability(entry []byte) (Capability, error) {
	b := body{rest: entry}
	b.skip(7)
	var c Capability
	c.OUI = [3]byte(b.bytes(3))
	return c, b.done()
}

// parseStandardNetworks reads CM_NW_INFO. What code 1 of the role means depends on the
// chip: a proxy on those of Atheros; so a coordinator is known by its address.
func parseStandardNetworks(entry []byte, self MAC) ([]Network, int, error) {
	b := body{rest: entry}
	var networks []Network
	neighbours := 0
	for range b.u8() {
		n := Network{NID: b.nid(), SNID: b.u8(), TEI: b.u8()}
		b.skip(1)
		n.CCo = b.mac()
		b.skip(1)
		neighbours = max(neighbours, int(b.u8()))
		if b.bad {
			return nil, 0, b.done()
		}
		n.Role = RoleStation
		if n.CCo == self {
			n.Role, n.CCoTEI = RoleCoordinator, n.TEI
		}
		networks = append(networks, n)
	}
	networks, err := checked(networks, self, &b)
	return networks, neighbours, err
}

// parseStandardStats reads CM_NW_STATS. The list does not tell the network.
func parseStandardStats(entry []byte, wide bool) ([]Station, error) {
	b := body{rest: entry}
	var stations []Station
	for range b.u8() {
		s := Station{MAC: b.mac()}
		if wide {
			s.TX, s.RX = b.u16(), b.u16()
		} else {
			s.TX, s.RX = uint16(b.u8()), uint16(b.u8())
			s.Saturated = s.TX == 255 || s.RX == 255
		}
		if b.bad {
			return nil, b.done()
		}
		stations = append(stations, s)
	}
	return stations, b.done()
}

// parseHumanID reads CM_HFID.
func parseHumanID(entry []byte) (string, error) {
	b := body{rest: entry}
	b.skip(1)
	text := b.bytes(min(maxText, len(b.rest)))
	return clean(cString(text)), b.done()
}
