package sockets

import (
	"encoding/binary"
	"fmt"
	"time"
)

// An NTP packet without extensions (RFC 5905 section 7.3), big endian:
//
//	0   leap indicator (2 bits), version (3), mode (3): 3 is a client, 4 a server
//	1   stratum    2  poll exponent    3  precision, a signed exponent of 2
//	4   root delay    8  root dispersion    12  reference identifier
//	16  reference time    24  origin time    32  receive time    40  transmit time
//
// Whatever follows byte 47 is an extension or a signature: ignored.
const (
	ntpSize       = 48
	ntpModeClient = 3
	ntpModeServer = 4
)

// ntpEpoch is 1900-01-01 in seconds before the Unix epoch (RFC 5905 section 6).
const ntpEpoch = 2_208_988_800

// answerNTP plays a clock on the local network, one step away from a radio clock.
func answerNTP(now func() time.Time) func([]byte) ([]byte, error) {
	return func(request []byte) ([]byte, error) {
		if len(request) < ntpSize {
			return nil, fmt.Errorf("ntp: %d bytes, want %d", len(request), ntpSize)
		}
		version, mode := request[0]>>3&7, request[0]&7
		if mode != ntpModeClient || version < 1 || version > 4 {
			return nil, fmt.Errorf("ntp: version %d mode %d, want version 1 to 4 and mode %d", version, mode, ntpModeClient)
		}
		stamp := ntpTime(now())
		reply := make([]byte, ntpSize)
		reply[0] = version<<3 | ntpModeServer
		reply[1] = 2                           // stratum: synchronised from a primary server
		reply[2] = request[2]                  // poll
		reply[3] = 0xec                        // precision: 2^-20 s, a microsecond
		copy(reply[12:16], "\x7f\x00\x00\x01") // reference: an IPv4 address, here our own
		binary.BigEndian.PutUint64(reply[16:], stamp)
		copy(reply[24:32], request[40:48]) // origin time is the client's transmit time, unchanged
		binary.BigEndian.PutUint64(reply[32:], stamp)
		binary.BigEndian.PutUint64(reply[40:], stamp)
		return reply, nil
	}
}

// ntpTime is t as 32 bits of seconds since 1900, which begin again in 2036, and 32 bits of fraction.
func ntpTime(t time.Time) uint64 {
	seconds := uint64(uint32(t.Unix() + ntpEpoch))
	fraction := uint64(t.Nanosecond()) << 32 / 1e9
	return seconds<<32 | fraction
}
