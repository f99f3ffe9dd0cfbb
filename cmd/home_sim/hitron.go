package main

import (
	"context"

	"home_exporter/sim/hitron"
)

// A modemEntry is one entry of the hitron list, with the keys that a simulated modem needs.
type modemEntry struct {
	Name    string `yaml:"name"`
	Address string `yaml:"address"`
}

// startHitron runs the cable modem of the house.
func startHitron(ctx context.Context, _ surroundings) (running, error) {
	sim, err := hitron.Start(ctx, hitron.Options{Values: hitron.Alive, Firmware: hitron.Firmware73})
	if err != nil {
		return running{}, err
	}
	return running{
		section: []modemEntry{{Name: "modem", Address: sim.URL()}},
		rows: []row{{
			name: "modem", address: sim.URL(), find: "up",
			about: "CODA-56: 32 channels down, 4 up, two OFDM, one OFDMA; a T3 now and then",
		}},
		close: sim.Close,
	}, nil
}
