//go:build !linux

package check

import (
	"net"
	"net/netip"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/net/icmp"
)

// dialPing opens an unprivileged ping socket for addr. Besides Linux only macOS has
// them; elsewhere it fails, and raw sockets are tried.
func dialPing(o *Options, addr netip.Addr) (net.Conn, error) {
	if runtime.GOOS != "darwin" {
		return nil, os.NewSyscallError("socket", syscall.EPROTONOSUPPORT)
	}
	word, local := "udp4", "0.0.0.0"
	if addr.Is6() {
		word, local = "udp6", "::"
	}
	if o.Source.IsValid() {
		local = o.Source.Unmap().String()
	}
	conn, err := icmp.ListenPacket(word, local)
	if err != nil {
		return nil, err
	}
	return &pingPacketConn{PacketConn: conn, to: &net.UDPAddr{IP: addr.AsSlice(), Zone: addr.Zone()}}, nil
}

// A pingPacketConn makes a connection of a socket that is not connected.
type pingPacketConn struct {
	*icmp.PacketConn
	to *net.UDPAddr
}

var _ net.Conn = (*pingPacketConn)(nil)

func (p *pingPacketConn) Write(b []byte) (int, error) { return p.WriteTo(b, p.to) }

// Read returns what comes from the peer; the rest is dropped.
func (p *pingPacketConn) Read(b []byte) (int, error) {
	for {
		n, from, err := p.ReadFrom(b)
		if err != nil {
			return n, err
		}
		if a, ok := from.(*net.UDPAddr); ok && a.IP.Equal(p.to.IP) {
			return n, nil
		}
	}
}

func (p *pingPacketConn) RemoteAddr() net.Addr { return p.to }
