package check

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ICMP types of an echo (RFC 792; RFC 4443, section 4).
const (
	echoReply4   = 0
	echoRequest4 = 8
	echoRequest6 = 128
	echoReply6   = 129
)

// echoHeader is the size of type, code, checksum, identifier and sequence.
const echoHeader = 8

// An echo is an ICMP echo request or reply.
type echo struct {
	reply   bool
	id, seq uint16
	payload []byte
}

// appendEcho encodes e. The checksum of the IPv6 form covers addresses that only the
// kernel knows; it is left zero, and the kernel fills it in.
func appendEcho(b []byte, e echo, v6 bool) []byte {
	start := len(b)
	b = append(b, echoType(e.reply, v6), 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, e.id)
	b = binary.BigEndian.AppendUint16(b, e.seq)
	b = append(b, e.payload...)
	if !v6 {
		binary.BigEndian.PutUint16(b[start+2:], checksum(b[start:]))
	}
	return b
}

func echoType(reply, v6 bool) byte {
	switch {
	case v6 && reply:
		return echoReply6
	case v6:
		return echoRequest6
	case reply:
		return echoReply4
	}
	return echoRequest4
}

// errNotEcho is returned for ICMP messages of another type, which a raw socket sees too.
var errNotEcho = errors.New("not an echo message")

// parseEcho decodes an ICMP message without its IP header. The payload is part of b.
// The kernel has verified the checksum.
func parseEcho(b []byte, v6 bool) (echo, error) {
	if len(b) < echoHeader {
		return echo{}, fmt.Errorf("icmp message of %d bytes: %w", len(b), io.ErrUnexpectedEOF)
	}
	reply := b[0] == echoType(true, v6)
	if !reply && b[0] != echoType(false, v6) || b[1] != 0 {
		return echo{}, errNotEcho
	}
	return echo{
		reply:   reply,
		id:      binary.BigEndian.Uint16(b[4:]),
		seq:     binary.BigEndian.Uint16(b[6:]),
		payload: b[echoHeader:],
	}, nil
}

// stripIPv4 returns what follows the IPv4 header (RFC 791, section 3.1) with which raw
// sockets hand over what they receive.
func stripIPv4(b []byte) ([]byte, error) {
	if len(b) < 20 {
		return nil, fmt.Errorf("ipv4 packet of %d bytes: %w", len(b), io.ErrUnexpectedEOF)
	}
	if version := b[0] >> 4; version != 4 {
		return nil, fmt.Errorf("ip version %d where 4 was expected", version)
	}
	header := int(b[0]&0x0f) * 4
	if header < 20 || header > len(b) {
		return nil, fmt.Errorf("ipv4 header of %d bytes in a packet of %d", header, len(b))
	}
	return b[header:], nil
}

// checksum is the Internet checksum (RFC 1071).
func checksum(b []byte) uint16 {
	var sum uint32
	for ; len(b) >= 2; b = b[2:] {
		sum += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

// nc sends this byte; many applications overlook an empty datagram.
const ncPayload = "X"

// appendDNSQuery encodes the smallest question there is: the name servers of the root,
// recursion desired (RFC 1035, section 4.1).
func appendDNSQuery(b []byte, id uint16) []byte {
	b = binary.BigEndian.AppendUint16(b, id)
	return append(b,
		0x01, 0x00, // flags: RD
		0, 1, 0, 0, 0, 0, 0, 0, // one question
		0,    // the root
		0, 2, // NS
		0, 1, // IN
	)
}

// checkDNSAnswer accepts any response to the query with this id: a server that refuses
// to tell is alive.
func checkDNSAnswer(b []byte, id uint16) error {
	switch {
	case len(b) < 12:
		return fmt.Errorf("dns message of %d bytes: %w", len(b), io.ErrUnexpectedEOF)
	case binary.BigEndian.Uint16(b) != id:
		return errors.New("dns message with another id")
	case b[2]&0x80 == 0:
		return errors.New("dns message that is no response")
	}
	return nil
}

// ntpSize is the size of an NTP packet without extensions (RFC 5905, section 7.3).
const ntpSize = 48

// appendNTPRequest encodes a client request of version 4, as the fields of a client
// that knows no time are: zero.
func appendNTPRequest(b []byte) []byte {
	b = append(b, 4<<3|3) // version 4, mode client
	return append(b, make([]byte, ntpSize-1)...)
}

// checkNTPAnswer accepts a packet of mode server, also one that says "kiss of death".
func checkNTPAnswer(b []byte) error {
	if len(b) < ntpSize {
		return fmt.Errorf("ntp packet of %d bytes: %w", len(b), io.ErrUnexpectedEOF)
	}
	if mode := b[0] & 7; mode != 4 {
		return fmt.Errorf("ntp packet of mode %d, not 4 (server)", mode)
	}
	return nil
}
