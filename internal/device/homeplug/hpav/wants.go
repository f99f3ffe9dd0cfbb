package hpav

import (
	"iter"
	"time"
)

// wants yields the questions to an adapter as of what is known now, those that matter
// most first. It is asked anew before each request: an answer may make others needless
// or possible.
func (d *dialog) wants(s *survey) iter.Seq[question] {
	a, o := d.adapter, &s.client.options
	return func(yield func(question) bool) {
		basics := a.basics(s.now, o.Others)
		if n := len(basics); n > 0 && !d.heard { // one try: now with this, now with that
			basics = append(basics[a.missed%n:], basics[:a.missed%n]...)
		}
		for _, m := range basics {
			if !yield(unlinked(m)) {
				return
			}
		}
		if a.Networks == nil {
			return
		}
		for m, every := range a.details(o.Details) {
			if a.isStale(m, s.now, every) && !yield(unlinked(m)) {
				return
			}
		}
		if !a.isAtheros() {
			return
		}
		for q := range a.links(o) {
			if every := o.every(q.message); every > 0 && s.now.Sub(a.asked[q.topic()]) >= every && !yield(q) {
				return
			}
		}
	}
}

// unlinked returns a question that is not about a link.
func unlinked(m Message) question {
	if m == Attributes {
		return question{message: m, entry: attributesEntry(ours)}
	}
	return question{message: m}
}

// every is the least time between two readings of a link.
func (o *Options) every(m Message) time.Duration {
	if m == LinkStatistics {
		return o.Statistics
	}
	return o.ToneMaps
}

// basics returns what tells the chip, the networks and the rates, the better before
// what replaces it.
func (a *Adapter) basics(now time.Time, others bool) (all []Message) {
	switch {
	case a.isAtheros():
		if a.isStale(SoftwareVersion, now, relearn) {
			all = append(all, SoftwareVersion)
		}
		return append(all, a.networkInfos()...)
	case !others:
		return []Message{SoftwareVersion}
	case a.isOther():
		return a.otherInfos()
	}
	return []Message{SoftwareVersion, StationCapability}
}

// networkInfos returns the messages of Atheros that tell networks and rates. Chips of
// 200 Mbit/s know MMV 0 only; of the others some do, whatever their class says.
func (a *Adapter) networkInfos() []Message {
	switch {
	case a.Networks != nil:
		return nil
	case a.isOld():
		return []Message{NetworkInfo0}
	case !a.learned[NetworkInfo1].IsZero():
		return []Message{NetworkInfo1}
	}
	return []Message{NetworkInfo1, NetworkInfo0}
}

// otherInfos returns the same for chips of other makers.
func (a *Adapter) otherInfos() (all []Message) {
	if !a.xtream {
		all = append(all, XtreamDiscover) // those of Broadcom tell most in their own way
	}
	if a.Networks == nil {
		if a.xtream {
			all = append(all, XtreamMember)
		}
		all = append(all, StandardNetworks)
	}
	if a.rates == nil {
		if a.xtream {
			all = append(all, XtreamStats)
		}
		all = append(all, StandardStats2, StandardStats1)
	}
	return all
}

// details yields what adds to the readings, and how often it is worth asking.
func (a *Adapter) details(every time.Duration) iter.Seq2[Message, time.Duration] {
	return func(yield func(Message, time.Duration) bool) {
		if every <= 0 {
			return
		}
		all := []Message{DiscoverList, HumanID}
		switch {
		case a.xtream:
			all = []Message{XtreamStation, XtreamText, DiscoverList}
		case a.isAtheros():
			all = []Message{PowerLineLink, Attributes, DiscoverList, HumanID}
		}
		for _, m := range all {
			if !yield(m, every) {
				return
			}
		}
		yield(StationCapability, max(every, relearn))
	}
}

// links yields the questions about each link, the statistics first.
func (a *Adapter) links(o *Options) iter.Seq[question] {
	return func(yield func(question) bool) {
		peers := a.Peers()
		if o.Statistics > 0 {
			for _, peer := range peers {
				if !yield(question{message: LinkStatistics, peer: peer, entry: linkStatsEntry(peer)}) {
					return
				}
			}
		}
		if o.ToneMaps <= 0 {
			return
		}
		for _, peer := range peers {
			for _, m := range a.toneMapMessages() {
				if !a.slots(m, peer, yield) {
					return
				}
			}
		}
	}
}

// maxSlots is the largest number of tone maps that a mains cycle has.
const maxSlots = 6

// toneMapMessages returns who tells tone maps. Some chips of more than 200 Mbit/s
// answer in MMV 0 only.
func (a *Adapter) toneMapMessages() []Message {
	switch {
	case a.isOld():
		return []Message{ReceiveToneMap0}
	case !a.learned[ReceiveToneMap1].IsZero():
		return []Message{ReceiveToneMap1, TransmitToneMap1}
	}
	return []Message{ReceiveToneMap1, TransmitToneMap1, ReceiveToneMap0}
}

// slots yields the questions about one direction of one link. The first slot tells how
// many there are. It reports whether to go on.
func (a *Adapter) slots(m Message, peer MAC, yield func(question) bool) bool {
	slots := uint8(1)
	for slot := uint8(0); slot < min(slots, maxSlots); slot++ {
		entry := toneMap1Entry(peer, slot)
		if m == ReceiveToneMap0 {
			entry = toneMap0Entry(peer, slot)
		}
		if !yield(question{message: m, peer: peer, slot: slot, entry: entry}) {
			return false
		}
		if t, ok := a.ToneMaps[ToneMapKey{peer, m != TransmitToneMap1, 0}]; ok {
			slots = t.Slots
		}
	}
	return true
}
