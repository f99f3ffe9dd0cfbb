package homeplug

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strconv"

	"home_exporter/internal/device/homeplug/hpav"
	"home_exporter/internal/metric"
)

// Factors of rates, which adapters tell in Mbit/s. The homeplug_exporter takes a
// megabit for 2^20 bits, and its two families stay so.
const (
	bytesPerMbit       = 1_000_000 / 8
	legacyBytesPerMbit = 1 << 20 / 8
)

// add adds what a poll learned.
func (r *Reading) add(out *metric.Batch) {
	factory := make(map[hpav.NID]bool)
	for i := range r.Adapters {
		a := &r.Adapters[i]
		addAdapter(out, a)
		if !a.Answered {
			continue
		}
		for _, n := range a.Networks {
			addNetwork(out, a, &n)
			factory[n.NID] = n.NID.DefaultKey()
		}
		addNeighbours(out, a)
		addStatistics(out, a)
		addToneMaps(out, a)
	}
	out.Add(adapters, float64(r.answered()))
	for _, nid := range slices.SortedFunc(maps.Keys(factory), func(a, b hpav.NID) int { return bytes.Compare(a[:], b[:]) }) {
		out.AddBool(defaultKey, factory[nid], nid.String())
	}
	addCounts(out, &r.Counts)
}

func addAdapter(out *metric.Batch, a *hpav.Adapter) {
	mac := a.MAC.String()
	out.AddBool(adapterUp, a.Answered, mac)
	if !a.Answered {
		return
	}
	chip, firmware, vendor := "", "", ""
	if v := a.Version; v != nil {
		chip, firmware, vendor = v.Chip, v.Firmware, "Qualcomm Atheros"
	}
	if x := a.Xtream; x != nil {
		chip, firmware, vendor = x.Chip, x.Firmware, "Broadcom"
	}
	if a.Capability != nil {
		vendor = cmp.Or(vendor, a.Capability.Vendor())
	}
	out.Add(adapterInfo, 1, mac, chip, firmware, vendor, a.HFID)
	out.AddBool(adapterIsolated, len(a.Networks) == 0, mac)
	addBool(out, adapterLocal, a.Local, mac)
	addBool(out, adapterLink, a.LinkUp, mac)
	if a.Xtream != nil {
		out.Add(adapterUptime, float64(a.Xtream.Uptime), mac)
	}
	if t := a.Attributes; t != nil {
		if t.Mains > 0 {
			out.Add(mainsFrequency, t.Mains, mac)
		}
		addBool(out, zeroCross, t.ZeroCross, mac)
		for _, b := range t.Blocks {
			out.Add(ramBlocks, float64(b.Total), mac, b.Pool)
			out.Add(ramBlocksFree, float64(b.Free), mac, b.Pool)
		}
	}
}

// addBool adds a truth that is known.
func addBool(out *metric.Batch, f *metric.Family, v *bool, labels ...string) {
	if v != nil {
		out.AddBool(f, *v, labels...)
	}
}

func addNetwork(out *metric.Batch, a *hpav.Adapter, n *hpav.Network) {
	mac, nid := a.MAC.String(), n.NID.String()
	out.Add(networkInfo, 1, mac, nid, decimal(n.SNID), decimal(n.TEI), string(n.Role), n.CCo.String(), decimal(n.CCoTEI))
	out.Add(networkStations, float64(len(n.Stations)), mac, nid)
	for _, s := range n.Stations {
		peer := s.MAC.String()
		out.Add(stationTX, float64(s.TX)*legacyBytesPerMbit, mac, nid, peer)
		out.Add(stationRX, float64(s.RX)*legacyBytesPerMbit, mac, nid, peer)
		out.Add(stationTXRate, float64(s.TX)*bytesPerMbit, mac, nid, peer)
		out.Add(stationRXRate, float64(s.RX)*bytesPerMbit, mac, nid, peer)
		out.AddBool(saturated, s.Saturated && s.TX == 255, mac, nid, peer, "tx")
		out.AddBool(saturated, s.Saturated && s.RX == 255, mac, nid, peer, "rx")
		addBool(out, coupling, s.TXAlternate, mac, nid, peer, "tx")
		addBool(out, coupling, s.RXAlternate, mac, nid, peer, "rx")
	}
}

func decimal(n uint8) string { return strconv.Itoa(int(n)) }

func addNeighbours(out *metric.Batch, a *hpav.Adapter) {
	mac := a.MAC.String()
	switch {
	case a.Neighbours != nil:
		out.Add(networkNeighbours, float64(a.Neighbours.Networks), mac)
	case a.NetworkCount != nil:
		out.Add(networkNeighbours, float64(*a.NetworkCount), mac)
	}
	if a.Neighbours == nil {
		return
	}
	seen := make(map[hpav.MAC]bool)
	for _, h := range a.Neighbours.Stations {
		if seen[h.MAC] {
			continue
		}
		seen[h.MAC] = true
		if h.Level != nil {
			out.Add(signalLevel, *h.Level, mac, h.MAC.String())
		}
		out.Add(bitLoading, h.BitLoading*bytesPerMbit, mac, h.MAC.String())
	}
}

func addStatistics(out *metric.Batch, a *hpav.Adapter) {
	mac, peers := a.MAC.String(), a.Peers()
	for _, peer := range slices.SortedFunc(maps.Keys(a.Stats), compareMACs) {
		if !slices.Contains(peers, peer) {
			continue // it has left
		}
		s, p := a.Stats[peer], peer.String()
		out.Add(mpdus, float64(s.TX.Acked), mac, p, "tx", "acked")
		out.Add(mpdus, float64(s.TX.Collided), mac, p, "tx", "collided")
		out.Add(mpdus, float64(s.TX.Failed), mac, p, "tx", "failed")
		out.Add(mpdus, float64(s.RX.Acked), mac, p, "rx", "acked")
		out.Add(mpdus, float64(s.RX.Failed), mac, p, "rx", "failed")
		out.Add(phyBlocks, float64(s.TX.PBsPassed), mac, p, "tx", "passed")
		out.Add(phyBlocks, float64(s.TX.PBsFailed), mac, p, "tx", "failed")
		out.Add(phyBlocks, float64(s.RX.PBsPassed), mac, p, "rx", "passed")
		out.Add(phyBlocks, float64(s.RX.PBsFailed), mac, p, "rx", "failed")
		out.Add(bitErrors, float64(s.RX.BitErrorsPassed), mac, p, "passed")
		out.Add(bitErrors, float64(s.RX.BitErrorsFailed), mac, p, "failed")
	}
}

func addToneMaps(out *metric.Batch, a *hpav.Adapter) {
	mac, peers := a.MAC.String(), a.Peers()
	for _, key := range slices.SortedFunc(maps.Keys(a.ToneMaps), compareKeys) {
		if !slices.Contains(peers, key.Peer) {
			continue
		}
		t := a.ToneMaps[key]
		direction := "tx"
		if key.Receive {
			direction = "rx"
		}
		labels := []string{mac, key.Peer.String(), direction, decimal(key.Slot)}
		bits, snr, active := t.Means()
		out.Add(toneActive, float64(active), labels...)
		if active > 0 {
			out.Add(toneBits, bits, labels...)
			out.Add(toneSNR, snr, labels...)
		}
		if t.Gain != nil {
			out.Add(toneGain, float64(*t.Gain), labels...)
		}
	}
}

func compareMACs(a, b hpav.MAC) int { return bytes.Compare(a[:], b[:]) }

func compareKeys(a, b hpav.ToneMapKey) int {
	direction := func(k hpav.ToneMapKey) int {
		if k.Receive {
			return 1
		}
		return 0
	}
	return cmp.Or(compareMACs(a.Peer, b.Peer), cmp.Compare(direction(a), direction(b)), cmp.Compare(a.Slot, b.Slot))
}

func addCounts(out *metric.Batch, c *hpav.Counts) {
	for m := range hpav.MessageCount {
		if c.Sent[m] == 0 {
			continue
		}
		out.Add(framesSent, float64(c.Sent[m]), m.String())
		out.Add(requestTimeouts, float64(c.Timeouts[m]), m.String())
		out.Add(retransmissions, float64(c.Repeats[m]), m.String())
	}
	for _, v := range hpav.Verdicts() {
		out.Add(framesReceived, float64(c.Received[v]), string(v))
	}
}
