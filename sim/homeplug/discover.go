package homeplug

import "math"

// The status bits of a station in CC_DISCOVER_LIST.
const (
	capable       = 0x1c // of being coordinator, proxy and backup
	isCoordinator = 0x20
	isProxy       = 0x40
	isBackup      = 0x80
)

// discoverList is CC_DISCOVER_LIST: the stations that are heard, those of foreign networks too, then the foreign
// networks.
func discoverList(a asked) ([]byte, bool) {
	e := entry{0}
	stations := 0
	for _, n := range a.me.Networks {
		for _, s := range n.Stations {
			stations++
			e = e.mac(s.MAC).u8(s.TEI, 1, n.SNID, status(s, n), s.Signal, s.BitLoading)
		}
	}
	for _, n := range a.me.Neighbours {
		for i, mac := range n.Stations {
			stations++
			e = e.mac(mac).u8(byte(i+1), 0, n.Kind<<4|n.SNID, capable, 0, 0)
		}
	}
	e[0] = a.count(stations)
	e = e.u8(a.count(len(a.me.Neighbours)))
	for _, n := range a.me.Neighbours {
		const hybrid, slots, notCoordinating = 0, 1, 1
		e = e.nid(n.NID).u8(n.Kind<<4|n.SNID, hybrid, slots, notCoordinating).u16(0)
	}
	return e, true
}

func status(s StationState, n NetworkState) byte {
	bits := byte(capable)
	if s.MAC == n.Coordinator {
		bits |= isCoordinator
	}
	if s.Role == PCO {
		bits |= isProxy
	}
	if s.MAC == n.Backup {
		bits |= isBackup
	}
	return bits
}

// encodeBitLoading finds the code nearest to a rate in Mbit/s: five bits of mantissa m, three of exponent e, for
// (m+32)·2^(e-4) + 2^(e-5).
func encodeBitLoading(rate uint16) byte {
	if rate == 0 {
		return 0
	}
	for e := range 8 {
		m := math.Round((float64(rate) - math.Ldexp(1, e-5)) / math.Ldexp(1, e-4))
		if m < 64 {
			return byte(max(0, m-32))<<3 | byte(e)
		}
	}
	return 0xff
}
