package powerwall

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"home_exporter/internal/device/powerwall/gateway"
	"home_exporter/internal/metric"
)

// addMore adds what the powerwall_exporter does not have.
func (w *writer) addMore(r *Reading) {
	w.addGateway(r)
	w.addGrid(r)
	w.addLimits(r)
	w.addSiteInfo(r)
	w.addPhases(r)
	if r.System != nil {
		for i := range some(r.System.Blocks, maxPacks) {
			w.addMoreOfPack(&r.System.Blocks[i])
		}
	}
	w.addSolar(r)
	w.addVitals(r.Vitals)
	w.addUpdating(r)
	w.addTEDAPI(r)
}

func (w *writer) addGateway(r *Reading) {
	if s := r.Status; s != nil {
		name := ""
		if r.SiteInfo != nil {
			name = r.SiteInfo.Name
		}
		if s.DIN+s.DeviceType+s.SyncType+name != "" {
			w.out.Add(gatewayInfo, 1, s.DIN, s.DeviceType, s.SyncType, name)
		}
		w.out.AddTime(startTime, gateway.ParseStartTime(s.StartTime))
	}
	if r.Charge != nil && r.Charge.Percentage != nil {
		w.add(chargeApp, gateway.AppRatio(*r.Charge.Percentage))
	}
	if r.Operation != nil && r.Operation.BackupReserve != nil {
		w.add(reserveApp, gateway.AppRatio(*r.Operation.BackupReserve))
	}
}

// onGrid tells which states of the grid are on it and which are off; in all others the
// site is in between.
var onGrid = map[string]bool{
	"SystemGridConnected":    true,
	"SystemIslandedActive":   false,
	"SystemMicroGridFaulted": false,
	"SystemWaitForUser":      false,
}

func (w *writer) addGrid(r *Reading) {
	if g := r.GridStatus; g != nil {
		w.state(gridStatus, g.State)
		if on, known := onGrid[g.State]; known {
			w.out.AddBool(gridConnected, on)
		}
		w.boolean(gridServices, g.ServicesActive)
	}
	for _, f := range some(r.GridFaults, maxFaults) {
		if f.Name == "" || !w.first("fault "+f.Name+"\x00"+f.ECU+"\x00"+f.Serial) {
			continue
		}
		isFault := ""
		if f.IsFault != nil {
			isFault = strconv.FormatBool(*f.IsFault)
		}
		w.out.Add(gridFault, 1, f.Name, f.ECU, f.Serial, isFault)
		if f.Timestamp != nil && *f.Timestamp > 0 && w.first("fault time "+f.Name+"\x00"+f.Serial) {
			w.add(gridFaultTime, *f.Timestamp/1000, f.Name, f.Serial)
		}
	}
}

// noLimit is above any limit of power that is one, in watts.
const noLimit = 1e12

func (w *writer) addLimits(r *Reading) {
	s := r.System
	if s == nil {
		return
	}
	w.number(gridServicesW, s.GridServicesPower, 1)
	w.number(targetPower, s.TargetPower, 1)
	w.number(targetReactive, s.TargetReactivePower, 1)
	w.number(maxCharge, s.MaxChargePower, 1)
	w.number(maxDischarge, s.MaxDischargePower, 1)
	w.number(maxApparent, s.MaxApparentPower, 1)
	w.number(instantCharge, s.InstantMaxChargePower, 1)
	w.number(instantOut, s.InstantMaxDischarge, 1)
	w.number(availableBlock, s.AvailableBlocks, 1)
	w.number(controlled, s.BlocksControlled, 1)
	if v := s.SolarRealPowerLimit; v != nil && *v >= 0 && *v < noLimit {
		w.add(solarLimit, *v)
	}
	w.out.AddTime(lastToggle, gateway.ParseMoment(s.LastToggle))
	if load := r.Aggregates["load"].Power; load != nil && *load > 0 && s.Remaining != nil {
		w.add(backupTime, *s.Remaining*joulesPerWh / *load)
	}
}

// Units of the site info.
const (
	joulesPerKWh = 3.6e6
	wattsPerKW   = 1000
)

func (w *writer) addSiteInfo(r *Reading) {
	if s := r.SiteInfo; s != nil {
		w.number(nominalEnergy, s.NominalEnergy, joulesPerKWh)
		w.number(nominalPower, s.NominalPower, wattsPerKW)
		if g := s.GridCode; g != nil && g.Code != "" {
			w.out.Add(gridCode, 1, g.Code, g.Country, g.State, g.Utility, g.Phase)
		}
	}
	if r.Update != nil {
		w.state(updateState, strings.TrimPrefix(r.Update.State, "/"))
	}
	type model struct{ brand, name string }
	rated := make(map[model]float64)
	for _, s := range some(r.Solars, maxStrings) {
		if s.Power != nil {
			rated[model{s.Brand, s.Model}] += *s.Power
		}
	}
	for _, m := range slices.SortedFunc(maps.Keys(rated), func(a, b model) int {
		return strings.Compare(a.brand+"\x00"+a.name, b.brand+"\x00"+b.name)
	}) {
		w.add(ratedSolar, rated[m], m.brand, m.name)
	}
}

func (w *writer) addMoreOfPack(b *gateway.Block) {
	if b.Serial == "" || !w.first("more of pack "+b.Serial) {
		return
	}
	w.number(packPower, b.Power, 1, b.Serial)
	w.number(packReactive, b.ReactivePower, 1, b.Serial)
	for _, reason := range some(b.DisabledReasons, maxReasons) {
		if reason != "" && w.first("disabled "+b.Serial+"\x00"+reason) {
			w.out.Add(packDisabled, 1, b.Serial, reason)
		}
	}
	if b.Remaining != nil && b.FullPack != nil && *b.FullPack > 0 && *b.FullPack < endless {
		w.add(packCharge, *b.Remaining / *b.FullPack, b.Serial)
	}
}

// phases names what meters call A, B and C, or 1, 2 and 3.
var phases = []string{"a", "b", "c"}

func (w *writer) addPhases(r *Reading) {
	for _, category := range categoriesOf(r) {
		a := r.Aggregates[category]
		w.addEach(phaseAmps, [3]*float64{a.CurrentA, a.CurrentB, a.CurrentC}, category)
		w.out.AddTime(lastHeard, gateway.ParseMoment(a.LastCommunication), category)
		w.number(metersCounted, a.Meters, 1, category)
	}
	for _, category := range slices.Sorted(maps.Keys(r.Meters)) {
		for _, m := range some(r.Meters[category], maxMeters) {
			labels := []string{category, m.Type, m.Connection.Serial}
			if m.Cached == nil || m.Connection.Serial == "" || !w.first("phases "+strings.Join(labels, "\x00")) {
				continue
			}
			c := m.Cached
			w.out.Add(meterInfo, 1, category, m.Type, m.Connection.Serial, c.Version)
			w.addEach(phaseVolts, [3]*float64{c.Voltage1, c.Voltage2, c.Voltage3}, labels...)
			w.addEach(phasePower, [3]*float64{c.PowerA, c.PowerB, c.PowerC}, labels...)
			w.addEach(phaseReactive, [3]*float64{c.ReactivePowerA, c.ReactivePowerB, c.ReactivePowerC}, labels...)
			for i, phase := range phases {
				with := append(slices.Clone(labels), phase)
				w.energy(phaseExported, [3]*float64{c.ExportedA, c.ExportedB, c.ExportedC}[i], with...)
				w.energy(phaseImported, [3]*float64{c.ImportedA, c.ImportedB, c.ImportedC}[i], with...)
			}
		}
	}
}

// addEach adds a value for each phase, unless all are zero: then nobody measures them.
func (w *writer) addEach(f *metric.Family, values [3]*float64, labels ...string) {
	measured := slices.ContainsFunc(values[:], func(v *float64) bool { return v != nil && *v != 0 })
	for i, v := range values {
		if measured {
			w.number(f, v, 1, append(slices.Clone(labels), phases[i])...)
		}
	}
}

func (w *writer) addUpdating(r *Reading) {
	if r.Powerwalls == nil {
		return
	}
	for _, p := range some(r.Powerwalls.Powerwalls, maxPacks) {
		if p.Serial != "" && w.first("updating "+p.Serial) {
			w.boolean(packUpdating, p.Updating, p.Serial)
		}
	}
}

// addAsking adds what is to say of the asking itself.
func (s *site) addAsking(out *metric.Batch, now time.Time) {
	for _, path := range slices.Sorted(maps.Keys(s.states)) {
		st := s.states[path]
		label := strings.TrimPrefix(path, "/api/")
		if st.asked && !st.absent {
			out.AddBool(endpointSuccess, st.ok, label)
			out.Add(endpointDuration, st.took.Seconds(), label)
		}
		for _, class := range slices.Sorted(maps.Keys(st.errors)) {
			out.Add(endpointErrors, float64(st.errors[class]), label, string(class))
		}
	}
	counts := s.client.Counts()
	out.Add(retries, float64(counts.Retries))
	for _, result := range gateway.LoginResults() {
		out.Add(logins, float64(counts.Logins[result]), string(result))
	}
	blocked := 0.0
	if until := s.client.BlockedUntil(); until.After(now) {
		blocked = metric.Seconds(until)
	}
	out.Add(loginBlocked, blocked)
	if leaf := s.client.Certificate(); leaf != nil {
		out.AddTime(certificateExpiry, leaf.NotAfter)
	}
	falls := s.energies.falls()
	for _, name := range slices.Sorted(maps.Keys(falls)) {
		out.Add(counterResets, float64(falls[name]), name)
	}
}
