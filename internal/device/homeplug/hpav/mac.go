package hpav

import (
	"encoding/hex"
	"fmt"
	"net"
	"strings"
)

// A MAC is an Ethernet address, in wire order.
type MAC [6]byte

// Addresses that are not of one adapter.
var (
	// Local is the management address that every Atheros adapter on the host's own
	// Ethernet segment answers to, besides its own (open-plc-utils, ether/channel.h).
	Local = MAC{0x00, 0xb0, 0x52, 0x00, 0x00, 0x01}
	// Broadcast is everybody, also over the power line.
	Broadcast = MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
)

// ParseMAC reads an address with colons, dashes, dots or nothing between its digits.
func ParseMAC(text string) (MAC, error) {
	var m MAC
	if len(text) == 12 && !strings.ContainsAny(text, ":-.") {
		if b, err := hex.DecodeString(text); err == nil {
			return MAC(b), nil
		}
	}
	b, err := net.ParseMAC(text)
	switch {
	case err != nil:
		return m, fmt.Errorf("%q is no MAC address; write for example 00:b0:52:12:34:56", text)
	case len(b) != len(m):
		return m, fmt.Errorf("%q has %d bytes; an adapter's MAC address has 6", text, len(b))
	}
	return MAC(b), nil
}

// String returns lower-case digits with colons.
func (m MAC) String() string { return colons(m[:]) }

// IsStation reports whether m can be the address of one adapter.
func (m MAC) IsStation() bool { return m != MAC{} && m[0]&1 == 0 }

// A NID is the identifier of a logical network, in wire order.
type NID [7]byte

// String returns lower-case digits with colons.
func (n NID) String() string { return colons(n[:]) }

// DefaultKey reports whether the network still has a key that adapters leave the
// factory with, so that everybody on the same mains can join it. The identifier is a
// hash of the key: these are those of the pass phrases HomePlugAV and HomePlugAV0123.
func (n NID) DefaultKey() bool {
	return n == NID{0xb0, 0xf2, 0xe6, 0x95, 0x66, 0x6b, 0x03} || n == NID{0x02, 0x6b, 0xcb, 0xa5, 0x35, 0x4e, 0x08}
}

func colons(b []byte) string {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, 3*len(b))
	for i, c := range b {
		if i > 0 {
			out = append(out, ':')
		}
		out = append(out, digits[c>>4], digits[c&15])
	}
	return string(out)
}
