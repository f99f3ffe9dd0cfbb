package powerwall

import (
	"math"
	"time"
)

// at is what the gateway says of the house at that moment.
func (a *alive) at(now, boot time.Time, rebooted bool) State {
	f, t := a.reach(now)
	at := max(stepOf(now), a.origin) * step.Milliseconds()
	s := a.base.clone()
	s.At, s.Started, s.Uptime = now.Truncate(10*time.Millisecond), boot.Truncate(time.Second), max(0, now.Sub(boot))
	s.UpdateChecked = now.Truncate(time.Hour)
	s.LastToggle = a.base.LastToggle.In(now.Location())
	if rebooted {
		s.Commissions = 0
	}
	s.Grid, s.CanReboot = f.grid, "Power flow is too high"
	if math.Abs(f.battery()) < 100 {
		s.CanReboot = "Yes"
	}
	s.Remaining, s.TargetPower = 0, f.battery()
	for i := range s.Packs {
		p := &s.Packs[i]
		p.Remaining = round(1e-6, min(max(0, t.packs[i].remaining), p.Full))
		s.Remaining += p.Remaining
	}
	s.SOE = 100 * s.Remaining / s.Full
	a.meters(&s, f, t, at)
	for i := range s.Packs {
		a.pack(&s, i, f, t.packs[i], at)
	}
	s.Wifi, s.Phone = math.Round(55+6*a.house.wave(at, 1700, 7)), math.Round(62+4*a.house.wave(at, 2300, 8))
	a.inverter(&s, f, at)
	if f.left > 0 {
		s.GridFaults = []GridFault{outageFault(now.Add(-time.Minute).Truncate(time.Minute), s.DIN, s.Packs[0].Serial)}
		s.StatusFaults = s.GridFaults
	}
	return s
}

// meters are the four categories. While the grid is away its meter measures nothing.
func (a *alive) meters(s *State, f flow, t totals, at int64) {
	volts := round(0.1, 230.6+1.8*a.house.wave(at, 5400, 4)+0.5*a.house.wave(at, 130, 5))
	hertz := round(0.01, 50+0.03*a.house.wave(at, 310, 6))
	if f.offGrid() {
		volts, hertz = 230, 50
		if s.SOE > 95 {
			hertz = 52 // so that the solar inverter holds back
		}
	}
	s.MeasuredFrequency = hertz
	base := &a.base
	charged, discharged := 0.0, 0.0
	for _, p := range t.packs {
		charged, discharged = charged+p.charged, discharged+p.discharged
	}
	s.Site = meter(f.site, -140, volts, hertz, base.Site.Exported+t.siteOut, base.Site.Imported+t.siteIn)
	s.Battery = meter(f.battery(), 40, volts, hertz, base.Battery.Exported+discharged, base.Battery.Imported+charged)
	s.Load = meter(f.load, -60, volts, hertz, base.Load.Exported, base.Load.Imported+t.load)
	s.Solar = meter(f.solar, 40, volts, hertz, base.Solar.Exported+t.solarOut, base.Solar.Imported+t.solarIn)
	if f.offGrid() {
		s.Site = meter(0, 0, 0, 0, s.Site.Exported, s.Site.Imported)
	}
}

func meter(power, reactive, volts, hertz, exported, imported float64) Meter {
	m := Meter{
		Power: power, Reactive: reactive, Apparent: round(0.001, math.Hypot(power, reactive)), Frequency: hertz,
		Exported: round(1e-6, exported), Imported: round(1e-6, imported), Voltage: volts,
	}
	if volts > 0 {
		m.Current = round(0.01, m.Apparent/volts)
	}
	return m
}

func (a *alive) pack(s *State, i int, f flow, t packTotals, at int64) {
	p, base := &s.Packs[i], a.base.Packs[i]
	p.Power, p.Reactive = f.packs[i], 20
	p.Voltage, p.Frequency = round(0.1, s.Load.Voltage+0.2), s.Load.Frequency
	p.Current = round(0.1, -math.Hypot(p.Power, p.Reactive)/p.Voltage*sign(p.Power))
	p.Charged, p.Discharged = round(1e-6, base.Charged+t.charged), round(1e-6, base.Discharged+t.discharged)
	p.PinvState, p.PinvGrid, p.OpSeqState = "PINV_GridFollowing", "Grid_Compliant", "Active"
	if f.offGrid() {
		p.OffGrid, p.VFMode = true, true
		p.PinvState, p.PinvGrid = "PINV_GridForming", "Grid_Uncompliant"
	} else if f.grid == toGrid {
		p.PinvGrid = "Grid_Qualifying"
	}
	p.Ambient = round(0.1, 21+3*a.house.wave(at, 86400, 10)+math.Abs(p.Power)/2000+0.3*float64(i))
	p.Available, p.AvailableToUse = s.MaxCharge/2, s.MaxDischarge/2
}

// inverter is the Powerwall+ with its strings: two that give most, a small one, and an open input.
func (a *alive) inverter(s *State, f flow, at int64) {
	v := &s.Inverter
	v.Voltage, v.Frequency, v.StringsVoltage = s.Load.Voltage, s.Load.Frequency, s.Load.Voltage
	v.Power, v.Reactive = f.solar, 40
	v.Grid = s.Packs[len(s.Packs)-1].PinvGrid
	v.Current = round(0.1, math.Hypot(v.Power, v.Reactive)/v.Voltage)
	v.Lifetime = s.Solar.Exported
	for i, share := range []float64{0.45, 0.38, 0.17} {
		v.Strings[i] = PVString{Connected: true, Voltage: round(0.1, 40+12*a.house.wave(at, 700, int64(20+i)))}
		if f.solar > 0 {
			volts := round(0.1, 310+float64(15*i)+8*a.house.wave(at, 700, int64(20+i)))
			v.Strings[i].Voltage, v.Strings[i].Current = volts, round(0.01, f.solar*share/volts)
			v.Strings[i].Power = round(1, f.solar*share)
		}
	}
	v.Strings[3] = PVString{Voltage: -2.1}
}

// outageFault is what the first inverter says of a grid that goes away.
func outageFault(at time.Time, din, serial string) GridFault {
	const name = "PINV_a006_vfCheckUnderFrequency"
	return GridFault{
		At: at, Name: name, Fault: true,
		Decoded: `[{"name":"PINV_alertID","value":"` + name + `"},{"name":"PINV_alertType","value":"Fault"},` +
			`{"name":"PINV_a006_frequency","value":47.312,"units":"Hz"}]`,
		Raw: "432345564227567616", GitHash: "0123456789abcd", Site: din, ECU: "TEPINV",
		Part: "1081100-13-V", Serial: serial,
	}
}

// round rounds to a multiple of unit, without the dust of binary fractions.
func round(unit, v float64) float64 {
	per := math.Round(1 / unit)
	return math.Round(v*per) / per
}

func sign(v float64) float64 {
	if v < 0 {
		return -1
	}
	return 1
}
