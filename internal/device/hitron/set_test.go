package hitron

import (
	"bytes"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
	simhitron "home_exporter/sim/hitron"
)

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

func named(name, address string) entry {
	return entry{Common: device.Common{Name: name}, Address: address, RequestGap: 1}
}

// page returns the readings of a set as Prometheus sees them, without remarks.
func page(t *testing.T, set *poll.Set, f poll.Filter) []string {
	t.Helper()
	var b bytes.Buffer
	if err := metric.WritePage(&b, metric.Text, time.Now(), set.Readings(f)); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// TestTwoModems runs two modems that say the same beside each other: each series tells
// whose it is.
func TestTwoModems(t *testing.T) {
	t.Parallel()
	a, b := simulate(t, simhitron.Options{}), simulate(t, simhitron.Options{})
	b.LoseChannel(7)
	set := running(t, named("a", a.URL()), named("b", b.URL()))
	for _, name := range []string{"a", "b"} {
		if err := set.Ask(t.Context(), kindName, name); err != nil {
			t.Fatal(err)
		}
	}
	lines := page(t, set, poll.Filter{})
	seen := make(map[string]bool)
	of := make(map[string]int)
	for _, line := range lines {
		name := line[:strings.LastIndexByte(line, ' ')]
		if seen[name] {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = true
		_, rest, ok := strings.Cut(name, `{device="`)
		label, _, closed := strings.Cut(rest, `"`)
		if !ok || !closed {
			t.Errorf("%s does not tell whose it is", name)
		}
		of[label]++
	}
	if len(of) != 2 || of["a"] < 300 || of["b"] >= of["a"] {
		t.Errorf("series by device: %v", of)
	}
	for _, want := range []string{`modem_downstream_channels{device="a"} 31`, `modem_downstream_channels{device="b"} 30`} {
		if !strings.Contains(strings.Join(lines, "\n")+"\n", want+"\n") {
			t.Errorf("%s is missing", want)
		}
	}
}

// TestOneModem has no device label, so that the promised series stay as they are.
func TestOneModem(t *testing.T) {
	t.Parallel()
	sim := simulate(t, simhitron.Options{})
	set := running(t, named("a", sim.URL()))
	if err := set.Ask(t.Context(), kindName, "a"); err != nil {
		t.Fatal(err)
	}
	for _, line := range page(t, set, poll.Filter{}) {
		if strings.Contains(line, "device=") {
			t.Errorf("%s", line)
		}
	}
}

// TestOtherModemHangs has the readings of one modem while the other takes a connection
// and never answers.
func TestOtherModemHangs(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	sim := simulate(t, simhitron.Options{})
	set := running(t, named("dead", "http://"+l.Addr().String()), named("well", sim.URL()))
	connected, err := l.Accept() // the poll of the dead one is under way
	if err != nil {
		t.Fatal(err)
	}
	defer connected.Close()
	if err := set.Ask(t.Context(), kindName, "well"); err != nil {
		t.Fatal(err)
	}
	if got := len(page(t, set, poll.Filter{Devices: []string{"well"}})); got < 300 {
		t.Errorf("%d series of the modem that is well", got)
	}
	if got := set.Devices(poll.Filter{Devices: []string{"dead"}})[0].State; got != poll.Unasked {
		t.Errorf("the dead modem is %s, want it still to be asked", got)
	}
	if got := page(t, set, poll.Filter{Devices: []string{"dead"}}); got != nil {
		t.Errorf("series of the dead modem: %q", got)
	}
}

// TestCrowd asks for one modem from many sides at once: it sees one request at a time,
// and no more than one poll's.
func TestCrowd(t *testing.T) {
	t.Parallel()
	sim := simulate(t, simhitron.Options{})
	set := running(t, named("a", sim.URL()))
	var crowd sync.WaitGroup
	for range 20 {
		crowd.Go(func() {
			for range 3 {
				if err := set.Ask(t.Context(), kindName, "a"); err != nil {
					t.Error(err)
				}
				set.Collect(poll.Filter{})
			}
		})
	}
	crowd.Wait()
	seen := sim.Seen()
	if seen.Peak != 1 || seen.Connections != 1 {
		t.Errorf("%d requests at once on %d connections, want one", seen.Peak, seen.Connections)
	}
	if got, want := seen.Total(), 1+len(pageOrder); got != want {
		t.Errorf("%d requests, want %d", got, want)
	}
}

// TestOnce asks once without a set, as /probe and the command poll do.
func TestOnce(t *testing.T) {
	t.Parallel()
	sim := simulate(t, simhitron.Options{Dialect: simhitron.DataLogin, Password: "x"})
	e := named("a", sim.URL())
	e.Username, e.Password = "cusadmin", device.NewSecret("x")
	group, err := poll.Once(t.Context(), Kind(), specOf(t, e), device.Env{})
	if err != nil || len(group.Sources) != 1 || group.Sources[0].Snapshot.Len() < 200 {
		t.Fatalf("%d sources, error %v", len(group.Sources), err)
	}
	if seen := sim.Seen(); seen.Logins != 1 || seen.Logouts != 1 {
		t.Errorf("%d logins, %d logouts, want one of each", seen.Logins, seen.Logouts)
	}
}

// TestProbes keeps the budget of a probed modem from one probe to the next.
func TestProbes(t *testing.T) {
	t.Parallel()
	sim := simulate(t, simhitron.Options{})
	var guests poll.Guests
	defer guests.Close()
	for range 3 {
		spec, err := probe(device.Target{Address: sim.URL()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := guests.Ask(t.Context(), Kind(), spec, device.Env{}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(1, sim.Seen().Requests[simhitron.DsOFDM]); diff != "" {
		t.Errorf("fetches of the OFDM page by three probes (-want +got):\n%s", diff)
	}
}
