package hpav

import "slices"

// A Network is a logical network as one adapter sees it.
type Network struct {
	NID      NID
	SNID     uint8
	TEI      uint8 // of the adapter that answers
	Role     Role  // of the adapter that answers
	CCo      MAC   // the central coordinator
	CCoTEI   uint8
	Stations []Station
}

// A Role is what an adapter is in a network.
type Role string

// The roles.
const (
	RoleStation     Role = "STA"
	RoleProxy       Role = "PCO"
	RoleCoordinator Role = "CCO"
	RoleUnknown     Role = "UNKNOWN"
)

func roleOf(code uint8) Role {
	switch code {
	case 0:
		return RoleStation
	case 1:
		return RoleProxy
	case 2:
		return RoleCoordinator
	}
	return RoleUnknown
}

// A Station is another adapter of a network, seen from the one that answers.
type Station struct {
	MAC     MAC
	TEI     uint8
	Bridged MAC // first device behind it; Broadcast or zero where none is known
	// TX and RX are the average PHY rates to and from the station, in Mbit/s. 0 means
	// that no traffic has been seen yet.
	TX, RX uint16
	// Saturated says that a rate of 255 means 255 or more.
	Saturated bool
	// TXAlternate and RXAlternate say that the second line pair is used (MIMO); nil
	// where that is not known.
	TXAlternate, RXAlternate *bool
}

// parseNetworks0 reads VS_NW_INFO in MMV 0 (open-plc-utils, plc/NetInfo1.c): a count,
// then each network of 18 bytes followed by its stations of 15.
func parseNetworks0(entry []byte, self MAC) ([]Network, error) {
	b := body{rest: entry}
	networks := make([]Network, 0, 1)
	for range b.u8() {
		n := Network{NID: b.nid(), SNID: b.u8(), TEI: b.u8(), Role: roleOf(b.u8()), CCo: b.mac(), CCoTEI: b.u8()}
		for range b.u8() {
			s := Station{MAC: b.mac(), TEI: b.u8(), Bridged: b.mac(), TX: uint16(b.u8()), RX: uint16(b.u8()), Saturated: true}
			if b.bad {
				return nil, b.done()
			}
			n.Stations = append(n.Stations, s)
		}
		networks = append(networks, n)
		if b.bad || n.isCut() {
			return nil, cut(&b)
		}
	}
	return checked(networks, self, &b)
}

// parseNetworks1 reads VS_NW_INFO in MMV 1 (open-plc-utils, plc/NetInfo2.c): networks
// of 32 bytes, stations of 24.
func parseNetworks1(entry []byte, self MAC) ([]Network, error) {
	b := body{rest: entry}
	b.skip(2)
	// The length counts from the reserved byte before the number of networks.
	if length := int(b.u16()); length > 0 && length < len(b.rest) {
		b.rest = b.rest[:length]
	}
	b.skip(1)
	networks := make([]Network, 0, 1)
	for range b.u8() {
		n := Network{NID: b.nid()}
		b.skip(2)
		n.SNID, n.TEI = b.u8(), b.u8()
		b.skip(4)
		n.Role, n.CCo, n.CCoTEI = roleOf(b.u8()), b.mac(), b.u8()
		b.skip(3)
		count := b.u8()
		b.skip(5)
		for range count {
			s := Station{MAC: b.mac(), TEI: b.u8()}
			b.skip(3)
			s.Bridged, s.TX = b.mac(), b.u16()
			coupling := b.u8()
			s.TXAlternate, s.RXAlternate = new(coupling&15 != 0), new(coupling>>4 != 0)
			b.skip(1)
			s.RX = b.u16()
			b.skip(2)
			if b.bad {
				return nil, b.done()
			}
			n.Stations = append(n.Stations, s)
		}
		networks = append(networks, n)
		if b.bad || n.isCut() {
			return nil, cut(&b)
		}
	}
	return checked(networks, self, &b)
}

// isCut reports whether padding has replaced the end of the record: a member of a
// network knows the coordinator's TEI, and of the last station more than its address.
// Rates of zero may be; records of zeros before the last are left out elsewhere.
func (n *Network) isCut() bool {
	if len(n.Stations) == 0 {
		return n.TEI != 0 && n.CCoTEI == 0
	}
	last := n.Stations[len(n.Stations)-1]
	return last.TEI == 0 && last.Bridged == (MAC{}) && last.TX == 0 && last.RX == 0
}

// cut is the error of networks that end before they should.
func cut(b *body) error {
	if err := b.done(); err != nil {
		return err
	}
	return malformed("a network that ends in zeros, as when the message was cut")
}

// checked refuses what padding has made of a message that was cut, and leaves out
// stations that cannot be.
func checked(networks []Network, self MAC, b *body) ([]Network, error) {
	if err := b.done(); err != nil {
		return nil, err
	}
	var merged []Network
	for _, n := range networks {
		if n.NID == (NID{}) || n.CCo == (MAC{}) {
			return nil, malformed("a network without identifier or coordinator, as when the message was cut")
		}
		stations := n.Stations
		n.Stations = nil
		i := slices.IndexFunc(merged, func(m Network) bool { return m.NID == n.NID })
		if i < 0 {
			i, merged = len(merged), append(merged, n)
		}
		for _, s := range stations {
			merged[i].add(s, self)
		}
	}
	if merged == nil {
		merged = []Network{}
	}
	return merged, nil
}

// add adds a station; of two with the same address the last counts.
func (n *Network) add(s Station, self MAC) {
	if !s.MAC.IsStation() || s.MAC == self {
		return
	}
	// The flag belongs to the format; what it says to the value.
	s.Saturated = s.Saturated && (s.TX == 255 || s.RX == 255)
	if i := slices.IndexFunc(n.Stations, func(o Station) bool { return o.MAC == s.MAC }); i >= 0 {
		n.Stations[i] = s
		return
	}
	n.Stations = append(n.Stations, s)
}
