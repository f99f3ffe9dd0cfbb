// Package protobuf reads and writes Protocol Buffers without their descriptions: the
// few messages that a Powerwall gateway speaks are walked field by field. Source: the
// encoding guide of protobuf.dev.
package protobuf

import (
	"encoding/binary"
	"errors"
	"iter"
	"math"
)

// ErrMalformed is the error of bytes that are no protocol buffer.
var ErrMalformed = errors.New("the answer is no protocol buffer")

// A Field is one field of a message.
type Field struct {
	Number uint64
	Value  uint64 // of numbers: varint, fixed32, fixed64
	Bytes  []byte // of strings, bytes and messages; part of what was read
	Wire   Wire
}

// A Wire is the type of a field on the wire.
type Wire uint8

// Wire types (Protocol Buffers, encoding). Groups, which nobody sends any more, are
// malformed here.
const (
	Varint  Wire = 0
	Fixed64 Wire = 1
	Bytes   Wire = 2
	Fixed32 Wire = 5
)

// Fields walks through the fields of a message. The error is nil until one is bad,
// which is then the last.
func Fields(b []byte) iter.Seq2[Field, error] {
	return func(yield func(Field, error) bool) {
		for len(b) > 0 {
			f, n, err := nextField(b)
			if !yield(f, err) || err != nil {
				return
			}
			b = b[n:]
		}
	}
}

// maxNumber is the greatest number that a field can have.
const maxNumber = 1<<29 - 1

func nextField(b []byte) (Field, int, error) {
	tag, n := binary.Uvarint(b)
	if n <= 0 || tag>>3 == 0 || tag>>3 > maxNumber {
		return Field{}, 0, ErrMalformed
	}
	f := Field{Number: tag >> 3, Wire: Wire(tag & 7)}
	rest := b[n:]
	switch f.Wire {
	case Varint:
		v, size := binary.Uvarint(rest)
		if size <= 0 {
			return f, 0, ErrMalformed
		}
		f.Value = v
		return f, n + size, nil
	case Fixed64:
		if len(rest) < 8 {
			return f, 0, ErrMalformed
		}
		f.Value = binary.LittleEndian.Uint64(rest)
		return f, n + 8, nil
	case Fixed32:
		if len(rest) < 4 {
			return f, 0, ErrMalformed
		}
		f.Value = uint64(binary.LittleEndian.Uint32(rest))
		return f, n + 4, nil
	case Bytes:
		size, m := binary.Uvarint(rest)
		if m <= 0 || size > uint64(len(rest)-m) {
			return f, 0, ErrMalformed
		}
		f.Bytes = rest[m : m+int(size)]
		return f, n + m + int(size), nil
	}
	return f, 0, ErrMalformed
}

// Float returns the value of a double.
func (f Field) Float() float64 { return math.Float64frombits(f.Value) }

// Text returns the string in a field that is a StringValue message (wrappers.proto).
// Of several the last one counts, as in every message.
func (f Field) Text() string {
	var text string
	for inner, err := range Fields(f.Bytes) {
		if err == nil && inner.Number == 1 && inner.Wire == Bytes {
			text = string(inner.Bytes)
		}
	}
	return text
}

// A Message is a protocol buffer that is being written.
type Message []byte

// Number appends a varint.
func (m Message) Number(field, v uint64) Message {
	m = binary.AppendUvarint(m, field<<3|uint64(Varint))
	return binary.AppendUvarint(m, v)
}

// Fixed32 appends a fixed32.
func (m Message) Fixed32(field uint64, v uint32) Message {
	m = binary.AppendUvarint(m, field<<3|uint64(Fixed32))
	return binary.LittleEndian.AppendUint32(m, v)
}

// Data appends a string, bytes or a message.
func (m Message) Data(field uint64, b []byte) Message {
	m = binary.AppendUvarint(m, field<<3|uint64(Bytes))
	m = binary.AppendUvarint(m, uint64(len(b)))
	return append(m, b...)
}
