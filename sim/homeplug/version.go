package homeplug

// version is VS_SW_VER: status, class, length of the text, the text in its room, the ident behind it on most chips.
func version(a asked) ([]byte, bool) {
	const withNUL, total = 1, 293 // what current firmware sends
	c := a.me.Chip
	e := entry{}.u8(0, c.Class, byte(len(c.Version)+withNUL)).fixed(c.Version, c.Layout.textSize())
	switch c.Layout {
	case LayoutAR7400:
		e = e.u8(0).u32(c.Ident, c.Stepping)
	case LayoutQCA:
		e = e.u32(c.Ident, c.Stepping)
		e = e.zeros(total - len(e))
	default:
		e = e.u8(0) // may not be upgraded
	}
	return e, true
}

// attributes is VS_OP_ATTRIBUTES: status, the reader's cookie, the report's type and length, the report.
func attributes(a asked) ([]byte, bool) {
	const notSupported = 2
	cookie, form := a.request, a.at(4)
	e := entry{}.u16(0).u8(cookie.at(0), cookie.at(1), cookie.at(2), cookie.at(3), form)
	if form != 0 {
		e.setU16(0, notSupported)
		return e.u16(0), true
	}
	report := attributeReport(a.me)
	return append(e.u16(uint16(len(report))), report...), true
}

func attributeReport(me AdapterState) []byte {
	r, at := me.Chip.Release, me.Attributes
	dram := at.DRAMType
	if dram == 0 {
		dram = 'A'
	}
	line := byte(at.Mains)&3 | byte(at.ZeroCross)&3<<2
	e := entry{}.fixed(r.Hardware, 16).fixed(r.Software, 16).u32(r.Version[:]...).fixed(r.Date, 8).fixed(r.Kind, 12)
	e = e.u8(dram, 0, line).u32(at.DRAM)
	if me.Chip.Layout != LayoutQCA {
		return e.u8(at.Authorisation)
	}
	e = e.u32(at.Blocks.RX, at.Blocks.TX, at.Blocks.Shared, at.FreeBlocks.RX, at.FreeBlocks.TX, at.FreeBlocks.Shared)
	return e.u32(at.RelativeSNR, at.DSPThreshold).u8(at.TXGain, at.Authorisation, at.Diagnostics)
}

// linkStatus is VS_PL_LINK_STATUS: whether there is a powerline link at all.
func linkStatus(a asked) ([]byte, bool) {
	return entry{}.u8(0, flag(len(a.me.peers()) > 0)), true
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}
