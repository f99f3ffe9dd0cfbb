package hitron

import "time"

// switches are how the modem is set. All of it is guarded by Sim.mu.
type switches struct {
	keepAlive bool
	denied    bool
	wedge     wedge
	partial   map[int]OFDM // by receiver, as it was when its counters froze
	lost      map[int]bool // downstream channels
	retuned   map[int]Tuning
	codewords map[int]codewords // by downstream channel
	ofdm      map[int]codewords // by receiver
	edit      func(*State)
}

// A Tuning is where a receiver is.
type Tuning struct {
	Channel   int
	Frequency int64 // Hz
}

// codewords are added, modulo 2^64, to what the source says.
type codewords struct{ corrected, uncorrected uint64 }

// A wedge counts the fetches of dsofdminfo since the boot. Some firmware says 0 for the counters there after some
// hundred fetches, and starts again after some more (andyp-79/cablemodem-status).
type wedge struct {
	zero, reboot int // never if 0
	fetched      int
}

// fetch counts one, and says whether the modem is about to start again.
func (w *wedge) fetch() bool {
	w.fetched++
	return w.reboot > 0 && w.fetched >= w.reboot
}

func (w *wedge) wedged() bool { return w.zero > 0 && w.fetched > w.zero }

// apply changes what the source says.
func (v *switches) apply(s *State, boot time.Time) {
	v.tune(s)
	for i := range s.Downstream {
		c := &s.Downstream[i]
		by := v.codewords[c.Channel]
		c.Corrected = (c.Corrected + by.corrected) % (1 << 32)
		c.Uncorrected = (c.Uncorrected + by.uncorrected) % (1 << 32)
	}
	for i := range s.OFDM {
		c := &s.OFDM[i]
		by := v.ofdm[c.Receiver]
		c.Corrected += by.corrected
		c.Uncorrected += by.uncorrected
		if frozen, ok := v.partial[c.Receiver]; ok {
			c.NCP, c.MDC1 = false, false
			c.Octets, c.Corrected, c.Uncorrected = frozen.Octets, frozen.Corrected, frozen.Uncorrected
		}
		if v.wedge.wedged() {
			c.Octets, c.Corrected, c.Uncorrected = 0, 0, 0
		}
	}
	if v.denied {
		s.WAN.Access, s.Stages.Access, s.Stages.Traffic = "Denied", "Denied", "Disable"
	}
	if v.edit != nil {
		v.edit(s)
	}
}

// tune applies the channel plan.
func (v *switches) tune(s *State) {
	var stay []Downstream
	for _, c := range s.Downstream {
		if v.lost[c.Channel] {
			continue
		}
		if to, ok := v.retuned[c.Channel]; ok {
			c.Channel, c.Frequency = to.Channel, to.Frequency
		}
		stay = append(stay, c)
	}
	s.Downstream = stay
}

// set changes the switches.
func (s *Sim) set(change func(*switches)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.switches)
}

// SetKeepAlive chooses whether a connection stays open after an answer (it does at first) or ends.
func (s *Sim) SetKeepAlive(keep bool) { s.set(func(v *switches) { v.keepAlive = keep }) }

// SetWedge says after how many fetches of dsofdminfo since the boot its counters read 0, and after how many the modem
// starts again. Zero is never.
func (s *Sim) SetWedge(zeroAfter, rebootAfter int) {
	s.set(func(v *switches) { v.wedge.zero, v.wedge.reboot = zeroAfter, rebootAfter })
}

// DenyAccess lets the network refuse the modem.
func (s *Sim) DenyAccess(denied bool) { s.set(func(v *switches) { v.denied = denied }) }

// LockPartly takes NCP and MDC1 from an OFDM receiver, or gives them back. Meanwhile its counters stand still.
func (s *Sim) LockPartly(receiver int, partly bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !partly {
		delete(s.switches.partial, receiver)
		return
	}
	for _, c := range s.stateLocked().OFDM {
		if c.Receiver == receiver {
			s.switches.partial = put(s.switches.partial, receiver, c)
		}
	}
}

// LoseChannel takes a downstream channel out of the plan.
func (s *Sim) LoseChannel(channel int) {
	s.set(func(v *switches) { v.lost = put(v.lost, channel, true) })
}

// Retune moves the receiver of a downstream channel to another one. Its counters go on.
func (s *Sim) Retune(channel int, to Tuning) {
	s.set(func(v *switches) { v.retuned = put(v.retuned, channel, to) })
}

// ResetPlan undoes LoseChannel and Retune.
func (s *Sim) ResetPlan() { s.set(func(v *switches) { v.lost, v.retuned = nil, nil }) }

// SetCodewords sets the counters of a downstream channel. They go on from there and wrap at 2^32.
func (s *Sim) SetCodewords(channel int, corrected, uncorrected uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.stateLocked().Downstream {
		if c.Channel != channel {
			continue
		}
		by := s.switches.codewords[channel]
		by.corrected += corrected - c.Corrected
		by.uncorrected += uncorrected - c.Uncorrected
		s.switches.codewords = put(s.switches.codewords, channel, by)
	}
}

// SetOFDMCodewords sets the counters of an OFDM receiver, which must not be wedged or partly locked. They go on from
// there.
func (s *Sim) SetOFDMCodewords(receiver int, corrected, uncorrected uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.stateLocked().OFDM {
		if c.Receiver != receiver {
			continue
		}
		by := s.switches.ofdm[receiver]
		by.corrected += corrected - c.Corrected
		by.uncorrected += uncorrected - c.Uncorrected
		s.switches.ofdm = put(s.switches.ofdm, receiver, by)
	}
}

// Edit changes each state as the last step before it is said; nil ends that. The function gets a copy each time, and
// must not call the Sim.
func (s *Sim) Edit(edit func(*State)) { s.set(func(v *switches) { v.edit = edit }) }

// Reboot starts the modem again: uptime and counters from 0, nobody logged in, every connection ended. It is back at
// once; Off and On make a modem that is away for a while.
func (s *Sim) Reboot() {
	s.mu.Lock()
	s.rebootLocked()
	s.mu.Unlock()
	s.DropConnections()
}

func (s *Sim) rebootLocked() {
	s.boot, s.rebooted = s.options.Now(), true
	s.sessions.clear()
	v := &s.switches
	v.wedge.fetched = 0
	v.partial, v.codewords, v.ofdm = nil, nil, nil
}

func put[V any](m map[int]V, key int, value V) map[int]V {
	if m == nil {
		m = map[int]V{}
	}
	m[key] = value
	return m
}
