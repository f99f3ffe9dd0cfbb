package homeplug

// The errors of the tone map messages.
const (
	unknownPeer = 1
	unknownSlot = 2
)

// oldNibbles is the fixed room for modulations in MMV 0, two carriers in a byte.
const oldNibbles = 578

// wireMap is one slot of a tone map as a reader asks for it.
type wireMap struct {
	ToneMap
	slot, coupling byte
	carriers       []byte
	status         byte
}

func (w wireMap) active() uint16 {
	if w.Active > 0 {
		return w.Active
	}
	return uint16(len(w.carriers))
}

// slotOf finds what is asked. A link without traffic has no slots, and says so when asked for the first.
func slotOf(m ToneMap, known bool, slot, coupling byte) wireMap {
	w := wireMap{ToneMap: m, slot: slot, coupling: coupling}
	switch {
	case !known || coupling > 1:
		w.status = unknownPeer
	case int(slot) < len(m.Slots):
		w.carriers = m.Slots[slot]
	case slot > 0:
		w.status = unknownSlot
	}
	return w
}

func txToneMap0(a asked) ([]byte, bool) {
	peer, known := a.me.station(a.mac(0))
	return oldToneMap(slotOf(peer.TXMap, known, a.at(6), 0), false), true
}

func rxToneMap0(a asked) ([]byte, bool) {
	peer, known := a.me.station(a.mac(0))
	return oldToneMap(slotOf(peer.RXMap, known, a.at(6), 0), true), true
}

// oldToneMap is the form of MMV 0: 1156 carriers, and what the receiver adds behind them.
func oldToneMap(w wireMap, receiver bool) []byte {
	w.carriers = w.carriers[:min(len(w.carriers), 2*oldNibbles)]
	e := entry{}.u8(w.status, w.slot, byte(len(w.Slots)))
	if w.status != 0 {
		return e
	}
	packed := nibbles(w.carriers)
	e = append(e.u16(w.active()), packed...)
	e = e.zeros(oldNibbles - len(packed))
	if receiver {
		e = e.u8(w.Guard, w.Gain)
	}
	return e
}

func txToneMap1(a asked) ([]byte, bool) {
	peer, known := a.me.station(a.mac(4))
	w := slotOf(peer.TXMap, known, a.at(10), a.at(11))
	e := w.beginNew(a.mac(4))
	if w.status == 0 {
		e = e.u16(w.active()).zeros(2).u16(uint16(len(w.carriers))).zeros(6)
	}
	return w.finishNew(e), true
}

func rxToneMap1(a asked) ([]byte, bool) {
	peer, known := a.me.station(a.mac(4))
	w := slotOf(peer.RXMap, known, a.at(10), a.at(11))
	e := w.beginNew(a.mac(4))
	if w.status == 0 {
		e = e.u16(w.active()).zeros(4).u8(w.Guard, 0, w.Gain, 0)
	}
	return w.finishNew(e), true
}

// beginNew is what both messages have in MMV 1: status, length, peer, slot.
func (w wireMap) beginNew(peer MAC) entry {
	e := entry{}.u8(w.status, 0).u16(0)
	if w.status == 0 {
		e = e.zeros(2).mac(peer).u8(w.slot, w.coupling, byte(len(w.Slots)), 0)
	}
	return e
}

// finishNew adds the carriers and fills in the length, which counts from behind itself.
func (w wireMap) finishNew(e entry) []byte {
	const lengthAt, counted = 2, 4
	e = append(e, nibbles(w.carriers)...)
	e.setU16(lengthAt, uint16(len(e)-counted))
	return e
}

// nibbles packs two carriers into a byte, the first one low.
func nibbles(carriers []byte) []byte {
	out := make([]byte, (len(carriers)+1)/2)
	for i, m := range carriers {
		out[i/2] |= m & 15 << (i % 2 * 4)
	}
	return out
}
