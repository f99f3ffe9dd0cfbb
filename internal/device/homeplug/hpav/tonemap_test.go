package hpav

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// house200 is what the vectors have: 97 carriers of each modulation, as far as 200 reach.
func house200() (all []uint8) {
	for i := range 200 {
		all = append(all, uint8(i/97))
	}
	return all
}

func TestToneMaps(t *testing.T) {
	tests := map[string]struct {
		message Message
		frame   string
		key     ToneMapKey
		want    ToneMap
	}{
		"receives": {ReceiveToneMap1, vector[ReceiveToneMap1], ToneMapKey{two, true, 0},
			ToneMap{Slots: 2, Active: 200, Gain: new(uint8(17)), Carriers: house200()}},
		"sends": {TransmitToneMap1, vector[TransmitToneMap1], ToneMapKey{two, false, 0},
			ToneMap{Slots: 2, Active: 200, Carriers: house200()}},
		"receives, MMV 0": {ReceiveToneMap0, more[ReceiveToneMap0], ToneMapKey{two, true, 0},
			ToneMap{Slots: 1, Active: 4, Gain: new(uint8(17)), Carriers: append([]uint8{1, 2, 3, 4, 8, 8, 5, 6}, make([]uint8, 1155-8)...)}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := told(t, one, test.message, test.frame)
			if diff := cmp.Diff(map[ToneMapKey]ToneMap{test.key: test.want}, a.ToneMaps); diff != "" {
				t.Errorf("tone maps (-want +got):\n%s", diff)
			}
			entry := confirmed(t, test.message, test.frame)
			entry[0] = 1 // the peer has gone
			q := &question{message: test.message, peer: two}
			if err := a.learn(q, entry); err != nil || len(a.ToneMaps) > 0 {
				t.Errorf("refused: error %v, tone maps %v", err, a.ToneMaps)
			}
			for n := range entry {
				if n == 0 {
					continue
				}
				cut := confirmed(t, test.message, test.frame)[:n]
				if err := a.learn(q, cut); err == nil {
					t.Fatalf("%d bytes of %d are accepted", n, len(entry))
				}
			}
		})
	}
}

func TestToneMapsOfAnother(t *testing.T) {
	for _, q := range []question{
		{message: ReceiveToneMap1, peer: tri}, {message: ReceiveToneMap1, peer: two, slot: 1}, {message: TransmitToneMap1, peer: tri},
	} {
		a := &Adapter{MAC: one}
		if err := a.learn(&q, confirmed(t, q.message, vector[q.message])); err != errOther || len(a.ToneMaps) > 0 {
			t.Errorf("%s of %s, slot %d: error %v", q.message, q.peer, q.slot, err)
		}
	}
}

// Slots that there are no more are forgotten.
func TestFewerSlots(t *testing.T) {
	a := &Adapter{MAC: one, ToneMaps: map[ToneMapKey]ToneMap{
		{two, true, 1}: {}, {two, true, 2}: {}, {two, false, 2}: {}, {tri, true, 2}: {},
	}}
	if err := a.learn(&question{message: ReceiveToneMap1, peer: two}, confirmed(t, ReceiveToneMap1, vector[ReceiveToneMap1])); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[ToneMapKey]bool{{two, true, 0}: true, {two, true, 1}: true, {two, true, 2}: false, {two, false, 2}: true, {tri, true, 2}: true} {
		if _, ok := a.ToneMaps[key]; ok != want {
			t.Errorf("%v is kept: %v, want %v", key, ok, want)
		}
	}
}

// The form of chips with more carriers is not known.
func TestTooManyCarriers(t *testing.T) {
	entry := append(confirmed(t, ReceiveToneMap1, vector[ReceiveToneMap1])[:4+22], make([]byte, 1500)...)
	for nibbles, ok := range map[int]bool{1440: true, 1441: false} {
		length := nibbles + 22
		entry[2], entry[3] = byte(length), byte(length>>8)
		m, _, got, err := parseToneMap1(entry, true)
		if got != ok || err != nil || ok && len(m.Carriers) != 2880 {
			t.Errorf("%d bytes of carriers: ok %v, error %v, %d carriers", nibbles, got, err, len(m.Carriers))
		}
	}
}

// The arithmetic is that of the programs in plc-utils, except that carriers without
// traffic do not count.
func TestMeans(t *testing.T) {
	var pattern []uint8
	for i := range 917 {
		pattern = append(pattern, uint8(i/97%9))
	}
	all := ToneMap{Carriers: pattern}
	bits, snr, active := all.Means()
	// int6ktone prints these for the same carriers, the 97 without traffic counted.
	share := float64(active) / 917
	if active != 917-97-44 || math.Abs(snr*share-13.222) > 0.001 || math.Abs(bits*share-4.866) > 0.001 {
		t.Errorf("%d carriers, SNR %.3f, %.3f bits; over all carriers %.3f and %.3f", active, snr, bits, snr*share, bits*share)
	}
	for name, carriers := range map[string][]uint8{"none": nil, "no traffic": {0, 0}, "not known": {InvalidCarrier}} {
		m := ToneMap{Carriers: carriers}
		if bits, snr, active := m.Means(); bits != 0 || snr != 0 || active != 0 {
			t.Errorf("%s: %v bits, SNR %v, %d carriers", name, bits, snr, active)
		}
	}
	if got := carriers([]byte{0x98, 0xfa}, 4); !cmp.Equal(got, []uint8{8, InvalidCarrier, InvalidCarrier, InvalidCarrier}) {
		t.Errorf("carriers of 98 fa are %v", got)
	}
}
