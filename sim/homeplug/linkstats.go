package homeplug

// The link identifiers of VS_LNK_STATS. 0 to 3 are the traffic of one priority with a peer.
const (
	linkPeer = 0xf8 // all traffic with a peer
	linkAll  = 0xfc // all traffic with all peers
)

// The errors of VS_LNK_STATS.
const (
	badDirection = 0x02
	badLink      = 0x10
	badPeer      = 0x20
)

// priorityShares are sixteenths of the traffic; the second one, best effort, has what is left.
var priorityShares = [4]uint64{1, 12, 2, 1}

// linkStats is VS_LNK_STATS. Requests that would clear the counters never come here (forbidden.go).
func linkStats(a asked) ([]byte, bool) {
	direction, id, mac := a.at(1), a.at(2), a.mac(3)
	e := entry{}.u8(0, direction, id, 0)
	peer, known := a.me.station(mac)
	switch {
	case direction > 2:
		e[0] = badDirection
		return e, true
	case id > 3 && id != linkPeer && id != linkAll:
		e[0] = badLink
		return e, true
	case id != linkAll && !known:
		e[0] = badPeer
		return e, true
	}
	sent, received := peer.Sent, peer.Received
	switch id {
	case linkAll:
		sent, received = total(a.me.peers())
	case linkPeer:
		e[3] = peer.TEI
	default:
		e[3] = peer.TEI
		sent, received = share(sent, received, int(id))
	}
	if direction != 1 {
		e = e.u64(sent.Acked, sent.Collided, sent.Failed, sent.BlocksPassed, sent.BlocksFailed)
	}
	if direction != 0 {
		e = appendReceived(e, received)
	}
	return e, true
}

func appendReceived(e entry, r Received) entry {
	e = e.u64(r.Acked, r.Failed, r.BlocksPassed, r.BlocksFailed, r.BitsPassed, r.BitsFailed).u8(byte(len(r.Intervals)))
	for _, i := range r.Intervals {
		e = e.u8(i.Rate).u64(i.BlocksPassed, i.BlocksFailed, i.BitsPassed, i.BitsFailed)
	}
	return e
}

// total adds up all peers. Their intervals do not belong together.
func total(peers []StationState) (s Sent, r Received) {
	for _, p := range peers {
		s, r = s.plus(p.Sent), r.plus(p.Received)
	}
	return s, r
}

// share is the part that one priority has. The four add up to the whole.
func share(s Sent, r Received, priority int) (Sent, Received) {
	of := func(v uint64) uint64 {
		if priority != 1 {
			return v / 16 * priorityShares[priority]
		}
		return v - v/16*(16-priorityShares[1])
	}
	s = Sent{of(s.Acked), of(s.Collided), of(s.Failed), of(s.BlocksPassed), of(s.BlocksFailed)}
	intervals := make([]Interval, 0, len(r.Intervals))
	for _, i := range r.Intervals {
		intervals = append(intervals, Interval{i.Rate, of(i.BlocksPassed), of(i.BlocksFailed), of(i.BitsPassed), of(i.BitsFailed)})
	}
	return s, Received{of(r.Acked), of(r.Failed), of(r.BlocksPassed), of(r.BlocksFailed), of(r.BitsPassed), of(r.BitsFailed), intervals}
}
