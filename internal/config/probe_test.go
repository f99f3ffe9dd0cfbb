package config

import (
	"fmt"
	"net/netip"
	"testing"
)

func TestProbeDefault(t *testing.T) {
	c, err := Parse("f.yml", []byte("doors: []\n"), Source{}, toys())
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]bool{
		"10.1.2.3": true, "172.16.0.1": true, "172.31.255.255": true, "192.168.178.1": true,
		"127.0.0.1": true, "127.255.255.254": true, "::1": true, "fd12::1": true, "fc00::1": true,
		"::ffff:10.0.0.1": true, "fd12::1%eth0": true,
		"8.8.8.8": false, "172.32.0.1": false, "100.64.0.1": false, "169.254.169.254": false, "fe80::1": false,
		"2001:db8::1": false, "0.0.0.0": false, "::": false, "::ffff:8.8.8.8": false, "224.0.0.1": false,
	} {
		if got := c.Probe.PermitsAddr(netip.MustParseAddr(addr)); got != want {
			t.Errorf("PermitsAddr(%s) = %v, want %v", addr, got, want)
		}
		if got := c.Probe.Permits(addr); got != want {
			t.Errorf("Permits(%q) = %v, want %v", addr, got, want)
		}
	}
	if c.Probe.Permits("printer.lan") {
		t.Error("a name is permitted without a rule for it")
	}
}

func TestProbePermits(t *testing.T) {
	tests := []struct {
		rule string
		host string
		want bool
	}{
		{"*.lan", "printer.lan", true},
		{"*.lan", "PRINTER.Lan.", true},
		{"*.lan", "a.b.lan", true},
		{"*.lan", "lan", false},
		{"*.lan", "printer.lan.evil.example", false},
		{"*.lan", "printerXlan", false},
		{"Printer", "printer", true},
		{"printer", "printer2", false},
		{"meter-*", "meter-17", true},
		{"meter-*", "10.0.0.1", false},
		{"meter_*_a.example.", "meter_1_a.example", true},
		{"*", "anything.example", true},
		{"*", "8.8.8.8", true},
		{"*.x*", "8.8.8.8", false},
		{"10.0.0.5", "10.0.0.5", true},
		{"10.0.0.5", "10.0.0.6", false},
		{"fe80::1%eth0", "fe80::1%eth1", true},
		{"2001:db8::/32", "2001:db8::9", true},
		{"2001:db8::/32", "name.example", false},
		{"0.0.0.0/0", "::1", false},
	}
	for _, tt := range tests {
		p := newProbe([]string{tt.rule})
		if got := p.Permits(tt.host); got != tt.want {
			t.Errorf("%s: Permits(%q) = %v, want %v", tt.rule, tt.host, got, tt.want)
		}
	}
	if (Probe{}).Permits("localhost") || (Probe{}).PermitsAddr(netip.MustParseAddr("127.0.0.1")) {
		t.Error("the zero Probe permits something")
	}
}

func TestProbePermit(t *testing.T) {
	p := newProbe([]string{"192.168.0.0/16", "*.lan"})
	tests := []struct{ host, addr, want string }{
		{"printer.lan", "8.8.8.8", ""},
		{"printer.example", "192.168.1.1", ""},
		{"printer.example", "8.8.8.8", "probe.allow of the configuration has neither printer.example nor its address 8.8.8.8"},
		{"8.8.8.8", "8.8.8.8", "probe.allow of the configuration does not have 8.8.8.8"},
		{"192.168.1.1", "192.168.1.1", ""},
	}
	for _, tt := range tests {
		got := ""
		if err := p.Permit(tt.host)(netip.MustParseAddr(tt.addr)); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("Permit(%s)(%s) = %q, want %q", tt.host, tt.addr, got, tt.want)
		}
	}
}

func ExampleProbe_Permits() {
	p := newProbe([]string{"10.0.0.0/8", "*.lan"})
	fmt.Println(p.Permits("10.1.2.3"), p.Permits("printer.lan"), p.Permits("example.com"))
	// Output: true true false
}
