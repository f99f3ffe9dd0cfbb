package hpav

// LinkStats is the counters of the traffic between an adapter and one other, since it
// started or since somebody cleared them.
type LinkStats struct {
	TX struct {
		Acked, Collided, Failed uint64 // MPDUs
		PBsPassed, PBsFailed    uint64 // PHY blocks of 520 bytes
	}
	RX struct {
		Acked, Failed                    uint64 // MPDUs
		PBsPassed, PBsFailed             uint64
		BitErrorsPassed, BitErrorsFailed uint64 // that the decoder met, in passed and failed blocks
	}
	PeerTEI uint8
}

// Both directions, and all CSMA traffic with one peer.
const (
	bothDirections = 2
	csmaWithPeer   = 0xf8
)

// linkStatsEntry asks for the counters towards a peer.
func linkStatsEntry(peer MAC) []byte {
	return append([]byte{bothDirections, csmaWithPeer}, peer[:]...)
}

// parseLinkStats reads VS_LNK_STATS for both directions (open-plc-utils,
// plc/LinkStatistics.c). ok is false when the adapter refuses, as it does for a peer
// that it does not know.
func parseLinkStats(entry []byte) (s LinkStats, ok bool, err error) {
	b := body{rest: entry}
	status, direction, link, tei := b.u8(), b.u8(), b.u8(), b.u8()
	if !b.bad && status != 0 {
		return s, false, nil
	}
	if !b.bad && (direction != bothDirections || link != csmaWithPeer) {
		return s, false, errOther
	}
	s.PeerTEI = tei
	for _, v := range []*uint64{
		&s.TX.Acked, &s.TX.Collided, &s.TX.Failed, &s.TX.PBsPassed, &s.TX.PBsFailed,
		&s.RX.Acked, &s.RX.Failed, &s.RX.PBsPassed, &s.RX.PBsFailed, &s.RX.BitErrorsPassed, &s.RX.BitErrorsFailed,
	} {
		*v = b.u64()
	}
	return s, true, b.done()
}
