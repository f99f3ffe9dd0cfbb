package sockets

import (
	"net"
	"strconv"
)

// A Socket tells where one simulated socket is, what settings a check of it needs, and what it should find.
type Socket struct {
	Name     string
	Host     string // an address of the loopback interface, or the path of a Unix socket
	Port     int    // 0 for a Unix socket
	Protocol string // tcp, tcp6, udp, unix, unixgram, unixpacket

	TLS           bool   // make a TLS handshake; the certificate is the house's own
	ServerName    string // the name in that certificate
	Expect        string // text that the answer must contain
	Preset        string // what a UDP check sends: dns, ntp, echo
	RequireAnswer bool   // silence on UDP is a failure

	Find  Finding
	Class string // class of the failure that a check finds: refused, timeout, no_answer, mismatch; empty when it finds none
	About string // one line for people
}

// Address is the socket's address as net.Dial wants it.
func (s Socket) Address() string {
	if s.Port == 0 {
		return s.Host
	}
	return net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
}

// Finding is what a check of a socket finds as long as nobody calls Stop.
type Finding string

// The findings.
const (
	Up    Finding = "up"
	Down  Finding = "down"
	Flaps Finding = "flaps" // up and down by turns
)
