package main

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"time"

	"home_exporter/sim/homeplug"
)

// A powerlineEntry is one entry of the homeplug list, with the keys that a simulated segment needs.
type powerlineEntry struct {
	Name        string `yaml:"name"`
	Interface   string `yaml:"interface"`
	Destination string `yaml:"destination"`
}

// startHomeplug runs the powerline network of the house. It meets its reader at a Unix socket, which needs no
// privilege; raw Ethernet frames would.
func startHomeplug(ctx context.Context, around surroundings) (running, error) {
	if runtime.GOOS == "windows" {
		return running{
			section: []powerlineEntry{},
			notes:   []string{"without powerline: Windows has no Unix datagram sockets"},
			close:   func() error { return nil },
		}, nil
	}
	o := powerline()
	o.Socket = filepath.Join(around.dir, "powerline.sock")
	o.Log = around.log
	sim, err := homeplug.Start(ctx, o)
	if err != nil {
		return running{}, err
	}
	address := "unix:" + o.Socket
	return running{
		section: []powerlineEntry{{Name: "powerline", Interface: address, Destination: "local"}},
		rows: []row{{
			name: "powerline", address: address, find: "up",
			about: fmt.Sprintf("%d adapters: two QCA7420, a QCA7550, an INT6400; rates that drift, another each way", len(o.Adapters)),
		}},
		close: sim.Close,
	}, nil
}

// powerline is the network of the house. The study is at the router; the garage is old and far.
func powerline() homeplug.Options {
	rooms := []struct {
		name   string
		chip   homeplug.Chip
		uptime time.Duration
	}{
		{"Study", homeplug.NewQCA7420(), 37 * 24 * time.Hour},
		{"Living room", homeplug.NewQCA7420(), 37 * 24 * time.Hour},
		{"Attic", homeplug.NewQCA7550(), 9*24*time.Hour + 5*time.Hour},
		{"Garage", homeplug.NewINT6400(), 112 * 24 * time.Hour},
	}
	// Mbit/s from the room of the line to the room of the column.
	rates := [4][4]uint16{
		{0, 412, 968, 71},
		{377, 0, 288, 46},
		{1043, 251, 0, 33},
		{58, 39, 24, 0},
	}
	o := homeplug.Options{Seed: 1}
	network := homeplug.Network{NID: homeplug.NID{0x8c, 0x1f, 0x07, 0xd2, 0x59, 0xa6, 0x13}, SNID: 6, Coordinator: roomMAC(0)}
	for i, room := range rooms {
		o.Adapters = append(o.Adapters, homeplug.Adapter{
			MAC: roomMAC(i), Local: i == 0, Chip: room.chip, HFID: room.name, UserText: room.name, Uptime: room.uptime,
			Bridged: []homeplug.MAC{{0x02, 0x00, 0x5e, 0x10, 0x00, byte(i)}},
			Attributes: homeplug.Attributes{
				Mains: homeplug.Mains50, ZeroCross: homeplug.ZeroCrossDetected, DRAM: 64, TXGain: 7, Authorisation: 1,
				Blocks:     homeplug.RAMBlocks{RX: 512, TX: 512, Shared: 1024},
				FreeBlocks: homeplug.RAMBlocks{RX: 498, TX: 505, Shared: 981},
			},
		})
		member := homeplug.Member{MAC: roomMAC(i), TEI: byte(i + 1)}
		if i == 0 {
			member.Role = homeplug.CCO
		}
		network.Members = append(network.Members, member)
		for k := range rooms {
			if k != i {
				o.Links = append(o.Links, roomLink(i, k, rates[i][k]))
			}
		}
	}
	o.Networks = []homeplug.Network{network}
	return o
}

func roomMAC(i int) homeplug.MAC { return homeplug.MAC{0x02, 0x0b, 0x3b, 0x4c, 0x00, byte(0x10 + i)} }

// roomLink is one direction. The slower it is, the more it drifts and fails.
func roomLink(from, to int, rate uint16) homeplug.Link {
	l := homeplug.Link{
		From: roomMAC(from), To: roomMAC(to), Rate: rate, Swing: 0.12, Load: 0.02, ErrorRatio: 0.004, Signal: 4,
		Received: homeplug.Received{Intervals: make([]homeplug.Interval, 2)},
	}
	if rate < 100 {
		l.Swing, l.ErrorRatio, l.Signal = 0.3, 0.035, 10
	}
	if rate > 900 {
		l.Coupling = 1 // over all three wires
	}
	carriers := 2690
	if from == 3 || to == 3 {
		carriers = 917
	}
	l.ToneMap = homeplug.ToneMap{Gain: 17, Guard: 2, Slots: [][]byte{tones(carriers, rate, 0), tones(carriers, rate, 1)}}
	return l
}

// tones is a tone map that carries about the rate: the higher carriers bear less, and some are notched for radio
// amateurs.
func tones(carriers int, rate uint16, slot int) []byte {
	const best, notch, every = 8, 40, 300
	most := min(best, 1+int(rate)/100)
	out := make([]byte, carriers)
	for i := range out {
		if i%every >= notch {
			out[i] = byte(max(1, most-i*most/(2*carriers)-slot))
		}
	}
	return out
}
