package hpav

import (
	"maps"
	"slices"
	"time"
)

// An Adapter is what is known of one adapter. What it has not told is nil or empty.
type Adapter struct {
	MAC MAC
	// Answered says that it told its networks in this survey. Otherwise others list it,
	// or it was seen before.
	Answered bool
	// Local says whether it is on the host's side of the power line; nil where the
	// question was not asked in a way that tells.
	Local *bool
	// Networks as of this survey; empty and not nil for an adapter that is isolated.
	Networks []Network

	Version      *Version
	Capability   *Capability
	Xtream       *XtreamInfo
	HFID         string
	Attributes   *AttributesInfo
	LinkUp       *bool
	Neighbours   *Neighbours
	NetworkCount *int // other networks in range, as CM_NW_INFO counts them
	Stats        map[MAC]LinkStats
	ToneMaps     map[ToneMapKey]ToneMap

	seen    time.Time // last answered or listed
	missed  int       // surveys in a row in which it did not tell its networks
	remote  int       // surveys in a row that asked local adapters, without its answer
	xtream  bool      // speaks MediaXtream
	rates   []Station // of CM_NW_STATS or MediaXtream, which do not tell the network
	learned [MessageCount]time.Time
	unknown [MessageCount]time.Time // until then it is not asked: it does not know the message
	asked   map[topic]time.Time     // links and their slots
}

// A ToneMapKey says of which link and slot a tone map is.
type ToneMapKey struct {
	Peer    MAC
	Receive bool
	Slot    uint8
}

// relearn is after what time things are asked again that change with the firmware
// only, and messages that an adapter did not know.
const relearn = time.Hour

// isAtheros reports whether the adapter knows the messages of Atheros, as far as one
// can tell.
func (a *Adapter) isAtheros() bool {
	return a.Version != nil || !a.learned[NetworkInfo0].IsZero() || !a.learned[NetworkInfo1].IsZero() ||
		a.Capability != nil && a.Capability.IsAtheros()
}

// isOther reports whether the adapter is known to be of another maker.
func (a *Adapter) isOther() bool { return !a.isAtheros() && (a.xtream || a.Capability != nil) }

// isOld reports whether the adapter answers in MMV 0 only, by its class.
func (a *Adapter) isOld() bool { return a.Version != nil && a.Version.Class < firstGigabit }

// knows reports whether asking for m is worth it.
func (a *Adapter) knows(m Message, now time.Time) bool { return !now.Before(a.unknown[m]) }

// isStale reports whether what m told is as old as every, or was never told.
func (a *Adapter) isStale(m Message, now time.Time, every time.Duration) bool {
	return a.learned[m].IsZero() || now.Sub(a.learned[m]) >= every
}

// skipIgnored remembers what an adapter has left without an answer while it answered
// other things: it does not know these messages.
func (a *Adapter) skipIgnored(ignored [MessageCount]bool, now time.Time) {
	for m, is := range ignored {
		if is && a.learned[m].IsZero() {
			a.unknown[m] = now.Add(relearn)
		}
	}
}

// lasting is for how many intervals a value stands that is not told anew.
const lasting = 3

// dropOld forgets what the adapter has told and tells no more, and rests the question
// for it.
func (a *Adapter) dropOld(o *Options, now time.Time) {
	old := func(m Message, every time.Duration) bool {
		is := every > 0 && !a.learned[m].IsZero() && now.Sub(a.learned[m]) > lasting*every
		if is {
			a.learned[m], a.unknown[m] = time.Time{}, now.Add(relearn)
		}
		return is
	}
	if old(Attributes, o.Details) {
		a.Attributes = nil
	}
	if old(PowerLineLink, o.Details) {
		a.LinkUp = nil
	}
	if old(DiscoverList, o.Details) {
		a.Neighbours = nil
	}
	if old(LinkStatistics, o.Statistics) {
		a.Stats = nil
	}
}

// settleLocal takes whether the adapter has answered the local management address.
// An answer may be lost: what was local is so until it fails twice.
func (a *Adapter) settleLocal(answered bool) {
	switch {
	case answered:
		a.Local, a.remote = new(true), 0
	case a.Version == nil:
		// Only Atheros adapters know the address.
	case a.Local == nil || a.remote > 0:
		a.Local = new(false)
	default:
		a.remote++
	}
}

// addRates completes networks, which CM_NW_INFO and its like tell without stations, by
// the rates, which they tell without a network. With several networks nobody knows
// which one a rate belongs to: the first is taken.
func (a *Adapter) addRates() {
	if len(a.Networks) == 0 {
		return
	}
	for _, s := range a.rates {
		a.Networks[0].add(s, a.MAC)
	}
}

// Peers returns the stations that the adapter lists, without repetition.
func (a *Adapter) Peers() []MAC {
	var all []MAC
	has := make(map[MAC]bool)
	for _, n := range a.Networks {
		for _, s := range n.Stations {
			if !has[s.MAC] {
				has[s.MAC] = true
				all = append(all, s.MAC)
			}
		}
	}
	return all
}

// hasTEI reports whether a peer may have a TEI: it has one in every network.
func (a *Adapter) hasTEI(peer MAC, tei uint8) bool {
	known := false
	for _, n := range a.Networks {
		for _, s := range n.Stations {
			if s.MAC == peer && s.TEI == tei {
				return true
			}
			known = known || s.MAC == peer && s.TEI != 0
		}
	}
	return !known || tei == 0
}

// prune forgets the links to stations that have left.
func (a *Adapter) prune() {
	peers := make(map[MAC]bool)
	for _, p := range a.Peers() {
		peers[p] = true
	}
	maps.DeleteFunc(a.Stats, func(p MAC, _ LinkStats) bool { return !peers[p] })
	maps.DeleteFunc(a.ToneMaps, func(k ToneMapKey, _ ToneMap) bool { return !peers[k.Peer] })
	maps.DeleteFunc(a.asked, func(t topic, _ time.Time) bool { return !peers[t.peer] })
}

// snapshot returns a copy that later surveys do not change.
func (a *Adapter) snapshot() Adapter {
	c := *a
	c.Stats, c.ToneMaps, c.asked = maps.Clone(a.Stats), maps.Clone(a.ToneMaps), nil
	c.Networks = slices.Clone(a.Networks)
	return c
}
