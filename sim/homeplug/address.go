package homeplug

import "fmt"

// A MAC is an Ethernet address in the order of the wire.
type MAC [6]byte

// The addresses that mean more than one adapter.
var (
	localAddress = MAC{0x00, 0xb0, 0x52, 0x00, 0x00, 0x01} // Atheros' fixed address of what is plugged in
	broadcast    = MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
)

// String is the lower-case form with colons.
func (m MAC) String() string {
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5])
}

// unicast tells whether one station can have this address.
func (m MAC) unicast() bool { return m != MAC{} && m[0]&1 == 0 }

// A NID identifies a logical network.
type NID [7]byte

// The NIDs of networks that still use a pass phrase of the factory.
var (
	NIDHomePlugAV     = NID{0xb0, 0xf2, 0xe6, 0x95, 0x66, 0x6b, 0x03} // "HomePlugAV"
	NIDHomePlugAV0123 = NID{0x02, 0x6b, 0xcb, 0xa5, 0x35, 0x4e, 0x08} // "HomePlugAV0123"
)

// String is the lower-case form with colons, in the order of the wire.
func (n NID) String() string {
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x:%02x", n[0], n[1], n[2], n[3], n[4], n[5], n[6])
}
