package hitron

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/config"
	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	simhitron "home_exporter/sim/hitron"
)

// TestFlags reads modems from the command line.
func TestFlags(t *testing.T) {
	for _, tt := range []struct {
		flag  string
		names []string
		err   string
	}{
		{flag: "192.168.100.1", names: []string{"192.168.100.1"}},
		{flag: "192.168.100.1,http://b", names: []string{"192.168.100.1", "http://b"}},
		{flag: " a, b ,", names: []string{"a", "b"}},
		{flag: " ,", err: "--hitron.address: this is required and may not be empty"},
		{flag: "a,b c/d", err: `--hitron.address: "c/d" is no address; write for example 192.168.100.1 or http://192.168.0.1`},
		{flag: "a,a", err: `--hitron.address: a:443 is asked by the entry "a" already, and a modem's web server bears one; leave one of them out`},
	} {
		t.Run(tt.flag, func(t *testing.T) {
			c, err := config.Load(config.Source{Flags: map[string]map[string]string{"hitron": {"address": tt.flag}}}, kinds)
			if tt.err != "" {
				if err == nil || err.Error() != tt.err {
					t.Errorf("error %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, s := range c.Specs {
				names = append(names, s.Name)
			}
			if diff := cmp.Diff(tt.names, names); diff != "" {
				t.Errorf("devices (-want +got):\n%s", diff)
			}
		})
	}
}

// TestProbe makes the spec of a target, of the same name however it is written.
func TestProbe(t *testing.T) {
	for address, want := range map[string]string{
		"192.168.100.1":              "https://192.168.100.1:443",
		"https://192.168.100.1:443/": "https://192.168.100.1:443",
		"http://Modem.LAN":           "http://modem.lan:80",
		"192.168.100.1:00443":        "https://192.168.100.1:443",
		"::1":                        "https://[::1]:443",
		"[0:0:0:0:0:0:0:1]:443":      "https://[::1]:443",
	} {
		spec, err := probe(device.Target{Address: address})
		if err != nil || spec.Name != want {
			t.Errorf("%s: name %q, error %v, want %s", address, spec.Name, err, want)
		}
		if _, place, _ := strings.Cut(want, "://"); spec.Place != place {
			t.Errorf("%s: place %q, want %s", address, spec.Place, place)
		}
		if len(spec.Budgets) != 1 {
			t.Errorf("%s: the budgets are %v", address, spec.Budgets)
		}
	}
	for _, tt := range []struct {
		target device.Target
		want   string
	}{
		{device.Target{Address: "a", Params: url.Values{"username": {"u"}, "dialect": {"x"}}}, `the parameter "dialect" is not known; a modem takes none`},
		{device.Target{Address: "ftp://a"}, `address: "ftp://a": a modem is asked over https or http`},
		{device.Target{Address: ""}, `address: "" is no address; write for example 192.168.100.1 or http://192.168.0.1`},
		{device.Target{Address: "u:p@a"}, "address: user and password do not belong into the address; write username and password_file"},
	} {
		if _, err := probe(tt.target); err == nil || err.Error() != tt.want {
			t.Errorf("error %v, want %s", err, tt.want)
		}
	}
}

// TestPermit never connects to an address that is not permitted, by number or by name.
func TestPermit(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connected := make(chan struct{}, 16)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			connected <- struct{}{}
			c.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	refusal := errors.New("not allowed here")
	for _, host := range []string{"127.0.0.1", "localhost"} {
		var asked []netip.Addr
		spec, err := probe(device.Target{Address: "http://" + net.JoinHostPort(host, port), Permit: func(a netip.Addr) error {
			asked = append(asked, a)
			return refusal
		}})
		if err != nil {
			t.Fatal(err)
		}
		d, err := spec.Open(device.Env{})
		if err != nil {
			t.Fatal(err)
		}
		var b metric.Batch
		if err := d.Poll(t.Context(), &b); !errors.Is(err, refusal) || b.Len() > 0 {
			t.Errorf("%s: error %v with %d series, want %v", host, err, b.Len(), refusal)
		}
		if len(asked) == 0 || !asked[0].IsLoopback() {
			t.Errorf("%s: permission was asked for %v", host, asked)
		}
		d.Close()
	}
	l.Close()
	<-ended
	if len(connected) > 0 {
		t.Errorf("%d connections to a target that is not permitted", len(connected))
	}
}

// TestPermitted asks a target that is permitted.
func TestPermitted(t *testing.T) {
	t.Parallel()
	sim := simulate(t, simhitron.Options{})
	var asked []netip.Addr
	spec, err := probe(device.Target{Address: sim.URL(), Permit: func(a netip.Addr) error {
		asked = append(asked, a)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := spec.Open(device.Env{Spend: func(string) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var b metric.Batch
	if err := d.Poll(t.Context(), &b); err != nil || b.Len() == 0 {
		t.Errorf("%d series, error %v", b.Len(), err)
	}
	if len(asked) != 1 || asked[0].String() != "127.0.0.1" {
		t.Errorf("permission was asked for %v", asked)
	}
}
