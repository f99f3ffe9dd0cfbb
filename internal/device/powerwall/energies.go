package powerwall

import (
	"strings"

	"home_exporter/internal/metric"
)

// energies remembers the energies counted over a life, to notice those that fell: a
// meter was exchanged, or the gateway calculates anew.
type energies map[string]*energy

type energy struct {
	family *metric.Family
	last   float64
	falls  uint64
}

// maxEnergies bounds what is remembered of a gateway that makes up serial numbers.
const maxEnergies = 4096

func (e energies) note(f *metric.Family, labels []string, v float64) {
	key := f.Name + "\x00" + strings.Join(labels, "\x00")
	known := e[key]
	switch {
	case known == nil && len(e) < maxEnergies:
		e[key] = &energy{family: f, last: v}
	case known != nil:
		if v < known.last {
			known.falls++
		}
		known.last = v
	}
}

// falls returns how often each metric fell, of those that are known.
func (e energies) falls() map[string]uint64 {
	all := make(map[string]uint64)
	for _, one := range e {
		all[one.family.Name] += one.falls
	}
	return all
}
