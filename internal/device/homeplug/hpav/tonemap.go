package hpav

// A ToneMap is how many bits each carrier bears, in one slot of the mains cycle.
type ToneMap struct {
	Slot, Slots uint8 // this one, and how many there are
	Active      uint16
	Gain        *uint8 // of the automatic gain control, where it is told
	// Carriers has the modulation of each carrier, 0 to 8, from the lowest frequency on.
	// InvalidCarrier stands for one that makes no sense.
	Carriers []uint8
}

// InvalidCarrier is a carrier whose modulation is not known.
const InvalidCarrier = 0xff

// bitsOf and snrOf translate modulations: none, BPSK, QPSK, 8-, 16-, 64-, 256-, 1024-
// and 4096-QAM (open-plc-utils, plc/ToneMaps2.c; the SNR is the nominal one, in dB).
var (
	bitsOf = [...]float64{0, 1, 2, 3, 4, 6, 8, 10, 12}
	snrOf  = [...]float64{0, 2, 4, 7, 10, 16, 22, 28, 36}
)

// SNR returns the nominal signal to noise ratio of a carrier in dB, and whether it is
// known and in use.
func SNR(modulation uint8) (float64, bool) {
	if int(modulation) >= len(snrOf) || modulation == 0 {
		return 0, false
	}
	return snrOf[modulation], true
}

// Means returns the means over the carriers in use, and how many those are.
func (t *ToneMap) Means() (bits, snr float64, active int) {
	for _, c := range t.Carriers {
		if s, ok := SNR(c); ok {
			bits += bitsOf[c]
			snr += s
			active++
		}
	}
	if active > 0 {
		bits /= float64(active)
		snr /= float64(active)
	}
	return bits, snr, active
}

// Bounds of the two formats. Newer chips (MIMO) send more in a form that nobody
// describes; theirs is refused.
const (
	carriers0      = 1155
	nibbles0       = 578
	maxNibbles1    = 1440
	receiveHeader  = 22
	transmitHeader = 24
)

// toneMap0Entry and toneMap1Entry ask for one slot.
func toneMap0Entry(peer MAC, slot uint8) []byte { return append(peer[:], slot) }

func toneMap1Entry(peer MAC, slot uint8) []byte { return append(peer[:], slot, 0) }

// parseToneMap0 reads VS_RX_TONE_MAP_CHAR in MMV 0 (open-plc-utils, plc/ToneMaps1.c).
func parseToneMap0(entry []byte) (t ToneMap, ok bool, err error) {
	b := body{rest: entry}
	status := b.u8()
	t.Slot, t.Slots, t.Active = b.u8(), b.u8(), b.u16()
	if !b.bad && status != 0 {
		return t, false, nil
	}
	t.Carriers = carriers(b.bytes(nibbles0), carriers0)
	b.skip(1) // guard interval
	t.Gain = new(b.u8())
	return t, true, b.done()
}

// parseToneMap1 reads VS_RX_TONE_MAP_CHAR and VS_TONE_MAP_CHAR in MMV 1
// (open-plc-utils, plc/ToneMaps2.c).
func parseToneMap1(entry []byte, receive bool) (t ToneMap, peer MAC, ok bool, err error) {
	b := body{rest: entry}
	status := b.u8()
	b.skip(1)
	length := int(b.u16())
	if !b.bad && status != 0 {
		return t, peer, false, nil
	}
	b.skip(2)
	peer = b.mac()
	t.Slot = b.u8()
	b.skip(1) // coupling
	t.Slots = b.u8()
	b.skip(1)
	t.Active = b.u16()
	before := receiveHeader
	number := 0
	if receive {
		b.skip(4)
		b.skip(2) // guard interval
		t.Gain = new(b.u8())
		b.skip(1)
	} else {
		b.skip(2)
		number = int(b.u16())
		b.skip(6)
		before = transmitHeader
	}
	n := length - before
	switch {
	case n < 0 || b.bad:
		return t, peer, false, malformed("a tone map of %d bytes", length)
	case n > maxNibbles1:
		return t, peer, false, nil
	}
	if number == 0 || number > 2*n {
		number = 2 * n
	}
	t.Carriers = carriers(b.bytes(n), number)
	return t, peer, true, b.done()
}

// carriers takes the nibbles apart: even carriers are in the low one.
func carriers(nibbles []byte, number int) []uint8 {
	out := make([]uint8, 0, number)
	for i := range min(number, 2*len(nibbles)) {
		c := nibbles[i/2] >> (4 * (i % 2)) & 15
		if int(c) >= len(bitsOf) {
			c = InvalidCarrier
		}
		out = append(out, c)
	}
	return out
}
