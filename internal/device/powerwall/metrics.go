package powerwall

import (
	"maps"
	"math"
	"slices"
	"time"

	"home_exporter/internal/device/powerwall/gateway"
	"home_exporter/internal/metric"
)

// Factors of units.
const (
	joulesPerWh = 3600
	perCent     = 0.01
)

// A writer adds samples of one poll. What is not known is left out, and so is a second
// series with the labels of a first.
type writer struct {
	out      *metric.Batch
	settings *settings
	energies energies
	seen     map[string]bool
	alerts   int
}

// add adds what is known after a poll.
func (s *site) add(out *metric.Batch, now time.Time) {
	w := &writer{out: out, settings: s.settings, energies: s.energies, seen: make(map[string]bool)}
	r := s.reading.filled(s.lacks)
	w.addInfo(r)
	w.addSite(r)
	if r.System != nil {
		for i := range some(r.System.Blocks, maxPacks) {
			w.addPack(&r.System.Blocks[i])
		}
	}
	w.addMeters(r)
	w.addNetworks(r.Networks)
	if s.settings.extra {
		w.addMore(r)
		s.addAsking(out, now)
	}
}

// Bounds of what one poll tells, so that a broken gateway floods no database. Sites have
// up to ten packs, a handful of meters and three networks.
const (
	maxPacks    = 64
	maxMeters   = 32 // of one category
	maxNetworks = 64
	maxStrings  = 64
	maxReasons  = 16 // of one pack
	maxFaults   = 256
	maxAlerts   = 256
)

func some[T any](list []T, most int) []T { return list[:min(len(list), most)] }

// first reports whether the key has not been there in this poll: gateways list a thing
// twice now and then.
func (w *writer) first(key string) bool {
	if w.seen[key] {
		return false
	}
	w.seen[key] = true
	return true
}

// endless is above anything that a house has. Gateways write the largest number there is
// where something has no limit.
const endless = 1e30

// add adds a value that makes sense: finite, also after it was calculated with.
func (w *writer) add(f *metric.Family, v float64, labels ...string) {
	if math.Abs(v) < endless {
		w.out.Add(f, v, labels...)
	}
}

func (w *writer) number(f *metric.Family, v *float64, factor float64, labels ...string) {
	if v != nil {
		w.add(f, *v*factor, labels...)
	}
}

// vital adds a number out of the vitals.
func (w *writer) vital(f *metric.Family, d *gateway.VitalDevice, name string, factor float64, labels ...string) {
	if v, ok := d.Numbers[name]; ok {
		w.add(f, v*factor, labels...)
	}
}

func (w *writer) boolean(f *metric.Family, v *bool, labels ...string) {
	if v != nil {
		w.out.AddBool(f, *v, labels...)
	}
}

// state adds a series for a text, unless there is none.
func (w *writer) state(f *metric.Family, text string, before ...string) {
	if text != "" {
		w.out.Add(f, 1, append(before, text)...)
	}
}

// energy adds an energy counted over a life, in Wh. After a start the gateway has 0 for
// what it does not know yet, which would look like a counter that begins anew.
func (w *writer) energy(f *metric.Family, v *float64, labels ...string) {
	if v == nil || *v <= 0 || *v >= endless/joulesPerWh {
		return
	}
	w.energies.note(f, labels, *v)
	w.add(f, *v*joulesPerWh, labels...)
}

func (w *writer) addInfo(r *Reading) {
	version, hash := "", ""
	if s := r.Status; s != nil {
		version, hash = s.Version, s.GitHash
		if up, ok := gateway.ParseUptime(s.Uptime); ok {
			w.out.Add(uptime, up.Seconds())
		}
		w.number(commissions, s.CommissionCount, 1)
	}
	w.out.Add(info, 1, version, hash)
}

func (w *writer) addSite(r *Reading) {
	if r.Charge != nil {
		w.number(charge, r.Charge.Percentage, perCent)
	}
	if o := r.Operation; o != nil {
		w.number(reserve, o.BackupReserve, perCent)
		mode := o.RealMode
		if mode == "" {
			mode = o.Mode
		}
		w.state(operationMode, mode)
	}
	if m := r.SiteMaster; m != nil {
		w.boolean(masterRunning, m.Running)
		w.boolean(masterOnline, m.Connected)
		w.boolean(powerSupply, m.PowerSupply)
		if m.CanReboot != "Yes" {
			w.state(masterBusy, m.CanReboot)
		}
	}
	if r.Problems != nil && r.Problems.Problems != nil {
		w.out.Add(problems, float64(len(*r.Problems.Problems)))
	}
	if s := r.System; s != nil {
		w.number(fullPack, s.FullPack, joulesPerWh)
		w.number(remaining, s.Remaining, joulesPerWh)
		w.state(islandState, s.IslandState)
	}
}

// addPack adds a battery pack under the names that are wanted.
func (w *writer) addPack(b *gateway.Block) {
	if b.Serial == "" || !w.first("pack "+b.Serial) {
		return
	}
	for _, p := range w.settings.packNames {
		w.out.Add(p.info, 1, b.Serial, b.PartNumber, b.Version)
		w.number(p.fullPack, b.FullPack, joulesPerWh, b.Serial)
		w.number(p.remaining, b.Remaining, joulesPerWh, b.Serial)
		w.number(p.volts, b.Voltage, 1, b.Serial)
		w.number(p.amps, b.Current, 1, b.Serial)
		w.number(p.hz, b.Frequency, 1, b.Serial)
		w.energy(p.charged, b.Charged, b.Serial)
		w.energy(p.discharged, b.Discharged, b.Serial)
		w.boolean(p.offGrid, b.OffGrid, b.Serial)
		w.boolean(p.formsGrid, b.FormsGrid, b.Serial)
		w.boolean(p.wobble, b.Wobble, b.Serial)
		w.boolean(p.clamped, b.ChargeClamped, b.Serial)
		w.boolean(p.backupReady, b.BackupReady, b.Serial)
		w.state(p.inverterState, b.InverterState, b.Serial)
		w.state(p.gridState, b.GridState, b.Serial)
		w.state(p.sequenceState, b.SequenceState, b.Serial)
	}
}

func (w *writer) addMeters(r *Reading) {
	for _, category := range categoriesOf(r) {
		a := r.Aggregates[category]
		w.addReading(&aggregates, &a.Reading, category)
	}
	for _, category := range slices.Sorted(maps.Keys(r.Meters)) {
		for _, m := range some(r.Meters[category], maxMeters) {
			legacy := ""
			if w.settings.legacyType {
				legacy = m.Type
			}
			if m.Cached != nil && m.Connection.Serial != "" && w.first("meter "+category+"\x00"+m.Type+"\x00"+m.Connection.Serial) {
				w.addReading(&meters, &m.Cached.Reading, category, m.Type, m.Connection.Serial, legacy)
			}
		}
	}
}

// categoriesOf returns the categories of the aggregates in order, those that can be one.
func categoriesOf(r *Reading) []string {
	all := slices.Sorted(maps.Keys(r.Aggregates))
	return some(slices.DeleteFunc(all, func(c string) bool { return c == "" }), maxCategories)
}

func (w *writer) addReading(f *meterFamilies, r *gateway.Reading, labels ...string) {
	w.number(f.power, r.Power, 1, labels...)
	w.number(f.reactive, r.ReactivePower, 1, labels...)
	w.number(f.apparent, r.ApparentPower, 1, labels...)
	if r.Frequency != nil && *r.Frequency != 0 { // 0: not measured
		w.add(f.frequency, *r.Frequency, labels...)
	}
	w.energy(f.exported, r.Exported, labels...)
	w.energy(f.imported, r.Imported, labels...)
	w.number(f.volts, r.AverageVoltage, 1, labels...)
	w.number(f.amps, r.AverageCurrent, 1, labels...)
	w.number(f.totalAmps, r.TotalCurrent, 1, labels...)
}

func (w *writer) addNetworks(networks []gateway.Network) {
	for i := range some(networks, maxNetworks) {
		n := &networks[i]
		name := w.networkName(n.Name)
		if n.Interface+n.Name == "" || !w.first("network "+n.Interface+"\x00"+name) {
			continue
		}
		w.boolean(networkEnabled, n.Enabled, n.Interface, name)
		w.boolean(networkActive, n.Active, n.Interface, name)
		w.boolean(networkPrimary, n.Primary, n.Interface, name)
		if w.settings.extra {
			w.boolean(networkTesla, n.TeslaConnected, n.Interface, name)
			w.boolean(networkWorld, n.InternetConnected, n.Interface, name)
		}
		if n.Info == nil || n.Info.Name == "" {
			continue
		}
		if n.Info.State != "" {
			w.out.Add(networkState, 1, n.Interface, name, n.Info.State, n.Info.StateReason)
		}
		if v := n.Info.SignalStrength; v != nil && *v != 0 {
			w.add(networkSignal, *v, n.Interface, name)
		}
	}
}

// networkName hides the name of the household's Wi-Fi where that is wanted.
func (w *writer) networkName(name string) string {
	if w.settings.hideNetworks {
		return ""
	}
	return name
}
