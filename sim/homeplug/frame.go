package homeplug

import (
	"bytes"
	"encoding/binary"
)

// The EtherTypes.
const (
	etherHomePlug    = 0x88e1
	etherMediaXtream = 0x8912
)

// The direction is in the last two bits of a message type.
const (
	directionMask = 3
	confirmation  = 1 // of a request's type
)

// The family is in the first three.
const (
	familyMask   = 0xe000
	manufacturer = 0x8000
	vendor       = 0xa000
)

const (
	etherHeader = 14
	minPayload  = 46   // a shorter one is padded with zeros
	maxPayload  = 1500 // a longer message goes in fragments
	maxFrame    = 9216 // what is read at most
)

// A Request names what somebody asked, for counting.
type Request struct {
	EtherType   uint16
	Type        uint16
	MMV         byte
	Destination MAC
	Source      MAC
}

// A request is a message that arrived.
type request struct {
	Request
	vendor   [3]byte // OUI; zero if the form has none
	sequence byte    // MediaXtream
	entry    []byte
}

// parse reads a frame. It is not ok if there is no whole message header in it, or only a fragment.
func parse(frame []byte) (r request, ok bool) {
	if len(frame) < etherHeader+3 {
		return request{}, false
	}
	copy(r.Destination[:], frame)
	copy(r.Source[:], frame[6:])
	r.EtherType = binary.BigEndian.Uint16(frame[12:])
	message := frame[etherHeader:]
	r.MMV, r.Type = message[0], binary.LittleEndian.Uint16(message[1:])
	rest := message[3:]
	fragmented := false
	switch r.EtherType {
	case etherHomePlug:
		if r.MMV > 0 {
			fragmented = len(rest) < 2 || rest[0] != 0
			rest = rest[min(2, len(rest)):]
		}
		if r.Type&familyMask == vendor {
			ok = len(rest) >= 3
			rest = rest[copy(r.vendor[:], rest):]
		} else {
			ok = true
		}
	case etherMediaXtream:
		ok = len(rest) >= 6
		if ok {
			fragmented = rest[0] != 0
			copy(r.vendor[:], rest[2:])
			r.sequence, rest = rest[5], rest[6:]
		}
	}
	r.entry = rest
	return r, ok && !fragmented
}

// at is a byte of the entry; what is not there is zero, as padding is.
func (r request) at(i int) byte {
	if i >= len(r.entry) {
		return 0
	}
	return r.entry[i]
}

// mac is six bytes of the entry.
func (r request) mac(i int) (m MAC) {
	for k := range m {
		m[k] = r.at(i + k)
	}
	return m
}

// starts tells whether the entry begins so.
func (r request) starts(with []byte) bool { return bytes.HasPrefix(r.entry, with) }

// header is what stands before the entry of an answer, and before the rest of it in later fragments.
func (r request) header(mmv byte, mmtype uint16, fragment [2]byte, first bool) []byte {
	h := binary.LittleEndian.AppendUint16([]byte{mmv}, mmtype)
	if mmv > 0 || r.EtherType == etherMediaXtream {
		h = append(h, fragment[:]...)
	}
	if !first {
		return h
	}
	switch {
	case r.EtherType == etherMediaXtream:
		h = append(append(h, vendorBroadcom[:]...), r.sequence)
	case mmtype&familyMask == vendor:
		h = append(h, vendorAtheros[:]...)
	}
	return h
}

// ethernet puts a message into a frame, padded to the shortest that there may be.
func ethernet(to, from MAC, etherType uint16, message []byte) []byte {
	f := make([]byte, 0, etherHeader+max(len(message), minPayload))
	f = append(append(f, to[:]...), from[:]...)
	f = binary.BigEndian.AppendUint16(f, etherType)
	f = append(f, message...)
	if short := etherHeader + minPayload - len(f); short > 0 {
		f = append(f, make([]byte, short)...)
	}
	return f
}

// fragments cuts the entry of an answer so that each message has at most size bytes. They are one message if it fits.
func (r request) fragments(mmv byte, mmtype uint16, entry []byte, size int, sequence byte) [][]byte {
	first := r.header(mmv, mmtype, [2]byte{}, true)
	if mmv == 0 || len(first)+len(entry) <= size {
		return [][]byte{append(first, entry...)}
	}
	later := len(r.header(mmv, mmtype, [2]byte{}, false))
	n := 1 + (len(first)+len(entry)-size+size-later-1)/(size-later)
	if n > 16 {
		return nil // no message is that long
	}
	var out [][]byte
	for i := range n {
		h := r.header(mmv, mmtype, [2]byte{byte(n-1)<<4 | byte(i), sequence}, i == 0)
		part := min(size-len(h), len(entry))
		out = append(out, append(h, entry[:part]...))
		entry = entry[part:]
	}
	return out
}
