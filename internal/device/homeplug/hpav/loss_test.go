package hpav

import (
	"testing"
	"testing/synctest"
	"time"
)

// losing makes a station lose the first n answers to each message.
func losing(s *station, n int) {
	answers, asked := s.answers, make(map[Message]int)
	s.answers = func(m Message, request []byte) [][]byte {
		if asked[m]++; asked[m] <= n {
			return nil
		}
		return answers(m, request)
	}
}

func TestLostAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 3, 3*millisecond)
		for _, s := range g.stations {
			losing(s, 1)
		}
		c := New(only())
		all, took := g.mustSurvey(c)
		checkHouse(t, all, 3)
		// One after the other: the local adapter's chip and networks, then those of the others.
		if took < 2*time.Second || took > 2100*millisecond {
			t.Errorf("it took %s", took)
		}
		n := c.Counts()
		for m, want := range map[Message]uint64{SoftwareVersion: 3, NetworkInfo1: 3} {
			if n.Sent[m] != 2*want || n.Repeats[m] != want || n.Timeouts[m] != want {
				t.Errorf("%s: sent %d, repeated %d, %d overdue; want %d, %d, %d", m, n.Sent[m], n.Repeats[m], n.Timeouts[m], 2*want, want, want)
			}
		}
		if n.Received[Accepted] != 6 || len(n.Received) != 1 {
			t.Errorf("received %v, want 6 answers", n.Received)
		}
	})
}

// Who answers other things and not this does not know it, and is not asked for an hour.
func TestUnknownMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 2, 3*millisecond)
		for _, p := range plugs {
			p.knows = []Message{SoftwareVersion, NetworkInfo0} // though their class says more
		}
		o := Defaults()
		o.Others, o.Forget = false, 24*time.Hour
		c := New(o)
		asked := func(want int) {
			t.Helper()
			for _, m := range []Message{PowerLineLink, Attributes, DiscoverList, HumanID, StationCapability} {
				if n := g.count(one, m); n != want {
					t.Errorf("%s was asked %d times, want %d", m, n, want)
				}
			}
			if n := g.count(one, NetworkInfo1); n != 2*want {
				t.Errorf("networks were asked in MMV 1 %d times, want %d", n, 2*want)
			}
			if n := g.count(one, LinkStatistics); n != 2*want {
				t.Errorf("statistics were asked %d times, want %d", n, 2*want)
			}
		}
		all, _ := g.mustSurvey(c)
		if s := of(t, all, one).Networks[0].Stations[0]; s.TX != 102 || s.RX != 201 || s.Saturated {
			t.Errorf("station %+v", s)
		}
		asked(1)
		for range 5 {
			time.Sleep(11 * time.Minute)
			g.clear()
			all, took := g.mustSurvey(c)
			if len(all) != 2 || !all[0].Answered || !all[1].Answered {
				t.Errorf("adapters %v", all)
			}
			asked(0)
			if n := g.count(one, NetworkInfo0); n != 1 || took > 500*millisecond {
				t.Errorf("networks were asked %d times, in %s", n, took)
			}
		}
		time.Sleep(10 * time.Minute)
		g.clear()
		g.mustSurvey(c)
		asked(1)
	})
}

// What fails once on a bad line is not taken for unknown unless the networks came.
func TestNetworksAreAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 2, 3*millisecond)
		knows := plugs[1].knows
		plugs[1].knows = []Message{SoftwareVersion}
		c := New(only())
		all, _ := g.mustSurvey(c)
		if of(t, all, two).Answered {
			t.Error("it has told its networks")
		}
		plugs[1].knows = knows
		time.Sleep(30 * time.Second)
		all, took := g.mustSurvey(c)
		checkHouse(t, all, 2)
		if took > 100*millisecond {
			t.Errorf("it took %s", took)
		}
	})
}

// INT6x00 are known by their class, and never asked in MMV 1.
func TestOldChips(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 3, 3*millisecond)
		plugs[1].class = 3
		plugs[1].knows = []Message{SoftwareVersion, NetworkInfo0}
		all, took := g.mustSurvey(New(only()))
		checkAnswered(t, all, 3)
		if s := of(t, all, two).Networks[0].Stations[1]; s.TX != 203 || s.RX != 255 || !s.Saturated {
			t.Errorf("station %+v", s)
		}
		if g.count(two, NetworkInfo1) > 0 || g.count(one, NetworkInfo0) > 0 || took > 300*millisecond {
			t.Errorf("the wrong version was asked for, or it took long: %s", took)
		}
	})
}

func checkAnswered(t *testing.T, all []Adapter, n int) {
	t.Helper()
	if len(all) != n {
		t.Errorf("found %v, want %d", macs(all), n)
	}
	for _, a := range all {
		if !a.Answered {
			t.Errorf("%s has not answered", a.MAC)
		}
	}
}

// An adapter that is unplugged while it is asked is left alone.
func TestVanishesInASurvey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 8, 3*millisecond)
		o := Defaults()
		o.Others = false
		c := New(o)
		g.mustSurvey(c)
		plugs[4].knows = []Message{NetworkInfo1} // as if it went right after that
		time.Sleep(6 * time.Minute)
		all, took := g.mustSurvey(c)
		if !of(t, all, plugMAC(5)).Answered || took > time.Second+20*millisecond {
			t.Errorf("it took %s", took)
		}
	})
}
