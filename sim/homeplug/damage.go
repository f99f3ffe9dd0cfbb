package homeplug

import (
	"math/rand/v2"
	"slices"
)

const (
	runtLength     = 4
	oversizeLength = 2000
)

// otherHost is who frames are for that are not for the requester.
var otherHost = MAC{0x02, 0x00, 0x00, 0x00, 0xbb, 0x02}

// damage changes a frame. message is how much of it was message before the padding.
func (h Habits) damage(frame []byte, message int) []byte {
	f := slices.Clone(frame)
	body := f[etherHeader:]
	switch h.Damage {
	case Truncated:
		return f[:etherHeader+h.cut(message)]
	case TruncatedPadded:
		clear(body[h.cut(message):])
	case Runt:
		return f[:etherHeader+runtLength]
	case WrongOUI:
		if at := ouiAt(body); at > 0 {
			body[at], body[at+1], body[at+2] = 0x00, 0x80, 0xe1 // of STMicroelectronics, who have messages of their own there
		}
	case WrongMMV:
		body[0] = flag(body[0] == 0)
	case WrongType:
		body[1] += 4 // the next type of the same direction
	case Foreign:
		copy(f, otherHost[:])
	case Oversize:
		return append(f, make([]byte, max(0, oversizeLength-len(body)))...)
	case Garbage:
		r := rand.New(rand.NewPCG(uint64(len(body)), uint64(f[11]))) // any will do, as long as it is the same each time
		for i := range body {
			body[i] = byte(r.Uint32())
		}
	}
	return f
}

func (h Habits) cut(message int) int {
	if h.CutAt > 0 {
		return min(h.CutAt, message)
	}
	return message / 2
}

// ouiAt is where a vendor message has its OUI; 0 if it has none.
func ouiAt(message []byte) int {
	switch {
	case uint16(message[2])<<8&familyMask != vendor:
		return 0
	case message[0] == 0:
		return 3
	}
	return 5
}
