package device

import (
	"net/netip"
	"net/url"
)

// A Target is a device that a client of /probe names.
type Target struct {
	// Address is the target as the client wrote it.
	Address string
	// Params are the other parameters of the request; a kind documents those it takes.
	Params url.Values
	// Permit says whether an address may be dialled. It must be asked for every address
	// immediately before connecting, so that a name cannot be changed behind our back
	// to point where the operator allows nothing. Nil permits all.
	Permit func(netip.Addr) error
}
