package powerwall

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"fmt"
	"time"
)

// Firmware is the release that the gateway runs, and with it what it serves to whom.
type Firmware string

// The releases. Each stands for those after it, up to the next.
const (
	Firmware2049 Firmware = "20.49"       // no packs in system_status, no DIN; three more categories of meters
	Firmware2144 Firmware = "21.44"       // everything, device vitals too
	Firmware2344 Firmware = "23.44"       // no device vitals
	Firmware2510 Firmware = "25.10"       // TEDAPI only for those on the gateway's own Wi-Fi
	Powerwall3   Firmware = "powerwall 3" // three documents, all with login; no web page
)

// Values says where the readings come from.
type Values int

// The sources of values.
const (
	Golden Values = iota // the documents in testdata/golden: a summer noon that stands still
	Alive                // a house whose sun, load, packs and grid move with the clock
)

// Options say what the gateway is. The zero value is a gateway with two packs, firmware 21.44 and the golden values.
type Options struct {
	Address  string // host:port to listen at; 127.0.0.1:0 if empty
	Firmware Firmware
	Values   Values

	// Seed makes one Alive house differ from another; Uptime is how long the gateway was on when Start was called,
	// nine days and some hours if zero. OutageEvery is the span in which Alive has one outage of the grid, of the
	// length OutageFor; six hours and four minutes if zero, none if negative.
	Seed        uint64
	Uptime      time.Duration
	OutageEvery time.Duration
	OutageFor   time.Duration

	// Now is the gateway's clock, and its time zone that of the house: time.Now if nil.
	Now func() time.Time

	Certificate     *tls.Certificate // shown at first; one in the firmware's style if nil
	Password        string           // of the login; the last five characters of GatewayPassword if empty
	GatewayPassword string           // of TEDAPI; ABCDEEXMPL if empty

	// OwnWiFi puts the clients on the gateway's own access point (or a Powerwall 3's wired vendor subnet), where TEDAPI
	// answers on every firmware.
	OwnWiFi bool

	// Keys are the public keys that the gateway knows for signed access (v1r). Without one the path is still there,
	// and each key is unknown.
	Keys []Key

	// QueryKey verifies the signatures of GraphQL queries; see SignQuery. Without it every signature that has the form
	// of one is good.
	QueryKey *ecdsa.PublicKey
}

// A Key may sign requests of v1r when it is Verified.
type Key struct {
	Public *rsa.PublicKey
	State  KeyState
}

// KeyState is how far a key has come.
type KeyState int

// The states of a key. One that is Removed is unknown.
const (
	KeyPending  KeyState = 1 // registered; nobody has thrown the switch yet
	KeyTimedOut KeyState = 2
	KeyVerified KeyState = 3
	KeyRemoved  KeyState = 4
)

func (o *Options) setDefaults() error {
	setDefault(&o.Address, "127.0.0.1:0")
	setDefault(&o.Firmware, Firmware2144)
	setDefault(&o.Uptime, 9*24*time.Hour+5*time.Hour+17*time.Minute)
	setDefault(&o.OutageEvery, 6*time.Hour)
	setDefault(&o.OutageFor, 4*time.Minute)
	setDefault(&o.GatewayPassword, "ABCDEEXMPL")
	setDefault(&o.Password, o.GatewayPassword[max(0, len(o.GatewayPassword)-5):])
	if o.Now == nil {
		o.Now = time.Now
	}
	switch {
	case o.Uptime < 0:
		return fmt.Errorf("simulated gateway: it cannot be on for %v", o.Uptime)
	case o.OutageFor < 0, o.OutageEvery > 0 && o.OutageEvery < 2*o.OutageFor:
		return fmt.Errorf("simulated gateway: an outage of %v in every %v leaves no grid", o.OutageFor, o.OutageEvery)
	}
	if _, ok := profiles[o.Firmware]; !ok {
		return fmt.Errorf("simulated gateway: no firmware %q is known", o.Firmware)
	}
	return nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
