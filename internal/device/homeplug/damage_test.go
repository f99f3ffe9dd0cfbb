package homeplug

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	simhomeplug "home_exporter/sim/homeplug"
)

// vsNetworkInfo is the message that tells networks, VS_NW_INFO.
const vsNetworkInfo = 0xa038

// wholeHouse is the promised series of the house with wide rates, without those that an
// adapter tells which is left out.
func wholeHouse(t *testing.T, without ...simhomeplug.MAC) series {
	t.Helper()
	all := readTable(t, "testdata/promised.txt")
	all[rate("tx", one, three)], all[rate("rx", three, one)] = 138936320, 138936320
	all[rate("rx", one, three)], all[rate("tx", three, one)] = 39321600, 39321600
	for name := range all {
		for _, mac := range without {
			if strings.Contains(name, `{device_addr="`+mac.String()) {
				delete(all, name)
			}
		}
	}
	return all
}

// compare compares the promised series.
func compare(t *testing.T, want, got series) {
	t.Helper()
	if diff := cmp.Diff(want, got.promised()); diff != "" {
		t.Errorf("promised series (-want +got):\n%s", diff)
	}
}

// TestDamagedAnswers has the page of all others when the answers of one adapter are
// damaged, and nothing at all of what was damaged.
func TestDamagedAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		habits  simhomeplug.Habits
		verdict string
	}{
		{"four bytes of message", simhomeplug.Habits{Damage: simhomeplug.Runt}, "malformed"},
		{"five bytes of message", simhomeplug.Habits{Damage: simhomeplug.Truncated, CutAt: 5}, "unexpected"},
		{"six bytes of message", simhomeplug.Habits{Damage: simhomeplug.Truncated, CutAt: 6}, "malformed"},
		{"half a message", simhomeplug.Habits{Damage: simhomeplug.Truncated}, "malformed"},
		{"half a message, padded", simhomeplug.Habits{Damage: simhomeplug.TruncatedPadded}, "malformed"},
		{"cut in the coordinator's address, padded", simhomeplug.Habits{Damage: simhomeplug.TruncatedPadded, CutAt: 18}, "malformed"},
		{"another maker's", simhomeplug.Habits{Damage: simhomeplug.WrongOUI}, "unexpected"},
		{"in the other version", simhomeplug.Habits{Damage: simhomeplug.WrongMMV}, "unexpected"},
		{"of another type", simhomeplug.Habits{Damage: simhomeplug.WrongType}, "unexpected"},
		{"for another host", simhomeplug.Habits{Damage: simhomeplug.Foreign}, "foreign"},
		{"too long", simhomeplug.Habits{Damage: simhomeplug.Oversize}, "malformed"},
		{"noise", simhomeplug.Habits{Damage: simhomeplug.Garbage}, ""},
		{"counts of 255", simhomeplug.Habits{WrongCounts: true}, "malformed"},
		{"an empty station last, as if cut there", simhomeplug.Habits{ZeroStation: true}, "malformed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.habits.Only = []uint16{vsNetworkInfo}
			r := newRig(t, with(tt.habits, two), quick, basic)
			for range 2 {
				s := r.well()
				compare(t, wholeHouse(t, two), s)
				s.want(t, series{up(one): 1, up(two): 0, up(three): 1, "homeplug_devices": 2})
				if tt.verdict != "" && s[received(tt.verdict)] == 0 {
					t.Errorf("no frame was counted as %s", tt.verdict)
				}
			}
			if err := r.sim.SetHabits(two, simhomeplug.Habits{}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestOddAnswers has the whole page when an adapter says more than it should.
func TestOddAnswers(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]simhomeplug.Habits{
		"each answer three times": {Duplicates: 2},
		"each station twice":      {Repeat: true},
		"80 ms late":              {Delay: 80e6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, with(h, one, two, three), basic)
			for range 2 {
				s := r.well()
				compare(t, wholeHouse(t), s)
				s.want(t, series{"homeplug_devices": 3, received("malformed"): 0})
			}
		})
	}
}

// TestUnknownRole has a word for roles that nobody knows.
func TestUnknownRole(t *testing.T) {
	t.Parallel()
	s := newRig(t, with(simhomeplug.Habits{Role: 7}, one), basic).well()
	name := func(role string) string {
		return `homeplug_network_info{device_addr="de:ad:be:ef:00:01",nid="52:de:ad:be:ef:00:01",snid="6",tei="1",role="` + role + `",cco_addr="de:ad:be:ef:00:01",cco_tei="1"}`
	}
	want := wholeHouse(t)
	delete(want, name("CCO"))
	want[name("UNKNOWN")] = 1
	compare(t, want, s)
}

// TestIsolated tells of an adapter in no network by a metric, and not in the log.
func TestIsolated(t *testing.T) {
	t.Parallel()
	o := with(simhomeplug.Habits{Isolated: true}, two)
	o.Adapters[1].Local = true // so that it is found
	r := newRig(t, o, basic)
	for range 2 {
		s := r.well()
		s.want(t, series{
			up(two): 1, "homeplug_devices": 3,
			`homeplug_device_isolated{device_addr="de:ad:be:ef:00:01"}`: 0,
			`homeplug_device_isolated{device_addr="de:ad:be:ef:00:02"}`: 1,
		})
		for name := range s.promised() {
			if strings.Contains(name, two.String()) {
				t.Errorf("%s tells of an adapter in no network", name)
			}
		}
	}
	if got := r.log.String(); got != "" {
		t.Errorf("log: %s", got)
	}
}

// TestAllIsolated is a poll without an error: the adapter has answered.
func TestAllIsolated(t *testing.T) {
	t.Parallel()
	o := newHouse()
	o.Adapters, o.Links, o.Networks = o.Adapters[:1], nil, nil
	s := newRig(t, o, basic).well()
	s.want(t, series{up(one): 1, "homeplug_devices": 1, `homeplug_device_isolated{device_addr="de:ad:be:ef:00:01"}`: 1})
	if p := s.promised(); len(p) > 0 {
		t.Errorf("promised series: %v", p)
	}
}

// TestBootLoader asks an adapter that has lost its firmware: it is there, and tells no
// network.
func TestBootLoader(t *testing.T) {
	t.Parallel()
	o := newHouse()
	o.Adapters, o.Links, o.Networks = o.Adapters[:1], nil, nil
	o.Adapters[0].Chip = simhomeplug.NewBootLoader()
	s, err := newRig(t, o, basic, quick).poll()
	if err == nil || !strings.Contains(err.Error(), "none tells its networks") {
		t.Errorf("error: %v", err)
	}
	s.want(t, series{up(one): 0, "homeplug_devices": 0})
}
