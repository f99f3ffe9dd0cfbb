package tedapi

import (
	"encoding/hex"
	"strings"

	"home_exporter/internal/device/powerwall/protobuf"
)

// SystemInfo is who the gateway is and what it runs.
type SystemInfo struct {
	DIN, Part, Serial string
	Version           string // such as 25.10.1 9e8d7c6b
	GitHash           string // hex
	UpdateStatus      string // one of updateStates, empty for unknown
	DeviceType        uint64 // 1 wall connector, 2 PVCOM, 3 MSA, 4 site controller
}

// updateStates is the words for the state of an update, by number.
var updateStates = []string{"", "idle", "downloading", "downloaded", "staged", "committing", "checking"}

// Requests of CommonMessages, with the numbers of their answers.
const (
	askSystemInfo, systemInfo       = 2, 3
	askNetworking, networkingStatus = 22, 23
)

// ask is a CommonMessages with an empty request.
func ask(request uint64) protobuf.Message { return protobuf.Message{}.Data(request, nil) }

// ParseSystemInfo reads a GetSystemInfoResponse.
func ParseSystemInfo(b []byte) (*SystemInfo, error) {
	id, _, err := last(b, 1)
	if err != nil {
		return nil, err
	}
	firmware, _, _ := last(b, 3)
	update, _, _ := last(b, 5)
	hash, _, _ := last(firmware, 2)
	s := &SystemInfo{
		DIN: text(b, 2), Part: text(id, 1), Serial: text(id, 2),
		Version: text(firmware, 1), GitHash: gitHash(hash), DeviceType: number(b, 6),
	}
	if state := number(update, 2); state < uint64(len(updateStates)) {
		s.UpdateStatus = updateStates[state]
	}
	return s, nil
}

// gitHash returns a hash in hex, which it is on some firmware by itself.
func gitHash(b []byte) string {
	const longest = 64
	switch {
	case len(b) > longest:
		return ""
	case len(b) >= 40 && strings.Trim(string(b), "0123456789abcdefABCDEF+") == "":
		return string(b)
	}
	return hex.EncodeToString(b)
}

// A Network is one of the gateway's interfaces.
type Network struct {
	Kind                                  string // wifi, eth, gsm
	SSID                                  string // of Wi-Fi, the household's
	Enabled, Route, Link, Internet, Maker *bool
	Signal                                *float64 // percent
}

// ParseNetworks reads a GetNetworkingStatusResponse. The password of the Wi-Fi, which
// is there as well, is not looked at.
func ParseNetworks(b []byte) ([]Network, error) {
	var all []Network
	config, _, err := last(b, 1)
	if err != nil {
		return nil, err
	}
	for i, kind := range []string{"wifi", "eth", "gsm"} {
		face, there, err := last(b, uint64(2+i))
		if err != nil {
			return nil, err
		}
		if !there {
			continue
		}
		n := parseNetwork(face)
		n.Kind = kind
		if kind == "wifi" {
			n.SSID = wrapped(config, 1)
		}
		all = append(all, n)
	}
	return all, nil
}

// parseNetwork reads a NetworkInterface. A field that is not sent is false.
func parseNetwork(b []byte) Network {
	link, _, _ := last(b, 5)
	flag := func(from []byte, n uint64) *bool {
		on := number(from, n) != 0
		return &on
	}
	n := Network{Enabled: flag(b, 2), Route: flag(b, 3)}
	if link == nil {
		return n
	}
	n.Link, n.Internet, n.Maker = flag(link, 1), flag(link, 2), flag(link, 3)
	rssi, _, _ := last(link, 4)
	if percent, there, _ := last(rssi, 2); there {
		if v := float64(number(percent, 1)); v <= 100 {
			n.Signal = &v
		}
	}
	return n
}

// wrapped returns the text of a StringValue in field n.
func wrapped(b []byte, n uint64) string {
	inner, _, _ := last(b, n)
	return text(inner, 1)
}
