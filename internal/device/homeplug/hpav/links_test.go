package hpav

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"
)

// The counters of a station that has left are forgotten.
func TestLinksOfALeaver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 3, millisecond)
		o := Defaults()
		o.Others, o.ToneMaps = false, time.Minute
		c := New(o)
		all, _ := g.mustSurvey(c)
		if a := all[0]; len(a.Stats) != 2 || len(a.ToneMaps) != 8 {
			t.Fatalf("counters of %d links, %d tone maps", len(a.Stats), len(a.ToneMaps))
		}
		plugs[0].peers, plugs[1].peers = plugs[0].peers[:1], plugs[1].peers[:1]
		time.Sleep(time.Minute)
		all, _ = g.mustSurvey(c)
		a := all[0]
		if _, ok := a.Stats[two]; !ok || len(a.Stats) != 1 || len(a.ToneMaps) != 4 {
			t.Errorf("counters %v, %d tone maps", a.Stats, len(a.ToneMaps))
		}
		// It comes back, and need not wait for its turn.
		plugs[0].peers = append(plugs[0].peers, tri)
		time.Sleep(time.Minute)
		if all, _ = g.mustSurvey(c); len(all[0].Stats) != 2 {
			t.Errorf("counters %v", all[0].Stats)
		}
	})
}

// Lost answers now and then are no reason to leave an adapter alone.
func TestSomeAreLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 8, millisecond)
		o := Defaults()
		o.Others, o.Details, o.Statistics = false, time.Minute, time.Minute
		c := New(o)
		g.mustSurvey(c)
		lost := map[byte]bool{2: true, 4: true, 6: true}
		g.stations[0].answers = func(m Message, request []byte) [][]byte {
			if m == LinkStatistics && lost[request[28]] || m == Attributes {
				return nil
			}
			return plugs[0].answers(m, request)
		}
		time.Sleep(time.Minute)
		g.clear()
		g.mustSurvey(c)
		if n := g.count(one, LinkStatistics); n != 4+2*3 {
			t.Errorf("asked for statistics %d times, want 10", n)
		}
		// It has known these things: they are asked again next time.
		g.stations[0].answers = plugs[0].answers
		time.Sleep(time.Minute)
		g.clear()
		g.mustSurvey(c)
		if n, m := g.count(one, LinkStatistics), g.count(one, Attributes); n != 7 || m != 1 {
			t.Errorf("asked for statistics %d times and for attributes %d times, want 7 and 1", n, m)
		}
	})
}

// An answer for one peer that comes late is not taken for that of the next.
func TestStatisticsOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 3, 30*millisecond)
		lost := false
		g.stations[0].answers = func(m Message, request []byte) [][]byte {
			all := plugs[0].answers(m, request)
			if m == LinkStatistics && request[28] == 2 {
				if n := g.count(one, m); n == 1 {
					g.later(520*millisecond, all...) // when it is being asked once more
					lost = true
					return nil
				}
				g.later(40*millisecond, all...) // when the next is asked for
				return nil
			}
			return all
		}
		o := only(func(o *Options) { o.Statistics = time.Minute })
		c := New(o)
		all, _ := g.mustSurvey(c)
		stats := maps.Clone(all[0].Stats)
		if len(stats) != 2 || stats[two].PeerTEI != 2 || stats[tri].PeerTEI != 3 || !lost {
			t.Errorf("counters %+v", stats)
		}
		if n := c.Counts().Received; n[Duplicate] != 1 || n[Malformed] != 0 {
			t.Errorf("received %v", n)
		}
	})
}

// The host itself is no adapter, whoever lists it.
func TestHostIsListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 2, millisecond)
		plugs[0].peers = append(plugs[0].peers, host)
		all, _ := g.mustSurvey(New(only()))
		if len(all) != 2 || len(all[0].Networks[0].Stations) != 2 {
			t.Errorf("adapters %v", macs(all))
		}
		for _, r := range g.requests {
			if r.dst == host {
				t.Errorf("the host was asked for %s", r.message)
			}
		}
	})
}

// As long as adapters speak up, more may come.
func TestSettling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 1, 3*millisecond)
		for n, delay := range map[byte]time.Duration{7: 200 * millisecond, 8: 400 * millisecond, 9: 900 * millisecond} {
			p := newPlug(n)
			s := p.station(true, delay)
			g.stations = append(g.stations, s)
			if n == 7 { // its networks come quickly
				s.answers = func(m Message, request []byte) [][]byte {
					if m == SoftwareVersion {
						return p.answers(m, request)
					}
					g.later(0, p.answers(m, request)...)
					return nil
				}
			}
		}
		all, took := g.mustSurvey(New(only()))
		if len(all) != 3 || took > 900*millisecond {
			t.Errorf("found %v in %s", macs(all), took)
		}
	})
}

// Who answers for hours and falls silent is remembered from its last word on.
func TestForgetsAfterTheLastWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 1, 3*millisecond)
		alone := newPlug(9)
		g.stations = append(g.stations, alone.station(true, 3*millisecond))
		c := New(only())
		for range 10 {
			g.mustSurvey(c)
			time.Sleep(20 * time.Minute)
		}
		g.stations[1].deaf = true
		for _, want := range []int{2, 2, 1} {
			if all, _ := g.mustSurvey(c); len(all) != want {
				t.Errorf("%v are known, want %d", macs(all), want)
			}
			time.Sleep(21 * time.Minute)
		}
	})
}
