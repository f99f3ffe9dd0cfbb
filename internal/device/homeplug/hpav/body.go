package hpav

import "encoding/binary"

// A body reads an entry from its front. What is beyond its end is zero, and makes bad
// true.
type body struct {
	rest []byte
	bad  bool
}

func (b *body) bytes(n int) []byte {
	if n < 0 || n > len(b.rest) {
		b.bad, b.rest = true, nil
		return make([]byte, min(max(n, 0), 8)) // callers that read a fixed few bytes need not look
	}
	out := b.rest[:n]
	b.rest = b.rest[n:]
	return out
}

func (b *body) skip(n int)  { b.bytes(n) }
func (b *body) u8() uint8   { return b.bytes(1)[0] }
func (b *body) u16() uint16 { return binary.LittleEndian.Uint16(b.bytes(2)) }
func (b *body) u32() uint32 { return binary.LittleEndian.Uint32(b.bytes(4)) }
func (b *body) u64() uint64 { return binary.LittleEndian.Uint64(b.bytes(8)) }
func (b *body) mac() MAC    { return MAC(b.bytes(6)) }
func (b *body) nid() NID    { return NID(b.bytes(7)) }
func (b *body) done() error {
	if b.bad {
		return malformed("the message is shorter than it says")
	}
	return nil
}
