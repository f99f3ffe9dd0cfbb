package homeplug

import (
	"slices"
	"time"
)

// A State is what the adapters say now, habits that lie aside.
type State struct{ Adapters []AdapterState }

// AdapterState is one adapter's view.
type AdapterState struct {
	Adapter
	On       bool
	Uptime   time.Duration // since it was last started
	Networks []NetworkState
}

// NetworkState is a network as one of its stations sees it.
type NetworkState struct {
	NID            NID
	SNID           byte
	TEI            byte // of the adapter
	Role           Role // of the adapter
	Coordinator    MAC
	CoordinatorTEI byte
	Backup         MAC
	Stations       []StationState // the others
}

// StationState is a station as another one sees it: TX is toward the station, RX from it.
type StationState struct {
	MAC                    MAC
	TEI                    byte
	Role                   Role
	BDA                    MAC // broadcast if there is none
	TX, RX                 uint16
	TXCoupling, RXCoupling byte
	Signal, BitLoading     byte
	Sent                   Sent
	Received               Received
	TXMap, RXMap           ToneMap
}

// State shows the values of the adapters now.
func (s *Sim) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.options.Now()
	var out State
	for _, a := range s.adapters {
		out.Adapters = append(out.Adapters, s.stateOf(a, now))
	}
	return out
}

// Adapter is the state of the adapter with that address; it is empty for other addresses.
func (s State) Adapter(mac MAC) AdapterState {
	for _, a := range s.Adapters {
		if a.MAC == mac {
			return a
		}
	}
	return AdapterState{}
}

// Station is that station in the first network that has it; it is empty if none has.
func (a AdapterState) Station(mac MAC) StationState {
	peer, _ := a.station(mac)
	return peer
}

func (a AdapterState) station(mac MAC) (StationState, bool) {
	for _, peer := range a.peers() {
		if peer.MAC == mac {
			return peer, true
		}
	}
	return StationState{}, false
}

// peers are the stations of all networks, each once.
func (a AdapterState) peers() []StationState {
	var out []StationState
	for _, n := range a.Networks {
		for _, peer := range n.Stations {
			if !slices.ContainsFunc(out, func(p StationState) bool { return p.MAC == peer.MAC }) {
				out = append(out, peer)
			}
		}
	}
	return out
}

// stateOf is called with the lock held.
func (s *Sim) stateOf(a *adapter, now time.Time) AdapterState {
	out := AdapterState{Adapter: a.Adapter, On: s.on(a), Uptime: a.uptime(now)}
	if s.habitsOf(a).Isolated {
		return out
	}
	for _, n := range s.networks {
		i := slices.IndexFunc(n.Members, func(m Member) bool { return m.MAC == a.MAC })
		if i < 0 {
			continue
		}
		state := NetworkState{
			NID: n.NID, SNID: n.SNID, TEI: n.Members[i].TEI, Role: n.Members[i].Role,
			Coordinator: n.Coordinator, CoordinatorTEI: n.CoordinatorTEI, Backup: n.Backup,
		}
		for _, m := range n.Members {
			if m.MAC == n.Coordinator {
				state.CoordinatorTEI = m.TEI
			}
			if m.MAC != a.MAC && s.listed(m.MAC, now) {
				state.Stations = append(state.Stations, s.stationFor(a, m, now))
			}
		}
		out.Networks = append(out.Networks, state)
	}
	return out
}

// listed tells whether a member stands in the others' lists.
func (s *Sim) listed(mac MAC, now time.Time) bool {
	a := s.find(mac)
	return a == nil || !a.forgotten(now) && !s.habitsOf(a).Isolated
}

// stationFor is what a sees of m.
func (s *Sim) stationFor(a *adapter, m Member, now time.Time) StationState {
	out := StationState{MAC: m.MAC, TEI: m.TEI, Role: m.Role, BDA: m.BDA}
	if peer := s.find(m.MAC); peer != nil && len(peer.Bridged) > 0 {
		out.BDA = peer.Bridged[0]
	}
	if out.BDA == (MAC{}) {
		out.BDA = broadcast
	}
	if l := s.links[pair{a.MAC, m.MAC}]; l != nil {
		out.TX, out.TXCoupling, out.TXMap = l.rate(now), l.Coupling, l.ToneMap
		out.Sent = l.sent(now, a.boot)
	}
	if l := s.links[pair{m.MAC, a.MAC}]; l != nil {
		out.RX, out.RXCoupling, out.RXMap = l.rate(now), l.Coupling, l.ToneMap
		out.Received = l.received(now, a.boot)
		out.Signal, out.BitLoading = l.Signal, l.BitLoading
		if out.BitLoading == 0 {
			out.BitLoading = encodeBitLoading(out.RX)
		}
	}
	return out
}
