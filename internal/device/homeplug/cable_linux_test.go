package homeplug

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"home_exporter/internal/testenv"
	simhomeplug "home_exporter/sim/homeplug"
)

// A cable is a real Ethernet segment between two network namespaces: at one end the
// simulated adapters, at the other the device that asks them.
type cable struct {
	*rig
	host, line testenv.End
}

// newCable plugs the adapters in and opens the device, which asks with patience for a
// busy machine. Nothing of it is left when the test ends.
func newCable(t *testing.T, o simhomeplug.Options, edit ...func(*entry)) *cable {
	t.Helper()
	ends := testenv.NewSegment(t)
	c := &cable{host: ends.Host, line: ends.Device}
	edit = append([]func(*entry){basic, func(e *entry) { e.Interface = c.host.Interface }}, edit...)
	c.rig = openRig(t, edit...)
	c.plug(o)
	return c
}

// plug starts the adapters at the far end.
func (c *cable) plug(o simhomeplug.Options) {
	c.t.Helper()
	o.Interface = c.line.Interface
	err := c.line.Do(func() (err error) {
		c.sim, err = simhomeplug.Start(context.Background(), o)
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	sim := c.sim
	c.t.Cleanup(func() { shut(c.t, sim) })
}

// poll asks once, from the namespace of the host.
func (c *cable) poll() (s series, err error) {
	c.t.Helper()
	_ = c.host.Do(func() error {
		s, err = c.rig.poll()
		return nil
	})
	return s, err
}

// well is poll where nothing may be wrong.
func (c *cable) well() series {
	c.t.Helper()
	s, err := c.poll()
	if err != nil {
		c.t.Fatalf("poll: %v", err)
	}
	return s
}

// recovers polls until nothing is wrong: an interface that has come up takes a moment
// before it carries frames.
func (c *cable) recovers() series {
	c.t.Helper()
	var err error
	for range 50 {
		var s series
		if s, err = c.poll(); err == nil {
			return s
		}
	}
	c.t.Fatalf("does not recover: %v", err)
	return nil
}

// ip runs iproute2's program in the namespace of the host.
func (c *cable) ip(args string) {
	c.t.Helper()
	run(c.t, "ip -n "+c.host.Namespace+" "+args)
}

func run(t testing.TB, command string) {
	t.Helper()
	words := strings.Fields(command)
	if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", command, err, out)
	}
}

// ownSys gives the current thread a /sys that shows its own network namespace. The
// thread must not be used for anything else afterwards.
func ownSys() error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("sysfs", "/sys", "sysfs", 0, ""); err != nil {
		return fmt.Errorf("mount /sys: %w", err)
	}
	return nil
}
