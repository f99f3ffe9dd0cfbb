package hpav

import "maps"

// learn takes a confirm into the adapter. Where the adapter refuses to tell, it has
// told that.
func (a *Adapter) learn(q *question, entry []byte) error {
	switch q.message {
	case SoftwareVersion:
		return keep(&a.Version)(parseVersion(entry))
	case NetworkInfo0:
		return a.learnNetworks(parseNetworks0(entry, a.MAC))
	case NetworkInfo1:
		return a.learnNetworks(parseNetworks1(entry, a.MAC))
	case LinkStatistics:
		return a.learnStats(q, entry)
	case Attributes:
		return keepIf(&a.Attributes)(parseAttributes(entry, ours))
	case PowerLineLink:
		return keepIf(&a.LinkUp)(parseLink(entry))
	case ReceiveToneMap0, ReceiveToneMap1, TransmitToneMap1:
		return a.learnToneMap(q, entry)
	case StationCapability:
		return keep(&a.Capability)(parseCapability(entry))
	case StandardNetworks:
		networks, neighbours, err := parseStandardNetworks(entry, a.MAC)
		if err == nil {
			a.NetworkCount = &neighbours
		}
		return a.learnNetworks(networks, err)
	case StandardStats1, StandardStats2:
		return a.learnRates(parseStandardStats(entry, q.message == StandardStats2))
	case DiscoverList:
		return keep(&a.Neighbours)(parseDiscoverList(entry, a.MAC))
	case HumanID:
		return a.learnName(parseHumanID(entry))
	case XtreamDiscover:
		local, name, err := parseXtreamDiscover(entry)
		if err == nil {
			a.xtream, a.Local = true, &local
		}
		return a.learnName(name, err)
	case XtreamStats:
		return a.learnRates(parseXtreamStats(entry))
	case XtreamMember:
		return a.learnNetworks(parseXtreamMember(entry, a.MAC))
	case XtreamStation:
		return keep(&a.Xtream)(parseXtreamStation(entry))
	case XtreamText:
		return a.learnName(parseXtreamText(entry))
	}
	return malformed("a confirm of message %d, which there is not", q.message)
}

// keep stores a value that was read without an error.
func keep[T any](to **T) func(T, error) error {
	return func(v T, err error) error {
		if err == nil {
			*to = &v
		}
		return err
	}
}

// keepIf stores a value that the adapter was willing to tell.
func keepIf[T any](to **T) func(T, bool, error) error {
	return func(v T, ok bool, err error) error {
		if err == nil && ok {
			*to = &v
		}
		return err
	}
}

func (a *Adapter) learnNetworks(networks []Network, err error) error {
	if err == nil {
		a.Networks = networks
		a.addRates()
	}
	return err
}

func (a *Adapter) learnRates(stations []Station, err error) error {
	if err == nil {
		a.rates = stations
		a.addRates()
	}
	return err
}

func (a *Adapter) learnName(name string, err error) error {
	if err == nil && name != "" {
		a.HFID = name
	}
	return err
}

func (a *Adapter) learnStats(q *question, entry []byte) error {
	stats, ok, err := parseLinkStats(entry)
	if err != nil {
		return err
	}
	if ok && !a.hasTEI(q.peer, stats.PeerTEI) {
		return errOther
	}
	if a.Stats == nil {
		a.Stats = make(map[MAC]LinkStats)
	}
	if ok {
		a.Stats[q.peer] = stats
	} else {
		delete(a.Stats, q.peer)
	}
	return nil
}

func (a *Adapter) learnToneMap(q *question, entry []byte) error {
	var t ToneMap
	var ok bool
	var err error
	peer := q.peer
	if q.message == ReceiveToneMap0 {
		t, ok, err = parseToneMap0(entry)
	} else {
		t, peer, ok, err = parseToneMap1(entry, q.message == ReceiveToneMap1)
	}
	switch {
	case err != nil:
		return err
	case ok && (peer != q.peer || t.Slot != q.slot):
		return errOther
	}
	if a.ToneMaps == nil {
		a.ToneMaps = make(map[ToneMapKey]ToneMap)
	}
	key := ToneMapKey{q.peer, q.message != TransmitToneMap1, q.slot}
	if !ok {
		delete(a.ToneMaps, key)
		return nil
	}
	a.ToneMaps[key] = t
	maps.DeleteFunc(a.ToneMaps, func(k ToneMapKey, _ ToneMap) bool {
		return k.Peer == key.Peer && k.Receive == key.Receive && k.Slot > 0 && k.Slot >= t.Slots
	})
	return nil
}
