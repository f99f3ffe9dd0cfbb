package hpav

import (
	"encoding/binary"
	"slices"
	"time"
)

// reply builds the confirm of m.
func reply(m Message, from MAC, entry ...byte) []byte {
	f := &forms[m]
	b := append(append([]byte{}, host[:]...), from[:]...)
	b = binary.BigEndian.AppendUint16(b, f.etherType)
	b = append(b, f.answerMMV)
	b = binary.LittleEndian.AppendUint16(b, f.mmtype+1)
	if f.answerMMV > 0 {
		b = append(b, 0, 0)
	}
	if f.maker != noOUI {
		b = append(b, f.maker[:]...)
	}
	return padded(append(b, entry...), 60)
}

// A rate is of a link, in Mbit/s.
type rate struct{ tx, rx uint16 }

// A plug is an adapter's firmware: what it says when it is asked.
type plug struct {
	mac   MAC
	tei   byte
	class byte
	cco   MAC
	peers []MAC
	rates map[MAC]rate
	knows []Message
}

// atherosMessages is what a chip with 16-bit rates knows.
var atherosMessages = []Message{
	SoftwareVersion, NetworkInfo0, NetworkInfo1, LinkStatistics, Attributes, PowerLineLink,
	ReceiveToneMap1, TransmitToneMap1, StationCapability, DiscoverList, HumanID,
}

// tei is the last digit of an address.
func teiOf(m MAC) byte { return m[5] }

// newPlug returns an adapter of the house of n, whose rates depend on both ends.
func newPlug(n byte, house ...byte) *plug {
	p := &plug{mac: plugMAC(n), tei: n, class: 0x20, cco: plugMAC(1), knows: atherosMessages, rates: make(map[MAC]rate)}
	for _, other := range house {
		if other != n {
			p.peers = append(p.peers, plugMAC(other))
			p.rates[plugMAC(other)] = rate{100*uint16(n) + uint16(other), 100*uint16(other) + uint16(n)}
		}
	}
	return p
}

func plugMAC(n byte) MAC { return MAC{0xde, 0xad, 0xbe, 0xef, 0, n} }

// station plugs it in.
func (p *plug) station(local bool, delay time.Duration) *station {
	return &station{mac: p.mac, local: local, delay: delay, answers: p.answers}
}

func (p *plug) answers(m Message, request []byte) [][]byte {
	if !slices.Contains(p.knows, m) {
		return nil
	}
	return [][]byte{reply(m, p.mac, p.entry(m, request)...)}
}

func (p *plug) entry(m Message, request []byte) []byte {
	switch m {
	case SoftwareVersion:
		return append([]byte{0, p.class, 12}, "MAC-QCA7420\x00"...)
	case NetworkInfo0, NetworkInfo1, StandardNetworks, XtreamMember:
		return p.networks(m)
	case StandardStats1, StandardStats2, XtreamStats:
		return p.listed(m)
	case LinkStatistics:
		counters := make([]byte, 90)
		binary.LittleEndian.PutUint64(counters, uint64(p.tei)) // acknowledged: tells whose it is
		return append([]byte{0, 2, 0xf8, request[28]}, counters...)
	case Attributes:
		e := append([]byte{0, 0}, request[20:24]...)
		e = append(e, 0, 80, 0)
		e = append(e, make([]byte, 80)...)
		e[9+74] = 5
		return e
	case PowerLineLink:
		return []byte{0, 1}
	case StationCapability:
		maker := p.maker()
		return append(append([]byte{1, 0, 0, 0, 0, 0, 0}, maker[:]...), make([]byte, 15)...)
	case DiscoverList:
		return []byte{0, 0}
	case HumanID:
		return append([]byte{1}, "Loft\x00"...)
	case XtreamDiscover:
		return append([]byte{1, 2, 4}, "Loft"...)
	case XtreamStation:
		return append([]byte{2, 0x4e, 0x02, 0x7f, 0x11}, make([]byte, 60)...)
	case XtreamText:
		return append([]byte{2, 1, 0x40, 0}, "Loft\x00"...)
	case ReceiveToneMap1, TransmitToneMap1:
		return toneMapOf(m, request, 2)
	case ReceiveToneMap0:
		return append([]byte{0, request[26], 1, 4, 0, 0x21, 0x43}, make([]byte, 578)...)
	}
	return nil
}

func (p *plug) maker() oui {
	switch {
	case slices.Contains(p.knows, SoftwareVersion):
		return atheros
	case slices.Contains(p.knows, XtreamDiscover):
		return mediaXtream
	}
	return oui{0x00, 0x80, 0xe1}
}

// networks tells the one network of the house.
func (p *plug) networks(m Message) []byte {
	var role byte
	if p.cco == p.mac {
		role = 2
	}
	var b []byte
	switch m {
	case NetworkInfo0:
		b = append([]byte{1}, home[:]...)
		b = append(append(b, 6, p.tei, role), p.cco[:]...)
		b = append(b, teiOf(p.cco), byte(len(p.peers)))
		for _, peer := range p.peers {
			r := p.rates[peer]
			b = append(append(b, peer[:]...), teiOf(peer), 2, 0, 0, 0, 0xff, teiOf(peer), byte(min(r.tx, 255)), byte(min(r.rx, 255)))
		}
	case NetworkInfo1:
		b = append([]byte{0, 0, 0, 0, 0, 1}, home[:]...)
		b = append(append(b, 0, 0, 6, p.tei, 0, 0, 0, 0, role), p.cco[:]...)
		b = append(b, teiOf(p.cco), 0, 0, 0, byte(len(p.peers)), 0, 0, 0, 0, 0)
		for _, peer := range p.peers {
			r := p.rates[peer]
			b = append(append(b, peer[:]...), teiOf(peer), 0, 0, 0, 2, 0, 0, 0, 0xff, teiOf(peer))
			b = binary.LittleEndian.AppendUint16(b, r.tx)
			b = binary.LittleEndian.AppendUint16(append(b, 0, 0), r.rx)
			b = append(b, 0, 0)
		}
		binary.LittleEndian.PutUint16(b[2:], uint16(len(b)-4))
	case StandardNetworks:
		b = append([]byte{1}, home[:]...)
		b = append(append(b, 6, p.tei, role), p.cco[:]...)
		b = append(b, 0, 3)
	case XtreamMember:
		if role == 2 {
			role = 1
		}
		b = append([]byte{2, 1}, home[:]...)
		b = append(append(b, 6, p.tei, 2+role), p.cco[:]...)
		b = append(b, 0, 0, 0)
		b = append(b, p.cco[:]...)
	}
	return b
}

// listed tells the rates without the network.
func (p *plug) listed(m Message) []byte {
	b := []byte{byte(len(p.peers))}
	if m == XtreamStats {
		b = []byte{2, byte(len(p.peers))}
	}
	for _, peer := range p.peers {
		r := p.rates[peer]
		b = append(b, peer[:]...)
		if m == StandardStats1 {
			b = append(b, byte(min(r.tx, 255)), byte(min(r.rx, 255)))
			continue
		}
		b = binary.LittleEndian.AppendUint16(b, r.tx)
		b = binary.LittleEndian.AppendUint16(b, r.rx)
	}
	return b
}

// toneMapOf answers a request in MMV 1 with four carriers and as many slots.
func toneMapOf(m Message, request []byte, slots byte) []byte {
	peer, slot := request[26:32], request[32]
	head := append(append([]byte{0, 0}, peer...), slot, 0, slots, 0, 4, 0)
	if m == ReceiveToneMap1 {
		head = append(head, 0, 0, 0, 0, 2, 0, 17, 0)
	} else {
		head = append(head, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0)
	}
	head = append(head, 0x21+slot, 0x43)
	return append([]byte{0, 0, byte(len(head)), 0}, head...)
}
