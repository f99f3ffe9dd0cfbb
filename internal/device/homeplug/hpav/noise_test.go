package hpav

import (
	"encoding/binary"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// changed returns a confirm of adapter 1 with some bytes written over.
func changed(t testing.TB, m Message, at int, b ...byte) []byte {
	f := padded(hexes(t, vector[m]), minFrame)
	copy(f[at:], b)
	return f
}

// noise is what is on the wire of a busy segment, and what it is worth before anything
// was asked of adapter 1.
func noise(t testing.TB) (frames [][]byte, verdicts []Verdict) {
	add := func(v Verdict, b ...[]byte) {
		for _, frame := range b {
			frames, verdicts = append(frames, frame), append(verdicts, v)
		}
	}
	standard := func(mmtype uint16) []byte {
		f := changed(t, StationCapability, 15)
		binary.LittleEndian.PutUint16(f[15:], mmtype)
		return f
	}
	other := []byte{0x02, 0, 0, 0, 0xbb, 0x02}
	add(Unexpected,
		standard(0x6065), standard(0x606e), standard(0x6087), // electric cars
		standard(0x6046),                            // an error about nothing
		changed(t, NetworkInfo0, 15, 0x62, 0xa0),    // host action
		changed(t, NetworkInfo0, 15, 0x46, 0xa0),    // ARP
		changed(t, NetworkInfo0, 15, 0x38),          // a request
		changed(t, NetworkInfo0, 17, 0x00, 0x1f),    // another maker
		changed(t, NetworkInfo1, 14, 2),             // another version
		changed(t, SoftwareVersion, 6, other[:]...), // an adapter that was not asked, for another program
	)
	add(Foreign,
		changed(t, NetworkInfo0, 0, other...), changed(t, NetworkInfo1, 0, other...),
		changed(t, NetworkInfo1, 0, Broadcast[:]...), changed(t, NetworkInfo1, 6, host[:]...))
	add(Malformed, changed(t, NetworkInfo1, 6, Broadcast[:]...), changed(t, NetworkInfo1, 12, 0x08, 0x00))
	for n := range 6 { // runts
		if n < 3 {
			add(Malformed, changed(t, NetworkInfo0, 0)[:14+n])
		} else {
			add(Unexpected, changed(t, NetworkInfo0, 0)[:14+n])
		}
	}
	return frames, verdicts
}

// However much else is on the wire, the answers are found and all is counted.
func TestNoise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 3, 80*millisecond)
		c := New(only())
		g.mustSurvey(c)
		want := c.Counts().Received
		frames, verdicts := noise(t)
		time.Sleep(time.Minute)
		go func() {
			for i := range 600 { // 100 a second
				time.Sleep(10 * millisecond)
				g.deliver(frames[i%len(frames)])
			}
		}()
		for range 10 {
			all, took := g.mustSurvey(c)
			checkHouse(t, all, 3)
			if took != 80*millisecond+drainTime {
				t.Errorf("it took %s", took)
			}
			time.Sleep(500 * millisecond)
		}
		time.Sleep(time.Second)
		g.mustSurvey(c) // finds what is left of the noise
		for i := range 600 {
			want[verdicts[i%len(frames)]]++
		}
		want[Accepted] += 11 * 3
		if diff := cmp.Diff(want, c.Counts().Received); diff != "" {
			t.Errorf("received (-want +got):\n%s", diff)
		}
	})
}

// Each frame of noise is counted as what it is.
func TestNoiseIsTold(t *testing.T) {
	frames, verdicts := noise(t)
	for i, frame := range frames {
		synctest.Test(t, func(t *testing.T) {
			g, _ := house(t, 2, 20*millisecond)
			c := New(only())
			g.mustSurvey(c)
			before := c.Counts().Received
			time.Sleep(time.Minute)
			g.later(10*millisecond, frame)
			all, _ := g.mustSurvey(c)
			checkHouse(t, all, 2)
			got := c.Counts().Received
			for _, v := range Verdicts() {
				want := before[v]
				switch v {
				case Accepted:
					want += 2
				case verdicts[i]:
					want++
				}
				if got[v] != want {
					t.Errorf("frame %x: %d are %s, want %d (it is %s)", frame, got[v], v, want, verdicts[i])
				}
			}
		})
	}
}

// Of two answers the newest counts. What is left of the survey before does not.
func TestDuplicatesAndLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 2, 3*millisecond)
		g.stations[1].delay = 50 * millisecond // keeps the survey going
		answers := g.stations[0].answers
		g.stations[0].answers = func(m Message, request []byte) [][]byte {
			plugs[0].rates[two] = rate{102, 201}
			second := plugs[0].entry(m, request)
			plugs[0].rates[two] = rate{1, 1}
			return append(answers(m, request), reply(m, one, second...))
		}
		c := New(only())
		all, _ := g.mustSurvey(c)
		checkHouse(t, all, 2)
		if got := c.Counts().Received; got[Duplicate] != 2 || got[Accepted] != 4 {
			t.Errorf("received %v", got)
		}

		g.stations[0].answers = func(Message, []byte) [][]byte { return nil }
		g.stations[1].delay = 1200 * millisecond // after it was given up
		g.later(time.Minute-millisecond, reply(NetworkInfo1, one, plugs[0].entry(NetworkInfo1, nil)...))
		time.Sleep(time.Minute)
		before := c.Counts().Received
		_, _, err := g.survey(c)
		if err == nil {
			t.Error("an answer from before the survey passes")
		}
		if got := c.Counts().Received; got[Late] != before[Late]+1 || got[Accepted] != before[Accepted] {
			t.Errorf("received %v, before %v", got, before)
		}
	})
}

// An answer that comes when it was given up is taken all the same.
func TestLateInTheSurvey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 2, 3*millisecond)
		g.stations[1].answers = func(m Message, request []byte) [][]byte {
			if m == NetworkInfo1 && g.count(two, m) == 1 {
				g.later(1300*millisecond, reply(m, two, plugs[1].entry(m, request)...))
			}
			if m == NetworkInfo1 || m == NetworkInfo0 {
				return nil
			}
			return plugs[1].answers(m, request)
		}
		c := New(only())
		all, _ := g.mustSurvey(c)
		checkHouse(t, all, 2)
		if got := c.Counts().Received; got[Late] != 1 {
			t.Errorf("received %v", got)
		}
	})
}

// Confirms that make no sense are as good as none: the request is repeated, and the
// older version asked for.
func TestBrokenConfirms(t *testing.T) {
	tests := map[string]func(b []byte) []byte{
		"cut":               func(b []byte) []byte { return b[:40] },
		"cut and padded":    func(b []byte) []byte { return padded(slices.Clone(b[:44]), 100) },
		"wrong MMV":         func(b []byte) []byte { b[14] = 2; return b },
		"wrong OUI":         func(b []byte) []byte { b[20] = 0x1f; return b },
		"too many networks": func(b []byte) []byte { b[27] = 255; return b },
		"too many stations": func(b []byte) []byte { b[54] = 255; return b },
		"without header":    func(b []byte) []byte { return b[:15] },
		"a random one":      func(b []byte) []byte { return b[3:] },
		"too long":          func(b []byte) []byte { return padded(b, 1600) },
	}
	for name, breaks := range tests {
		synctest.Test(t, func(t *testing.T) {
			g, plugs := house(t, 3, 3*millisecond)
			g.stations[1].answers = func(m Message, request []byte) [][]byte {
				all := plugs[1].answers(m, request)
				if m == NetworkInfo1 {
					return [][]byte{breaks(all[0])}
				}
				return all
			}
			c := New(only())
			all, took := g.mustSurvey(c)
			checkAnswered(t, all, 3)
			if s := of(t, all, two).Networks[0].Stations; len(s) != 2 || s[1].TX != 203 || !s[1].Saturated {
				t.Errorf("%s: stations %+v", name, s)
			}
			got := c.Counts()
			if got.Received[Malformed]+got.Received[Unexpected] != 2 || got.Repeats[NetworkInfo1] != 1 || got.Timeouts[NetworkInfo1] != 2 || took > 1100*millisecond {
				t.Errorf("%s: %+v, in %s", name, got, took)
			}
		})
	}
}

func TestRoleThatCannotBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 2, 3*millisecond)
		g.stations[1].answers = func(m Message, request []byte) [][]byte {
			all := plugs[1].answers(m, request)
			if m == NetworkInfo1 {
				all[0][22+6+15] = 9
			}
			return all
		}
		all, _ := g.mustSurvey(New(only()))
		checkHouse(t, all, 2)
		if got := all[1].Networks[0].Role; got != RoleUnknown {
			t.Errorf("role %s", got)
		}
	})
}
