package homeplug

// The records of VS_NW_INFO.
const (
	network0Size, station0Size = 18, 15
	network1Size, station1Size = 32, 24
)

// network0 is VS_NW_INFO with rates of one byte. There are no fragments in MMV 0: stations that have no room are left
// out.
func network0(a asked) ([]byte, bool) {
	networks := a.lied()
	e := entry{}.u8(a.count(len(networks)))
	room := maxPayload - 7 - len(networks)*network0Size
	for _, n := range networks {
		stations := n.Stations[:min(len(n.Stations), room/station0Size)]
		room -= len(stations) * station0Size
		e = e.nid(n.NID).u8(n.SNID, n.TEI, byte(n.Role)).mac(n.Coordinator).u8(n.CoordinatorTEI, a.count(len(stations)))
		for _, s := range stations {
			e = e.mac(s.MAC).u8(s.TEI).mac(s.BDA).u8(a.rate8(s.TX), a.rate8(s.RX))
		}
	}
	return e, true
}

// network1 is VS_NW_INFO with rates of two bytes.
func network1(a asked) ([]byte, bool) {
	const lengthAt, counted = 2, 4 // the length counts from the byte after it
	networks := a.lied()
	e := entry{}.u8(0, 0).u16(0).u8(0, a.count(len(networks)))
	for _, n := range networks {
		e = e.nid(n.NID).zeros(2).u8(n.SNID, n.TEI).zeros(4).u8(byte(n.Role))
		e = e.mac(n.Coordinator).u8(n.CoordinatorTEI).zeros(3).u8(a.count(len(n.Stations))).zeros(5)
		for _, s := range n.Stations {
			e = e.mac(s.MAC).u8(s.TEI).zeros(3).mac(s.BDA).u16(s.TX).u8(s.TXCoupling|s.RXCoupling<<4, 0).u16(s.RX).zeros(2)
		}
	}
	e.setU16(lengthAt, uint16(len(e)-counted))
	return e, true
}

// rate8 is a rate in one byte.
func (a asked) rate8(rate uint16) byte {
	if a.habits.WrapRates {
		return byte(rate)
	}
	return clamp8(rate)
}
