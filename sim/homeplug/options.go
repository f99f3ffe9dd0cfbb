package homeplug

import (
	"log/slog"
	"time"
)

// Options say what is on the segment.
type Options struct {
	Interface string // an Ethernet interface that carries the frames; needs root and Linux
	Socket    string // path of a Unix datagram socket that carries them; a leftover one is replaced

	Adapters []Adapter
	Networks []Network
	Links    []Link

	// Seed makes the rates of one segment drift differently from another's.
	Seed uint64

	// Now is the clock of rates, counters and uptime: time.Now if nil. Delays and noise follow the real clock.
	Now func() time.Time

	// Log hears of frames that could not be sent or received: nobody if nil.
	Log *slog.Logger
}

// An Adapter is one powerline adapter. What it says of networks and rates stands in Network and Link.
type Adapter struct {
	MAC        MAC
	Local      bool // plugged into the host's Ethernet, not behind the power line
	Chip       Chip
	Bridged    []MAC // Ethernet devices behind it; the first one is its BDA
	HFID       string
	UserText   string
	Attributes Attributes
	Neighbours []Neighbour
	Uptime     time.Duration // how long it was on at the start
	Habits     Habits
}

// Attributes are what VS_OP_ATTRIBUTES says beside the firmware.
type Attributes struct {
	Mains         MainsFrequency
	ZeroCross     ZeroCross
	DRAMType      byte // a letter; A if zero
	DRAM          uint32
	Blocks        RAMBlocks // newer chips
	FreeBlocks    RAMBlocks
	RelativeSNR   uint32 // dB
	DSPThreshold  uint32
	TXGain        byte // dB
	Authorisation byte
	Diagnostics   byte
}

// RAMBlocks is the buffer memory, in blocks.
type RAMBlocks struct{ RX, TX, Shared uint32 }

// MainsFrequency is what the adapter takes the mains for.
type MainsFrequency byte

// The mains frequencies.
const (
	MainsUnknown MainsFrequency = iota
	Mains50
	Mains60
)

// ZeroCross is the state of the zero-crossing detector.
type ZeroCross byte

// The states.
const (
	ZeroCrossPending ZeroCross = iota
	ZeroCrossDetected
	ZeroCrossMissing
)

// A Neighbour is a foreign network in range.
type Neighbour struct {
	NID      NID
	SNID     byte
	Kind     byte // 0 in-home
	Stations []MAC
}

// A Role of a station in its network.
type Role byte

// The roles.
const (
	STA Role = iota
	PCO
	CCO
)

// A Network is one logical network. An adapter may be in several, and one in none is isolated.
type Network struct {
	NID         NID
	SNID        byte // 0..15
	Coordinator MAC
	// CoordinatorTEI is the coordinator's if no member has its address.
	CoordinatorTEI byte
	Backup         MAC // backup coordinator, if there is one
	Members        []Member
}

// A Member is one station of a network, in the order of the station lists. One whose address is no adapter's is listed
// and never answers.
type Member struct {
	MAC  MAC
	TEI  byte // 1..254
	Role Role
	BDA  MAC // for members that are no adapters
}

// A Link is one direction between two stations.
type Link struct {
	From, To MAC
	Rate     uint16 // Mbit/s; 0 before any traffic
	Coupling byte   // 0 primary, others alternate; four bits

	// Swing is how far the rate drifts, as part of it: 0 stands still, at most 0.9.
	Swing float64
	// Load is how much of the rate is traffic, so how fast the counters grow: 0 stands still, 1 is the whole rate.
	Load float64
	// ErrorRatio is the part of the PHY blocks that fail.
	ErrorRatio float64

	// Sent is where From's counters begin, Received where To's do.
	Sent     Sent
	Received Received

	Signal     byte // class of the signal level at To, 0 not available, 1..15
	BitLoading byte // as To tells it; made from the rate if 0
	ToneMap    ToneMap
}

// Sent are the counters of VS_LNK_STATS at the sending side.
type Sent struct {
	Acked, Collided, Failed    uint64 // MPDUs
	BlocksPassed, BlocksFailed uint64 // PHY blocks
}

// Received are the counters of VS_LNK_STATS at the receiving side.
type Received struct {
	Acked, Failed              uint64 // MPDUs
	BlocksPassed, BlocksFailed uint64
	BitsPassed, BitsFailed     uint64 // bit errors in passed and failed blocks
	Intervals                  []Interval
}

// An Interval is a part of the mains cycle with a tone map of its own.
type Interval struct {
	Rate                       byte // Mbit/s; the link's if 0
	BlocksPassed, BlocksFailed uint64
	BitsPassed, BitsFailed     uint64
}

// A ToneMap is how a direction modulates its carriers.
type ToneMap struct {
	Slots  [][]byte // modulation of each carrier, 0..8; no slots before any traffic
	Gain   byte     // of the receiver (AGC)
	Guard  byte     // guard interval
	Active uint16   // carriers; all if 0
}
