package hpav

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const millisecond = time.Millisecond

// house returns adapters that know each other; the first is local and the coordinator.
func house(t testing.TB, n byte, delay time.Duration) (*segment, []*plug) {
	g := newSegment(t)
	var all []byte
	for i := range n {
		all = append(all, i+1)
	}
	var plugs []*plug
	for _, i := range all {
		p := newPlug(i, all...)
		plugs = append(plugs, p)
		g.stations = append(g.stations, p.station(i == 1, delay))
	}
	return g, plugs
}

// checkHouse checks that all adapters of a house have told all their rates.
func checkHouse(t *testing.T, all []Adapter, n byte) {
	t.Helper()
	if len(all) != int(n) {
		t.Errorf("found %v, want %d", macs(all), n)
	}
	for _, a := range all {
		if !a.Answered || len(a.Networks) != 1 || len(a.Networks[0].Stations) != int(n)-1 {
			t.Errorf("%s: answered %v, networks %v", a.MAC, a.Answered, a.Networks)
			continue
		}
		for _, s := range a.Networks[0].Stations {
			want := rate{100*uint16(a.MAC[5]) + uint16(s.MAC[5]), 100*uint16(s.MAC[5]) + uint16(a.MAC[5])}
			if got := (rate{s.TX, s.RX}); got != want {
				t.Errorf("%s to %s: %v, want %v", a.MAC, s.MAC, got, want)
			}
		}
	}
}

// The house of the vectors, from its one local adapter.
func TestWholeHouse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 3, 3*millisecond)
		set := func(from, to int, r rate) { plugs[from-1].rates[plugMAC(byte(to))] = r }
		set(1, 2, rate{142, 9})
		set(2, 1, rate{9, 142})
		set(1, 3, rate{1060, 300})
		set(3, 1, rate{300, 1060})
		set(2, 3, rate{33, 21})
		set(3, 2, rate{21, 33})
		o := Defaults()
		o.Others = false
		all, _ := g.mustSurvey(New(o))
		if diff := cmp.Diff([]MAC{one, two, tri}, macs(all)); diff != "" {
			t.Fatalf("adapters (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]Network{houseNetwork(1060, 300, new(false), false)}, all[0].Networks); diff != "" {
			t.Errorf("networks of the first (-want +got):\n%s", diff)
		}
		got := make(map[MAC]map[MAC]rate)
		for _, a := range all {
			got[a.MAC] = make(map[MAC]rate)
			for _, s := range a.Networks[0].Stations {
				got[a.MAC][s.MAC] = rate{s.TX, s.RX}
			}
			isLocal := a.MAC == one
			if a.Local == nil || *a.Local != isLocal || !a.Answered || a.Version.Chip != "QCA7420" || a.HFID != "Loft" ||
				a.LinkUp == nil || !*a.LinkUp || a.Attributes == nil || a.Attributes.Mains != 50 || a.Neighbours == nil || !a.Capability.IsAtheros() {
				t.Errorf("%s: %+v", a.MAC, a)
			}
			for peer := range got[a.MAC] {
				if s, ok := a.Stats[peer]; !ok || s.TX.Acked != uint64(a.MAC[5]) || s.PeerTEI != peer[5] {
					t.Errorf("statistics of %s to %s: %v, %v", a.MAC, peer, s, ok)
				}
			}
		}
		want := map[MAC]map[MAC]rate{
			one: {two: {142, 9}, tri: {1060, 300}}, two: {one: {9, 142}, tri: {33, 21}}, tri: {one: {300, 1060}, two: {21, 33}},
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(rate{})); diff != "" {
			t.Errorf("rates (-want +got):\n%s", diff)
		}
	})
}

// A survey ends when all have answered, and asks each adapter once.
func TestSteadySurvey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 4, 3*millisecond)
		c := New(Defaults())
		g.mustSurvey(c)
		for range 5 {
			time.Sleep(30 * time.Second)
			g.clear()
			all, took := g.mustSurvey(c)
			checkHouse(t, all, 4)
			if took > 10*millisecond {
				t.Errorf("it took %s", took)
			}
			if len(g.requests) != 4 || g.count(MAC{}, NetworkInfo1) != 4 {
				t.Errorf("%d requests: %v", len(g.requests), g.requests)
			}
		}
		before := c.Counts()
		if before.Timeouts[NetworkInfo1] != 0 || before.Repeats[NetworkInfo1] != 0 || before.Sent[NetworkInfo1] != 24 {
			t.Errorf("counts %+v", before)
		}
	})
}

func TestSlowAnswers(t *testing.T) {
	for _, delay := range []time.Duration{80 * millisecond, 400 * millisecond} {
		synctest.Test(t, func(t *testing.T) {
			g, _ := house(t, 3, delay)
			c := New(only())
			all, _ := g.mustSurvey(c)
			checkHouse(t, all, 3)
			time.Sleep(time.Minute)
			all, took := g.mustSurvey(c)
			checkHouse(t, all, 3)
			if took != delay+drainTime {
				t.Errorf("a steady survey with answers after %s took %s", delay, took)
			}
			if n := c.Counts().Repeats; n != [MessageCount]uint64{} {
				t.Errorf("repeated %v", n)
			}
		})
	}
}

func TestDestinations(t *testing.T) {
	for name, destination := range map[string]MAC{"local": Local, "broadcast": Broadcast, "local's own": one, "remote": tri} {
		synctest.Test(t, func(t *testing.T) {
			g, _ := house(t, 3, 3*millisecond)
			all, _ := g.mustSurvey(New(only(func(o *Options) { o.Destination = destination })))
			checkHouse(t, all, 3)
			if g.requests[0].dst != destination {
				t.Errorf("%s: first asked %s", name, g.requests[0].dst)
			}
			if told := all[0].Local != nil; told != (destination == Local) {
				t.Errorf("%s: the first adapter's place is told: %v", name, told)
			}
		})
	}
}

func TestNobodyAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		destination MAC
		others      bool
		most        time.Duration
		error       string
	}{
		"local":             {Local, false, 1010 * millisecond, "no adapter answered the local management address 00:b0:52:00:00:01"},
		"local and others":  {Local, true, 1030 * millisecond, "no adapter answered the local management address 00:b0:52:00:00:01"},
		"broadcast":         {Broadcast, true, 1030 * millisecond, "no adapter answered the broadcast"},
		"single":            {one, false, 1010 * millisecond, "the adapter de:ad:be:ef:00:01 did not answer, and no other did"},
		"single and others": {one, true, 1530 * millisecond, "the adapter de:ad:be:ef:00:01 did not answer, and no other did"},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := newSegment(t)
			c := New(only(func(o *Options) { o.Destination, o.Others = test.destination, test.others }))
			for range 3 {
				all, took, err := g.survey(c)
				if len(all) > 0 || err == nil || err.Error() != test.error {
					t.Errorf("%s: %v, error %v", name, all, err)
				}
				if took > test.most {
					t.Errorf("%s: it took %s", name, took)
				}
				time.Sleep(30 * time.Second)
			}
		})
	}
}

func TestIsolatedAndAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		isolated := newPlug(2)
		alone := newPlug(1)
		g := newSegment(t, alone.station(true, millisecond), &station{mac: isolated.mac, local: true, answers: func(m Message, request []byte) [][]byte {
			if m == NetworkInfo1 {
				return [][]byte{reply(m, isolated.mac, 0, 0, 2, 0, 0, 0)}
			}
			return isolated.answers(m, request)
		}})
		all, _ := g.mustSurvey(New(Defaults()))
		if a := of(t, all, isolated.mac); !a.Answered || a.Networks == nil || len(a.Networks) != 0 {
			t.Errorf("isolated: %+v", a)
		}
		if a := of(t, all, alone.mac); !a.Answered || len(a.Networks) != 1 || a.Networks[0].Stations != nil || a.Networks[0].Role != RoleCoordinator {
			t.Errorf("alone: %+v", a)
		}
	})
}

// Two networks may share a station, which is asked once.
func TestNetworksThatShareAStation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlug(1, 1, 2)
		p.knows = []Message{SoftwareVersion}
		p.class = 3
		s := p.station(true, millisecond)
		s.answers = func(m Message, request []byte) [][]byte {
			if m != NetworkInfo0 {
				return p.answers(m, request)
			}
			e := p.entry(m, request)
			again := append([]byte{}, e[1:]...)
			again[6]++ // another network
			return [][]byte{reply(m, p.mac, append(append([]byte{2}, e[1:]...), again...)...)}
		}
		other := newPlug(2, 1, 2)
		g := newSegment(t, s, other.station(false, millisecond))
		all, _ := g.mustSurvey(New(only()))
		a := of(t, all, one)
		if len(a.Networks) != 2 || len(a.Peers()) != 1 || len(a.Networks[0].Stations) != 1 || len(a.Networks[1].Stations) != 1 {
			t.Errorf("networks %v", a.Networks)
		}
		if n := g.count(two, NetworkInfo1); n != 1 {
			t.Errorf("the shared station was asked %d times", n)
		}
	})
}
