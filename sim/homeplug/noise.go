package homeplug

import (
	"context"
	"time"
)

// The messages of the noise that are no answers.
const (
	slacParameters = 0x6064 // CM_SLAC_PARM.REQ of an electric car
	hostAction     = 0xa062 // VS_HOST_ACTION.IND
)

// noiseKinds is how many frames there are; they come in turn.
const noiseKinds = 6

// SetNoise sends so many frames per second that nobody asked for, on the interface and to everybody who has
// asked something through the socket; 0 ends it. They
// are: a car that looks for its charger, an error indication, an adapter that offers firmware, a confirm to another
// host, a confirm to this host that another program has asked for, and another maker's message of the same type.
func (s *Sim) SetNoise(perSecond float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.noise != nil {
		s.noise()
		s.noise = nil
	}
	if perSecond <= 0 || s.ended {
		return
	}
	ctx, cancel := context.WithCancel(s.ctx)
	s.noise = cancel
	period := max(time.Microsecond, time.Duration(float64(time.Second)/perSecond))
	s.wg.Go(func() { s.makeNoise(ctx, period) })
}

func (s *Sim) makeNoise(ctx context.Context, period time.Duration) {
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		frame := s.noiseFrame(i % noiseKinds)
		for _, p := range s.ports {
			for _, peer := range p.everybody() {
				p.send(frame, peer)
			}
		}
	}
}

// noiseFrame makes one. All are valid in form.
func (s *Sim) noiseFrame(kind int) []byte {
	host := s.tally.lastHost()
	from := s.adapters[0].MAC
	confirm := request{Request: Request{EtherType: etherHomePlug, Type: vsNetwork, MMV: 1}}
	header := func(mmv byte, mmtype uint16) entry { return confirm.header(mmv, mmtype, [2]byte{}, true) }
	switch kind {
	case 0:
		return ethernet(broadcast, MAC{0x02, 0, 0, 0, 0xca, 0x01}, etherHomePlug, header(1, slacParameters).zeros(10))
	case 1:
		return ethernet(host, from, etherHomePlug, header(1, cmError).u8(0, 1).u16(0x7000).u16(0))
	case 2:
		return ethernet(broadcast, from, etherHomePlug, header(0, hostAction).u8(0, 0, 0, 0))
	case 3:
		return ethernet(otherHost, from, etherHomePlug, append(header(0, vsNetwork+confirmation), s.network(0)...))
	case 4:
		return ethernet(host, from, etherHomePlug, append(header(1, vsNetwork+confirmation), s.network(1)...))
	}
	foreign := []byte{0, 0x39, 0xa0, 0x00, 0x80, 0xe1, 1, 2, 3} // VS_NW_INFO.CNF in number only
	return ethernet(host, MAC{0x00, 0x80, 0xe1, 0, 0, 0x09}, etherHomePlug, foreign)
}

// network is what the first adapter would say.
func (s *Sim) network(mmv byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := asked{me: s.stateOf(s.adapters[0], s.options.Now())}
	answer := network0
	if mmv == 1 {
		answer = network1
	}
	body, _ := answer(a)
	return body
}
