package homeplug

import (
	"context"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// An interfaceWire is a raw socket for one EtherType of an Ethernet interface (packet(7)). It sends from any address.
type interfaceWire struct{ file *os.File }

// openInterface opens it in the network namespace of the calling thread.
func openInterface(name string, etherType uint16) (wire, error) {
	ifi, err := net.InterfaceByName(name)
	if err != nil {
		return nil, fmt.Errorf("interface %s: %w", name, err)
	}
	protocol := etherType>>8 | etherType<<8 // network byte order
	// Without a protocol it hears nothing until it is bound to the interface.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open a raw socket (needs root or CAP_NET_RAW): %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: protocol, Ifindex: ifi.Index}); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("bind a raw socket to %s: %w", name, err)
	}
	return &interfaceWire{file: os.NewFile(uintptr(fd), name)}, nil
}

func (w *interfaceWire) read(buffer []byte) (int, string, error) {
	n, err := w.file.Read(buffer)
	return n, "", err
}

func (w *interfaceWire) write(_ context.Context, frame []byte, _ string) error {
	_, err := w.file.Write(frame)
	return err
}

func (w *interfaceWire) close() error { return w.file.Close() }
