package homeplug

import "encoding/binary"

// An entry is a message behind its header, as it grows.
type entry []byte

func (e entry) u8(v ...byte) entry      { return append(e, v...) }
func (e entry) u16(v uint16) entry      { return binary.LittleEndian.AppendUint16(e, v) }
func (e entry) mac(m MAC) entry         { return append(e, m[:]...) }
func (e entry) nid(n NID) entry         { return append(e, n[:]...) }
func (e entry) zeros(n int) entry       { return append(e, make([]byte, n)...) }
func (e entry) text(s string) entry     { return append(e, s...) }
func (e entry) setU16(at int, v uint16) { binary.LittleEndian.PutUint16(e[at:], v) }
func (e entry) fixed(s string, n int) entry {
	field := make([]byte, n)
	copy(field, s)
	return append(e, field...)
}

func (e entry) u32(values ...uint32) entry {
	for _, v := range values {
		e = binary.LittleEndian.AppendUint32(e, v)
	}
	return e
}

func (e entry) u64(values ...uint64) entry {
	for _, v := range values {
		e = binary.LittleEndian.AppendUint64(e, v)
	}
	return e
}
