package homeplug

import (
	"crypto/rand"
	"encoding/hex"
	"net"
	"os"
	"path/filepath"
	"runtime"

	"home_exporter/internal/device/homeplug/hpav"
)

// openSocket opens a segment on a Unix datagram socket. Answers come back to the
// address of our own socket.
func openSocket(path string) (*link, error) {
	self := hpav.MAC{0x02} // locally administered
	rand.Read(self[1:])
	own := &net.UnixAddr{Net: "unixgram"} // Linux makes up an abstract name
	if runtime.GOOS != "linux" {
		own.Name = filepath.Join(os.TempDir(), "home_exporter-"+hex.EncodeToString(self[1:])+".sock")
	}
	conn, err := net.ListenUnixgram("unixgram", own)
	if err != nil {
		return nil, err
	}
	return &link{PacketConn: &socketConn{UnixConn: conn, peer: &net.UnixAddr{Net: "unixgram", Name: path}}, self: self}, nil
}

// A socketConn sends all to one peer.
type socketConn struct {
	*net.UnixConn
	peer *net.UnixAddr
}

func (c *socketConn) WriteTo(b []byte, _ net.Addr) (int, error) {
	n, err := c.UnixConn.WriteTo(b, c.peer)
	return n, bare(err)
}

// Close also removes the socket where it has a name in the file system.
func (c *socketConn) Close() error {
	name := c.LocalAddr().String()
	err := c.UnixConn.Close()
	if runtime.GOOS != "linux" {
		os.Remove(name)
	}
	return err
}
