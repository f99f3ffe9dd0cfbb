package hpav

import (
	"testing"
	"testing/synctest"
	"time"
)

// An adapter that is known and silent gets one try in each survey, until it is
// forgotten; and it comes back.
func TestVanishesAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 3, 3*millisecond)
		c := New(only())
		g.mustSurvey(c)
		g.stations[2].deaf = true
		time.Sleep(30 * time.Second)
		all, took := g.mustSurvey(c)
		if of(t, all, tri).Answered || took > 1020*millisecond {
			t.Errorf("answered, or after %s", took)
		}
		for range 3 {
			time.Sleep(30 * time.Second)
			g.clear()
			all, took := g.mustSurvey(c)
			a := of(t, all, tri)
			if a.Answered || a.Networks != nil || a.Version == nil {
				t.Errorf("the silent adapter: %+v", a)
			}
			if n := g.count(tri, NetworkInfo1); n != 1 || took > 510*millisecond {
				t.Errorf("it was asked %d times, in %s", n, took)
			}
		}
		g.stations[2].deaf = false
		time.Sleep(30 * time.Second)
		all, took = g.mustSurvey(c)
		checkHouse(t, all, 3)
		if took > 20*millisecond {
			t.Errorf("it took %s", took)
		}

		g.stations[2].deaf = true
		time.Sleep(61 * time.Minute) // its chip is to be asked again, too
		g.clear()
		if _, took = g.mustSurvey(c); took < time.Second || took > 1050*millisecond || len(g.requests) > 7 {
			t.Errorf("%d requests in %s: %v", len(g.requests), took, g.requests)
		}
		g.stations[2].deaf = false
		g.mustSurvey(c)
		g.stations[2].deaf = true
		for range 119 { // not for an hour yet
			time.Sleep(30 * time.Second)
			all, _ = g.mustSurvey(c)
		}
		of(t, all, tri)
		for _, p := range plugs[:2] { // the others have it in their lists no more
			p.peers = p.peers[:1]
		}
		time.Sleep(61 * time.Minute)
		all, _ = g.mustSurvey(c)
		if len(all) != 2 {
			t.Errorf("it is remembered: %v", macs(all))
		}
	})
}

// What others list is not forgotten.
func TestListedButSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 3, 3*millisecond)
		g.stations[2].deaf = true
		o := Defaults()
		c := New(o)
		for range 10 {
			all, _ := g.mustSurvey(c)
			if a := of(t, all, tri); a.Answered || a.Local != nil {
				t.Errorf("the silent adapter: %+v", a)
			}
			time.Sleep(20 * time.Minute)
		}
		// Nobody knows what it is: it is tried in either way.
		if g.count(tri, SoftwareVersion) < 4 || g.count(tri, StationCapability) < 4 {
			t.Errorf("asked for its version %d times, for its maker %d times", g.count(tri, SoftwareVersion), g.count(tri, StationCapability))
		}
		g.stations[2].deaf = false
		all, _ := g.mustSurvey(c)
		checkHouse(t, all, 3)
	})
}

// A station that appears in a list is asked in the same survey.
func TestNewStation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 3, 3*millisecond)
		plugs[0].peers, plugs[1].peers = plugs[0].peers[:1], plugs[1].peers[:1]
		c := New(only())
		all, _ := g.mustSurvey(c)
		checkAnswered(t, all, 2)
		plugs[0].peers, plugs[1].peers = append(plugs[0].peers, tri), append(plugs[1].peers, tri)
		time.Sleep(30 * time.Second)
		all, took := g.mustSurvey(c)
		checkHouse(t, all, 3)
		if took > 30*millisecond {
			t.Errorf("it took %s", took)
		}
	})
}

// A second local adapter, which nobody lists, is found when it is looked for.
func TestRediscovery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 2, 3*millisecond)
		c := New(only())
		g.mustSurvey(c)
		alone := newPlug(9)
		g.stations = append(g.stations, alone.station(true, 200*millisecond))
		for range 19 {
			time.Sleep(30 * time.Second)
			all, took := g.mustSurvey(c)
			if len(all) != 2 || took > 20*millisecond {
				t.Fatalf("found %v in %s", macs(all), took)
			}
		}
		time.Sleep(time.Minute)
		all, took := g.mustSurvey(c)
		a := of(t, all, alone.mac)
		if !a.Answered || a.Local == nil || !*a.Local || took < 400*millisecond || took > 500*millisecond {
			t.Errorf("found %+v in %s", a, took)
		}
	})
}

// When all are silent, others are looked for at once: the adapter was replaced.
func TestReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 1, 3*millisecond)
		c := New(only())
		g.mustSurvey(c)
		other := newPlug(9)
		g.stations = []*station{other.station(true, 3*millisecond)}
		time.Sleep(30 * time.Second)
		if _, _, err := g.survey(c); err == nil {
			t.Error("somebody has answered")
		}
		time.Sleep(30 * time.Second)
		all, _ := g.mustSurvey(c)
		if !of(t, all, other.mac).Answered || of(t, all, one).Answered {
			t.Errorf("found %+v", all)
		}
	})
}

// An adapter that is moved to another room is local no more, though not because one
// answer was lost.
func TestMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 2, 3*millisecond)
		g.stations[1].local = true
		c := New(only())
		isLocal := func(all []Adapter) bool { return *of(t, all, two).Local }
		all, _ := g.mustSurvey(c)
		if !isLocal(all) {
			t.Error("it is not local")
		}
		g.stations[1].local = false
		for _, want := range []bool{true, false, false} {
			time.Sleep(11 * time.Minute)
			all, _ = g.mustSurvey(c)
			if got := isLocal(all); got != want {
				t.Errorf("local: %v, want %v", got, want)
			}
		}
		g.stations[1].local = true
		time.Sleep(11 * time.Minute)
		if all, _ = g.mustSurvey(c); !isLocal(all) {
			t.Error("it is not local again")
		}
	})
}

// What a segment full of nonsense tells is bounded.
func TestManyAdapters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stations []*station
		for n := range 7 { // what one frame can list
			p := newPlug(byte(n + 1))
			for i := range 90 {
				p.peers = append(p.peers, MAC{2, byte(n), 0, 0, 0, byte(i)})
			}
			p.class, p.knows = 1, []Message{SoftwareVersion, NetworkInfo0}
			stations = append(stations, p.station(true, millisecond))
		}
		g := newSegment(t, stations...)
		c := New(only())
		all, took := g.mustSurvey(c)
		if len(all) != maxAdapters || took > 1200*millisecond {
			t.Errorf("%d adapters in %s", len(all), took)
		}
	})
}
