package hpav

import "slices"

// messageOf returns the message of which fr is a confirm, and its entry.
func messageOf(fr *frame) (Message, []byte, bool) {
	for m := range MessageCount {
		f := &forms[m]
		if fr.etherType != f.etherType || fr.mmv != f.answerMMV || fr.mmtype != f.mmtype|confirm {
			continue
		}
		if fr.fragment > 0 {
			return m, fr.rest, true // only the first fragment has the OUI
		}
		if f.maker == noOUI {
			return m, fr.rest, true
		}
		if entry, ok := cutOUI(fr.rest, f.maker); ok {
			return m, entry, true
		}
	}
	return 0, nil, false
}

func cutOUI(rest []byte, maker oui) ([]byte, bool) {
	if len(rest) < len(maker) || !slices.Equal(rest[:len(maker)], maker[:]) {
		return nil, false
	}
	return rest[len(maker):], true
}

// mmeError is CM_MME_ERROR.IND, the answer of a device that does not know a request.
const mmeError uint16 = 0x6046

// unsupported returns the message that the sender of fr does not know.
func unsupported(fr *frame) (Message, bool) {
	if fr.etherType != EtherTypeAV || fr.mmtype != mmeError || fr.fragment > 0 {
		return 0, false
	}
	b := body{rest: fr.rest}
	b.skip(1) // the reason
	mmv, mmtype := b.u8(), b.u16()
	if b.bad {
		return 0, false
	}
	for m := range MessageCount {
		if f := &forms[m]; f.etherType == EtherTypeAV && f.mmv == mmv && f.mmtype == mmtype {
			return m, true
		}
	}
	return 0, false
}
