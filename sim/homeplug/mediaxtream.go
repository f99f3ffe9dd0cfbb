package homeplug

// What requests of MediaXtream must begin with, as the known client sends it.
var (
	discoverMagic = []byte{0xa3, 0x97, 0xa2, 0x55, 0x53, 0xbe, 0xf1, 0xfc, 0xf9, 0x79, 0x6b, 0x52, 0x14, 0x13, 0xe9, 0xe2}
	ratesMagic    = append([]byte{0}, NIDHomePlugAV[:]...)
)

// mediaDiscover tells the interface that the request came in by, and the adapter's name.
func mediaDiscover(a asked) ([]byte, bool) {
	const ethernet, powerline = 0, 2
	if !a.starts(discoverMagic) {
		return nil, false
	}
	in := byte(powerline)
	if a.me.Local {
		in = ethernet
	}
	return entry{}.u8(in, byte(len(a.me.HFID))).text(a.me.HFID), true
}

// mediaRates is the rates; readers keep eleven bits of each.
func mediaRates(a asked) ([]byte, bool) {
	if !a.starts(ratesMagic) {
		return nil, false
	}
	peers := a.me.peers()
	e := entry{}.u8(a.count(len(peers)))
	flags := a.habits.RateFlags &^ maxRate
	for _, p := range peers {
		e = e.mac(p.MAC).u16(p.TX&maxRate | flags).u16(p.RX&maxRate | flags)
	}
	return e, true
}

// mediaMembers is the networks, then the backup coordinator of each.
func mediaMembers(a asked) ([]byte, bool) {
	const inHome, coordinating, joined = 0, 0, 0
	networks := a.lied()
	e := entry{}.u8(a.count(len(networks)))
	for _, n := range networks {
		e = e.nid(n.NID).u8(n.SNID, n.TEI, laterRole(n.Role)).mac(n.Coordinator).u8(inHome, coordinating, joined)
	}
	for _, n := range networks {
		e = e.mac(n.Backup)
	}
	return e, true
}

// mediaStation is chip, firmware and uptime.
func mediaStation(a asked) ([]byte, bool) {
	c, f := a.me.Chip, a.me.Chip.Firmware
	e := entry{}.u32(c.Code, f.Hardware, f.Revision, f.ChipID, f.Configuration, f.Stable).u8(0)
	e = e.u32(uint32(a.me.Uptime.Seconds())).u8(byte(len(f.BootText))).text(f.BootText)
	e = e.u8(f.Build, f.Minor, f.Major, f.Name).zeros(4).u32(f.Flash)
	return e.u8(flag(c.AV2), f.MaxRate), true
}

// mediaText is a name that the owner or the maker has given.
func mediaText(a asked) ([]byte, bool) {
	const user, maker = 0x25, 0x1b
	text := ""
	switch a.at(0) {
	case user:
		text = a.me.UserText
	case maker:
		text = a.me.HFID
	default:
		return nil, false
	}
	return entry{}.u8(1, maxHFID, 0).fixed(text, maxHFID), true
}
