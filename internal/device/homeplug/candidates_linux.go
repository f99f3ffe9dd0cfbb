package homeplug

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// sysNet is where Linux tells of its interfaces.
const sysNet = "/sys/class/net"

// candidates returns the interfaces behind which adapters may be, the likeliest first:
// wired before wireless, then in the order of their numbers.
func candidates() ([]string, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list the network interfaces: %w", err)
	}
	names := likely(all, sysNet)
	if len(names) == 0 {
		return nil, unreachable("no network interface is up that could lead to powerline adapters; set interface")
	}
	return names, nil
}

// likely returns the names of those behind which adapters may be, in order.
func likely(all []net.Interface, sys string) (names []string) {
	all = slices.DeleteFunc(slices.Clone(all), func(ifi net.Interface) bool { return !isCandidate(ifi, sys) })
	slices.SortFunc(all, func(a, b net.Interface) int {
		return cmp.Or(cmp.Compare(wireless(a.Name, sys), wireless(b.Name, sys)), cmp.Compare(a.Index, b.Index))
	})
	for _, ifi := range all {
		names = append(names, ifi.Name)
	}
	return names
}

// virtual begins the names of interfaces that lead to containers, machines in machines
// and tunnels.
var virtual = []string{"docker", "veth", "virbr", "vnet", "tun", "tap", "wg", "tailscale", "zt", "cni", "flannel", "cali", "podman", "dummy", "ifb"}

// dockerBridge is how Docker names the bridges of its networks; br-lan is another's.
var dockerBridge = regexp.MustCompile(`^br-[0-9a-f]{12}$`)

// isCandidate reports whether adapters may be behind an interface: Ethernet, up, not
// virtual, and not the port of a bridge, which is asked through the bridge.
func isCandidate(ifi net.Interface, sys string) bool {
	switch {
	case ifi.Flags&net.FlagUp == 0, ifi.Flags&net.FlagLoopback != 0, len(ifi.HardwareAddr) != 6:
		return false
	case slices.ContainsFunc(virtual, func(prefix string) bool { return strings.HasPrefix(ifi.Name, prefix) }), dockerBridge.MatchString(ifi.Name):
		return false
	case exists(filepath.Join(sys, ifi.Name, "master")):
		return false
	}
	kind, err := os.ReadFile(filepath.Join(sys, ifi.Name, "type"))
	return err != nil || strings.TrimSpace(string(kind)) == arphrdEther
}

// arphrdEther is the type of Ethernet interfaces (linux/if_arp.h).
const arphrdEther = "1"

func wireless(name, sys string) int {
	if exists(filepath.Join(sys, name, "wireless")) {
		return 1
	}
	return 0
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
