package homeplug_test

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/sim/homeplug"
)

// A clock is moved by the test.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// lively is a segment whose clock the test moves.
func lively(t *testing.T, seed uint64) (*homeplug.Sim, *clock) {
	t.Helper()
	k := newClock()
	o := house()
	o.Now, o.Seed = k.now, seed
	for i := range o.Links {
		o.Links[i].Swing, o.Links[i].Load, o.Links[i].ErrorRatio = 0.4, 0.5, 0.01
	}
	return start(t, o), k
}

func TestRatesDrift(t *testing.T) {
	sim, k := lively(t, 1)
	seen := map[uint16]bool{}
	together := 0
	last := sim.State().Adapter(adapter1).Station(adapter3)
	for range 600 {
		k.add(5 * time.Second)
		now := sim.State().Adapter(adapter1).Station(adapter3)
		if now.TX < 1060*6/10-1 || now.TX > 1060*14/10+1 {
			t.Fatalf("rate %d, want 1060 and at most 40 percent more or less", now.TX)
		}
		if step := int(now.TX) - int(last.TX); step < -110 || step > 110 {
			t.Fatalf("the rate jumps from %d to %d in five seconds", last.TX, now.TX)
		}
		if (now.TX > last.TX) == (now.RX > last.RX) {
			together++
		}
		seen[now.TX] = true
		last = now
	}
	if len(seen) < 200 {
		t.Errorf("%d different rates in 50 minutes", len(seen))
	}
	if together > 540 {
		t.Errorf("both directions go the same way %d of 600 times", together)
	}
}

func TestCountersGrowWithTheRate(t *testing.T) {
	sim, k := lively(t, 2)
	last := sim.State().Adapter(adapter1).Station(adapter2)
	for range 100 {
		rate := float64(last.TX)
		k.add(time.Second)
		now := sim.State().Adapter(adapter1).Station(adapter2)
		grown := float64(now.Sent.BlocksPassed+now.Sent.BlocksFailed) - float64(last.Sent.BlocksPassed+last.Sent.BlocksFailed)
		if want := rate * 1e6 * 0.5 / (8 * 520); grown < want*0.9 || grown > want*1.1 {
			t.Fatalf("at %v Mbit/s the blocks grow by %v in a second, want about %v", rate, grown, want)
		}
		if now.Received.BlocksPassed <= last.Received.BlocksPassed || now.Received.BitsPassed < last.Received.BitsPassed ||
			now.Sent.Acked <= last.Sent.Acked || now.Received.Intervals[0].BlocksPassed <= last.Received.Intervals[0].BlocksPassed {
			t.Fatalf("counters stand or go back: %+v after %+v", now, last)
		}
		last = now
	}
}

func TestSameSeedSameValues(t *testing.T) {
	one, k1 := lively(t, 3)
	same, k2 := lively(t, 3)
	other, k3 := lively(t, 4)
	for _, k := range []*clock{k1, k2, k3} {
		k.add(17 * time.Minute)
	}
	if diff := cmp.Diff(one.State(), same.State()); diff != "" {
		t.Errorf("the same seed differs: %s", diff)
	}
	if cmp.Equal(one.State(), other.State()) {
		t.Error("another seed does not differ")
	}
}

func TestPriorities(t *testing.T) {
	sim, k := lively(t, 5)
	k.add(time.Hour)
	o := sim.State().Adapter(adapter1).Station(adapter2)
	client := dialTo(t, sim)
	var total, parts uint64
	for lid, sum := range map[string]*uint64{"f8": &total, "00": &parts, "01": &parts, "02": &parts, "03": &parts} {
		client.send(request(adapter1, "00 30a0 00b052 00 00 "+lid+" deadbeef0002"))
		answer := client.receive()
		*sum += uint64(answer[48]) | uint64(answer[49])<<8 | uint64(answer[50])<<16 | uint64(answer[51])<<24 | uint64(answer[52])<<32
	}
	if total != o.Sent.BlocksPassed || parts != total {
		t.Errorf("all traffic %d, the four priorities together %d, want %d", total, parts, o.Sent.BlocksPassed)
	}
}

// dialTo is a host beside those that are there.
func dialTo(t *testing.T, sim *homeplug.Sim) *client {
	t.Helper()
	return dial(t, sim.Socket(), filepath.Join(t.TempDir(), "host"))
}

func TestRestart(t *testing.T) {
	sim, k := lively(t, 6)
	k.add(time.Hour)
	before := sim.State()
	if err := sim.Restart(adapter1); err != nil {
		t.Fatal(err)
	}
	after := sim.State()
	fresh := after.Adapter(adapter1).Station(adapter2)
	if got := fresh.Sent; got != (homeplug.Sent{}) || after.Adapter(adapter1).Uptime != 0 || fresh.Received.BlocksPassed != 0 {
		t.Errorf("after the restart %+v, want zero", got)
	}
	if diff := cmp.Diff(before.Adapter(adapter2), after.Adapter(adapter2)); diff != "" {
		t.Errorf("the other side changed: %s", diff)
	}
	k.add(time.Minute)
	if later := sim.State().Adapter(adapter1); later.Uptime != time.Minute || later.Station(adapter2).Sent.Acked == 0 {
		t.Errorf("a minute later uptime %v, sent %+v", later.Uptime, later.Station(adapter2).Sent)
	}
	if err := sim.SetLink(homeplug.Link{From: adapter1, To: adapter2, Rate: 50, Sent: homeplug.Sent{Acked: 9}}); err != nil {
		t.Fatal(err)
	}
	if got := sim.State().Adapter(adapter1).Station(adapter2); got.Sent.Acked != 9 || got.TX != 50 {
		t.Errorf("after SetLink %+v", got)
	}
}

func TestVanish(t *testing.T) {
	sim, k := lively(t, 8)
	listed := func() bool {
		_, found := slices.BinarySearchFunc(sim.State().Adapter(adapter1).Networks[0].Stations, adapter2,
			func(s homeplug.StationState, m homeplug.MAC) int {
				return strings.Compare(string(s.MAC[:]), string(m[:]))
			})
		return found
	}
	c := dialTo(t, sim)
	answers := func() int { return len(c.until(request(adapter2, "00 00a0 00b052"), adapter3)) }

	if err := sim.Unplug(adapter2, 5*time.Minute); err != nil {
		t.Fatal(err)
	}
	if !listed() || answers() != 0 {
		t.Error("just unplugged: want it listed and silent")
	}
	k.add(5 * time.Minute)
	if listed() {
		t.Error("after five minutes it is still listed")
	}
	if err := sim.Plug(adapter2); err != nil {
		t.Fatal(err)
	}
	if !listed() || answers() != 1 {
		t.Error("plugged in again: want it listed and answering")
	}
	if err := sim.Unplug(adapter2, 0); err != nil {
		t.Fatal(err)
	}
	if listed() {
		t.Error("left at once, and still listed")
	}
	if err := sim.Unplug(station(99), 0); err == nil || !strings.Contains(err.Error(), "de:ad:be:ef:00:63") {
		t.Errorf("unplug nobody: %v", err)
	}
}

func TestStartRefuses(t *testing.T) {
	tests := map[string]struct {
		change func(*homeplug.Options)
		want   string
	}{
		"no meeting place":     {func(o *homeplug.Options) { o.Socket = "" }, "to meet at"},
		"no local adapter":     {func(o *homeplug.Options) { o.Adapters[0].Local = false }, "no adapter is local"},
		"an address twice":     {func(o *homeplug.Options) { o.Adapters[1].MAC = adapter1 }, "two adapters"},
		"a group address":      {func(o *homeplug.Options) { o.Adapters[1].MAC[0] = 1 }, "cannot have the address"},
		"no chip":              {func(o *homeplug.Options) { o.Adapters[1].Chip = homeplug.Chip{} }, "no chip"},
		"long text":            {func(o *homeplug.Options) { o.Adapters[1].HFID = strings.Repeat("x", 65) }, "64 bytes"},
		"long firmware":        {func(o *homeplug.Options) { o.Adapters[1].Chip.Version = strings.Repeat("x", 254) }, "253 bytes"},
		"negative uptime":      {func(o *homeplug.Options) { o.Adapters[1].Uptime = -1 }, "on for"},
		"SNID":                 {func(o *homeplug.Options) { o.Networks[0].SNID = 16 }, "SNID"},
		"TEI 0":                {func(o *homeplug.Options) { o.Networks[0].Members[1].TEI = 0 }, "TEI 0"},
		"a TEI twice":          {func(o *homeplug.Options) { o.Networks[0].Members[1].TEI = 1 }, "twice"},
		"no coordinator":       {func(o *homeplug.Options) { o.Networks[0].Coordinator = homeplug.MAC{} }, "coordinator"},
		"too many networks":    {func(o *homeplug.Options) { o.Networks = make([]homeplug.Network, 17) }, "17 networks"},
		"link to nobody":       {func(o *homeplug.Options) { o.Links[0].To = station(9) }, "members of a network"},
		"link twice":           {func(o *homeplug.Options) { o.Links[1] = o.Links[0] }, "given twice"},
		"link to itself":       {func(o *homeplug.Options) { o.Links[0].To = adapter1 }, "to itself"},
		"a swing to zero":      {func(o *homeplug.Options) { o.Links[0].Swing = 1 }, "swing"},
		"too much load":        {func(o *homeplug.Options) { o.Links[0].Load = 2 }, "load"},
		"signal":               {func(o *homeplug.Options) { o.Links[0].Signal = 16 }, "signal level"},
		"unknown interface":    {func(o *homeplug.Options) { o.Interface = "no-such-line" }, "no-such-line"},
		"a folder that is not": {func(o *homeplug.Options) { o.Socket += "/x/y" }, "x/y"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			o := house()
			o.Socket = filepath.Join(t.TempDir(), "line")
			tt.change(&o)
			sim, err := homeplug.Start(t.Context(), o)
			if err == nil {
				sim.Close()
				t.Fatal("started")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v: does not say %q", err, tt.want)
			}
		})
	}
}
