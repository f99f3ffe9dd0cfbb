package hpav

import "strconv"

// The messages of Broadcom chips, which have their own EtherType. Their layouts follow
// serock/pla-util (pla/src). Each begins with a sequence number, which comes back.

// XtreamInfo is what a Broadcom adapter tells of itself.
type XtreamInfo struct {
	Chip     string
	Firmware string
	Uptime   uint32 // seconds
}

// parseXtreamDiscover reads the answer to the discovery. local says that the adapter
// is on the host's side of the power line.
func parseXtreamDiscover(entry []byte) (local bool, hfid string, err error) {
	b := body{rest: entry}
	b.skip(1)
	where := b.u8()
	text := b.bytes(int(b.u8()))
	return where < 2, clean(cString(text)), b.done()
}

// rateMask is the part of a rate that is one.
const rateMask = 0x07ff

func parseXtreamStats(entry []byte) ([]Station, error) {
	b := body{rest: entry}
	b.skip(1)
	var stations []Station
	for range b.u8() {
		s := Station{MAC: b.mac(), TX: b.u16() & rateMask, RX: b.u16() & rateMask}
		if b.bad {
			return nil, b.done()
		}
		stations = append(stations, s)
	}
	return stations, b.done()
}

// Role codes: below that of a station are those without a network.
const (
	xtreamStation     = 2
	xtreamCoordinator = 3
)

func parseXtreamMember(entry []byte, self MAC) ([]Network, error) {
	b := body{rest: entry}
	b.skip(1)
	var networks []Network
	for range b.u8() {
		n := Network{NID: b.nid(), SNID: b.u8() & 15, TEI: b.u8(), Role: RoleStation}
		role := b.u8()
		if role == xtreamCoordinator {
			n.Role = RoleCoordinator
		}
		n.CCo = b.mac()
		b.skip(2)
		joined := b.u8() == 0
		if b.bad {
			return nil, b.done()
		}
		if !joined || role < xtreamStation {
			continue // heard, and not a member of it
		}
		if n.Role == RoleCoordinator {
			n.CCoTEI = n.TEI
		}
		networks = append(networks, n)
	}
	return checked(networks, self, &b)
}

// xtreamChips and xtreamNames translate the codes of the station info.
var (
	xtreamChips = map[uint32]string{
		0x117f024e: "BCM60500 B0", 0x017f024f: "BCM60333 A1", 0x117f024f: "BCM60333 B0", 0x017f025a: "BCM60335 A0",
		0x017f0000: "BCM60500 A0", 0x017f024e: "BCM60500 A1",
	}
	xtreamNames = map[uint8]string{0: "CONCORDE", 5: "GEMINI", 6: "APOLLO", 7: "HYDRA"}
)

func parseXtreamStation(entry []byte) (XtreamInfo, error) {
	b := body{rest: entry}
	b.skip(1)
	info := XtreamInfo{Chip: xtreamChips[b.u32()]}
	b.skip(20)
	b.skip(5 * int(b.u8()))
	info.Uptime = b.u32()
	b.skip(int(b.u8())) // text of the boot loader
	build, minor, major, name := b.u8(), b.u8(), b.u8(), b.u8()
	number := strconv.Itoa(int(major)) + "." + strconv.Itoa(int(minor)) + "." + strconv.Itoa(int(build))
	info.Firmware = number
	if word, ok := xtreamNames[name]; ok {
		info.Firmware = word + " " + number
	}
	return info, b.done()
}

func parseXtreamText(entry []byte) (string, error) {
	b := body{rest: entry}
	b.skip(1)
	b.skip(3)
	text := b.bytes(min(maxText, len(b.rest)))
	return clean(cString(text)), b.done()
}
