package homeplug

import (
	simhomeplug "home_exporter/sim/homeplug"
)

// The house of which the known answers tell: adapter 1 is the coordinator and on this
// side of the power line, 2 and 3 are behind it.
var (
	one   = station(1)
	two   = station(2)
	three = station(3)
	home  = simhomeplug.NID{0x52, 0xde, 0xad, 0xbe, 0xef, 0x00, 0x01}
)

func station(n byte) simhomeplug.MAC { return simhomeplug.MAC{0xde, 0xad, 0xbe, 0xef, 0x00, n} }

// newHouse returns the house with chips that know 16-bit rates.
func newHouse() simhomeplug.Options { return houseOf(simhomeplug.NewQCA7420()) }

// houseOf returns the house with three adapters of one chip.
func houseOf(chip simhomeplug.Chip) simhomeplug.Options {
	o := simhomeplug.Options{
		Networks: []simhomeplug.Network{{
			NID: home, SNID: 6, Coordinator: one, Members: []simhomeplug.Member{
				{MAC: one, TEI: 1, Role: simhomeplug.CCO}, {MAC: two, TEI: 2}, {MAC: three, TEI: 3},
			},
		}},
		Links: []simhomeplug.Link{
			{From: one, To: two, Rate: 142, Sent: simhomeplug.Sent{
				Acked: 1002001, Collided: 10022, Failed: 1005, BlocksPassed: 10020004, BlocksFailed: 100205,
			}},
			{From: two, To: one, Rate: 9, Received: simhomeplug.Received{
				Acked: 2004006, Failed: 2011, BlocksPassed: 20040008, BlocksFailed: 200409, BitsPassed: 3006010, BitsFailed: 1002011,
			}},
			{From: one, To: three, Rate: 1060, Coupling: 1},
			{From: three, To: one, Rate: 300},
			{From: two, To: three, Rate: 33},
			{From: three, To: two, Rate: 21},
		},
	}
	for i := range o.Links {
		l := &o.Links[i]
		l.Signal, l.BitLoading = 3, 0x4d
		l.ToneMap = simhomeplug.ToneMap{Gain: 17, Guard: 2, Slots: [][]byte{{0, 1, 1, 2}, {8, 8, 0, 0}}}
	}
	for n := byte(1); n <= 3; n++ {
		o.Adapters = append(o.Adapters, simhomeplug.Adapter{
			MAC: station(n), Local: n == 1, Chip: chip, HFID: "Maker's text", UserText: "Room " + string('0'+n),
			Bridged: []simhomeplug.MAC{{0x02, 0, 0, 0, 0xff, n}},
			Attributes: simhomeplug.Attributes{
				Mains: simhomeplug.Mains50, ZeroCross: simhomeplug.ZeroCrossDetected, DRAM: 64,
				Blocks:     simhomeplug.RAMBlocks{RX: 100, TX: 101, Shared: 102},
				FreeBlocks: simhomeplug.RAMBlocks{RX: 90, TX: 91, Shared: 92},
			},
		})
	}
	return o
}

// with returns the house after a change of its adapters' habits.
func with(h simhomeplug.Habits, whose ...simhomeplug.MAC) simhomeplug.Options {
	o := newHouse()
	for _, mac := range whose {
		o.Adapters[mac[5]-1].Habits = h
	}
	return o
}
