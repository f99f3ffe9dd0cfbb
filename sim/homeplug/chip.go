package homeplug

// A Family decides which messages a chip knows, and in which form.
type Family byte

// The families.
const (
	INT6000    Family = 1 << iota // INT6000, INT6300, INT6400: MMV 0 only
	Atheros                       // AR7400 and later: MMV 0 and 1
	Broadcom                      // MediaXtream and the standard messages
	Other                         // the standard messages only
	BootLoader                    // an Atheros chip without firmware: it tells its version
)

// A Chip is the hardware and firmware of an adapter.
type Chip struct {
	Family  Family
	Class   byte   // device class of VS_SW_VER
	Version string // firmware text of VS_SW_VER

	Ident, Stepping uint32
	Layout          Layout // Atheros

	Release Release // Atheros
	Vendor  [3]byte // OUI of the maker

	AV2                      bool
	MIMO                     byte // 0 none, 1 selection diversity, 2 beam forming
	FirstCarrier, EndCarrier uint16
	NoStationRates           bool // Broadcom that does not answer CM_NW_STATS

	Code     uint32 // Broadcom, chip and stepping
	Firmware BroadcomFirmware
}

// A Release is the firmware as VS_OP_ATTRIBUTES spells it.
type Release struct {
	Hardware, Software string
	Version            [5]uint32 // major, minor, composite, sustaining, build
	Date               string    // YYYYMMDD
	Kind               string
}

// BroadcomFirmware is what the station info of MediaXtream says.
type BroadcomFirmware struct {
	Hardware, Revision, ChipID, Configuration, Stable uint32
	BootText                                          string
	Name, Major, Minor, Build                         byte
	Flash                                             uint32
	MaxRate                                           byte // 0 200, 1 1000, 2 1800 Mbit/s
}

var (
	vendorAtheros  = [3]byte{0x00, 0xb0, 0x52}
	vendorBroadcom = [3]byte{0x00, 0x1f, 0x84}
)

// A Layout is where the firmware puts things in VS_SW_VER (plc/chipset.c of qca/open-plc-utils), and how much it says
// in VS_OP_ATTRIBUTES.
type Layout byte

// The layouts.
const (
	LayoutINT6000 Layout = iota // text of 64 bytes, no ident; 80 bytes of attributes
	LayoutAR7400                // the ident follows the text
	LayoutQCA                   // text of 254 bytes, the ident follows; 114 bytes of attributes
)

// textSize is the room for the firmware text.
func (l Layout) textSize() int {
	if l == LayoutQCA {
		return 254
	}
	return 64
}

// NewINT6400 is a 200 Mbit/s chip of 2009, which knows MMV 0 only.
func NewINT6400() Chip {
	return Chip{
		Family: INT6000, Class: 0x03, Version: "INT6000-MAC-4-4-4405-00-4497-20101201-FINAL-B",
		Layout: LayoutINT6000, Vendor: vendorAtheros, FirstCarrier: 74, EndCarrier: 1228,
		Release: Release{Hardware: "INT6400", Software: "MAC", Version: [5]uint32{4, 4, 4405, 0, 4497}, Date: "20101201", Kind: "FINAL-B"},
	}
}

// NewAR7400 is the 500 Mbit/s chip that came next.
func NewAR7400() Chip {
	return Chip{
		Family: Atheros, Class: 0x04, Version: "MAC-7400-5.3.0.4026-02-20120706-FINAL", Ident: 0x00007400,
		Layout: LayoutAR7400, Vendor: vendorAtheros, FirstCarrier: 74, EndCarrier: 2779,
		Release: Release{Hardware: "AR7400", Software: "MAC", Version: [5]uint32{5, 3, 0, 2, 4026}, Date: "20120706", Kind: "FINAL"},
	}
}

// NewQCA7420 is a 600 Mbit/s chip of HomePlug AV2.
func NewQCA7420() Chip {
	return Chip{
		Family: Atheros, Class: 0x20, Version: "MAC-QCA7420-1.1.0.844-02-20120919-FINAL", Ident: 0x001cfcfc,
		Layout: LayoutQCA, Vendor: vendorAtheros, AV2: true, FirstCarrier: 74, EndCarrier: 3495,
		Release: Release{Hardware: "QCA7420", Software: "MAC", Version: [5]uint32{1, 1, 0, 2, 844}, Date: "20120919", Kind: "FINAL"},
	}
}

// NewQCA7550 is a MIMO chip of HomePlug AV2.
func NewQCA7550() Chip {
	return Chip{
		Family: Atheros, Class: 0x30, Version: "MAC-QCA7550-2.8.0.30-01-20190705-CS", Ident: 0x001d4c0f,
		Layout: LayoutQCA, Vendor: vendorAtheros, AV2: true, MIMO: 2, FirstCarrier: 74, EndCarrier: 3495,
		Release: Release{Hardware: "QCA7550", Software: "MAC", Version: [5]uint32{2, 8, 0, 1, 30}, Date: "20190705", Kind: "CS"},
	}
}

// NewBootLoader is an Atheros chip that has lost its firmware.
func NewBootLoader() Chip {
	return Chip{Family: BootLoader, Class: 0x06, Version: "BootLoader", Layout: LayoutQCA, Vendor: vendorAtheros}
}

// NewBCM60500 is a Broadcom chip that answers CM_NW_STATS.
func NewBCM60500() Chip {
	return Chip{
		Family: Broadcom, Vendor: vendorBroadcom, AV2: true, FirstCarrier: 74, EndCarrier: 3495, Code: 0x117f024e,
		Firmware: BroadcomFirmware{
			Hardware: 1, Revision: 2, ChipID: 0x1042, Configuration: 3, Stable: 4,
			BootText: "SIM BOOT", Name: 6, Major: 1, Minor: 2, Build: 7, Flash: 0x00ef4015, MaxRate: 1,
		},
	}
}

// NewBCM60335 is one that does not: only MediaXtream tells its rates (CHANGELOG.md of serock/pla-util, TL-PA7017).
func NewBCM60335() Chip {
	c := NewBCM60500()
	c.Code, c.NoStationRates, c.MIMO, c.Firmware.MaxRate = 0x017f025a, true, 2, 2
	return c
}

// NewOther is a chip of another maker.
func NewOther(vendor [3]byte) Chip {
	return Chip{Family: Other, Vendor: vendor, AV2: true, FirstCarrier: 74, EndCarrier: 3495}
}
