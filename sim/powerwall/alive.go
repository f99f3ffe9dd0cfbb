package powerwall

import (
	"math"
	"time"
)

// step is how long all powers stand still. Energies are their integrals: sums of power times time.
const step = 5 * time.Second

// history is how long the house has run when the gateway is turned on, so that its packs have found their level.
const history = 36 * time.Hour

// An alive source is a house that steps through time: sun, load and grid are functions of the moment, the packs follow
// from them, and the energies grow. The same seed and times give the same state. It is guarded by Sim.mu, since it
// remembers how far it has come.
type alive struct {
	base   State
	house  house
	origin int64 // number of the first step since 1970

	now  totals // at the begin of step next
	next int64
}

// totals are what has come together since the origin, in Wh, and what is in the packs.
type totals struct {
	siteIn, siteOut, solarIn, solarOut, load float64
	packs                                    []packTotals
}

type packTotals struct{ remaining, charged, discharged float64 }

// Losses of the packs in one direction.
const efficiency = 0.95

func newAlive(o Options, base State, start time.Time) *alive {
	a := &alive{base: base, house: newHouse(o, start)}
	a.base.PacksListed = len(base.Packs)
	a.base.GridFaults = nil
	a.base.Commissions = 2
	a.base.Inverter.Strings = make([]PVString, 4)
	// The energies of the life before must have gone somewhere.
	b := &a.base
	b.Load.Imported = b.Site.Imported - b.Site.Exported + b.Battery.Exported - b.Battery.Imported + b.Solar.Exported - b.Solar.Imported
	a.origin = stepOf(start.Add(-history))
	a.rewind()
	return a
}

func stepOf(t time.Time) int64 {
	return int64(math.Floor(float64(t.UnixMilli()) / float64(step.Milliseconds())))
}

// rewind goes back to the origin, with packs half full.
func (a *alive) rewind() {
	a.now, a.next = totals{}, a.origin
	for _, p := range a.base.Packs {
		a.now.packs = append(a.now.packs, packTotals{remaining: p.Full / 2})
	}
}

// advance adds what flows for part of a step.
func (t *totals) advance(f flow, d time.Duration) {
	h := d.Hours()
	t.siteIn += max(0, f.site) * h
	t.siteOut += max(0, -f.site) * h
	t.solarOut += max(0, f.solar) * h
	t.solarIn += max(0, -f.solar) * h
	t.load += f.load * h
	for i, power := range f.packs {
		p := &t.packs[i]
		if power > 0 {
			p.discharged += power * h
			p.remaining -= power * h / efficiency
		} else {
			p.charged -= power * h
			p.remaining -= power * h * efficiency
		}
	}
}

// clone lets the copy be changed without the original.
func (t totals) clone() totals {
	t.packs = append([]packTotals(nil), t.packs...)
	return t
}

// reach steps to the moment and says what flows then.
func (a *alive) reach(now time.Time) (flow, totals) {
	to := max(stepOf(now), a.origin)
	if to < a.next {
		a.rewind()
	}
	for a.next < to {
		a.now.advance(a.flow(a.next, a.now), step)
		a.next++
	}
	f, t := a.flow(to, a.now), a.now.clone()
	begin := time.UnixMilli(to * step.Milliseconds())
	t.advance(f, min(step, max(0, now.Sub(begin))))
	return f, t
}

// A flow is what goes where during one step, in W. load = site + solar + sum of packs.
type flow struct {
	load, solar, site float64
	packs             []float64
	grid              string
	left              time.Duration // of the outage's aftermath: while positive the gateway lists its fault
}

func (f flow) battery() float64 {
	sum := 0.0
	for _, p := range f.packs {
		sum += p
	}
	return sum
}

func (f flow) offGrid() bool { return f.grid == islanded || f.grid == toIsland }

// The states of the grid.
const (
	connected = "SystemGridConnected"
	islanded  = "SystemIslandedActive"
	toIsland  = "SystemTransitionToIsland"
	toGrid    = "SystemTransitionToGrid"
)

// flow decides for the step with that number.
func (a *alive) flow(number int64, t totals) flow {
	at := number * step.Milliseconds()
	f := flow{load: a.house.load(at), solar: a.house.solar(at)}
	f.grid, f.left = a.house.grid(at)
	remaining, full := 0.0, a.base.Full
	for _, p := range t.packs {
		remaining += p.remaining
	}
	reserve := full * a.base.Reserve / 100
	if f.offGrid() {
		reserve = 0
	}
	hours := step.Hours()
	most := max(0, min(a.base.MaxDischarge, (remaining-reserve)*efficiency/hours))
	least := -max(0, min(a.base.MaxCharge, (full-remaining)/efficiency/hours))
	need := f.load - f.solar
	battery := min(max(need, least), most)
	if f.offGrid() {
		// What the packs cannot take the inverter does not make; what they cannot give the house does not get.
		f.solar = min(f.solar, f.load-least)
		f.load = min(f.load, f.solar+most)
		battery = f.load - f.solar
	} else {
		battery = math.Trunc(battery/10) * 10
	}
	f.site = f.load - f.solar - battery
	f.packs = a.share(battery, t)
	return f
}

// share spreads the power of the packs by their size, to whole watts but for the last.
func (a *alive) share(battery float64, t totals) []float64 {
	out := make([]float64, len(t.packs))
	left := battery
	for i := range out {
		out[i] = math.Round(battery * a.base.Packs[i].Full / a.base.Full)
		if i == len(out)-1 {
			out[i] = left
		}
		left -= out[i]
	}
	return out
}
