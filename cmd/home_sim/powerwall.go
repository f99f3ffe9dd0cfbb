package main

import (
	"context"
	"time"

	"home_exporter/sim/powerwall"
)

// A gatewayEntry is one entry of the powerwall list, with the keys that a simulated gateway needs.
type gatewayEntry struct {
	Name           string `yaml:"name"`
	GatewayAddress string `yaml:"gateway_address"`
	LoginEmail     string `yaml:"login_email"`
	LoginPassword  string `yaml:"login_password"`
}

// What the gateway of the house wants to hear. It is no secret: the gateway listens on the loopback interface only.
const (
	gatewayEmail    = "home@example.com"
	gatewayPassword = "EXMPL"
)

// startPowerwall runs the gateway of the house. The grid is away twice an hour, so that one can watch it.
func startPowerwall(ctx context.Context, _ surroundings) (running, error) {
	sim, err := powerwall.Start(ctx, powerwall.Options{
		Values: powerwall.Alive, Password: gatewayPassword, OutageEvery: 30 * time.Minute, OutageFor: 90 * time.Second,
	})
	if err != nil {
		return running{}, err
	}
	return running{
		section: []gatewayEntry{{
			Name: "home", GatewayAddress: sim.Address(), LoginEmail: gatewayEmail, LoginPassword: gatewayPassword,
		}},
		rows: []row{{
			name: "home", address: sim.Address(), find: "up",
			about: "Powerwall gateway: two packs, solar with four strings; an outage twice an hour",
		}},
		close: sim.Close,
	}, nil
}
