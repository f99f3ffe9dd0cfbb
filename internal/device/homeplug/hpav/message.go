package hpav

import "encoding/binary"

// A Message is a question that this package can ask. There is none that changes
// anything, and no other way to make a frame.
type Message uint8

// The messages.
const (
	SoftwareVersion   Message = iota // VS_SW_VER: chip and firmware
	NetworkInfo0                     // VS_NW_INFO in MMV 0: networks and stations, rates up to 255
	NetworkInfo1                     // VS_NW_INFO in MMV 1: the same with rates of 16 bits
	LinkStatistics                   // VS_LNK_STATS: counters of one link
	Attributes                       // VS_OP_ATTRIBUTES
	PowerLineLink                    // VS_PL_LINK_STATUS
	ReceiveToneMap0                  // VS_RX_TONE_MAP_CHAR in MMV 0, INT6x00
	ReceiveToneMap1                  // VS_RX_TONE_MAP_CHAR in MMV 1
	TransmitToneMap1                 // VS_TONE_MAP_CHAR in MMV 1
	StationCapability                // CM_STA_CAP: maker and version
	StandardNetworks                 // CM_NW_INFO
	StandardStats1                   // CM_NW_STATS in MMV 1, rates up to 255
	StandardStats2                   // CM_NW_STATS in MMV 2
	DiscoverList                     // CC_DISCOVER_LIST: who is heard
	HumanID                          // CM_HFID: the name that somebody gave
	XtreamDiscover                   // MediaXtream: who is there
	XtreamStats                      // rates
	XtreamMember                     // networks
	XtreamStation                    // chip, firmware, uptime
	XtreamText                       // the name that somebody gave
	MessageCount
)

// A form is how a message is framed.
type form struct {
	name      string // the word for labels
	etherType uint16
	mmv       uint8 // of the request
	answerMMV uint8 // of the confirm
	mmtype    uint16
	maker     oui
	fixed     []byte // begins the entry
}

// xtreamProbe is the fixed part of the MediaXtream discovery (serock/pla-util, pla/src).
var xtreamProbe = []byte{0x01, 0xa3, 0x97, 0xa2, 0x55, 0x53, 0xbe, 0xf1, 0xfc, 0xf9, 0x79, 0x6b, 0x52, 0x14, 0x13, 0xe9, 0xe2}

// forms is all that can be sent. LinkStatistics begins with the control byte 0, which
// reads; any other value clears the counters of the adapter.
var forms = [MessageCount]form{
	SoftwareVersion:   {"software_version", EtherTypeAV, 0, 0, 0xa000, atheros, nil},
	NetworkInfo0:      {"network_info_0", EtherTypeAV, 0, 0, 0xa038, atheros, nil},
	NetworkInfo1:      {"network_info_1", EtherTypeAV, 1, 1, 0xa038, atheros, nil},
	LinkStatistics:    {"link_statistics", EtherTypeAV, 0, 0, 0xa030, atheros, []byte{0}},
	Attributes:        {"attributes", EtherTypeAV, 0, 0, 0xa068, atheros, nil},
	PowerLineLink:     {"power_line_link", EtherTypeAV, 0, 0, 0xa0b8, atheros, nil},
	ReceiveToneMap0:   {"receive_tone_map_0", EtherTypeAV, 0, 0, 0xa090, atheros, nil},
	ReceiveToneMap1:   {"receive_tone_map_1", EtherTypeAV, 1, 1, 0xa090, atheros, make([]byte, 4)},
	TransmitToneMap1:  {"transmit_tone_map_1", EtherTypeAV, 1, 1, 0xa070, atheros, make([]byte, 4)},
	StationCapability: {"station_capability", EtherTypeAV, 1, 1, 0x6034, noOUI, nil},
	StandardNetworks:  {"standard_networks", EtherTypeAV, 1, 1, 0x6038, noOUI, nil},
	StandardStats1:    {"standard_stats_1", EtherTypeAV, 1, 1, 0x6048, noOUI, nil},
	StandardStats2:    {"standard_stats_2", EtherTypeAV, 2, 2, 0x6048, noOUI, nil},
	DiscoverList:      {"discover_list", EtherTypeAV, 1, 1, 0x0014, noOUI, nil},
	HumanID:           {"human_id", EtherTypeAV, 1, 1, 0x6040, noOUI, []byte{1}},
	XtreamDiscover:    {"xtream_discover", EtherTypeMediaXtream, 1, 2, 0xa070, mediaXtream, xtreamProbe},
	XtreamStats:       {"xtream_stats", EtherTypeMediaXtream, 2, 2, 0xa02c, mediaXtream, []byte{0x02, 0x00, 0xb0, 0xf2, 0xe6, 0x95, 0x66, 0x6b, 0x03}},
	XtreamMember:      {"xtream_member", EtherTypeMediaXtream, 2, 2, 0xa028, mediaXtream, []byte{0x02}},
	XtreamStation:     {"xtream_station", EtherTypeMediaXtream, 2, 2, 0xa04c, mediaXtream, []byte{0x02}},
	XtreamText:        {"xtream_text", EtherTypeMediaXtream, 2, 2, 0xa05c, mediaXtream, []byte{0x02, 0x25}},
}

// String returns the word for labels.
func (m Message) String() string {
	if m >= MessageCount {
		return "unknown"
	}
	return forms[m].name
}

// frame builds the request. entry follows what is fixed.
func (m Message) frame(dst, src MAC, entry []byte) []byte {
	f := &forms[m]
	b := make([]byte, 0, 128)
	b = append(b, dst[:]...)
	b = append(b, src[:]...)
	b = binary.BigEndian.AppendUint16(b, f.etherType)
	b = append(b, f.mmv)
	b = binary.LittleEndian.AppendUint16(b, f.mmtype)
	if f.mmv > 0 {
		b = append(b, 0, 0) // one fragment
	}
	if f.maker != noOUI {
		b = append(b, f.maker[:]...)
	}
	b = append(b, f.fixed...)
	b = append(b, entry...)
	return append(b, make([]byte, max(0, minFrame-len(b)))...)
}
