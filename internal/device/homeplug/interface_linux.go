package homeplug

import (
	"errors"
	"net"
	"syscall"

	"github.com/mdlayher/packet"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"home_exporter/internal/device/homeplug/hpav"
)

// openInterface opens a raw socket. It takes CAP_NET_RAW.
func openInterface(name string) (*link, error) {
	ifi, err := net.InterfaceByName(name)
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno):
		return nil, err // nobody could look
	case err != nil:
		return nil, missing()
	case len(ifi.HardwareAddr) != len(hpav.MAC{}):
		return nil, unreachable("it has no Ethernet address, so no adapter is behind it; name another one")
	}
	// All protocols, of which the filter lets few through: a socket for one protocol
	// hears nothing on the port of a bridge, which takes the frames first.
	conn, err := packet.Listen(ifi, packet.Raw, unix.ETH_P_ALL, &packet.Config{Filter: filter})
	if err != nil {
		return nil, err
	}
	return &link{PacketConn: rawConn{conn}, self: hpav.MAC(ifi.HardwareAddr)}, nil
}

// A rawConn takes the destination from the frame.
type rawConn struct{ *packet.Conn }

func (c rawConn) WriteTo(b []byte, _ net.Addr) (int, error) {
	n, err := c.Conn.WriteTo(b, &packet.Addr{HardwareAddr: b[:6]})
	if errors.Is(err, unix.ENOBUFS) {
		return len(b), nil // the interface's queue was full: a lost frame, which is asked for again
	}
	return n, bare(err)
}

// filter lets confirms, indications and responses of HomePlug AV and MediaXtream pass:
// the low two bits of the message type tell them from requests, our own among them.
// What came with a VLAN tag, which the kernel has taken off, is for another interface.
var filter = assemble([]bpf.Instruction{
	bpf.LoadExtension{Num: bpf.ExtVLANTagPresent},
	bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0, SkipTrue: 1},
	bpf.RetConstant{Val: 0},
	bpf.LoadAbsolute{Off: 12, Size: 2},
	bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(hpav.EtherTypeAV), SkipTrue: 1},
	bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(hpav.EtherTypeMediaXtream), SkipFalse: 4},
	bpf.LoadAbsolute{Off: 15, Size: 1},
	bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 3},
	bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0, SkipTrue: 1},
	bpf.RetConstant{Val: 2048},
	bpf.RetConstant{Val: 0},
})

func assemble(program []bpf.Instruction) []bpf.RawInstruction {
	raw, err := bpf.Assemble(program)
	if err != nil {
		panic(err) // it is a constant
	}
	return raw
}
