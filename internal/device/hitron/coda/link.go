package coda

import "strings"

// LinkInfo is the Ethernet port.
type LinkInfo struct {
	Up     *bool
	Duplex string   // full, half; empty while down
	Speed  *float64 // bits per second
}

// Link reads the page Link.
func (s *Sheet) Link() LinkInfo {
	r := s.only()
	return LinkInfo{
		Up:     read(r, "LinkStatus", parseUp),
		Duplex: r.lower("LinkDuplex"),
		Speed:  read(r, "LinkSpeed", parseSpeed),
	}
}

func parseUp(text string) (bool, bool) {
	switch strings.ToLower(text) {
	case "up":
		return true, true
	case "down":
		return false, true
	}
	return false, false
}
