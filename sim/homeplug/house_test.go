package homeplug_test

import (
	"context"
	"path/filepath"
	"testing"

	"home_exporter/sim/homeplug"
)

// The house of the known answers: adapter 1 is the coordinator and local, 2 and 3 are behind the power line.
var (
	host     = homeplug.MAC{0x02, 0x00, 0x00, 0x00, 0xaa, 0x01}
	local    = homeplug.MAC{0x00, 0xb0, 0x52, 0x00, 0x00, 0x01}
	everyone = homeplug.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	adapter1 = station(1)
	adapter2 = station(2)
	adapter3 = station(3)
	homeNID  = homeplug.NID{0x52, 0xde, 0xad, 0xbe, 0xef, 0x00, 0x01}
)

func station(n byte) homeplug.MAC { return homeplug.MAC{0xde, 0xad, 0xbe, 0xef, 0x00, n} }

func behind(n byte) []homeplug.MAC { return []homeplug.MAC{{0x02, 0x00, 0x00, 0x00, 0xff, n}} }

// house is the options of the known answers.
func house() homeplug.Options {
	attributes := homeplug.Attributes{
		Mains: homeplug.Mains50, ZeroCross: homeplug.ZeroCrossDetected, DRAM: 64,
		Blocks:     homeplug.RAMBlocks{RX: 100, TX: 101, Shared: 102},
		FreeBlocks: homeplug.RAMBlocks{RX: 90, TX: 91, Shared: 92}, RelativeSNR: 3, TXGain: 7, Authorisation: 1,
	}
	o := homeplug.Options{
		Networks: []homeplug.Network{{
			NID: homeNID, SNID: 6, Coordinator: adapter1, Members: []homeplug.Member{
				{MAC: adapter1, TEI: 1, Role: homeplug.CCO}, {MAC: adapter2, TEI: 2}, {MAC: adapter3, TEI: 3},
			},
		}},
		Links: []homeplug.Link{
			{From: adapter1, To: adapter2, Rate: 142, Sent: homeplug.Sent{
				Acked: 1002001, Collided: 10022, Failed: 1005, BlocksPassed: 10020004, BlocksFailed: 100205,
			}},
			{From: adapter2, To: adapter1, Rate: 9, Received: homeplug.Received{
				Acked: 2004006, Failed: 2011, BlocksPassed: 20040008, BlocksFailed: 200409, BitsPassed: 3006010, BitsFailed: 1002011,
				Intervals: []homeplug.Interval{{BlocksPassed: 1000, BlocksFailed: 10, BitsPassed: 300, BitsFailed: 30}},
			}},
			{From: adapter1, To: adapter3, Rate: 1060},
			{From: adapter3, To: adapter1, Rate: 300},
			{From: adapter2, To: adapter3, Rate: 33},
			{From: adapter3, To: adapter2, Rate: 21},
		},
	}
	for n := byte(1); n <= 3; n++ {
		o.Adapters = append(o.Adapters, homeplug.Adapter{
			MAC: station(n), Local: n == 1, Chip: homeplug.NewQCA7420(), Bridged: behind(n), Attributes: attributes,
			HFID: "Simulated adapter " + string('0'+n),
		})
	}
	for i := range o.Links {
		o.Links[i].Signal, o.Links[i].BitLoading = 3, 0x4d
		o.Links[i].ToneMap = steps(200, 2)
	}
	return o
}

// steps is a tone map whose modulation goes up by one each 97 carriers, and from slot to slot.
func steps(carriers, slots int) homeplug.ToneMap {
	m := homeplug.ToneMap{Gain: 17, Guard: 2}
	for s := range slots {
		slot := make([]byte, carriers)
		for i := range slot {
			slot[i] = byte((i/97 + s) % 9)
		}
		m.Slots = append(m.Slots, slot)
	}
	return m
}

// start runs a segment that is met at a socket, and ends it with the test.
func start(t testing.TB, o homeplug.Options) *homeplug.Sim {
	t.Helper()
	if o.Socket == "" {
		o.Socket = filepath.Join(t.TempDir(), "line")
	}
	sim, err := homeplug.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sim.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return sim
}
