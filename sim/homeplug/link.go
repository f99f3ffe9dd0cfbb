package homeplug

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// A pair names one direction of a link.
type pair struct{ from, to MAC }

// A link is a Link that lives: its rate is a base with two slow waves, and its counters are the area under the rate, so
// that they never go back and belong to it. The same seed and times give the same values.
type link struct {
	Link
	waves [2]wave
	start time.Time
}

// A wave is one of the two.
type wave struct {
	share  float64 // of the swing
	period float64 // seconds
	phase  float64
}

const (
	maxSwing = 0.9
	maxRate  = 2047 // Mbit/s; MediaXtream has eleven bits

	blockBits     = 8 * 520 // of a PHY block
	blocksPerMPDU = 10

	// Of a hundred MPDUs one collides; of a thousand blocks 150 bits are wrong before the turbo decoder.
	collisions      = 0.01
	passedBitErrors = 0.15
	failedBitErrors = 5
)

func newLink(l Link, seed uint64, now time.Time) *link {
	h := fnv.New64a()
	h.Write(l.From[:])
	h.Write(l.To[:])
	r := rand.New(rand.NewPCG(seed, h.Sum64()))
	return &link{Link: l, start: now, waves: [2]wave{
		{share: 0.6, period: 600 + 900*r.Float64(), phase: 2 * math.Pi * r.Float64()},
		{share: 0.4, period: 60 + 120*r.Float64(), phase: 2 * math.Pi * r.Float64()},
	}}
}

// rate is the rate at that time.
func (l *link) rate(now time.Time) uint16 {
	if l.Rate == 0 || l.Swing == 0 {
		return l.Rate
	}
	t := now.Sub(l.start).Seconds()
	factor := 1.0
	for _, w := range l.waves {
		factor += l.Swing * w.share * math.Sin(2*math.Pi*t/w.period+w.phase)
	}
	return uint16(min(maxRate, max(1, math.Round(float64(l.Rate)*factor))))
}

// blocks is how many PHY blocks went over the link until that time.
func (l *link) blocks(now time.Time) float64 {
	t := max(0, now.Sub(l.start).Seconds())
	area := t
	for _, w := range l.waves {
		turn := 2 * math.Pi / w.period
		area += l.Swing * w.share * (math.Cos(w.phase) - math.Cos(turn*t+w.phase)) / turn
	}
	return area * float64(l.Rate) * 1e6 * l.Load / blockBits
}

// sent are the counters of the sending side, which began at that boot.
func (l *link) sent(now time.Time, b boot) Sent {
	grown := l.grown(now, b)
	s := Sent{
		Acked:        uint64(grown.passed / blocksPerMPDU),
		Collided:     uint64(grown.passed / blocksPerMPDU * collisions),
		Failed:       uint64(grown.failed / blocksPerMPDU),
		BlocksPassed: uint64(grown.passed),
		BlocksFailed: uint64(grown.failed),
	}
	if l.keeps(b) {
		s = s.plus(l.Sent)
	}
	return s
}

// received are the counters of the receiving side.
func (l *link) received(now time.Time, b boot) Received {
	grown := l.grown(now, b)
	r := Received{
		Acked:        uint64(grown.passed / blocksPerMPDU),
		Failed:       uint64(grown.failed / blocksPerMPDU),
		BlocksPassed: uint64(grown.passed),
		BlocksFailed: uint64(grown.failed),
		BitsPassed:   uint64(grown.passed * passedBitErrors),
		BitsFailed:   uint64(grown.failed * failedBitErrors),
	}
	n := float64(len(l.Received.Intervals))
	for _, given := range l.Received.Intervals {
		if given.Rate == 0 {
			given.Rate = clamp8(l.rate(now))
		}
		part := Interval{
			Rate: given.Rate, BlocksPassed: uint64(grown.passed / n), BlocksFailed: uint64(grown.failed / n),
			BitsPassed: uint64(grown.passed / n * passedBitErrors), BitsFailed: uint64(grown.failed / n * failedBitErrors),
		}
		if l.keeps(b) {
			part.BlocksPassed += given.BlocksPassed
			part.BlocksFailed += given.BlocksFailed
			part.BitsPassed += given.BitsPassed
			part.BitsFailed += given.BitsFailed
		}
		r.Intervals = append(r.Intervals, part)
	}
	if l.keeps(b) {
		r = r.plus(l.Received)
	}
	return r
}

// keeps tells whether the counters still stand on what was given, and were not reset since.
func (l *link) keeps(b boot) bool { return !b.again || l.start.After(b.at) }

// grown are the blocks since the boot.
func (l *link) grown(now time.Time, b boot) (g struct{ passed, failed float64 }) {
	blocks := l.blocks(now) - l.blocks(b.at)
	g.failed = blocks * l.ErrorRatio
	g.passed = blocks - g.failed
	return g
}

func (s Sent) plus(o Sent) Sent {
	return Sent{s.Acked + o.Acked, s.Collided + o.Collided, s.Failed + o.Failed, s.BlocksPassed + o.BlocksPassed, s.BlocksFailed + o.BlocksFailed}
}

// plus keeps the intervals of r.
func (r Received) plus(o Received) Received {
	r.Acked += o.Acked
	r.Failed += o.Failed
	r.BlocksPassed += o.BlocksPassed
	r.BlocksFailed += o.BlocksFailed
	r.BitsPassed += o.BitsPassed
	r.BitsFailed += o.BitsFailed
	return r
}

// clamp8 is a rate in one byte, as the firmware says it.
func clamp8(rate uint16) byte { return byte(min(rate, 255)) }
