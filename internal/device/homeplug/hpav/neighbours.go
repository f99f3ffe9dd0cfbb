package hpav

import (
	"math"
	"slices"
)

// Neighbours is who an adapter hears, of its own network and of others.
type Neighbours struct {
	Stations []Heard
	Networks int // other networks in range
}

// Heard is a station that is heard.
type Heard struct {
	MAC MAC
	// Level is the upper bound of the signal's attenuation class in dB; nil where it is
	// not known.
	Level *float64
	// BitLoading is the average number of bits per microsecond, that is Mbit/s.
	BitLoading float64
}

// parseDiscoverList reads CC_DISCOVER_LIST. Of two stations with the same address the
// last counts.
func parseDiscoverList(entry []byte, self MAC) (Neighbours, error) {
	b := body{rest: entry}
	var n Neighbours
	for range b.u8() {
		h := Heard{MAC: b.mac()}
		b.skip(4)
		h.Level, h.BitLoading = signalLevel(b.u8()), bitLoading(b.u8())
		if b.bad {
			return n, b.done()
		}
		if h.MAC == (MAC{}) {
			return n, malformed("a station without an address, as when the message was cut")
		}
		n.add(h, self)
	}
	n.Networks = int(b.u8())
	return n, b.done()
}

func (n *Neighbours) add(h Heard, self MAC) {
	if !h.MAC.IsStation() || h.MAC == self {
		return
	}
	if i := slices.IndexFunc(n.Stations, func(o Heard) bool { return o.MAC == h.MAC }); i >= 0 {
		n.Stations[i] = h
		return
	}
	n.Stations = append(n.Stations, h)
}

// signalLevel translates the class of attenuation: 1 is above -10 dB, each further one
// 5 dB less.
func signalLevel(class uint8) *float64 {
	switch {
	case class == 0 || class > 15:
		return nil
	case class == 1:
		return new(0.0)
	}
	return new(-10 - 5*float64(class-2))
}

// bitLoading reads the short floating point form of the bit loading estimate.
func bitLoading(code uint8) float64 {
	mantissa, exponent := float64(code>>3)+32, int(code&7)
	return math.Ldexp(mantissa, exponent-4) + math.Ldexp(1, exponent-5)
}
