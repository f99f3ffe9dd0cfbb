package homeplug_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"home_exporter/sim/homeplug"
)

// family is a house with one adapter of each kind: 1, 4 and 5 are local.
func family() homeplug.Options {
	o := house()
	o.Adapters[1].Chip = homeplug.NewINT6400()
	o.Adapters[2].Chip = homeplug.NewBCM60500()
	for n, chip := range map[byte]homeplug.Chip{
		4: homeplug.NewQCA7550(), 5: homeplug.NewBCM60500(), 6: homeplug.NewOther([3]byte{0x00, 0x80, 0xe1}),
	} {
		o.Adapters = append(o.Adapters, homeplug.Adapter{MAC: station(n), Local: n < 6, Chip: chip})
	}
	slices.SortFunc(o.Adapters, func(a, b homeplug.Adapter) int { return int(a.MAC[5]) - int(b.MAC[5]) })
	return o
}

// who are the last bytes of the addresses that answer, in order.
func who(frames [][]byte) string {
	var out []string
	for _, f := range frames {
		out = append(out, fmt.Sprint(f[11]))
	}
	return strings.Join(out, " ")
}

func TestWhoHears(t *testing.T) {
	const (
		version = "00 00a0 00b052"
		caps    = "01 3460 0000"
		unknown = "01 0070 0000"
	)
	discover := frameOf(everyone, 0x8912, "01 70a0 0000 001f84 01 a397a25553bef1fcf9796b521413e9e2")
	tests := map[string]struct {
		frame []byte
		want  string
	}{
		"local address":                  {request(local, version), "1 4"},
		"broadcast":                      {request(everyone, version), "1 2 4"},
		"one that is local":              {request(station(4), version), "4"},
		"one that is remote":             {request(adapter2, version), "2"},
		"nobody":                         {request(station(77), version), ""},
		"standard, broadcast":            {request(everyone, caps), "1 2 3 4 5 6"},
		"standard, local address":        {request(local, caps), "1 4"},
		"unknown standard, broadcast":    {request(everyone, unknown), "1 2 3 4 5 6"},
		"MMV 1, broadcast":               {request(everyone, "01 38a0 0000 00b052"), "1 4"},
		"another maker's":                {request(everyone, "00 00a0 0080e1"), ""},
		"unknown vendor message":         {request(everyone, "00 f4a0 00b052"), ""},
		"a confirm":                      {request(everyone, "00 01a0 00b052 00 20 05"), ""},
		"a later fragment":               {request(everyone, "01 3460 0001"), "1 2 3 4 5 6"}, // only a sequence number
		"really a fragment":              {request(everyone, "01 3460 1001"), ""},
		"MediaXtream":                    {discover, "3 5"},
		"another EtherType":              {frameOf(everyone, 0x887b, version), ""},
		"no header":                      {[]byte{1, 2, 3}, ""},
		"nothing":                        {[]byte{}, ""},
		"a vendor message without maker": {request(everyone, version)[:17], ""},
	}
	sim, c := meet(t, withMarker(family()))
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c.t = t
			if got := who(others(c.ask(tt.frame))); got != tt.want {
				t.Errorf("answer: %q, want %q", got, tt.want)
			}
		})
	}
	if err := sim.SetHabits(station(6), homeplug.Habits{NoErrors: true}); err != nil {
		t.Fatal(err)
	}
	if got := who(others(c.ask(request(everyone, unknown)))); got != "1 2 3 4 5" {
		t.Errorf("with one that stays silent answer %q, want 1 2 3 4 5", got)
	}
	if got := sim.Seen().Malformed; got < 4 {
		t.Errorf("%d malformed frames seen, want at least 4", got)
	}
}

func TestAnswersKnowTheirWay(t *testing.T) {
	o := withMarker(family())
	_, c := meet(t, o)
	for _, frame := range others(c.ask(request(everyone, "01 3460 0000"))) {
		if got := homeplug.MAC(frame[:6]); got != host {
			t.Errorf("answer to %s, want %s", got, host)
		}
		if len(frame) < 60 {
			t.Errorf("answer of %d bytes, want at least 60", len(frame))
		}
	}
}

// TestRemoteNeedsLocal takes the only adapter away that is plugged into the host.
func TestRemoteNeedsLocal(t *testing.T) {
	sim, c := meet(t, house())
	if err := sim.Unplug(adapter1, time.Hour); err != nil {
		t.Fatal(err)
	}
	c.send(request(everyone, "00 00a0 00b052"))
	c.quiet(50 * time.Millisecond)
}

func TestTwoHosts(t *testing.T) {
	o := house()
	dir := t.TempDir()
	o.Socket = filepath.Join(dir, "line")
	sim := start(t, o)
	first, second := dial(t, o.Socket, filepath.Join(dir, "a")), dial(t, o.Socket, filepath.Join(dir, "b"))
	first.send(request(adapter1, "00 00a0 00b052"))
	second.send(request(adapter2, "00 00a0 00b052"))
	if got := homeplug.MAC(first.receive()[6:12]); got != adapter1 {
		t.Errorf("the first host hears %s, want %s", got, adapter1)
	}
	if got := homeplug.MAC(second.receive()[6:12]); got != adapter2 {
		t.Errorf("the second host hears %s, want %s", got, adapter2)
	}
	want := map[homeplug.Request]int{
		{EtherType: 0x88e1, Type: 0xa000, Destination: adapter1, Source: host}: 1,
		{EtherType: 0x88e1, Type: 0xa000, Destination: adapter2, Source: host}: 1,
	}
	if got := sim.Seen().Requests; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("seen %v, want %v", got, want)
	}
	first.quiet(10 * time.Millisecond)
}

func TestViolations(t *testing.T) {
	messages := map[string][]byte{
		"MS_PB_ENC":   request(local, "00 0080 01"),
		"CM_SET_KEY":  request(everyone, "01 0860 0000"),
		"CM_GET_KEY":  request(everyone, "01 0c60 0000"),
		"CM_SC_JOIN":  request(everyone, "01 1060 0000"),
		"VS_NW_INFO":  request(local, "00 38a0 00b052"),
		"clears":      request(adapter1, "00 30a0 00b052 01 02 f8 deadbeef0002"),
		"only reads":  request(adapter1, "00 30a0 00b052 00 02 f8 deadbeef0002"),
		"a response":  request(local, "00 63a0 00b052"),
		"MediaXtream": frameOf(adapter1, 0x8912, "02 20a0 0000 001f84 02"),
		"but not so":  frameOf(adapter1, 0x8912, "02 2ca0 0000 001f84 02"),
	}
	bad := map[string]bool{"MS_PB_ENC": true, "CM_SET_KEY": true, "CM_GET_KEY": true, "CM_SC_JOIN": true, "clears": true, "a response": true, "MediaXtream": true}
	for _, mmtype := range []uint16{
		0xa004, 0xa008, 0xa00c, 0xa01c, 0xa020, 0xa024, 0xa028, 0xa02c, 0xa034, 0xa050, 0xa05c, 0xa060, 0xa078, 0xa07c,
		0xa094, 0xa098, 0xa0b0, 0xa100,
	} {
		name := fmt.Sprintf("%04x", mmtype)
		messages[name] = request(local, fmt.Sprintf("00 %02x%02x 00b052", byte(mmtype), mmtype>>8))
		bad[name] = true
	}
	for name, frame := range messages {
		t.Run(name, func(t *testing.T) {
			sim, c := meet(t, withMarker(house()))
			answers := others(c.ask(frame))
			got := sim.Violations()
			if !bad[name] {
				if len(got) != 0 {
					t.Errorf("accused: %v", got)
				}
				return
			}
			if len(got) != 1 || got[0].Source != host || got[0].Name == "" {
				t.Errorf("violations %v, want one of %s", got, host)
			}
			if len(answers) != 0 {
				t.Errorf("answered with % x", answers)
			}
		})
	}
}
