package homeplug

import (
	"testing"
	"time"
)

// FuzzHear sends any frame. Answers are whole Ethernet frames to the one who asked, whatever it was.
func FuzzHear(f *testing.F) {
	head := "\xff\xff\xff\xff\xff\xff\x02\x00\x00\x00\xaa\x01"
	for _, seed := range []string{
		"", head, head + "\x88\xe1", head + "\x88\xe1\x00\x38\xa0\x00\xb0\x52", head + "\x88\xe1\x01\x38\xa0\x00\x00\x00\xb0\x52",
		head + "\x88\xe1\x00\x30\xa0\x00\xb0\x52\x00\x02\xf8\xde\xad\xbe\xef\x00\x02", head + "\x88\xe1\x01\x34\x60\x00\x00",
		head + "\x88\xe1\x01\x90\xa0\x00\x00\x00\xb0\x52\x00\x00\x00\x00\xde\xad\xbe\xef\x00\x02\x00\x00",
		head + "\x88\xe1\x00\x90\xa0\x00\xb0\x52\xde\xad\xbe\xef\x00\x02", head + "\x89\x12\x02\x4c\xa0\x00\x00\x00\x1f\x84\x02",
	} {
		f.Add([]byte(seed), byte(0))
	}
	one, two := MAC{2, 0, 0, 0, 0, 1}, MAC{0xde, 0xad, 0xbe, 0xef, 0x00, 0x02}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s, err := build(Options{
		Now:      func() time.Time { return now },
		Adapters: []Adapter{{MAC: one, Local: true, Chip: NewQCA7420()}, {MAC: two, Local: true, Chip: NewBCM60500()}},
		Networks: []Network{{NID: NID{1}, Coordinator: one, Members: []Member{{MAC: one, TEI: 1, Role: CCO}, {MAC: two, TEI: 2}}}},
		Links: []Link{
			{From: one, To: two, Rate: 300, ToneMap: ToneMap{Slots: [][]byte{make([]byte, 4096)}}},
			{From: two, To: one, Rate: 30, Received: Received{Intervals: make([]Interval, 6)}, ToneMap: ToneMap{Slots: [][]byte{make([]byte, 99)}}},
		},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, frame []byte, damage byte) {
		s.SetSegmentHabits(Habits{Damage: Damage(damage % 10)})
		s.hear(frame, func(answer []byte) {
			if len(answer) < etherHeader || damage%10 == 0 && (len(answer) < etherHeader+minPayload || len(answer) > etherHeader+maxPayload) {
				t.Errorf("answer of %d bytes", len(answer))
			}
			if Damage(damage%10) != Foreign && string(answer[:6]) != string(frame[6:12]) {
				t.Errorf("answer to % x, asked by % x", answer[:6], frame[6:12])
			}
		})
	})
}
