package powerwall

import "slices"

// switches are how the gateway is set. All of it is guarded by Sim.mu.
type switches struct {
	stopped  bool              // the site master
	disabled map[string]string // reason by serial of the pack
	gzip     bool              // TEDAPI bodies
	query    uint64            // version of signed queries that is accepted; 0 for any
	edit     func(*State)
}

// apply changes what the source says.
func (v *switches) apply(s *State) {
	if v.stopped {
		s.Running, s.Connected, s.CanReboot = false, false, ""
	}
	for i := range s.Packs {
		if reason, ok := v.disabled[s.Packs[i].Serial]; ok {
			s.Packs[i].Disabled = []string{reason}
		}
	}
	if v.edit != nil {
		v.edit(s)
	}
}

// set changes the switches.
func (s *Sim) set(change func(*switches)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.switches)
}

// StopSiteMaster stops the power flow, or starts it. While it is stopped the documents of meters, packs and grid are
// 502 with nothing in it.
func (s *Sim) StopSiteMaster(stopped bool) { s.set(func(v *switches) { v.stopped = stopped }) }

// DisablePack takes a pack out of service for a reason such as DisabledExcessiveVoltageDrop; an empty one brings it
// back.
func (s *Sim) DisablePack(serial, reason string) {
	s.set(func(v *switches) {
		delete(v.disabled, serial)
		if reason != "" {
			v.disabled = put(v.disabled, serial, reason)
		}
	})
}

// SetTEDAPIGzip compresses the answers of TEDAPI without saying so, as 25.42.2 does.
func (s *Sim) SetTEDAPIGzip(compress bool) { s.set(func(v *switches) { v.gzip = compress }) }

// SetQueryVersion accepts only signed queries of that version, as after an exchange of the signing key. Zero accepts
// all.
func (s *Sim) SetQueryVersion(version uint64) { s.set(func(v *switches) { v.query = version }) }

// SetKeyState moves a key of v1r, which the Options must have named by its place in the list.
func (s *Sim) SetKeyState(key int, state KeyState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key >= 0 && key < len(s.keys) {
		s.keys = slices.Clone(s.keys)
		s.keys[key].State = state
	}
}

// Edit changes each state as the last step before it is said; nil ends that. The function gets a copy each time, and
// must not call the Sim.
func (s *Sim) Edit(edit func(*State)) { s.set(func(v *switches) { v.edit = edit }) }

// Reboot starts the gateway again: uptime from 0, nobody logged in, every connection ended. It is back at once; Off and
// On, or Away, make a gateway that is gone for a while.
func (s *Sim) Reboot() {
	s.mu.Lock()
	s.boot, s.rebooted = s.options.Now(), true
	clear(s.sessions.tokens)
	s.mu.Unlock()
	s.DropConnections()
}
