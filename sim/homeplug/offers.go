package homeplug

// The messages that are answered.
const (
	ccDiscoverList = 0x0014
	cmBridgeInfo   = 0x6020
	cmStaCap       = 0x6034
	cmNetworkInfo  = 0x6038
	cmHFID         = 0x6040
	cmError        = 0x6046 // an indication
	cmStationRates = 0x6048
	cmStaIdentify  = 0x6060

	vsVersion    = 0xa000
	vsLinkStats  = 0xa030
	vsNetwork    = 0xa038
	vsAttributes = 0xa068
	vsTXToneMap  = 0xa070
	vsRXToneMap  = 0xa090
	vsLinkStatus = 0xa0b8

	mxMembers  = 0xa028
	mxRates    = 0xa02c
	mxStation  = 0xa04c
	mxText     = 0xa05c
	mxDiscover = 0xa070
)

// asked is what an answer is made from.
type asked struct {
	request
	me     AdapterState
	habits Habits
}

// count is a number of records as the answer says it.
func (a asked) count(n int) byte {
	if a.habits.WrongCounts {
		return 0xff
	}
	return byte(n)
}

// An answerer makes the entry of the confirm, or says that there is none.
type answerer func(asked) (entry []byte, ok bool)

// An offer is one form of a message, and which families know it.
type offer struct {
	etherType uint16
	mmtype    uint16
	mmv       byte
	families  Family
	answer    answerer
}

const (
	atherosFirmware = INT6000 | Atheros
	anyFirmware     = INT6000 | Atheros | Broadcom | Other
)

// offers is who answers what.
var offers = [...]offer{
	{etherHomePlug, vsVersion, 0, atherosFirmware | BootLoader, version},
	{etherHomePlug, vsNetwork, 0, atherosFirmware, network0},
	{etherHomePlug, vsNetwork, 1, Atheros, network1},
	{etherHomePlug, vsLinkStats, 0, atherosFirmware, linkStats},
	{etherHomePlug, vsAttributes, 0, atherosFirmware, attributes},
	{etherHomePlug, vsTXToneMap, 0, atherosFirmware, txToneMap0},
	{etherHomePlug, vsTXToneMap, 1, Atheros, txToneMap1},
	{etherHomePlug, vsRXToneMap, 0, atherosFirmware, rxToneMap0},
	{etherHomePlug, vsRXToneMap, 1, Atheros, rxToneMap1},
	{etherHomePlug, vsLinkStatus, 0, atherosFirmware, linkStatus},

	{etherHomePlug, cmStationRates, 1, INT6000 | Atheros | Other, stationRates1},
	{etherHomePlug, cmStationRates, 2, Atheros | Broadcom | Other, stationRates2},
	{etherHomePlug, cmNetworkInfo, 1, anyFirmware, networkInfo},
	{etherHomePlug, cmStaCap, 1, anyFirmware, capabilities},
	{etherHomePlug, cmStaIdentify, 1, anyFirmware, identify},
	{etherHomePlug, ccDiscoverList, 1, anyFirmware, discoverList},
	{etherHomePlug, cmBridgeInfo, 1, anyFirmware, bridgeInfo},
	{etherHomePlug, cmHFID, 1, anyFirmware, hfid},

	{etherMediaXtream, mxDiscover, 1, Broadcom, mediaDiscover},
	{etherMediaXtream, mxRates, 2, Broadcom, mediaRates},
	{etherMediaXtream, mxMembers, 2, Broadcom, mediaMembers},
	{etherMediaXtream, mxStation, 2, Broadcom, mediaStation},
	{etherMediaXtream, mxText, 2, Broadcom, mediaText},
}

// answer makes the entry and the header of what the adapter says; not ok is silence.
func (a asked) answer() (mmv byte, mmtype uint16, entry []byte, ok bool) {
	mmv, mmtype = a.MMV, a.Type+confirmation
	if a.EtherType == etherMediaXtream {
		mmv = 2
	}
	for _, o := range offers {
		if o.etherType == a.EtherType && o.mmtype == a.Type && o.mmv == a.MMV && o.families&a.me.Chip.Family != 0 {
			if entry, ok = o.answer(a); ok {
				return mmv, mmtype, entry, true
			}
		}
	}
	if a.EtherType != etherHomePlug || a.Type >= manufacturer || a.me.Chip.Family == BootLoader || a.habits.NoErrors {
		return 0, 0, nil, false
	}
	return mmv, cmError, notSupported(a), true
}

// knows tells whether the vendor of a message is the one that the chip listens to.
func (a asked) knows() bool {
	switch {
	case a.EtherType == etherMediaXtream:
		return a.vendor == vendorBroadcom
	case a.Type&familyMask == vendor:
		return a.vendor == vendorAtheros
	}
	return true
}

// twoForms tells whether firmware may know one of two versions of the message only.
func twoForms(mmtype uint16) bool {
	return mmtype == vsNetwork || mmtype == vsTXToneMap || mmtype == vsRXToneMap
}
