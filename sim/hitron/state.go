package hitron

import (
	"slices"
	"time"
)

// A State is everything that the modem has to say, as numbers, at one moment. The numbers are exactly those in the
// documents; only SC-QAM codewords and octets of dialect DataLogin, and what Device leaves out, are not said.
type State struct {
	HwVersion, SwVersion, Serial, MAC string
	Model, Vendor                     string

	Uptime     time.Duration
	SystemTime time.Time // in the modem's zone, which is not said

	Downstream []Downstream
	Upstream   []Upstream
	OFDM       []OFDM
	OFDMA      []OFDMA

	WAN    WAN
	Stages Stages
	Link   Link
	Log    []Event // the oldest first
}

// Downstream is an SC-QAM receiver. One with frequency 0 is not locked: its power and SNR are "-".
type Downstream struct {
	Port, Channel          int
	Frequency              int64  // Hz
	Modulation             string // 256QAM
	Power, SNR             float64
	Octets                 uint64
	Corrected, Uncorrected uint64 // codewords; 32-bit counters
}

// Upstream is an SC-QAM transmitter. One with frequency 0 is idle.
type Upstream struct {
	Port, Channel        int
	Frequency, Bandwidth int64 // Hz
	Modulation, Mode     string
	Power                float64 // dBmV
}

// OFDM is an OFDM receiver. One without PLC says NA to every number.
type OFDM struct {
	Receiver               int
	FFT                    string
	Frequency              int64 // of subcarrier 0, Hz
	PLC, NCP, MDC1         bool  // locks
	Power                  float64
	SNR                    int
	Octets                 uint64
	Corrected, Uncorrected uint64
}

// OFDMA is an upstream OFDMA channel.
type OFDMA struct {
	Index                  int
	State                  string // OPERATE or DISABLED
	Frequency              int64
	Attenuation, Backoff   float64 // dB
	Bandwidth              float64 // MHz, as the modem says it
	Power, PowerPer1600kHz float64 // dBmV
	FFT                    string
}

// WAN is what the network has given to the modem.
type WAN struct {
	ConfigName                string
	Access                    string // Permitted or Denied
	Address, Netmask, Gateway string
	Lease                     time.Duration // not said by Data
}

// Stages are the steps of provisioning, in the modem's words.
type Stages struct {
	Hardware, Downstream, Ranging, DHCP, TimeOfDay, Config, Registration string
	EAE, BPI, Access, Traffic                                            string
}

// Link is the Ethernet port.
type Link struct{ Status, Duplex, Speed string }

// Event is an entry of the DOCSIS event log.
type Event struct {
	At       time.Time // in the modem's zone
	ID       string
	Priority string // warning
	Text     string
}

// source gives the state at a moment, as it would be without switches. Uptime is since the boot; rebooted says that
// the modem was started again after Start.
type source interface {
	at(now, boot time.Time, rebooted bool) State
}

// clone lets the copy be changed without the original.
func (s State) clone() State {
	s.Downstream = slices.Clone(s.Downstream)
	s.Upstream = slices.Clone(s.Upstream)
	s.OFDM = slices.Clone(s.OFDM)
	s.OFDMA = slices.Clone(s.OFDMA)
	s.Log = slices.Clone(s.Log)
	return s
}

// State is what the modem says now, with all switches.
func (s *Sim) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stateLocked()
}

func (s *Sim) stateLocked() State {
	now := s.options.Now()
	state := s.source.at(now, s.boot, s.rebooted)
	s.switches.apply(&state, s.boot)
	return state
}
