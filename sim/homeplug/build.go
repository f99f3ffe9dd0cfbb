package homeplug

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Limits of the layouts.
const (
	maxHFID     = 64
	maxSNID     = 15
	maxTEI      = 254
	maxNetworks = 16
)

// build makes a segment that meets nobody yet.
func build(o Options) (*Sim, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Sim{options: o, networks: o.Networks, links: map[pair]*link{}}
	now := o.Now()
	if err := s.addAdapters(o.Adapters, now); err != nil {
		return nil, err
	}
	if err := checkNetworks(o.Networks); err != nil {
		return nil, err
	}
	stations := map[MAC]bool{}
	for _, n := range o.Networks {
		for _, m := range n.Members {
			stations[m.MAC] = true
		}
	}
	for _, l := range o.Links {
		switch err := l.check(); {
		case err != nil:
			return nil, err
		case !stations[l.From] || !stations[l.To]:
			return nil, fmt.Errorf("link %s to %s: both must be members of a network", l.From, l.To)
		case s.links[pair{l.From, l.To}] != nil:
			return nil, fmt.Errorf("link %s to %s is given twice", l.From, l.To)
		}
		s.links[pair{l.From, l.To}] = newLink(l, o.Seed, now)
	}
	return s, nil
}

func (s *Sim) addAdapters(adapters []Adapter, now time.Time) error {
	local := false
	for _, a := range adapters {
		if err := a.check(); err != nil {
			return err
		}
		if s.find(a.MAC) != nil {
			return fmt.Errorf("two adapters have the address %s", a.MAC)
		}
		local = local || a.Local
		s.adapters = append(s.adapters, newAdapter(a, now))
	}
	if !local {
		return errors.New("no adapter is local, so nobody could be asked")
	}
	return nil
}

func (a Adapter) check() error {
	switch {
	case !a.MAC.unicast():
		return fmt.Errorf("an adapter cannot have the address %s", a.MAC)
	case a.Chip.Family == 0:
		return fmt.Errorf("adapter %s has no chip", a.MAC)
	case len(a.HFID) > maxHFID || len(a.UserText) > maxHFID:
		return fmt.Errorf("adapter %s: a text has room for %d bytes", a.MAC, maxHFID)
	case len(a.Chip.Version) >= a.Chip.Layout.textSize():
		return fmt.Errorf("adapter %s: a firmware text of this chip has room for %d bytes", a.MAC, a.Chip.Layout.textSize()-1)
	case len(a.Bridged) > 200 || len(a.Neighbours) > 50:
		return fmt.Errorf("adapter %s: too much for one message", a.MAC)
	case a.Uptime < 0:
		return fmt.Errorf("adapter %s cannot be on for %v", a.MAC, a.Uptime)
	}
	return nil
}

func checkNetworks(networks []Network) error {
	if len(networks) > maxNetworks {
		return fmt.Errorf("%d networks are more than %d", len(networks), maxNetworks)
	}
	for _, n := range networks {
		if err := n.check(); err != nil {
			return err
		}
	}
	return nil
}

func (n Network) check() error {
	if n.SNID > maxSNID {
		return fmt.Errorf("network %s: an SNID is at most %d", n.NID, maxSNID)
	}
	if n.Coordinator == (MAC{}) {
		return fmt.Errorf("network %s has no coordinator", n.NID)
	}
	macs, teis := map[MAC]bool{}, map[byte]bool{}
	for _, m := range n.Members {
		if m.TEI == 0 || m.TEI > maxTEI {
			return fmt.Errorf("network %s: station %s cannot have the TEI %d", n.NID, m.MAC, m.TEI)
		}
		if macs[m.MAC] || teis[m.TEI] {
			return fmt.Errorf("network %s: station %s or its TEI %d is there twice", n.NID, m.MAC, m.TEI)
		}
		macs[m.MAC], teis[m.TEI] = true, true
	}
	return nil
}

func (l Link) check() error {
	switch {
	case l.From == l.To:
		return fmt.Errorf("a link of %s to itself", l.From)
	case l.Swing < 0 || l.Swing > maxSwing:
		return fmt.Errorf("link %s to %s: a swing of %v is not between 0 and %v", l.From, l.To, l.Swing, maxSwing)
	case l.Load < 0 || l.Load > 1 || l.ErrorRatio < 0 || l.ErrorRatio > 1:
		return fmt.Errorf("link %s to %s: load and error ratio are between 0 and 1", l.From, l.To)
	case l.Coupling > 15 || l.Signal > 15:
		return fmt.Errorf("link %s to %s: coupling and signal level are at most 15", l.From, l.To)
	}
	return nil
}
