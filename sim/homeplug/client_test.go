package homeplug_test

import (
	"encoding/hex"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"home_exporter/sim/homeplug"
)

// patience is longer than any answer takes on a machine that is busy.
const patience = 20 * time.Second

// A client is a host on the segment. The last frame of each question is one that the simulator answers for sure, so
// that a client knows when nothing else will come.
type client struct {
	t    testing.TB
	conn *net.UnixConn
	to   *net.UnixAddr
}

// meet runs a segment and a client on it.
func meet(t testing.TB, o homeplug.Options) (*homeplug.Sim, *client) {
	t.Helper()
	dir := t.TempDir()
	o.Socket = filepath.Join(dir, "line")
	sim := start(t, o)
	return sim, dial(t, o.Socket, filepath.Join(dir, "host"))
}

func dial(t testing.TB, line, own string) *client {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: own, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &client{t, conn, &net.UnixAddr{Name: line, Net: "unixgram"}}
}

func (c *client) send(frame []byte) {
	c.t.Helper()
	if _, err := c.conn.WriteToUnix(frame, c.to); err != nil {
		c.t.Fatal(err)
	}
}

// receive waits for one frame.
func (c *client) receive() []byte {
	c.t.Helper()
	frame, err := c.read(patience)
	if err != nil {
		c.t.Fatal(err)
	}
	return frame
}

func (c *client) read(within time.Duration) ([]byte, error) {
	if err := c.conn.SetReadDeadline(time.Now().Add(within)); err != nil {
		return nil, err
	}
	buffer := make([]byte, 10000)
	n, err := c.conn.Read(buffer)
	return buffer[:n], err
}

// ask returns the answers to one request: all frames until the answer to a question that only a mark asks for.
func (c *client) ask(frame []byte) [][]byte {
	c.t.Helper()
	c.send(frame)
	c.send(markRequest())
	var answers [][]byte
	for {
		answer := c.receive()
		if string(answer[:6]) == string(markHost[:]) {
			return answers
		}
		answers = append(answers, answer)
	}
}

// markHost asks for the mark; nobody else has that address.
var markHost = homeplug.MAC{0x02, 0x00, 0x00, 0x00, 0xee, 0xee}

// marker is an adapter that every segment with a client has beside the others: in no network, and well.
var marker = homeplug.MAC{0xde, 0xad, 0xbe, 0xef, 0xee, 0xee}

func markRequest() []byte {
	f := request(marker, "00 00a0 00b052")
	copy(f[6:], markHost[:])
	return f
}

// withMarker adds the marker. It hears the local address and broadcasts as the others do.
func withMarker(o homeplug.Options) homeplug.Options {
	o.Adapters = append(o.Adapters, homeplug.Adapter{MAC: marker, Local: true, Chip: homeplug.NewBootLoader()})
	return o
}

// others are the answers that are not the marker's.
func others(frames [][]byte) [][]byte {
	var out [][]byte
	for _, f := range frames {
		if len(f) < 12 || string(f[6:12]) != string(marker[:]) {
			out = append(out, f)
		}
	}
	return out
}

// request is a HomePlug frame of the host, padded.
func request(to homeplug.MAC, message string) []byte { return frameOf(to, 0x88e1, message) }

func frameOf(to homeplug.MAC, etherType uint16, message string) []byte {
	f := append(append(append([]byte{}, to[:]...), host[:]...), byte(etherType>>8), byte(etherType))
	f = append(f, unhex(message)...)
	return append(f, make([]byte, max(0, 60-len(f)))...)
}

// unhex reads hexadecimal digits with white space; text in quotes is itself.
func unhex(s string) []byte {
	var out []byte
	for i, part := range strings.Split(s, `"`) {
		if i%2 == 1 {
			out = append(out, part...)
			continue
		}
		b, err := hex.DecodeString(strings.Join(strings.Fields(part), ""))
		if err != nil {
			panic(err) // a mistake in the test
		}
		out = append(out, b...)
	}
	return out
}

// quiet fails if a frame comes within the time.
func (c *client) quiet(within time.Duration) {
	c.t.Helper()
	if frame, err := c.read(within); !errors.Is(err, os.ErrDeadlineExceeded) {
		c.t.Errorf("got % x (%v), want silence", frame, err)
	}
}
