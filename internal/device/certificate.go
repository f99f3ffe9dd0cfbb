package device

import "net/netip"

// A Certificate tells the command fetch-cert where a device presents its certificate
// and where to keep it, for devices whose certificates nobody vouches for. Specs must
// not ask for File to be there: it is what the command makes. Read-only.
type Certificate struct {
	// Address is what to connect to, host:port.
	Address string
	// ServerName is what to ask for (SNI); empty to ask for no name.
	ServerName string
	// Source is the local address to connect from; the zero Addr leaves it to the system.
	Source netip.Addr
	// File is the PEM file that the entry compares with, as it can be opened: relative
	// names were resolved. Empty when the entry names none.
	File string
}
