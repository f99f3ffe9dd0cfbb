package hitron

import (
	"crypto/tls"
	"fmt"
	"time"
)

// Dialect is the family of pages that the modem serves.
type Dialect string

// The dialects.
const (
	Data      Dialect = "data"
	Device    Dialect = "device"
	DataLogin Dialect = "data_login"
)

// Firmware is the habit of writing that a release has.
type Firmware string

// The firmware habits. DataLogin knows only its own.
const (
	Firmware71 Firmware = "7.1" // Device: every list is Freq_List, indexes are numbers
	Firmware72 Firmware = "7.2" // Data: uptime 479h:53m:58s; Device: OFDMs_List, more fields
	Firmware73 Firmware = "7.3" // Data: uptime 19 days 23h:53m:58s
)

// Values says where the channels come from.
type Values int

// The sources of values.
const (
	Golden Values = iota // the documents in testdata/golden
	Alive                // 32 and 4 channels, two OFDM, two OFDMA, that move with the clock
)

// Options say what the modem is. The zero value is a CODA-56 with firmware 7.2, the golden values and HTTPS.
type Options struct {
	Address  string // host:port to listen at; 127.0.0.1:0 if empty
	Dialect  Dialect
	Firmware Firmware // Firmware72 if empty
	Values   Values

	// Seed makes one Alive modem differ from another; Uptime is how long it was on when Start was called, twelve
	// days and some hours if zero.
	Seed   uint64
	Uptime time.Duration

	// Now is the modem's clock, and its time zone the modem's: time.Now if nil.
	Now func() time.Time

	Plain       bool             // HTTP without TLS
	TLS         TLS              // what the TLS server can
	Certificate *tls.Certificate // shown at first; a new one of RSA 2048 if nil

	GuestSession bool   // Data: answer only who has the cookie of POST /goform/home
	NeedReferer  bool   // Device: answer only requests that name one of the modem's pages as Referer
	Username     string // Device and DataLogin: cusadmin if empty
	Password     string // password if empty
	Login        LoginForm
}

// LoginForm is how DataLogin names things. The zero value is the CGNV4's way.
type LoginForm struct {
	Path          string // /goform/login
	UserField     string // usr
	PasswordField string // pwd
	Cookie        string // given by the login and wanted with each request; preSession alone if empty
}

func (o *Options) setDefaults() error {
	setDefault(&o.Address, "127.0.0.1:0")
	setDefault(&o.Dialect, Data)
	setDefault(&o.Firmware, Firmware72)
	setDefault(&o.Uptime, 12*24*time.Hour+7*time.Hour+21*time.Minute)
	setDefault(&o.Username, "cusadmin")
	setDefault(&o.Password, "password")
	setDefault(&o.Login.Path, "/goform/login")
	setDefault(&o.Login.UserField, "usr")
	setDefault(&o.Login.PasswordField, "pwd")
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Uptime < 0 {
		return fmt.Errorf("simulated modem: it cannot be on for %v", o.Uptime)
	}
	switch string(o.Dialect) + " " + string(o.Firmware) {
	case "data 7.2", "data 7.3", "device 7.1", "device 7.2", "data_login 7.2":
		return nil
	}
	return fmt.Errorf("simulated modem: no dialect %q with firmware %q is known", o.Dialect, o.Firmware)
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
