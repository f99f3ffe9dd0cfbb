package poll

import (
	"fmt"
	"time"

	"home_exporter/internal/device"
)

// purses is what is left of the budgets of one device.
type purses []*device.Purse

// newPurses returns purses for budgets. What earlier ones have left is handed on: a
// changed configuration does not rest a modem.
func newPurses(budgets []device.Budget, earlier purses) purses {
	var all purses
	for _, b := range budgets {
		all = append(all, earlier.inherit(b))
	}
	return all
}

// inherit returns the purse for b, the one in p if there is one.
func (p purses) inherit(b device.Budget) *device.Purse {
	for _, purse := range p {
		if purse.Budget() == b {
			return purse
		}
	}
	return device.NewPurse(b)
}

// spend takes a request from the named purse.
func (p purses) spend(name string) error {
	for _, purse := range p {
		if purse.Budget().Name == name {
			return purse.Spend(time.Now())
		}
	}
	return noBudget(name)
}

// noBudget is the spend of devices without budgets: one function for all of a swarm.
func noBudget(name string) error { return fmt.Errorf("there is no budget named %q", name) }
