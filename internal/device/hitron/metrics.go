package hitron

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"home_exporter/internal/device/hitron/coda"
	"home_exporter/internal/metric"
	"home_exporter/internal/pin"
)

// add adds what is known after a poll.
func (m *modem) add(out *metric.Batch) {
	m.addEndpoints(out)
	m.addAbout(out)
	m.addDownstream(out)
	m.addUpstream(out)
	m.addOFDM(out)
	addOFDMA(out, m.reading.OFDMA)
	m.addNetwork(out)
	m.addEvents(out)
	if h, ok := healthOf(&m.reading, m.settings.limits, m.lossesPerSecond()); ok {
		out.Add(healthScore, h.score)
		for _, c := range h.components {
			out.Add(healthComponent, c.value, c.name)
		}
	}
}

// set adds a value that is known.
func set[T float64 | uint64](out *metric.Batch, f *metric.Family, v *T, labels ...string) {
	if v != nil {
		out.Add(f, float64(*v), labels...)
	}
}

// setBool adds a truth that is known.
func setBool(out *metric.Batch, f *metric.Family, v *bool, labels ...string) {
	if v != nil {
		out.AddBool(f, *v, labels...)
	}
}

// setTotal adds a counter where the page has it: t goes on counting when it does not.
func setTotal(out *metric.Batch, f *metric.Family, raw *uint64, t tally, channel string) {
	if raw != nil && t.known {
		out.Add(f, float64(t.total), channel)
	}
}

func (m *modem) addEndpoints(out *metric.Batch) {
	for _, p := range pageOrder {
		e := &m.endpoints[p]
		if !e.asked {
			continue
		}
		name := p.String()
		out.AddBool(endpointUp, e.up, name)
		out.Add(endpointRequests, float64(m.client.Requests(p)), name)
		out.Add(endpointDuration, e.took.Seconds(), name)
		out.AddTime(endpointSuccess, e.success, name)
		for _, class := range slices.Sorted(maps.Keys(e.errors)) {
			out.Add(endpointErrors, float64(e.errors[class]), name, string(class))
		}
		for _, field := range slices.Sorted(maps.Keys(e.mistakes)) {
			out.Add(parseErrors, float64(e.mistakes[field]), name, field)
		}
	}
}

func (m *modem) addAbout(out *metric.Batch) {
	out.Add(reboots, float64(m.history.boots))
	if a, ok := m.reading.about(); ok {
		certificate := ""
		if leaf := m.client.Certificate(); leaf != nil {
			certificate = pin.Of(leaf).String()
		}
		out.Add(modemInfo, 1, a.Model, a.Vendor, a.Hardware, a.Software, m.private(a.Serial), m.private(a.MAC), certificate)
	}
	s := m.reading.System
	if s == nil {
		return
	}
	if s.Uptime != nil {
		out.Add(uptime, s.Uptime.Seconds())
		if m.settings.uptimeString {
			out.Add(uptimeInfo, 1, s.UptimeText)
		}
	}
	if s.Clock != nil {
		out.AddTime(systemTime, *s.Clock)
	}
	for _, t := range s.Traffic {
		out.Add(traffic, t.Bytes, t.Network, t.Direction)
	}
}

// private returns a text that tells who the subscriber is, in the form that the
// configuration wants.
func (m *modem) private(text string) string {
	switch {
	case text == "", m.settings.privacy == "none":
		return ""
	case m.settings.privacy == "hashed":
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:6])
	}
	return text
}

func (m *modem) addDownstream(out *metric.Batch) {
	if m.reading.Downstream == nil {
		return
	}
	out.Add(downstreamChannels, float64(len(m.reading.Downstream)))
	out.Add(channelChanges, float64(m.history.downSet.changes), "downstream")
	for _, c := range m.reading.Downstream {
		set(out, downstreamPower, c.Power, c.Channel)
		set(out, downstreamSNR, c.SNR, c.Channel)
		set(out, downstreamCorrectables, c.Corrected, c.Channel)
		set(out, downstreamUncorrectables, c.Uncorrected, c.Channel)
		set(out, downstreamFrequency, c.Frequency, c.Channel)
		set(out, downstreamPort, c.Port, c.Channel)
		out.Add(downstreamModulation, 1, c.Channel, c.Modulation)
		if order, ok := coda.Order(c.Modulation); ok {
			out.Add(downstreamQAM, order, c.Channel)
		}
		if t := m.history.downstream.channels[c.Channel]; t != nil {
			setTotal(out, downstreamOctets, c.Octets, t.octets, c.Channel)
			setTotal(out, downstreamCorrected, c.Corrected, t.corrected, c.Channel)
			setTotal(out, downstreamUncorrected, c.Uncorrected, t.uncorrected, c.Channel)
		}
	}
}

func (m *modem) addUpstream(out *metric.Batch) {
	if m.reading.Upstream == nil {
		return
	}
	out.Add(upstreamChannels, float64(len(m.reading.Upstream)))
	out.Add(channelChanges, float64(m.history.upSet.changes), "upstream")
	for _, c := range m.reading.Upstream {
		set(out, upstreamPower, c.Power, c.Channel)
		set(out, upstreamFrequency, c.Frequency, c.Channel)
		set(out, upstreamBandwidth, c.Bandwidth, c.Channel)
		out.Add(upstreamModulation, 1, c.Channel, c.Modulation, c.Mode)
		if order, ok := coda.Order(c.Modulation); ok {
			out.Add(upstreamQAM, order, c.Channel)
		}
	}
}

func (m *modem) addOFDM(out *metric.Batch) {
	if m.endpoints[coda.OFDM].asked && m.settings.ofdmGuard {
		out.AddBool(ofdmWedged, m.history.wedge.wedged)
	}
	for _, c := range m.reading.OFDM {
		set(out, ofdmPower, c.Power, c.Channel)
		set(out, ofdmSNR, c.SNR, c.Channel)
		set(out, ofdmCorrectable, c.Corrected, c.Channel)
		set(out, ofdmUncorrectable, c.Uncorrected, c.Channel)
		set(out, ofdmFrequency, c.Frequency, c.Channel)
		setBool(out, ofdmLock, c.PLC, c.Channel, "plc")
		setBool(out, ofdmLock, c.NCP, c.Channel, "ncp")
		setBool(out, ofdmLock, c.MDC1, c.Channel, "mdc1")
		out.AddBool(ofdmLocked, c.Locked(), c.Channel)
		if c.FFT != "" {
			out.Add(ofdmInfo, 1, c.Channel, c.FFT)
		}
		if t := m.history.ofdm.channels[c.Channel]; t != nil {
			setTotal(out, ofdmOctets, c.Octets, t.octets, c.Channel)
			setTotal(out, ofdmCorrected, c.Corrected, t.corrected, c.Channel)
			setTotal(out, ofdmUncorrected, c.Uncorrected, t.uncorrected, c.Channel)
		}
	}
}

func addOFDMA(out *metric.Batch, channels []coda.OFDMAChannel) {
	for _, c := range channels {
		if c.State != "" {
			out.Add(ofdmaState, 1, c.Channel, c.State)
		}
		out.AddBool(ofdmaOperational, c.Operating, c.Channel)
		set(out, ofdmaFrequency, c.Frequency, c.Channel)
		set(out, ofdmaBandwidth, c.Bandwidth, c.Channel)
		set(out, ofdmaPower, c.Power, c.Channel)
		set(out, ofdmaPower1_6, c.Power1_6, c.Channel)
		set(out, ofdmaAttenuation, c.Attenuation, c.Channel)
	}
}

func (m *modem) addNetwork(out *metric.Batch) {
	if permitted, known := m.reading.access(); known {
		out.AddBool(networkAccess, permitted)
	}
	if w := m.reading.WAN; w != nil {
		out.Add(wanInfo, 1, m.private(w.ConfigName), m.private(w.IP), w.Netmask, m.private(w.Gateway))
		setSpan(out, wanLease, w.Lease)
		set(out, provisionedRate, w.DownRate, "downstream")
		set(out, provisionedRate, w.UpRate, "upstream")
	}
	if p := m.reading.Provisioning; p != nil {
		for _, s := range p.Stages {
			out.AddBool(stageOK, s.OK, s.Name)
		}
		if p.BPIAuth != "" || p.BPITEK != "" {
			out.Add(bpiInfo, 1, p.BPIAuth, p.BPITEK)
		}
	}
	if l := m.reading.Link; l != nil {
		setBool(out, linkUp, l.Up, l.Duplex)
		set(out, linkSpeed, l.Speed)
	}
}

func setSpan(out *metric.Batch, f *metric.Family, v *time.Duration) {
	if v != nil {
		out.Add(f, v.Seconds())
	}
}

func (m *modem) addEvents(out *metric.Batch) {
	if m.reading.Log == nil {
		return
	}
	counts := m.history.events.counts
	for _, s := range slices.SortedFunc(maps.Keys(counts), eventSort.compare) {
		out.Add(events, float64(counts[s]), s.kind, s.priority)
	}
	entries, newest := entriesOf(m.reading.Log)
	for _, s := range slices.SortedFunc(maps.Keys(entries), eventSort.compare) {
		out.Add(eventEntries, float64(entries[s]), s.kind, s.priority)
	}
	for _, kind := range slices.Sorted(maps.Keys(newest)) {
		out.AddTime(eventLast, newest[kind], kind)
	}
}
