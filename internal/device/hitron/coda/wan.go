package coda

import (
	"strings"
	"time"
)

// WANInfo is how the modem itself is attached to the operator's network.
type WANInfo struct {
	ConfigName           string // DOCSIS configuration file; it tells who the subscriber is
	IP, Netmask, Gateway string // of the modem's management interface
	MAC                  string // dialect Device only
	NetworkAccess        *bool
	Lease                *time.Duration
	// DownRate and UpRate are bits per second, dialect Device only.
	DownRate, UpRate *float64
}

// WAN reads the page WAN.
func (s *Sheet) WAN() WANInfo {
	r := s.only()
	w := WANInfo{
		ConfigName:    r.text("Configname", "ConfignameDisplay"),
		IP:            r.address("CmIpAddress", "ip"),
		Netmask:       r.text("CmNetMask", "subMask"),
		Gateway:       r.text("CmGateway", "gw"),
		MAC:           r.lower("macAddr"),
		NetworkAccess: read(r, "NetworkAccess", parseAccess),
		Lease:         r.span("CmIpLeaseDuration"),
		DownRate:      r.number("DsDataRate"),
		UpRate:        r.number("UsDataRate"),
	}
	if w.NetworkAccess == nil {
		w.NetworkAccess = read(r, "ntAccess", parseAccess)
	}
	if w.Lease == nil {
		w.Lease = r.span("lease")
	}
	return w
}

// address returns the first address of fields that are a text or a list of texts.
func (r row) address(fields ...string) string {
	for _, field := range fields {
		if list, ok := r.values[field].([]any); ok && len(list) > 0 {
			first, _ := list[0].(string)
			if first = strings.TrimSpace(first); !saysNothing(first) {
				return clip(first)
			}
		}
	}
	return r.text(fields...)
}

// parseAccess reads the words of network access.
func parseAccess(text string) (bool, bool) {
	switch strings.ToLower(text) {
	case "permitted", "enable", "enabled", "allowed", "1":
		return true, true
	case "denied", "disable", "disabled", "0":
		return false, true
	}
	return false, false
}
