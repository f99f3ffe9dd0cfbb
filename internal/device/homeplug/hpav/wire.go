// Package hpav speaks the management messages of HomePlug AV powerline adapters, in
// raw Ethernet frames. It only reads: it has no means to build a message that changes
// an adapter, resets it or makes it tell its keys.
//
//	off  len
//	  0    6  destination    an adapter, Local, or Broadcast
//	  6    6  source         in answers the adapter's own, whatever was asked
//	 12    2  EtherType      88e1, big endian; 8912 for MediaXtream (Broadcom)
//	 14    1  MMV            version of the header: 0, 1 or 2
//	 15    2  MMTYPE         little endian, as all that follows; the low two bits tell
//	                         request 0, confirm 1, indication 2, response 3
//	 17    2  FMI            only MMV 1 and 2: fragments and sequence number
//	  …    3  OUI            only vendor messages: 00b052 Atheros, 001f84 MediaXtream
//	  …       entry          then zeros up to 60 bytes: a frame does not tell its length
//
// An adapter answers in the MMV of the request. The layouts follow qca/open-plc-utils
// (mme/qualcomm.h and the programs in plc/), ffainelli/faifa (homeplug_av.h) and
// serock/pla-util; each file names its own.
package hpav

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Sizes of frames, without the checksum.
const (
	minFrame = 60
	maxFrame = 1518
	header   = 14 // of Ethernet
)

// EtherTypes of the management messages.
const (
	EtherTypeAV          uint16 = 0x88e1
	EtherTypeMediaXtream uint16 = 0x8912
)

// confirm makes the MMTYPE of an answer from that of the request.
const confirm = 1

// An oui is the maker whose message it is.
type oui [3]byte

var (
	noOUI       oui
	atheros     = oui{0x00, 0xb0, 0x52}
	mediaXtream = oui{0x00, 0x1f, 0x84}
)

// A frame is a management message as it came.
type frame struct {
	dst, src  MAC
	etherType uint16
	mmv       uint8
	mmtype    uint16
	fragments uint8 // how many there are, 1 for a whole message
	fragment  uint8 // which one this is, from 0
	sequence  uint8
	rest      []byte // all after the header that both forms share, OUI included
}

// errMalformed is the error of every frame that is not what it says.
var errMalformed = errors.New("malformed")

// errOther is the error of an answer that is in order, but not to the question.
var errOther = errors.New("the answer to another question")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errMalformed}, args...)...)
}

// parseFrame takes a frame apart up to the OUI.
func parseFrame(b []byte) (frame, error) {
	var f frame
	if len(b) < header+3 || len(b) > maxFrame {
		return f, malformed("a frame of %d bytes", len(b))
	}
	f.dst, f.src = MAC(b[0:6]), MAC(b[6:12])
	f.etherType = binary.BigEndian.Uint16(b[12:])
	if f.etherType != EtherTypeAV && f.etherType != EtherTypeMediaXtream {
		return f, malformed("EtherType %04x", f.etherType)
	}
	if !f.src.IsStation() {
		return f, malformed("source %s", f.src)
	}
	f.mmv, f.mmtype = b[14], binary.LittleEndian.Uint16(b[15:])
	f.fragments, f.rest = 1, b[17:]
	if f.mmv == 0 {
		return f, nil
	}
	if len(f.rest) < 2 {
		return f, malformed("a frame of %d bytes with MMV %d", len(b), f.mmv)
	}
	f.fragments, f.fragment, f.sequence = f.rest[0]>>4+1, f.rest[0]&15, f.rest[1]
	f.rest = f.rest[2:]
	if f.fragment >= f.fragments {
		return f, malformed("fragment %d of %d", f.fragment, f.fragments)
	}
	return f, nil
}
