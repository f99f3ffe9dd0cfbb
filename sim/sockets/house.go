package sockets

import (
	"crypto/tls"
	"net"
	"path/filepath"
	"runtime"
	"time"
)

// A plan is a socket before it is opened: what it says of itself, and exactly one habit.
type plan struct {
	Socket
	habit    habit
	talk     func(net.Conn) error         // of a stream
	answer   func([]byte) ([]byte, error) // of datagrams
	optional bool                         // left out where the system cannot open it
}

// A habit is how a socket treats those who come.
type habit int

const (
	talks    habit = iota // accepts connections
	answers               // takes datagrams
	refuses               // holds its port and serves nobody
	swallows              // drops SYNs
)

const loopback = "127.0.0.1"

// house lists every socket, named as people name the things they have at home.
func house(dir string, pair tls.Certificate, now func() time.Time) []plan {
	return append(append(tcpSockets(pair), udpSockets(now)...), unixSockets(dir)...)
}

func tcpSockets(pair tls.Certificate) []plan {
	tcp := func(name string, find Finding, about string) Socket {
		return Socket{Name: name, Host: loopback, Protocol: "tcp", Find: find, About: about}
	}
	nas := tcp("nas", Up, "speaks TLS with its own certificate")
	nas.TLS, nas.ServerName = true, serverName

	ftp := tcp("nas-ftp", Up, "greets with 220")
	ftp.Expect = "220 "

	mail := tcp("mail", Down, "greets with 554 where 220 is expected")
	mail.Expect, mail.Class = "220 ", "mismatch"

	boiler := tcp("boiler", Down, "accepts and never answers what is expected")
	boiler.Expect, boiler.Class = "READY", "no_answer"

	sleeping := tcp("sleeping-meter", Down, "drops every SYN")
	sleeping.Class = "timeout"

	bell := tcp("door-bell", Down, "refuses")
	bell.Class = "refused"

	camera := tcp("camera", Up, "accepts over IPv6")
	camera.Host, camera.Protocol = "::1", "tcp6"

	return []plan{
		{Socket: tcp("web", Up, "accepts"), talk: hear},
		{Socket: nas, talk: speakTLS(pair)},
		{Socket: ftp, talk: greet("220 ready")},
		{Socket: mail, talk: greet("554 closed today")},
		{Socket: tcp("printer", Up, "accepts and never answers"), talk: hear},
		{Socket: boiler, talk: hear},
		{Socket: camera, talk: hear, optional: true},
		{Socket: tcp("flaky-meter", Flaps, "accepts, and is gone at times"), talk: hear},
		{Socket: sleeping, habit: swallows, optional: runtime.GOOS != "linux"},
		{Socket: bell, habit: refuses},
	}
}

func udpSockets(now func() time.Time) []plan {
	udp := func(name string, find Finding, about string) Socket {
		return Socket{Name: name, Host: loopback, Protocol: "udp", Find: find, About: about}
	}
	must := func(s Socket, preset string) Socket {
		s.Preset, s.RequireAnswer = preset, true
		return s
	}
	inverter := must(udp("inverter", Down, "never answers, and must"), "")
	inverter.Class = "no_answer"

	radio := udp("old-radio", Down, "refuses by ICMP")
	radio.Class = "refused"

	return []plan{
		{Socket: must(udp("router-dns", Up, "answers DNS"), "dns"), habit: answers, answer: answerDNS},
		{Socket: must(udp("clock", Up, "answers NTP"), "ntp"), habit: answers, answer: answerNTP(now)},
		{Socket: must(udp("thermostat", Up, "echoes"), "echo"), habit: answers, answer: echo},
		{Socket: udp("heat-pump", Up, "never answers, and need not"), habit: answers, answer: silent},
		{Socket: inverter, habit: answers, answer: silent},
		{Socket: radio, habit: refuses},
	}
}

func unixSockets(dir string) []plan {
	local := func(name, protocol, about string) Socket {
		return Socket{Name: name, Host: filepath.Join(dir, name+".sock"), Protocol: protocol, Find: Up, About: about}
	}
	// Which systems have which kinds is known for certain of one.
	elsewhere := runtime.GOOS != "linux"
	return []plan{
		{Socket: local("shutter", "unix", "a stream"), talk: hear, optional: elsewhere},
		{Socket: local("door-lock", "unixgram", "datagrams"), habit: answers, answer: silent, optional: elsewhere},
		{Socket: local("blinds", "unixpacket", "packets in sequence"), talk: hear, optional: elsewhere},
	}
}
