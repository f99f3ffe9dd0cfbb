package powerwall

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// A message is a protobuf message (protobuf.dev, "Encoding"): fields as they come, without a schema.
type message []field

// A field holds what its wire type has: a number, or bytes.
type field struct {
	number int
	kind   wireKind
	n      uint64 // varint, fixed64, fixed32
	b      []byte // length-delimited
}

type wireKind int

const (
	varint  wireKind = 0
	fixed64 wireKind = 1
	lengthy wireKind = 2
	fixed32 wireKind = 5
)

var errWire = errors.New("no protobuf message")

// readMessage splits bytes into fields.
func readMessage(from []byte) (message, error) {
	var out message
	for len(from) > 0 {
		tag, size := binary.Uvarint(from)
		if size <= 0 || tag>>3 == 0 || tag>>3 > math.MaxInt32 {
			return nil, errWire
		}
		from = from[size:]
		f := field{number: int(tag >> 3), kind: wireKind(tag & 7)}
		switch f.kind {
		case varint:
			if f.n, size = binary.Uvarint(from); size <= 0 {
				return nil, errWire
			}
		case fixed64:
			if size = 8; len(from) < size {
				return nil, errWire
			}
			f.n = binary.LittleEndian.Uint64(from)
		case fixed32:
			if size = 4; len(from) < size {
				return nil, errWire
			}
			f.n = uint64(binary.LittleEndian.Uint32(from))
		case lengthy:
			length, head := binary.Uvarint(from)
			if head <= 0 || length > uint64(len(from)-head) {
				return nil, errWire
			}
			f.b = from[head : head+int(length)]
			size = head + int(length)
		default:
			return nil, fmt.Errorf("%w: wire type %d", errWire, f.kind)
		}
		out = append(out, f)
		from = from[size:]
	}
	return out, nil
}

// has says whether there is such a field, empty or not.
func (m message) has(number int) bool {
	for _, f := range m {
		if f.number == number {
			return true
		}
	}
	return false
}

// number is the last value of a numeric field, 0 without one.
func (m message) number(number int) uint64 {
	var n uint64
	for _, f := range m {
		if f.number == number && f.kind != lengthy {
			n = f.n
		}
	}
	return n
}

// bytes is the last value of a field of bytes, nil without one.
func (m message) bytes(number int) []byte {
	var b []byte
	for _, f := range m {
		if f.number == number && f.kind == lengthy {
			b = f.b
		}
	}
	return b
}

// inner reads the message in a field; an absent one is empty.
func (m message) inner(number int) (message, error) { return readMessage(m.bytes(number)) }

// A builder writes a message.
type builder []byte

func (w *builder) tag(number int, kind wireKind) {
	*w = binary.AppendUvarint(*w, uint64(number)<<3|uint64(kind))
}

// varint writes a number, negative ones as 64 bits of two's complement.
func (w *builder) varint(number int, n int64) *builder {
	w.tag(number, varint)
	*w = binary.AppendUvarint(*w, uint64(n))
	return w
}

func (w *builder) bool(number int, on bool) *builder {
	if on {
		return w.varint(number, 1)
	}
	return w.varint(number, 0)
}

func (w *builder) double(number int, v float64) *builder {
	w.tag(number, fixed64)
	*w = binary.LittleEndian.AppendUint64(*w, math.Float64bits(v))
	return w
}

func (w *builder) fixed32(number int, n uint32) *builder {
	w.tag(number, fixed32)
	*w = binary.LittleEndian.AppendUint32(*w, n)
	return w
}

func (w *builder) bytes(number int, b []byte) *builder {
	w.tag(number, lengthy)
	*w = binary.AppendUvarint(*w, uint64(len(b)))
	*w = append(*w, b...)
	return w
}

func (w *builder) text(number int, s string) *builder { return w.bytes(number, []byte(s)) }

// message writes what build writes as a message of its own.
func (w *builder) message(number int, build func(*builder)) *builder {
	return w.bytes(number, built(build))
}

// wrapped writes a StringValue, unless it is empty.
func (w *builder) wrapped(number int, s string) *builder {
	if s == "" {
		return w
	}
	return w.message(number, func(in *builder) { in.text(1, s) })
}

func built(build func(*builder)) []byte {
	w := builder{}
	build(&w)
	return w
}
