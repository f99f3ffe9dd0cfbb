package homeplug

import (
	"cmp"
	"slices"
	"time"
)

// Habits are how an adapter differs from a good one. The zero value is a good one.
type Habits struct {
	// What it knows.
	Versions Versions
	Ignore   []uint16 // types of requests that it never answers
	NoErrors bool     // silent about standard messages that it does not know, instead of CM_MME_ERROR.IND

	// Where it is.
	Off      bool // answers nothing; the others still list it
	Isolated bool // in no network; the others do not list it. It answers whoever reaches it

	// What it says.
	WrapRates     bool // rates of one byte modulo 256 instead of at most 255
	WrongCounts   bool // 255 records, whatever there is
	Role          byte // its own role, if not 0
	SecondNetwork bool // a second network with the same stations
	Repeat        bool // every station twice
	ZeroStation   bool // one more station in each network, whose record is all zero
	RateFlags     uint16

	// How answers travel. These concern only answers to the types in Only, if there are any.
	Only       []uint16
	Delay      time.Duration
	Duplicates int // more copies of each answer
	LoseFirst  int // answers that are lost, from when the habit was set
	LoseEvery  int // every so many answers one is lost; 1 loses all
	Damage     Damage
	CutAt      int // for the damages that cut: bytes of the message that are left; half of it if 0
	Fragment   int // longest message before it goes in fragments, 1500 if 0
}

// Versions are the forms of VS_NW_INFO and of the tone maps that a firmware knows, if its chip does.
type Versions byte

// The forms.
const (
	BothVersions Versions = iota
	OnlyMMV0
	OnlyMMV1
)

// Damage is what becomes of an answer.
type Damage byte

// The damages.
const (
	NoDamage        Damage = iota
	Truncated              // cut, and not padded
	TruncatedPadded        // cut, and zeros up to the length that it had
	Runt                   // four bytes of message
	WrongOUI               // another maker's
	WrongMMV               // 0 for 1 and 1 for others
	WrongType              // a confirm of something else
	Foreign                // to another host
	Oversize               // zeros up to 2000 bytes of message; an Ethernet interface refuses it
	Garbage                // pseudo-random bytes
)

// SetHabits changes the habits of one adapter. Counting for LoseFirst and LoseEvery begins again.
func (s *Sim) SetHabits(mac MAC, h Habits) error {
	return s.with(mac, func(a *adapter) { a.Habits, a.answered = h, 0 })
}

// SetSegmentHabits changes what all adapters have beside their own habits; where both say something the adapter's own
// holds. Counting begins again.
func (s *Sim) SetSegmentHabits(h Habits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.segment = h
	for _, a := range s.adapters {
		a.answered = 0
	}
}

// SetRewrite hands each answer to f before it is sent, which returns the frames to send instead; nil ends that. f must
// not call the Sim.
func (s *Sim) SetRewrite(f func(frame []byte) [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rewrite = f
}

// habitsOf are the adapter's and, where it has none, the segment's.
func (s *Sim) habitsOf(a *adapter) Habits {
	own, all := a.Habits, s.segment
	return Habits{
		Versions:      cmp.Or(own.Versions, all.Versions),
		Ignore:        slices.Concat(own.Ignore, all.Ignore),
		NoErrors:      own.NoErrors || all.NoErrors,
		Off:           own.Off || all.Off,
		Isolated:      own.Isolated || all.Isolated,
		WrapRates:     own.WrapRates || all.WrapRates,
		WrongCounts:   own.WrongCounts || all.WrongCounts,
		Role:          cmp.Or(own.Role, all.Role),
		SecondNetwork: own.SecondNetwork || all.SecondNetwork,
		Repeat:        own.Repeat || all.Repeat,
		ZeroStation:   own.ZeroStation || all.ZeroStation,
		RateFlags:     own.RateFlags | all.RateFlags,
		Only:          slices.Concat(own.Only, all.Only),
		Delay:         cmp.Or(own.Delay, all.Delay),
		Duplicates:    cmp.Or(own.Duplicates, all.Duplicates),
		LoseFirst:     cmp.Or(own.LoseFirst, all.LoseFirst),
		LoseEvery:     cmp.Or(own.LoseEvery, all.LoseEvery),
		Damage:        cmp.Or(own.Damage, all.Damage),
		CutAt:         cmp.Or(own.CutAt, all.CutAt),
		Fragment:      cmp.Or(own.Fragment, all.Fragment),
	}
}

// silent tells whether the adapter does not even look at the request.
func (h Habits) silent(r request) bool {
	if slices.Contains(h.Ignore, r.Type) {
		return true
	}
	if r.EtherType != etherHomePlug || !twoForms(r.Type) {
		return false
	}
	return h.Versions == OnlyMMV0 && r.MMV != 0 || h.Versions == OnlyMMV1 && r.MMV == 0
}

// concern tells whether the travel habits are about answers to this type.
func (h Habits) concern(mmtype uint16) bool {
	return len(h.Only) == 0 || slices.Contains(h.Only, mmtype)
}

// lost counts an answer and tells whether it is lost.
func (h Habits) lost(a *adapter) bool {
	a.answered++
	return a.answered <= h.LoseFirst || h.LoseEvery > 0 && a.answered%h.LoseEvery == 0
}

// lied are the networks as the answers say them.
func (a asked) lied() []NetworkState {
	networks := slices.Clone(a.me.Networks)
	if a.habits.SecondNetwork && len(networks) > 0 {
		second := networks[0]
		second.NID[0] ^= 0xff
		second.SNID = (second.SNID + 1) % (maxSNID + 1)
		networks = append(networks, second)
	}
	for i := range networks {
		n := &networks[i]
		if a.habits.Role != 0 {
			n.Role = Role(a.habits.Role)
		}
		if a.habits.Repeat {
			n.Stations = slices.Repeat(n.Stations, 2)
		}
		if a.habits.ZeroStation {
			n.Stations = append(slices.Clip(n.Stations), StationState{})
		}
	}
	return networks
}
