package hitron

import "home_exporter/internal/device/hitron/coda"

// A tally goes on counting where a counter of the modem begins anew: at a reboot, or
// because it has 32 bits (docsIfSigQCorrecteds and its kin are Counter32 in the
// DOCS-IF-MIB, RFC 4546).
type tally struct {
	raw, total uint64
	known      bool
	anew       bool // it was seen to start anew before the uptime told why
}

// Half and whole of what 32 bits hold.
const (
	half32  = 1 << 31
	whole32 = 1 << 32
)

// count takes the next value of the counter. rebooted says that the modem has started
// since the one before.
func (t *tally) count(raw uint64, rebooted bool) (grown uint64) {
	told := rebooted && t.anew && raw >= t.raw
	if rebooted {
		t.anew = false
	}
	switch {
	case !t.known:
		*t = tally{raw: raw, total: raw, known: true}
		return 0
	case rebooted && !told:
		grown = raw
	case raw >= t.raw:
		grown = raw - t.raw
	case t.raw >= half32 && t.raw < whole32 && raw < half32 && raw+whole32-t.raw < half32:
		grown = raw + whole32 - t.raw
	default: // started anew, and the uptime does not tell
		grown = raw
		t.anew = true
	}
	t.raw = raw
	t.total += grown
	return grown
}

// channelTallies are the counters of one channel.
type channelTallies struct {
	frequency                      float64
	octets, corrected, uncorrected tally
	boot                           uint64
	seen                           bool
}

// A ledger keeps the counters of one page's channels.
type ledger struct {
	channels map[string]*channelTallies
	lost     uint64 // uncorrectable codewords since the program began
}

// A count is what a channel's page says of it.
type count struct {
	channel                        string
	frequency                      *float64
	octets, corrected, uncorrected *uint64
}

// update counts on. boot is another number for each start of the modem. A channel
// that is gone is forgotten; one on another frequency is another channel.
func (l *ledger) update(counts []count, boot uint64) {
	if l.channels == nil {
		l.channels = make(map[string]*channelTallies)
	}
	for _, c := range l.channels {
		c.seen = false
	}
	for _, c := range counts {
		t := l.channels[c.channel]
		if t == nil || c.frequency != nil && *c.frequency != t.frequency {
			t = &channelTallies{boot: boot}
			if c.frequency != nil {
				t.frequency = *c.frequency
			}
			l.channels[c.channel] = t
		}
		rebooted := t.boot != boot
		t.boot, t.seen = boot, true
		next(&t.octets, c.octets, rebooted)
		next(&t.corrected, c.corrected, rebooted)
		l.lost += next(&t.uncorrected, c.uncorrected, rebooted)
	}
	for channel, t := range l.channels {
		if !t.seen {
			delete(l.channels, channel)
		}
	}
}

func next(t *tally, raw *uint64, rebooted bool) uint64 {
	if raw == nil {
		return 0
	}
	return t.count(*raw, rebooted)
}

func downstreamCount(c coda.DownstreamChannel) count {
	return count{c.Channel, c.Frequency, c.Octets, c.Corrected, c.Uncorrected}
}

func ofdmCount(c coda.OFDMChannel) count {
	return count{c.Channel, c.Frequency, c.Octets, c.Corrected, c.Uncorrected}
}

// gather takes the same of each channel.
func gather[C, T any](channels []C, of func(C) T) []T {
	var all []T
	for _, c := range channels {
		all = append(all, of(c))
	}
	return all
}
