package homeplug

import (
	"fmt"
	"slices"
)

// A Violation is a message that changes an adapter or reveals a key, which a program that only reads must not send.
// The adapters do not answer it, and do not do it.
type Violation struct {
	Request
	Name string
}

// String says who sent what.
func (v Violation) String() string {
	return fmt.Sprintf("%s (%#04x %#04x, MMV %d) from %s to %s", v.Name, v.EtherType, v.Type, v.MMV, v.Source, v.Destination)
}

// maxViolations are kept.
const maxViolations = 1000

// A forbidden message, in every direction.
type forbidden struct {
	etherType, mmtype uint16
	name              string
}

// forbiddenTypes are named as in qca/open-plc-utils (mme/homeplug.h, mme/qualcomm.h) and serock/pla-util.
var forbiddenTypes = [...]forbidden{
	{etherHomePlug, 0x6008, "CM_SET_KEY"},
	{etherHomePlug, 0x600c, "CM_GET_KEY"},
	{etherHomePlug, 0x6010, "CM_SC_JOIN"},
	{etherHomePlug, 0x8000, "MS_PB_ENC"},
	{etherHomePlug, 0xa004, "VS_WR_MEM"},
	{etherHomePlug, 0xa008, "VS_RD_MEM"},
	{etherHomePlug, 0xa00c, "VS_ST_MAC"},
	{etherHomePlug, 0xa01c, "VS_RS_DEV"},
	{etherHomePlug, 0xa020, "VS_WR_MOD"},
	{etherHomePlug, 0xa024, "VS_RD_MOD"}, // shows the keys
	{etherHomePlug, 0xa028, "VS_MOD_NVM"},
	{etherHomePlug, 0xa02c, "VS_WD_RPT"}, // clears the report
	{etherHomePlug, 0xa034, "VS_SNIFFER"},
	{etherHomePlug, 0xa050, "VS_SET_KEY"},
	{etherHomePlug, 0xa05c, "VS_SET_SDRAM"},
	{etherHomePlug, 0xa060, "VS_HOST_ACTION"},
	{etherHomePlug, 0xa06c, "VS_ENET_SETTINGS"}, // one byte decides whether it writes
	{etherHomePlug, 0xa078, "VS_SLAVE_MEM"},
	{etherHomePlug, 0xa07c, "VS_FAC_DEFAULTS"},
	{etherHomePlug, 0xa094, "VS_SET_LED_BEHAVIOR"},
	{etherHomePlug, 0xa098, "VS_WRITE_AND_EXECUTE_APPLET"},
	{etherHomePlug, 0xa0b0, "VS_MODULE_OPERATION"},
	{etherHomePlug, 0xa100, "VS_SET_PROPERTY"},
	{etherMediaXtream, 0xa018, "MediaXtream set key"},
	{etherMediaXtream, 0xa020, "MediaXtream restart"},
	{etherMediaXtream, 0xa054, "MediaXtream factory reset"},
	{etherMediaXtream, 0xa058, "MediaXtream set parameter"},
}

// violation tells whether the message must never be sent, and why.
func (r request) violation() (name string, bad bool) {
	mmtype := r.Type &^ directionMask
	for _, f := range forbiddenTypes {
		if f.etherType == r.EtherType && f.mmtype == mmtype {
			return f.name, true
		}
	}
	if r.EtherType == etherHomePlug && mmtype == vsLinkStats && r.at(0) != 0 {
		return "VS_LNK_STATS that clears the counters", true
	}
	return "", false
}

// Violations are the messages so far that must never be sent; the first thousand of them.
func (s *Sim) Violations() []Violation {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	return slices.Clone(s.tally.violations)
}
