package powerwall

import (
	"bytes"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
	simpowerwall "home_exporter/sim/powerwall"
)

var kinds = []*device.Kind{Kind()}

// pageOf returns what a set says to Prometheus, with the metrics about devices.
func pageOf(t testing.TB, set *poll.Set) series {
	t.Helper()
	var b bytes.Buffer
	if err := metric.WritePage(&b, metric.Text, time.Now(), set.Collect(poll.Filter{})); err != nil {
		t.Fatal(err)
	}
	discreet(t, "the page", b.String())
	s := make(series)
	for line := range strings.Lines(b.String()) {
		at := strings.LastIndexByte(line, ' ')
		if strings.HasPrefix(line, "#") || at < 0 {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(line[at+1:]), 64)
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := s[line[:at]]; twice {
			t.Errorf("%s is there twice", line[:at])
		}
		s[line[:at]] = v
	}
	return s
}

// running returns a set that runs these entries.
func running(t *testing.T, entries ...entry) *poll.Set {
	t.Helper()
	specs, err := section(entries).Specs(device.Defaults{})
	if err != nil {
		t.Fatal(err)
	}
	set := poll.New(poll.Options{Kinds: kinds})
	t.Cleanup(func() { set.Close() })
	if err := set.Apply(specs); err != nil {
		t.Fatal(err)
	}
	return set
}

func called(name string) func(*entry) { return func(e *entry) { e.Name = name } }

// TestTwoGateways runs two gateways that say the same beside each other: each series
// tells whose it is, and one that hangs does not delay the other.
func TestTwoGateways(t *testing.T) {
	t.Parallel()
	a, b := simulate(t, simpowerwall.Options{}), simulate(t, simpowerwall.Options{})
	b.Edit(func(s *simpowerwall.State) { s.SOE = 50 })
	set := running(t, entryOf(a, called("a")), entryOf(b, called("b")))
	for _, name := range []string{"a", "b"} {
		if err := set.Ask(t.Context(), kindName, name); err != nil {
			t.Fatal(err)
		}
	}
	s := pageOf(t, set)
	s.want(t, series{`powerwall_charge_ratio{device="a"}`: 0.625, `powerwall_charge_ratio{device="b"}`: 0.5,
		`powerwall_battery_off_grid{device="b",serial="TG00000000PW01"}`: 0})
	of := make(map[string]int)
	for _, name := range s.keys("powerwall_") {
		_, rest, ok := strings.Cut(name, `{device="`)
		label, _, closed := strings.Cut(rest, `"`)
		if !ok || !closed {
			t.Errorf("%s does not tell whose it is", name)
		}
		of[label]++
	}
	if len(of) != 2 || of["a"] != of["b"] || of["a"] < 250 {
		t.Errorf("series by device: %v", of)
	}
}

// TestOneGateway has no device label, so that the promised series stay as they are.
func TestOneGateway(t *testing.T) {
	t.Parallel()
	set := running(t, entryOf(simulate(t, simpowerwall.Options{}), called("a")))
	if err := set.Ask(t.Context(), kindName, "a"); err != nil {
		t.Fatal(err)
	}
	s := pageOf(t, set)
	for _, name := range s.keys("powerwall_") {
		if strings.Contains(name, "device=") {
			t.Error(name)
		}
	}
	s.want(t, series{"powerwall_charge_ratio": 0.625})
}

// TestOtherHangs has the readings of one gateway while the other takes a connection and
// never answers.
func TestOtherHangs(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	sim := simulate(t, simpowerwall.Options{})
	dead := entry{Common: device.Common{Name: "dead"}, GatewayAddress: l.Addr().String(), LoginPassword: device.NewSecret("x")}
	set := running(t, dead, entryOf(sim, called("well")))
	connected, err := l.Accept() // the poll of the dead one is under way
	if err != nil {
		t.Fatal(err)
	}
	defer connected.Close()
	if err := set.Ask(t.Context(), kindName, "well"); err != nil {
		t.Fatal(err)
	}
	s := pageOf(t, set)
	s.want(t, series{`powerwall_charge_ratio{device="well"}`: 0.625})
	s.lack(t, `powerwall_charge_ratio{device="dead"}`)
	if got := set.Devices(poll.Filter{Devices: []string{"dead"}})[0].State; got != poll.Unasked {
		t.Errorf("the dead gateway is %s, want it still to be asked", got)
	}
}
