package powerwall

import (
	"math"
	"time"
)

// A house is what happens around the gateway: sun, appliances, grid. All are functions of the moment, in milliseconds
// since 1970.
type house struct {
	seed   uint64
	offset int64 // of the local clock, in milliseconds
	every  int64 // span with one outage; 0 for none
	lasts  int64
}

func newHouse(o Options, start time.Time) house {
	_, east := start.Zone()
	h := house{seed: o.Seed, offset: int64(east) * 1000, lasts: o.OutageFor.Milliseconds()}
	if o.OutageEvery > 0 && h.lasts > 0 {
		h.every = o.OutageEvery.Milliseconds()
	}
	return h
}

// The streams of chance.
const (
	chanceOutage = iota + 1
	chanceJitter
	chanceAppliance
	chancePhase
	chanceLevel
)

// chance is a number from 0 to 1 that depends on the seed, the stream and n alone (the finaliser of splitmix64).
func (h house) chance(stream, n int64) float64 {
	x := h.seed + uint64(stream)*0x9e3779b97f4a7c15 + uint64(n)*0xd1342543de82ef95
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	x ^= x >> 31
	return float64(x>>11) / (1 << 53)
}

// hour is the hour of the local day, with its fraction.
func (h house) hour(at int64) float64 {
	const day = 24 * 3600 * 1000
	return float64(((at+h.offset)%day+day)%day) / 3600_000
}

// wave swings from -1 to 1 with a period in seconds.
func (h house) wave(at int64, seconds float64, stream int64) float64 {
	return math.Sin(2 * math.Pi * (float64(at)/1000/seconds + h.chance(chancePhase, stream)))
}

// hump is 1 at the middle and little at width from it.
func hump(hour, middle, width float64) float64 {
	d := (hour - middle) / width
	return math.Exp(-d * d)
}

const (
	sunrise, sunset = 5.5, 20.5
	peakPower       = 5200.0 // W, of all strings at a clear noon
	nightNoise      = 4.0    // W that the inverter takes in the dark
)

// solar is what the panels give: the curve of the day, with clouds.
func (h house) solar(at int64) float64 {
	hour := h.hour(at)
	if hour <= sunrise || hour >= sunset {
		return -math.Round(nightNoise * h.chance(chanceLevel, at/60_000))
	}
	sun := math.Pow(math.Sin(math.Pi*(hour-sunrise)/(sunset-sunrise)), 1.4)
	clouds := 0.78 + 0.15*h.wave(at, 2900, 1) + 0.07*h.wave(at, 410, 2)
	return math.Round(peakPower*sun*clouds*2) / 2
}

// load is what the house takes: what is always on, mornings and evenings, and an appliance now and then.
func (h house) load(at int64) float64 {
	hour := h.hour(at)
	watts := 240 + 420*hump(hour, 7.5, 1.2) + 780*hump(hour, 19.2, 2.2)
	if h.wave(at, 2400, 3) > 0.3 {
		watts += 85 // the refrigerator
	}
	slot := at / (8 * 60_000)
	if h.chance(chanceAppliance, slot) < 0.12+0.3*hump(hour, 18, 3)+0.15*hump(hour, 8, 1.5) {
		watts += 1100 + 1300*h.chance(chanceAppliance, ^slot)
	}
	watts += 36 * (h.chance(chanceJitter, at) - 0.5)
	return math.Round(watts*2) / 2
}

// grid is the state of the grid, and how long the gateway still lists the outage as a fault.
func (h house) grid(at int64) (state string, listed time.Duration) {
	const aftermath = 60_000
	if h.every == 0 {
		return connected, 0
	}
	span := at / h.every
	room := h.every - h.lasts - aftermath - step.Milliseconds()
	begin := span*h.every + int64(h.chance(chanceOutage, span)*float64(max(0, room)))
	begin -= begin % step.Milliseconds()
	since := at - begin
	ended := since - h.lasts
	switch {
	case since < 0 || ended >= aftermath:
		return connected, 0
	case since < step.Milliseconds():
		state = toIsland
	case ended < 0:
		state = islanded
	case ended < step.Milliseconds():
		state = toGrid
	default:
		state = connected
	}
	return state, time.Duration(h.lasts+aftermath-since) * time.Millisecond
}
