package homeplug

import "home_exporter/internal/device/homeplug/hpav"

// A Reading is what one poll learned of a segment.
type Reading struct {
	Adapters []hpav.Adapter // in the order of their addresses
	Counts   hpav.Counts    // since the program began
}

// answered returns how many adapters told their networks.
func (r *Reading) answered() (n int) {
	for i := range r.Adapters {
		if r.Adapters[i].Answered {
			n++
		}
	}
	return n
}
