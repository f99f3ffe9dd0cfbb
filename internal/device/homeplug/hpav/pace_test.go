package hpav

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// No adapter is asked two things at a time, nor without a gap between.
func TestOneQuestionAtATime(t *testing.T) {
	for _, delay := range []time.Duration{millisecond, 30 * millisecond} {
		synctest.Test(t, func(t *testing.T) {
			g, plugs := house(t, 4, delay)
			plugs[2].knows = []Message{SoftwareVersion, NetworkInfo0}
			plugs[3].knows = xtreamMessages
			o := Defaults()
			o.ToneMaps = time.Minute
			c := New(o)
			for range 3 {
				g.clear()
				all, _ := g.mustSurvey(c)
				checkAnswered(t, all, 4)
				last := make(map[MAC]time.Time)
				var everybody time.Time
				for _, r := range g.requests {
					if gap := r.at.Sub(everybody); gap < o.Gap {
						t.Errorf("%s is asked for %s %s after everybody", r.dst, r.message, gap)
					}
					if r.dst == Broadcast || r.dst == Local {
						everybody = r.at
					}
					for _, p := range plugs {
						if r.dst != p.mac {
							continue
						}
						if gap := r.at.Sub(last[p.mac]); gap < max(o.Gap, delay) {
							t.Errorf("%s is asked for %s %s after something else", p.mac, r.message, gap)
						}
						last[p.mac] = r.at
					}
				}
				time.Sleep(11 * time.Minute)
			}
		})
	}
}

// Counters and details are read at their own pace.
func TestPaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 3, millisecond)
		o := Defaults()
		o.Others, o.Statistics, o.Details, o.ToneMaps = false, 2*time.Minute, 5*time.Minute, 10*time.Minute
		c := New(o)
		for range 20 { // minutes
			all, _ := g.mustSurvey(c)
			checkHouse(t, all, 3)
			time.Sleep(time.Minute)
		}
		for m, want := range map[Message]int{
			NetworkInfo1: 20, LinkStatistics: 2 * 10, Attributes: 4, PowerLineLink: 4, DiscoverList: 4, HumanID: 4,
			StationCapability: 1, SoftwareVersion: 0, // but for the first question to all
			ReceiveToneMap1: 2 * 2 * 2, TransmitToneMap1: 2 * 2 * 2, ReceiveToneMap0: 0, NetworkInfo0: 0,
		} {
			if got := g.count(one, m); got != want {
				t.Errorf("%s was asked %d times, want %d", m, got, want)
			}
		}
		n := c.Counts()
		if n.Timeouts != [MessageCount]uint64{} || len(n.Received) != 1 {
			t.Errorf("counts %+v", n)
		}
		var sent uint64
		for m := range MessageCount {
			sent += n.Sent[m]
			if got := uint64(g.count(MAC{}, m)); got != n.Sent[m] {
				t.Errorf("%s: %d are counted, %d were sent", m, n.Sent[m], got)
			}
		}
		// The first question to all had one answer in each of the two discoveries.
		if sent != n.Received[Accepted] {
			t.Errorf("%d sent and %d received", sent, n.Received[Accepted])
		}
	})
}

func TestToneMapsOfAHouse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 3, millisecond)
		plugs[1].class, plugs[1].knows = 1, []Message{SoftwareVersion, NetworkInfo0, ReceiveToneMap0}
		plugs[2].knows = []Message{SoftwareVersion, NetworkInfo1, ReceiveToneMap0}
		c := New(only(func(o *Options) { o.ToneMaps = time.Minute }))
		all, _ := g.mustSurvey(c)
		keys := func(mac MAC) map[ToneMapKey]int {
			out := make(map[ToneMapKey]int)
			for key, m := range of(t, all, mac).ToneMaps {
				out[key] = len(m.Carriers)
			}
			return out
		}
		want := make(map[ToneMapKey]int)
		for _, peer := range []MAC{two, tri} {
			for _, receive := range []bool{true, false} {
				want[ToneMapKey{peer, receive, 0}], want[ToneMapKey{peer, receive, 1}] = 4, 4
			}
		}
		if diff := cmp.Diff(want, keys(one)); diff != "" {
			t.Errorf("of the first (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[ToneMapKey]int{{one, true, 0}: 1155, {tri, true, 0}: 1155}, keys(two)); diff != "" {
			t.Errorf("of an INT6x00 (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[ToneMapKey]int{{one, true, 0}: 1155, {two, true, 0}: 1155}, keys(tri)); diff != "" {
			t.Errorf("of one that knows the old form only (-want +got):\n%s", diff)
		}
		if n := g.count(tri, ReceiveToneMap1); n != 1 {
			t.Errorf("it was asked for the new form %d times", n)
		}
		if carriers := all[0].ToneMaps[ToneMapKey{two, true, 1}].Carriers; !cmp.Equal(carriers, []uint8{2, 2, 3, 4}) {
			t.Errorf("carriers of the second slot: %v", carriers)
		}
	})
}

// split makes fragments of a confirm in MMV 1.
func split(b []byte, sequence byte, sizes ...int) (parts [][]byte) {
	header, oui, rest := b[:17], b[19:22], b[22:]
	for i, size := range sizes {
		part := append(append([]byte{}, header...), byte(len(sizes)-1)<<4|byte(i), sequence)
		if i == 0 {
			part = append(part, oui...)
		}
		size = min(size, len(rest))
		parts = append(parts, append(part, rest[:size]...))
		rest = rest[size:]
	}
	return parts
}

func TestFragments(t *testing.T) {
	whole := func(p *plug) []byte { return reply(NetworkInfo1, p.mac, p.entry(NetworkInfo1, nil)...) }
	tests := map[string]func(p *plug) [][]byte{
		"in order": func(p *plug) [][]byte { return split(whole(p), 7, 50, 50, 50) },
		"reversed": func(p *plug) [][]byte {
			f := split(whole(p), 7, 50, 50, 50)
			return [][]byte{f[2], f[1], f[0]}
		},
		"twice, mixed": func(p *plug) [][]byte {
			f, o := split(whole(p), 7, 50, 500), split(whole(p), 8, 60, 500)
			return [][]byte{f[1], o[0], f[1], o[1], f[0]}
		},
		"other counts": func(p *plug) [][]byte {
			f, o := split(whole(p), 7, 50, 500), split(whole(p), 7, 40, 40, 40)
			return [][]byte{o[0], o[1], f[0], f[1]}
		},
		"many others": func(p *plug) (all [][]byte) {
			for i := range byte(40) {
				all = append(all, split(whole(p), 100+i, 50, 50, 50)[i%3])
			}
			return append(all, split(whole(p), 7, 50, 500)...)
		},
		"nobody's": func(p *plug) [][]byte {
			other := whole(p)
			copy(other[6:], []byte{2, 0, 0, 0, 0, 9})
			return append(split(other, 7, 50, 500), split(whole(p), 7, 50, 500)...)
		},
	}
	for name, answers := range tests {
		synctest.Test(t, func(t *testing.T) {
			g, plugs := house(t, 3, 3*millisecond)
			g.stations[1].answers = func(m Message, request []byte) [][]byte {
				if m == NetworkInfo1 {
					return answers(plugs[1])
				}
				return plugs[1].answers(m, request)
			}
			c := New(only())
			all, took := g.mustSurvey(c)
			checkHouse(t, all, 3)
			if n := c.Counts(); took > 300*millisecond || n.Received[Malformed] > 0 {
				t.Errorf("%s: it took %s, received %v", name, took, n.Received)
			}
		})
	}
}

// A part that is lost is as good as all: the request is repeated.
func TestLostFragment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 2, 3*millisecond)
		g.stations[1].answers = func(m Message, request []byte) [][]byte {
			all := plugs[1].answers(m, request)
			if m != NetworkInfo1 {
				return all
			}
			n := g.count(two, m)
			return split(all[0], byte(n), 50, 500)[2-min(n, 2):] // of the first answer, the second part
		}
		c := New(only())
		all, _ := g.mustSurvey(c)
		checkHouse(t, all, 2)
		if n := c.Counts().Repeats[NetworkInfo1]; n != 1 {
			t.Errorf("repeated %d times", n)
		}
	})
}
