package homeplug_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"home_exporter/sim/homeplug"
)

var (
	askOld = request(adapter1, "00 38a0 00b052")
	askNew = request(adapter1, "01 38a0 0000 00b052")
)

// good is what adapter 1 says to the frame without habits.
func good(t *testing.T, frame []byte) []byte {
	t.Helper()
	_, c := meet(t, withMarker(house()))
	answers := others(c.ask(frame))
	if len(answers) != 1 {
		t.Fatalf("%d answers, want 1", len(answers))
	}
	return answers[0]
}

func TestHabits(t *testing.T) {
	old, later := good(t, askOld), good(t, askNew)
	const header, message = 14, 55 // of the old answer: 69 bytes
	if len(old) != header+message {
		t.Fatalf("%d bytes, want 69", len(old))
	}
	edit := func(frame []byte, change func([]byte)) []byte {
		f := bytes.Clone(frame)
		change(f)
		return f
	}
	set := func(frame []byte, at int, v ...byte) []byte { return edit(frame, func(f []byte) { copy(f[at:], v) }) }
	none := [][]byte(nil)
	secondNID := append([]byte{homeNID[0] ^ 0xff}, homeNID[1:]...)

	tests := map[string]struct {
		habits homeplug.Habits
		ask    []byte
		want   [][]byte
	}{
		"none":               {homeplug.Habits{}, askOld, [][]byte{old}},
		"MMV 0 only, new":    {homeplug.Habits{Versions: homeplug.OnlyMMV0}, askNew, none},
		"MMV 0 only, old":    {homeplug.Habits{Versions: homeplug.OnlyMMV0}, askOld, [][]byte{old}},
		"MMV 1 only, old":    {homeplug.Habits{Versions: homeplug.OnlyMMV1}, askOld, none},
		"MMV 1 only, new":    {homeplug.Habits{Versions: homeplug.OnlyMMV1}, askNew, [][]byte{later}},
		"ignores":            {homeplug.Habits{Ignore: []uint16{0xa038}}, askOld, none},
		"off":                {homeplug.Habits{Off: true}, askOld, none},
		"isolated, old":      {homeplug.Habits{Isolated: true}, askOld, [][]byte{vector{askOld, adapter1, "0039a000b052 00"}.padded()}},
		"isolated, new":      {homeplug.Habits{Isolated: true}, askNew, [][]byte{vector{askNew, adapter1, "0139a0000000b052 0000 0200 0000"}.padded()}},
		"slow":               {homeplug.Habits{Delay: time.Millisecond, Only: []uint16{0xa000}}, askOld, [][]byte{old}},
		"duplicates":         {homeplug.Habits{Duplicates: 2}, askOld, [][]byte{old, old, old}},
		"truncated":          {homeplug.Habits{Damage: homeplug.Truncated, CutAt: 30}, askOld, [][]byte{old[:header+30]}},
		"truncated in half":  {homeplug.Habits{Damage: homeplug.Truncated}, askOld, [][]byte{old[:header+message/2]}},
		"truncated, padded":  {homeplug.Habits{Damage: homeplug.TruncatedPadded, CutAt: 20}, askOld, [][]byte{edit(old, func(f []byte) { clear(f[header+20:]) })}},
		"runt":               {homeplug.Habits{Damage: homeplug.Runt}, askOld, [][]byte{old[:header+4]}},
		"counts":             {homeplug.Habits{WrongCounts: true}, askOld, [][]byte{set(set(old, 20, 0xff), 21+17, 0xff)}},
		"role":               {homeplug.Habits{Role: 3}, askOld, [][]byte{set(old, 21+9, 3)}},
		"role, new":          {homeplug.Habits{Role: 200}, askNew, [][]byte{set(later, 28+15, 200)}},
		"another maker":      {homeplug.Habits{Damage: homeplug.WrongOUI}, askOld, [][]byte{set(old, 17, 0x00, 0x80, 0xe1)}},
		"another maker, new": {homeplug.Habits{Damage: homeplug.WrongOUI}, askNew, [][]byte{set(later, 19, 0x00, 0x80, 0xe1)}},
		"version":            {homeplug.Habits{Damage: homeplug.WrongMMV}, askOld, [][]byte{set(old, 14, 1)}},
		"version, new":       {homeplug.Habits{Damage: homeplug.WrongMMV}, askNew, [][]byte{set(later, 14, 0)}},
		"type":               {homeplug.Habits{Damage: homeplug.WrongType}, askOld, [][]byte{set(old, 15, 0x3d)}},
		"another host":       {homeplug.Habits{Damage: homeplug.Foreign}, askOld, [][]byte{set(old, 0, 2, 0, 0, 0, 0xbb, 2)}},
		"oversize":           {homeplug.Habits{Damage: homeplug.Oversize}, askOld, [][]byte{append(bytes.Clone(old), make([]byte, 2000-message)...)}},
		"rates modulo 256":   {homeplug.Habits{WrapRates: true}, askOld, [][]byte{set(old, 67, 1060%256, 300%256)}},
		"a station twice": {homeplug.Habits{Repeat: true}, askOld,
			[][]byte{append(set(old, 21+17, 4), old[39:69]...)}},
		"a station of zeros": {homeplug.Habits{ZeroStation: true}, askOld,
			[][]byte{append(set(old, 21+17, 3), make([]byte, 15)...)}},
		"a second network": {homeplug.Habits{SecondNetwork: true}, askOld,
			[][]byte{append(set(old, 20, 2), append(append(bytes.Clone(secondNID), 7), old[29:69]...)...)}},
		"other messages are well": {homeplug.Habits{Damage: homeplug.Garbage, Duplicates: 3, Only: []uint16{0xa000}}, askOld, [][]byte{old}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			sim, c := meet(t, withMarker(house()))
			if err := sim.SetHabits(adapter1, tt.habits); err != nil {
				t.Fatal(err)
			}
			compare(t, others(c.ask(tt.ask)), tt.want)
			if err := sim.SetHabits(adapter1, homeplug.Habits{}); err != nil {
				t.Fatal(err)
			}
			compare(t, others(c.ask(askOld)), [][]byte{old})
		})
	}
}

func TestGarbage(t *testing.T) {
	sim, c := meet(t, withMarker(house()))
	if err := sim.SetHabits(adapter1, homeplug.Habits{Damage: homeplug.Garbage}); err != nil {
		t.Fatal(err)
	}
	got := others(c.ask(askOld))
	if len(got) != 1 {
		t.Fatalf("%d answers, want 1", len(got))
	}
	old := good(t, askOld)
	if !bytes.Equal(got[0][:14], old[:14]) || bytes.Equal(got[0][14:], old[14:]) || len(got[0]) != len(old) {
		t.Errorf("got % x, want random bytes behind the Ethernet header of % x", got[0], old)
	}
}

func TestLost(t *testing.T) {
	tests := map[string]struct {
		habits homeplug.Habits
		want   string // for each of six questions how many answers
	}{
		"the first two": {homeplug.Habits{LoseFirst: 2}, "001111"},
		"every third":   {homeplug.Habits{LoseEvery: 3}, "110110"},
		"all":           {homeplug.Habits{LoseEvery: 1}, "000000"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			sim, c := meet(t, house())
			if err := sim.SetHabits(adapter1, tt.habits); err != nil {
				t.Fatal(err)
			}
			got := ""
			for range 6 {
				got += fmt.Sprint(len(c.until(askOld, adapter3)))
			}
			if got != tt.want {
				t.Errorf("answers %s, want %s", got, tt.want)
			}
			// Setting the habit again begins the count again.
			if err := sim.SetHabits(adapter1, tt.habits); err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(len(c.until(askOld, adapter3))); got != tt.want[:1] {
				t.Errorf("after setting it again %s answers, want %s", got, tt.want[:1])
			}
		})
	}
}

// until returns the answers before the one of another adapter, which is asked next.
func (c *client) until(frame []byte, other homeplug.MAC) [][]byte {
	c.t.Helper()
	c.send(frame)
	c.send(request(other, "00 00a0 00b052"))
	var out [][]byte
	for {
		answer := c.receive()
		if bytes.Equal(answer[6:12], other[:]) {
			return out
		}
		out = append(out, answer)
	}
}

func TestDelayComesLater(t *testing.T) {
	sim, c := meet(t, house())
	if err := sim.SetHabits(adapter1, homeplug.Habits{Delay: 500 * time.Millisecond, Only: []uint16{0xa038}}); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if got := c.until(askOld, adapter3); len(got) != 0 {
		t.Errorf("the late answer comes first: % x", got)
	}
	late := c.receive()
	if took := time.Since(begin); took < 500*time.Millisecond {
		t.Errorf("late answer after %v, want at least 500ms", took)
	}
	if !bytes.Equal(late, good(t, askOld)) {
		t.Errorf("late answer % x", late)
	}
}

// TestCloseForgetsLateAnswers ends a segment that still owes an answer.
func TestCloseForgetsLateAnswers(t *testing.T) {
	sim, c := meet(t, house())
	sim.SetSegmentHabits(homeplug.Habits{Delay: time.Hour})
	c.send(askOld)
	if _, err := sim.Await(t.Context(), func(s homeplug.Seen) bool { return s.Total() == 1 }); err != nil {
		t.Fatal(err)
	}
	if err := sim.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestSegmentHabits(t *testing.T) {
	sim, c := meet(t, house())
	sim.SetSegmentHabits(homeplug.Habits{Off: true})
	c.send(request(everyone, "00 00a0 00b052"))
	c.quiet(50 * time.Millisecond)
	sim.SetSegmentHabits(homeplug.Habits{Duplicates: 1})
	if err := sim.SetHabits(adapter2, homeplug.Habits{Duplicates: 2}); err != nil {
		t.Fatal(err)
	}
	c.send(request(everyone, "00 00a0 00b052"))
	got := ""
	for range 2 + 3 + 2 {
		got += fmt.Sprint(c.receive()[11])
	}
	if got != "1122233" {
		t.Errorf("answers of %s, want 1122233", got)
	}
	c.quiet(20 * time.Millisecond)
}

func TestRewrite(t *testing.T) {
	sim, c := meet(t, withMarker(house()))
	sim.SetRewrite(func(frame []byte) [][]byte {
		if frame[11] != 1 {
			return [][]byte{frame}
		}
		return [][]byte{{1, 2, 3, 4, 5, 6, 7}, frame[:20]}
	})
	old := good(t, askOld)
	compare(t, others(c.ask(askOld)), [][]byte{{1, 2, 3, 4, 5, 6, 7}, old[:20]})
	sim.SetRewrite(nil)
	compare(t, others(c.ask(askOld)), [][]byte{old})
}

// TestFragments puts a message together again.
func TestFragments(t *testing.T) {
	ask := request(adapter1, "01 90a0 0000 00b052 00000000 deadbeef0002 00 00")
	whole := good(t, ask)
	sim, c := meet(t, withMarker(house()))
	if err := sim.SetHabits(adapter1, homeplug.Habits{Fragment: 60}); err != nil {
		t.Fatal(err)
	}
	frames := others(c.ask(ask))
	const fragments = 3 // 134 bytes: 60, and two of 5 and the rest
	if len(frames) != fragments {
		t.Fatalf("%d frames, want %d", len(frames), fragments)
	}
	var message []byte
	for i, f := range frames {
		if want := byte(fragments-1)<<4 | byte(i); f[17] != want || f[18] != frames[0][18] {
			t.Errorf("fragment %d has FMI %x %x, want %x and the sequence of the others", i, f[17], f[18], want)
		}
		if len(f) > 14+60 {
			t.Errorf("fragment %d has %d bytes", i, len(f))
		}
		if i == 0 {
			message = append(message, f[14:]...)
			continue
		}
		message = append(message, f[19:]...)
	}
	message[3], message[4] = 0, 0
	if got := message[:len(whole)-14]; !bytes.Equal(got, whole[14:]) {
		t.Errorf("together\n% x\nwant\n% x", got, whole[14:])
	}
	if again := others(c.ask(ask)); len(again) != fragments || again[0][18] == frames[0][18] {
		t.Errorf("the next message has the same sequence number")
	}
}
