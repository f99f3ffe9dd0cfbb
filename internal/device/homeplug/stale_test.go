package homeplug

import (
	"testing"
	"time"

	"home_exporter/internal/device"
	simhomeplug "home_exporter/sim/homeplug"
)

// TestLateAnswers never takes the answer to one poll for that to the next: an adapter
// that is too slow is missing, and is back with what it says then.
func TestLateAnswers(t *testing.T) {
	t.Parallel()
	r := newRig(t, newHouse(), quick, basic)
	compare(t, wholeHouse(t), r.well())
	if err := r.sim.SetHabits(two, simhomeplug.Habits{Delay: 250 * time.Millisecond, Only: []uint16{vsNetworkInfo}}); err != nil {
		t.Fatal(err)
	}
	s := r.well()
	compare(t, wholeHouse(t, two), s)
	s.want(t, series{up(two): 0, `homeplug_request_timeouts_total{message="network_info_1"}`: 2, `homeplug_retransmissions_total{message="network_info_1"}`: 1})

	for _, l := range newHouse().Links {
		l.Rate++
		if err := r.sim.SetLink(l); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.sim.SetHabits(two, simhomeplug.Habits{}); err != nil {
		t.Fatal(err)
	}
	r.well().want(t, series{up(two): 1, rate("tx", two, one): 10 * 131072, rate("rx", two, one): 143 * 131072, rate("tx", one, two): 143 * 131072})
}

// TestSecondAnswer lets the newer one of two answers count.
func TestSecondAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t, newHouse(), basic)
	r.well()
	r.sim.SetRewrite(func(frame []byte) [][]byte {
		if frame[11] != 1 || frame[14] != 1 || frame[15] != 0x39 || frame[16] != 0xa0 {
			return [][]byte{frame}
		}
		old := append([]byte(nil), frame...)
		old[76], old[77] = 1, 0 // the rate to adapter 2
		return [][]byte{old, frame}
	})
	if err := r.sim.SetHabits(three, simhomeplug.Habits{Delay: 100 * time.Millisecond}); err != nil {
		t.Fatal(err) // so that the poll is not over before the second answer is there
	}
	r.well().want(t, series{received("duplicate"): 1, rate("tx", one, two): 142 * 131072})
}

// TestNoise has the whole page, poll after poll, while others talk without end.
func TestNoise(t *testing.T) {
	t.Parallel()
	r := newRig(t, newHouse(), basic)
	r.well()
	r.sim.SetNoise(500)
	for range 5 {
		compare(t, wholeHouse(t), r.well())
	}
}

// TestLoss asks again for answers that are lost.
func TestLoss(t *testing.T) {
	t.Parallel()
	r := newRig(t, with(simhomeplug.Habits{LoseFirst: 1}, one, two, three), quick, basic)
	s := r.well()
	compare(t, wholeHouse(t), s)
	s.want(t, series{`homeplug_retransmissions_total{message="software_version"}`: 3})
}

// TestSilence tells silence from a house without adapters, and how to go on.
func TestSilence(t *testing.T) {
	t.Parallel()
	off := with(simhomeplug.Habits{Off: true}, one, two, three)
	const plugged = "Is an adapter plugged into this network, and not asleep? Adapters of another technology (G.hn, Magic) do not speak HomePlug."
	const others = " Adapters of other makers are looked for without chips: atheros."
	for _, tt := range []struct{ destination, message, hint string }{
		{"local", "no adapter answered the local management address 00:b0:52:00:00:01",
			plugged + " Behind a switch that drops the local address set destination: broadcast." + others},
		{"broadcast", "no adapter answered the broadcast",
			plugged + others},
		{"de:ad:be:ef:00:02", "the adapter de:ad:be:ef:00:02 did not answer, and no other did",
			plugged + others},
	} {
		t.Run(tt.destination, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, off, quick, basic, func(e *entry) { e.Destination = tt.destination })
			err := r.fails(device.NoAnswer)
			if want := "interface " + unixPrefix + r.sim.Socket() + ": " + tt.message; err.Error() != want {
				t.Errorf("error %q, want %q", err, want)
			}
			if got := device.HintOf(err); got != tt.hint {
				t.Errorf("hint %q, want %q", got, tt.hint)
			}
			for _, mac := range []simhomeplug.MAC{one, two, three} {
				if err := r.sim.SetHabits(mac, simhomeplug.Habits{}); err != nil {
					t.Fatal(err)
				}
			}
			compare(t, wholeHouse(t), r.well())
		})
	}
}

// TestVanished keeps telling of an adapter that was unplugged that it is gone.
func TestVanished(t *testing.T) {
	t.Parallel()
	r := newRig(t, newHouse(), quick, basic)
	r.well()
	if err := r.sim.Unplug(three, 0); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r.well().want(t, series{up(one): 1, up(two): 1, up(three): 0, "homeplug_devices": 2})
	}
	if err := r.sim.Plug(three); err != nil {
		t.Fatal(err)
	}
	compare(t, wholeHouse(t), r.well())
}
