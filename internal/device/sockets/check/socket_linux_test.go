package check

import (
	"net"
	"net/netip"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"home_exporter/internal/testenv"
)

// option reads an integer option of the sockets that d makes for address.
func option(t *testing.T, d *net.Dialer, network, address string, level, name int) int {
	t.Helper()
	var value int
	inner := d.Control
	d.Control = func(network, address string, raw syscall.RawConn) error {
		if inner != nil {
			if err := inner(network, address, raw); err != nil {
				return err
			}
		}
		var err error
		raw.Control(func(fd uintptr) { value, err = unix.GetsockoptInt(int(fd), level, name) })
		return err
	}
	conn, err := d.DialContext(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	return value
}

// The options that no outcome on loopback would show.
func TestSocketOptions(t *testing.T) {
	p := listen(t, "tcp4", "127.0.0.1:0", nil)
	c := NewChecker(CheckerOptions{})
	source := &Options{Source: netip.MustParseAddr("127.0.0.1")}
	tcp := c.dialer(newTarget(t, "tcp", p.host, p.port, source))
	if option(t, tcp, "tcp", p.Addr().String(), unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT) == 0 {
		t.Error("with a source, the port is chosen before the destination is known")
	}
	udp := *c.dialer(newTarget(t, "udp", p.host, p.port, nil))
	if option(t, &udp, "udp", p.Addr().String(), unix.IPPROTO_IP, unix.IP_RECVERR) == 0 {
		t.Error("udp4 hides soft errors")
	}
	testenv.NeedLoopback6(t)
	udp6 := *c.dialer(newTarget(t, "udp", "::1", p.port, nil))
	if option(t, &udp6, "udp", "[::1]:"+p.port, unix.IPPROTO_IPV6, unix.IPV6_RECVERR) == 0 {
		t.Error("udp6 hides soft errors")
	}
}

// Without wishes, all targets share one dialler, which sets nothing.
func TestSharedDialer(t *testing.T) {
	c := NewChecker(CheckerOptions{})
	for _, o := range []*Options{nil, {Reset: true}} {
		if d := c.dialer(newTarget(t, "tcp", "127.0.0.1", "80", o)); d != &c.plain || d.Control != nil {
			t.Errorf("options %+v cost a dialler", o)
		}
	}
}

// What netcat says of the same sockets. For UDP it sends only with -v.
func TestIntegrationLikeNetcat(t *testing.T) {
	testenv.Need(t, "nc")
	open := listen(t, "tcp4", "127.0.0.1:0", nil)
	_, closed := closedPort(t, "tcp4")
	echo := listenDatagrams(t, "udp4", "127.0.0.1:0", echoes)
	quiet := listenDatagrams(t, "udp4", "127.0.0.1:0", silent)
	_, closedUDP := closedUDPPort(t, "udp4", "127.0.0.1")
	hole, _ := blackHole(t, "127.0.0.1", 0)
	path := socketPath(t)
	serveUnix(t, "unix", path)
	tests := map[string]struct {
		network, host, port string
		args                []string
	}{
		"open":         {"tcp", "127.0.0.1", open.port, []string{"-z", "127.0.0.1", open.port}},
		"closed":       {"tcp", "127.0.0.1", closed, []string{"-z", "127.0.0.1", closed}},
		"dropped":      {"tcp", "127.0.0.1", hole, []string{"-z", "-w", "1", "127.0.0.1", hole}},
		"udp, answers": {"udp", "127.0.0.1", echo.port, []string{"-zuv", "-w", "1", "127.0.0.1", echo.port}},
		"udp, silent":  {"udp", "127.0.0.1", quiet.port, []string{"-zuv", "-w", "1", "127.0.0.1", quiet.port}},
		"udp, closed":  {"udp", "127.0.0.1", closedUDP, []string{"-zuv", "-w", "1", "127.0.0.1", closedUDP}},
		"unix":         {"unix", path, "", []string{"-zU", path}},
		"unix, none":   {"unix", path + "x", "", []string{"-zU", path + "x"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // netcat's waits are whole seconds
			said := exec.CommandContext(t.Context(), "nc", tt.args...).Run() == nil
			r := check(t, brief, newTarget(t, tt.network, tt.host, tt.port, nil), CheckerOptions{})
			if r.Up() != said {
				t.Errorf("up %t (%v), nc says %t", r.Up(), r.Err, said)
			}
		})
	}
}
