package hpav

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	xtreamMessages = []Message{
		StationCapability, DiscoverList, XtreamDiscover, XtreamStats, XtreamMember, XtreamStation, XtreamText,
	}
	standardMessages = []Message{StationCapability, StandardNetworks, StandardStats2, StandardStats1, DiscoverList}
)

// The adapters of a house may be of any maker.
func TestMakers(t *testing.T) {
	without := func(all []Message, m ...Message) (rest []Message) {
		for _, one := range all {
			keep := true
			for _, other := range m {
				keep = keep && one != other
			}
			if keep {
				rest = append(rest, one)
			}
		}
		return rest
	}
	tests := map[string][3][]Message{
		"Broadcom":                  {xtreamMessages, xtreamMessages, xtreamMessages},
		"standard":                  {standardMessages, standardMessages, standardMessages},
		"standard, rates of 8 bits": {without(standardMessages, StandardStats2), without(standardMessages, StandardStats2), standardMessages},
		"MediaXtream without lists": {append(without(xtreamMessages, XtreamMember), StandardNetworks), xtreamMessages, xtreamMessages},
		"MediaXtream without rates": {append(without(xtreamMessages, XtreamStats), StandardStats2), xtreamMessages, xtreamMessages},
		"mixed":                     {atherosMessages, xtreamMessages, standardMessages},
		"mixed, none of Atheros":    {standardMessages, xtreamMessages, standardMessages},
		"silent about its capacity": {without(xtreamMessages, StationCapability), xtreamMessages, xtreamMessages},
		"Atheros, old and new":      {without(atherosMessages, NetworkInfo1), atherosMessages, atherosMessages},
	}
	for name, knows := range tests {
		synctest.Test(t, func(t *testing.T) {
			g, plugs := house(t, 3, 3*millisecond)
			for i, p := range plugs {
				p.knows = knows[i]
				// What has 8 bits must hold in 8 bits.
				for peer := range p.rates {
					p.rates[peer] = rate{uint16(10*p.tei + peer[5]), uint16(10*peer[5] + p.tei)}
				}
			}
			c := New(Defaults())
			g.mustSurvey(c)
			time.Sleep(time.Minute)
			g.clear()
			all, took := g.mustSurvey(c)
			checkAnswered(t, all, 3)
			for _, a := range all {
				got := make(map[MAC]rate)
				for _, s := range a.Networks[0].Stations {
					got[s.MAC] = rate{s.TX, s.RX}
				}
				if diff := cmp.Diff(plugs[a.MAC[5]-1].rates, got, cmp.AllowUnexported(rate{})); diff != "" || a.Networks[0].NID != home {
					t.Errorf("%s: rates of %s (-want +got):\n%s", name, a.MAC, diff)
				}
				isCoordinator := a.Networks[0].Role == RoleCoordinator
				if isCoordinator != (a.MAC == one) {
					t.Errorf("%s: %s is %s", name, a.MAC, a.Networks[0].Role)
				}
			}
			if took > 50*millisecond || len(g.requests) > 6 {
				t.Errorf("%s: a steady survey took %s and %d requests: %v", name, took, len(g.requests), g.requests)
			}
		})
	}
}

func TestBroadcom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 2, 3*millisecond)
		for _, p := range plugs {
			p.knows = xtreamMessages
		}
		c := New(Defaults())
		all, _ := g.mustSurvey(c)
		a := of(t, all, two)
		if a.HFID != "Loft" || a.Xtream == nil || a.Xtream.Chip != "BCM60500 B0" || a.Local == nil || *a.Local || a.Version != nil || a.Neighbours == nil || a.Capability == nil || a.Capability.Vendor() != "Broadcom" {
			t.Errorf("%+v", a)
		}
		for m := range MessageCount {
			if f := &forms[m]; f.maker == atheros && m != SoftwareVersion && g.count(MAC{}, m) > 0 {
				t.Errorf("%s was asked", m)
			}
		}
	})
}

// An adapter that says that it does not know a request is not waited for.
func TestErrorIndication(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 2, 3*millisecond)
		for i, p := range plugs {
			p.knows = standardMessages[:2] // no rates
			s := g.stations[i]
			s.answers = func(m Message, request []byte) [][]byte {
				if all := p.answers(m, request); all != nil || forms[m].maker != noOUI {
					return all
				}
				b := reply(StationCapability, p.mac, 0, request[14], request[15], request[16], 0, 0)
				b[15], b[16] = 0x46, 0x60
				return [][]byte{b}
			}
		}
		o := Defaults()
		c := New(o)
		g.mustSurvey(c)
		n := c.Counts()
		for _, m := range []Message{StandardStats1, StandardStats2, DiscoverList, HumanID} {
			if n.Sent[m] != 2 || n.Timeouts[m] != 0 {
				t.Errorf("%s: sent %d, %d overdue; want 2 and 0", m, n.Sent[m], n.Timeouts[m])
			}
		}
		time.Sleep(11 * time.Minute)
		g.clear()
		all, _ := g.mustSurvey(c)
		checkAnswered(t, all, 2)
		if n := g.count(MAC{}, StandardStats2); n > 0 {
			t.Errorf("asked again %d times", n)
		}
	})
}

// Rediscovery by broadcast finds those that nobody lists.
func TestBroadcastFindsOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 3, 3*millisecond)
		for _, p := range plugs[1:] {
			p.knows = xtreamMessages
		}
		plugs[0].peers, plugs[1].peers, plugs[2].peers = nil, nil, nil
		all, _ := g.mustSurvey(New(Defaults()))
		checkAnswered(t, all, 3)
		all, _, err := g.survey(New(only()))
		if len(all) != 1 || err != nil {
			t.Errorf("without the other makers: %v, %v", macs(all), err)
		}
	})
}
