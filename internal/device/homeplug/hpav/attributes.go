package hpav

// AttributesInfo is what an adapter tells of its surroundings.
type AttributesInfo struct {
	Mains     float64 // frequency in hertz; 0 where it is not known
	ZeroCross *bool   // whether the zero crossing of the mains is seen
	Blocks    []Blocks
}

// Blocks is a pool of memory for frames.
type Blocks struct {
	Pool        string // rx, tx, shared
	Total, Free uint32
}

// A cookie is sent with a request for attributes and comes back with the answer, so
// that what other programs on this host asked is told apart.
type cookie [4]byte

// ours differs from what plctool sends.
var ours = cookie{0x68, 0x65, 0x78, 0x70}

// attributesEntry asks for the binary form.
func attributesEntry(c cookie) []byte { return append(c[:], 0) }

// newAttributes is the length from which the data has the memory pools.
const newAttributes = 114

// parseAttributes reads VS_OP_ATTRIBUTES (open-plc-utils, plc/Attributes1.c and
// Attributes2.c). ok is false when the adapter refuses.
func parseAttributes(entry []byte, sent cookie) (a AttributesInfo, ok bool, err error) {
	b := body{rest: entry}
	status := b.u16()
	echo := b.bytes(4)
	b.skip(1)
	length := int(b.u16())
	switch {
	case b.bad:
		return a, false, b.done()
	case cookie(echo) != sent:
		return a, false, errOther
	case status != 0:
		return a, false, nil
	}
	data := body{rest: b.bytes(min(length, len(b.rest)))}
	data.skip(74) // texts and version numbers, which the software version has too
	line := data.u8()
	switch line & 3 {
	case 1:
		a.Mains = 50
	case 2:
		a.Mains = 60
	}
	switch line >> 2 & 3 {
	case 1:
		a.ZeroCross = new(true)
	case 2:
		a.ZeroCross = new(false)
	}
	data.skip(4) // megabytes of RAM
	if length >= newAttributes && !data.bad {
		rx, tx, shared := data.u32(), data.u32(), data.u32()
		a.Blocks = []Blocks{{"rx", rx, data.u32()}, {"tx", tx, data.u32()}, {"shared", shared, data.u32()}}
	}
	return a, true, data.done()
}

// parseLink reads VS_PL_LINK_STATUS (open-plc-utils, plc/LinkStatus.c).
func parseLink(entry []byte) (up, ok bool, err error) {
	b := body{rest: entry}
	status, link := b.u8(), b.u8()
	return link == 1, status == 0, b.done()
}
