package homeplug

// stationRates1 is CM_NW_STATS with rates of one byte.
func stationRates1(a asked) ([]byte, bool) {
	peers := a.me.peers()
	e := entry{}.u8(a.count(len(peers)))
	for _, p := range peers {
		e = e.mac(p.MAC).u8(a.rate8(p.TX), a.rate8(p.RX))
	}
	return e, true
}

// stationRates2 is CM_NW_STATS with rates of two bytes.
func stationRates2(a asked) ([]byte, bool) {
	if a.me.Chip.NoStationRates {
		return nil, false
	}
	peers := a.me.peers()
	e := entry{}.u8(a.count(len(peers)))
	for _, p := range peers {
		e = e.mac(p.MAC).u16(p.TX).u16(p.RX)
	}
	return e, true
}

// networkInfo is CM_NW_INFO.
func networkInfo(a asked) ([]byte, bool) {
	networks := a.lied()
	e := entry{}.u8(a.count(len(networks)))
	for _, n := range networks {
		role := byte(n.Role)
		if a.me.Chip.Family == Broadcom {
			role = laterRole(n.Role)
		}
		const inHome = 0
		e = e.nid(n.NID).u8(n.SNID, n.TEI, role).mac(n.Coordinator).u8(inHome, byte(len(a.me.Neighbours)))
	}
	return e, true
}

// laterRole is the code of the later specification, which Broadcom uses: 2 station, 3 coordinator.
func laterRole(r Role) byte {
	const station, coordinator = 2, 3
	switch r {
	case STA, PCO:
		return station
	case CCO:
		return coordinator
	}
	return byte(r)
}

// capabilities is CM_STA_CAP.
func capabilities(a asked) ([]byte, bool) {
	const maxFrameLength = 0x07a1 // in 1.28 µs: 2.5 ms
	e := entry{}.u8(flag(a.me.Chip.AV2)).mac(a.me.MAC).u8(a.me.Chip.Vendor[:]...)
	e = e.u8(0, 0)    // no automatic connections, no smoothing
	e = e.u8(1, 1, 1) // may be coordinator, proxy, backup
	e = e.u8(0, 0).u16(maxFrameLength)
	return e.zeros(4).u16(0x0102), true // implementation version
}

// identify is CM_STA_IDENTIFY. Stations of HomePlug AV 1.1 have no more to say.
func identify(a asked) ([]byte, bool) {
	c := a.me.Chip
	e := entry{}.u8(0, 0, 0, 1, flag(c.AV2)) // repeats and routes
	if !c.AV2 {
		return e.u8(0), true
	}
	x := entry{}.u8(c.MIMO, 1, 1, 1, 0, 0).u16(c.FirstCarrier).u16(c.EndCarrier).u8(1, 0, 0, 0).u16(0)
	return append(e.u8(byte(len(x))), x...), true
}

// bridgeInfo is CM_BRG_INFO: who is behind the adapter.
func bridgeInfo(a asked) ([]byte, bool) {
	bridged := a.me.Bridged
	if len(bridged) == 0 {
		return entry{}.u8(0), true
	}
	tei := byte(0)
	if len(a.me.Networks) > 0 {
		tei = a.me.Networks[0].TEI
	}
	e := entry{}.u8(1, tei, a.count(len(bridged)))
	for _, m := range bridged {
		e = e.mac(m)
	}
	return e, true
}

// The texts of CM_HFID.
const (
	hfidMaker = iota
	hfidUser
	hfidNetwork
)

// hfid is CM_HFID. Nobody has named the network.
func hfid(a asked) ([]byte, bool) {
	text := ""
	switch a.at(0) {
	case hfidMaker:
		text = a.me.HFID
	case hfidUser:
		text = a.me.UserText
	case hfidNetwork:
	default:
		return nil, false
	}
	return entry{}.u8(a.at(0)).fixed(text, maxHFID), true
}

// notSupported is CM_MME_ERROR.IND: the reason, and what was not understood.
func notSupported(a asked) []byte {
	const reason = 0
	return entry{}.u8(reason, a.MMV).u16(a.Type).u16(0)
}
