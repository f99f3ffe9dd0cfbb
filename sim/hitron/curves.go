package hitron

import (
	"math"
	"math/rand/v2"
	"time"
)

// A drift is a level that moves slowly around a mean: with the temperature of the day, and with that of minutes.
type drift struct {
	mean, swing         float64
	phase, quick, speed float64
}

func newDrift(r *rand.Rand, mean, swing float64) drift {
	return drift{
		mean: mean, swing: swing, phase: turn(r), quick: turn(r),
		speed: 2 * math.Pi / (300 + 900*r.Float64()), // five to twenty minutes
	}
}

func turn(r *rand.Rand) float64 { return 2 * math.Pi * r.Float64() }

// at is the level at t seconds since 1970.
func (d drift) at(t float64) float64 {
	return d.mean + d.swing*math.Sin(2*math.Pi*t/86400+d.phase) + d.swing/2*math.Sin(d.speed*t+d.quick)
}

// A growth is a counter that always grows, by day faster than by night.
type growth struct{ rate, phase float64 }

// newGrowth has a mean rate per second from low to high, with as many small ones as large ones.
func newGrowth(r *rand.Rand, low, high float64) growth {
	return growth{rate: low * math.Pow(high/low, r.Float64()), phase: turn(r)}
}

// depth is how much less than the mean a counter grows in the quietest hour; below 1, so that it never falls.
const depth = 0.8

// at is the count after u seconds: the integral of rate * (1 + depth * sin(w*u + phase)).
func (g growth) at(u float64) uint64 {
	const w = 2 * math.Pi / 86400
	return uint64(max(0, g.rate*(u+depth/w*(math.Cos(g.phase)-math.Cos(w*u+g.phase)))))
}

// Bursts are events that now and then add some to a counter.
type bursts struct{ every, phase, size float64 }

func newBursts(r *rand.Rand, often bool) bursts {
	b := bursts{every: 36000 + 36000*r.Float64(), phase: r.Float64(), size: 1 + math.Floor(8*r.Float64())}
	if often {
		b.every = 600 + 3000*r.Float64()
	}
	return b
}

func (b bursts) at(u float64) uint64 {
	return uint64(math.Floor(u/b.every+b.phase)) * uint64(b.size)
}

// The event log is a ring of so many entries, with one in each span.
const (
	logSize   = 20
	eventSpan = 25 * time.Minute
)

// logTail is what every entry ends with.
const logTail = ";CM-MAC=02:00:5e:10:00:01;CMTS-MAC=02:00:5e:20:00:01;CM-QOS=1.1;CM-VER=3.1;"

// bootEvent is written at each boot, when the modem does not know the time yet.
func bootEvent(zone *time.Location) Event {
	return Event{
		At: time.Date(1970, 1, 1, 0, 0, 41, 0, zone), ID: "84000700", Priority: "warning",
		Text: "RCS Partial Service" + logTail,
	}
}

// happenings are what is logged later; the first far more often than the others.
var happenings = [...]Event{
	{ID: "82000500", Priority: "critical", Text: "Started Unicast Maintenance Ranging - No Response received - T3 time-out" + logTail},
	{ID: "74010100", Priority: "notice", Text: "CM-STATUS message sent. Event Type Code: 24; Chan ID: 33; DSID: N/A; MAC Addr: N/A; OFDM/OFDMA Profile ID: 3." + logTail},
	{ID: "67061601", Priority: "notice", Text: "US profile assignment change. US Chan ID: 41; Previous Profile: 12; New Profile: 11." + logTail},
	{ID: "68010300", Priority: "error", Text: "DHCP RENEW WARNING - Field invalid in response v4 option" + logTail},
}

// events is the log after the modem was on for that long: one entry somewhere in each span.
func (a alive) events(boot time.Time, up time.Duration) []Event {
	last := int64(up / eventSpan)
	first := max(0, last-logSize)
	var out []Event
	if first == 0 && up >= 41*time.Second {
		out = append(out, bootEvent(boot.Location()))
	}
	for k := first; k <= last; k++ {
		r := rand.New(rand.NewPCG(a.seed, uint64(k)))
		after := time.Duration(k)*eventSpan + time.Minute + time.Duration(r.Float64()*float64(eventSpan-2*time.Minute))
		which := max(0, r.IntN(2*len(happenings))-len(happenings))
		if after > up {
			break
		}
		e := happenings[which]
		e.At = boot.Add(after).Truncate(time.Second)
		out = append(out, e)
	}
	return out[max(0, len(out)-logSize):]
}
