package homeplug

import (
	"bytes"
	"context"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
	simhomeplug "home_exporter/sim/homeplug"
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

func named(name, path string) entry {
	e := entry{Common: device.Common{Name: name}, Interface: unixPrefix + path}
	basic(&e)
	return e
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

// TestSegments runs two segments with the same adapters beside each other: each series
// tells whose it is.
func TestSegments(t *testing.T) {
	t.Parallel()
	a, b := simulate(t, newHouse()), simulate(t, houseOf(simhomeplug.NewINT6400()))
	set := running(t, named("a", a.Socket()), named("b", b.Socket()))
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
	if len(of) != 2 || of["a"] < 50 || of["b"] < 50 {
		t.Errorf("series by device: %v", of)
	}
	const link = `device_addr="de:ad:be:ef:00:01",nid="52:de:ad:be:ef:00:01",peer_addr="de:ad:be:ef:00:03"} `
	for _, want := range []string{
		`homeplug_devices{device="a"} 3`, `homeplug_devices{device="b"} 3`,
		`homeplug_station_tx_rate_bytes{device="a",` + link + `138936320`, `homeplug_station_tx_rate_bytes{device="b",` + link + `33423360`,
	} {
		if !strings.Contains(strings.Join(lines, "\n")+"\n", want+"\n") {
			t.Errorf("%s is missing", want)
		}
	}
}

// TestOneSegment has no device label, so that the promised series stay as they are.
func TestOneSegment(t *testing.T) {
	t.Parallel()
	set := running(t, named("a", simulate(t, newHouse()).Socket()))
	if err := set.Ask(t.Context(), kindName, "a"); err != nil {
		t.Fatal(err)
	}
	for _, line := range page(t, set, poll.Filter{}) {
		if strings.Contains(line, "device=") {
			t.Errorf("%s", line)
		}
	}
}

// TestNobody tells of a socket that is not there, without delay for the other segment.
func TestNobody(t *testing.T) {
	t.Parallel()
	sim := simulate(t, newHouse())
	missing := filepath.Join(t.TempDir(), "none")
	set := running(t, named("none", missing), named("well", sim.Socket()))
	if err := set.Ask(t.Context(), kindName, "well"); err != nil {
		t.Fatal(err)
	}
	if got := len(page(t, set, poll.Filter{Devices: []string{"well"}})); got < 50 {
		t.Errorf("%d series of the segment that is well", got)
	}
	if err := set.Ask(t.Context(), kindName, "none"); err == nil {
		t.Error("no error")
	}
	last := set.Devices(poll.Filter{Devices: []string{"none"}})[0].Last
	if last.Reason() != device.Unreachable || last.Result != poll.Failed {
		t.Errorf("result %v, error %v with reason %q", last.Result, last.Err, last.Reason())
	}
	if got, want := device.HintOf(last.Err), "Nobody has the datagram socket open; it is tried again at each poll."; got != want {
		t.Errorf("hint %q, want %q", got, want)
	}
	const asked = ": ask 00:b0:52:00:00:01 for software_version: sendto: no such file or directory"
	if want := "interface unix:" + missing + asked; last.Err == nil || last.Err.Error() != want {
		t.Errorf("error %v, want %q", last.Err, want)
	}
}

// TestCrowd asks for one segment from many sides at once.
func TestCrowd(t *testing.T) {
	t.Parallel()
	sim := simulate(t, newHouse())
	set := running(t, named("a", sim.Socket()))
	var crowd sync.WaitGroup
	for range 20 {
		crowd.Go(func() {
			if err := set.Ask(t.Context(), kindName, "a"); err != nil {
				t.Error(err)
			}
			set.Collect(poll.Filter{})
		})
	}
	crowd.Wait()
	if got := sim.Seen().Total(); got > 20 {
		t.Errorf("%d requests for one poll", got)
	}
}

// TestFullSocket ends a poll in its time when nobody reads what it sends.
func TestFullSocket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "line")
	deaf, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	for err == nil { // until there is no room
		_, err = conn.Write([]byte{0})
	}
	r := openRig(t, basic, func(e *entry) { e.Interface = unixPrefix + path })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var b metric.Batch
	err = r.segment.Poll(ctx, &b)
	if device.ReasonOf(err) != device.Timeout || b.Len() > 0 {
		t.Errorf("%d series, error %v with reason %q", b.Len(), err, device.ReasonOf(err))
	}
}

// TestOnce asks once without a set, as the command poll does.
func TestOnce(t *testing.T) {
	t.Parallel()
	group, err := poll.Once(t.Context(), Kind(), specOf(t, named("a", simulate(t, newHouse()).Socket())), device.Env{})
	if err != nil || len(group.Sources) != 1 || group.Sources[0].Snapshot.Len() < 50 {
		t.Fatalf("%d sources, error %v", len(group.Sources), err)
	}
}
