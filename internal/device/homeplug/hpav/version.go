package hpav

import (
	"encoding/binary"
	"regexp"
)

// A Version is the chip of an adapter and what runs on it.
type Version struct {
	Class    uint8  // device class: below 4 are the chips of 200 Mbit/s
	Firmware string // such as MAC-QCA7420-1.1.0.844-02-20120919-FINAL
	Chip     string // such as QCA7420; empty where nothing tells
}

// firstGigabit is the first device class that answers in MMV 1: AR7400.
const firstGigabit = 4

// classes and straps name chips (open-plc-utils, plc/chipset.c and plc/chipset.h).
var (
	classes = map[uint8]string{
		0x01: "INT6000", 0x02: "INT6300", 0x03: "INT6400", 0x04: "AR7400", 0x05: "AR6405",
		0x07: "QCA7450", 0x08: "QCA7451", 0x09: "QCA7452", 0x20: "QCA7420", 0x21: "QCA6410", 0x22: "QCA7000", 0x30: "QCA7500",
	}
	straps = map[uint32]string{
		0x00000042: "INT6000", 0x00006300: "INT6300", 0x00006400: "INT6400", 0x00007400: "AR7400",
		0x001b587c: "QCA7005", 0x001b589c: "QCA7000", 0x001b58ac: "QCA7006AQ", 0x001b58bc: "QCA6411", 0x001b58dc: "QCA7000",
		0x001b58ec: "QCA6410", 0x001cfc00: "QCA7420", 0x001cfcfc: "QCA7420", 0x001d4c00: "QCA7500", 0x001d4c0f: "QCA7500",
		0x0e001d1a: "QCA7451", 0x0f001d1a: "QCA7450",
	}
	chipName = regexp.MustCompile(`QCA\d{4}[A-Z]*`)
)

// strapPlaces is where firmwares put the strap, from the beginning of the string
// (plc/VersionInfo2.c), the newest first.
var strapPlaces = []int{254, 129, 65}

// parseVersion reads VS_SW_VER.
func parseVersion(entry []byte) (Version, error) {
	b := body{rest: entry}
	if status := b.u8(); status != 0 || b.bad {
		return Version{}, malformed("status %#x of the software version", status)
	}
	v := Version{Class: b.u8()}
	length := int(b.u8())
	if b.bad || len(b.rest) == 0 {
		return Version{}, malformed("no software version")
	}
	text := b.rest[:min(length, len(b.rest))] // what follows the string is junk
	v.Firmware = clean(cString(text))
	v.Chip = v.chip(b.rest)
	return v, nil
}

// chip finds the name. From class 20 on the string knows it best; that of older chips
// names another.
func (v Version) chip(rest []byte) string {
	if v.Class >= 0x20 || v.Class == 0x06 {
		if name := chipName.FindString(v.Firmware); name != "" {
			return name
		}
		for _, at := range strapPlaces {
			if len(rest) < at+4 {
				continue
			}
			if name, ok := straps[binary.LittleEndian.Uint32(rest[at:])]; ok {
				return name
			}
		}
	}
	return classes[v.Class]
}
